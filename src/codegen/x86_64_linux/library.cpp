// library.cpp: the objects of the library, and the list of keywords that later links must not define again.
#include "src/codegen/x86_64_linux/module_text.hpp"
#include "src/codegen/x86_64_linux/toolchain.hpp"
#include "src/compiler/symbols.hpp"

namespace slisp::x64 {

Outcome write_library(std::span<const LibraryModule> modules, const Options& options, const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return cannot_write(folder, error.value());
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error))
    if (entry.path().extension() == ".o") fs::remove(entry.path(), error);

  std::vector<AssemblyFile> files;
  std::map<std::string, rt::Borrowed> keywords;
  for (const LibraryModule& module : modules) {
    TextRequest request;
    request.splitting = Splitting::ByUse;
    request.stem.clear();
    for (char c : module.name) request.stem += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '-';
    ModuleText text;
    if (Outcome failure = module_text(*module.module, options, request, text)) {
      failure->message += " (namespace " + module.name + ")";
      return failure;
    }
    for (AssemblyFile& file : text.files) files.push_back(std::move(file));
    keywords.insert(text.keywords.begin(), text.keywords.end());
  }
  Chunks definitions(1);
  std::map<std::string, std::string> hashes;
  for (const auto& [text, keyword] : keywords) {
    auto [it, fresh] = hashes.emplace(compiler::label('k', text), text);
    if (!fresh) return Failure{70, "the keywords :" + it->second + " and :" + text + " have the same hash", ""};
  }
  emit_keywords(keywords, 1, definitions[0]);
  files.push_back(std::move(spread(definitions, Splitting::OneFile, "keywords")[0]));

  TemporaryFolder work;
  if (Outcome failure = work.make_for(folder / "objects.list")) return failure;
  if (Outcome failure = assemble_files(files, options, work.path())) return failure;
  std::string list, known;
  for (const AssemblyFile& file : files) {
    fs::path object = folder / (file.name + ".o");
    if (Outcome failure = rename_into_place(work.path() / (file.name + ".o"), object)) return failure;
    list += object.string() + "\n";
  }
  for (const auto& [text, keyword] : keywords) (known += text) += '\0';
  if (Outcome failure = write_file(folder / "keywords.list", known)) return failure;
  return write_file(folder / "objects.list", list);
}

}  // namespace slisp::x64
