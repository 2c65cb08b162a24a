// data.hpp: static data: constants dumped from memory, closures, descriptors, var cells, trace sites, keywords.
#pragma once
#include "src/codegen/x86_64_linux/codegen.hpp"
#include "src/codegen/x86_64_linux/emit.hpp"
#include <map>
#include <set>
#include <unordered_set>

namespace slisp::x64 {

// Names every static object before code is selected, finds all that constants reach, and prints it.
// Invariant: an object has one label; objects that others define (keywords, classes, empties, streams) keep theirs.
class DataLayout {
 public:
  // What keywords and vars are called: symbols of the link, or addresses of the objects of this process (the REPL).
  enum class Names : std::uint8_t { OfTheLink, OfThisProcess };
  DataLayout(const ir::Module& module, Names names) : module_(module), names_of_(names) {}
  // Walks the constants. A failure: a value that cannot be data.
  Outcome collect();

  // What `static` number `id` is: a symbol, or an immediate word.
  struct Reference {
    std::string symbol;              // empty: immediate
    rt::Word word = 0;
  };
  const Reference& reference(std::uint32_t id) const { return references_[id]; }
  const std::string& site(std::uint32_t id) const { return site_symbols_[id]; }
  // Texts ("ns/name" or "name") of all keywords that the constants mention.
  const std::map<std::string, rt::Borrowed>& keywords() const { return keywords_; }

  // One chunk per object.
  void emit(const Naming& naming, Chunks& out);

 private:
  // Name, namespace and flags of a var cell: from the Var of this process, or, in tests, from a qualified symbol.
  struct VarParts {
    explicit VarParts(rt::Borrowed value);
    rt::Borrowed name, ns;
    std::uint32_t flags = 0;
    rt::Owned symbols[2];
  };
  Outcome reach(rt::Word root);
  std::string label_of(rt::Word value);          // of a heap object
  void emit_word(rt::Word value, const Naming& naming, AsmText& out);
  void emit_object(const rt::Header* object, const std::vector<std::pair<std::string, bool>>& labels, const Naming& naming, AsmText& out);
  void emit_descriptor(const ir::Descriptor& descriptor, const Naming& naming, AsmText& out);
  void emit_class(const ir::StaticObject& object, const Naming& naming, AsmText& out);
  void emit_var(const ir::StaticObject& object, const Naming& naming, AsmText& out);
  // Section and label; `before` stands in front of the label.
  void begin(std::string_view kind, const std::string& label, bool global, std::string_view before, AsmText& out);

  bool by_address(rt::Word value) const;         // a keyword or var of this process, with Names::OfThisProcess

  const ir::Module& module_;
  Names names_of_;
  std::vector<Reference> references_;
  std::vector<std::string> site_symbols_;
  std::unordered_map<rt::Word, std::string> external_;        // objects with symbols of their own
  std::unordered_map<rt::Word, std::string> labels_;          // objects laid out here
  std::vector<rt::Word> order_;                               // of labels_, as found
  std::unordered_map<rt::Word, std::vector<std::pair<std::string, bool>>> names_;   // of constants: symbol, global
  std::map<const ir::StaticObject*, VarParts> vars_;
  std::map<std::string, rt::Borrowed> keywords_;
};

std::string keyword_text(rt::Borrowed keyword);
// Definitions of keywords, each in its own section of the gathered table.
void emit_keywords(const std::map<std::string, rt::Borrowed>& keywords, AsmText& out);

}  // namespace slisp::x64
