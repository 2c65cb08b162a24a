// module_text.hpp: a whole module as NASM files.
#pragma once
#include "src/codegen/x86_64_linux/codegen.hpp"
#include "src/codegen/x86_64_linux/data.hpp"
#include "src/codegen/x86_64_linux/spread.hpp"

namespace slisp::x64 {

struct ModuleText {
  std::vector<AssemblyFile> files;
  std::map<std::string, rt::Borrowed> keywords;   // mentioned, not defined; keyed by text
};

// `stem` begins the names of the files. `init_symbols`: when not empty and the module has no function slisp_program, that function is
// made: it calls them in order, then module.init_symbol.
// `own_keywords`: keywords to define in the first file itself: all that the module mentions but those in `*known_keywords`.
struct TextRequest {
  std::string stem = "module";
  Splitting splitting = Splitting::OneFile;
  std::vector<std::string> init_symbols;
  bool make_program = false;
  DataLayout::Names names = DataLayout::Names::OfTheLink;
  const std::set<std::string>* known_keywords = nullptr;
};
Outcome module_text(const ir::Module& module, const Options& options, const TextRequest& request, ModuleText& out);

}  // namespace slisp::x64
