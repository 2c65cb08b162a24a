// data.hpp: static data: constants dumped from memory, closures, descriptors, var cells, trace sites, keywords.
#pragma once
#include "src/codegen/x86_64_linux/codegen.hpp"
#include "src/codegen/x86_64_linux/emit.hpp"
#include <map>
#include <set>
#include <unordered_set>

namespace slisp::x64 {

// Names every static object before code is selected, finds all that constants reach, and prints it.
// Invariant: an object has one label; objects that others define (keywords, classes, empties, streams) keep theirs; constants of the same
// content are one object, so that the layout does not depend on which of them this process happened to share.
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

  std::size_t object_count() const { return order_.size(); }

  // One chunk per object; one per some thousand of those that only a huge constant reaches.
  void emit(const Naming& naming, Chunks& out);

 private:
  // Name, namespace and flags of a var cell: from the Var of this process, or, in tests, from a qualified symbol.
  struct VarParts {
    explicit VarParts(rt::Borrowed value);
    rt::Borrowed name, ns;
    std::uint32_t flags = 0;
    rt::Owned symbols[2];
  };
  // data.cpp: what is laid out.
  struct Block {                                 // objects that share a section, with labels like C7+120
    std::size_t begin, end;                      // in order_
    std::string label;
  };
  Outcome reach(rt::Word root);
  void pack(std::size_t from);                   // objects found since: into blocks, if they are many
  std::string label_of(rt::Word value);          // of a heap object
  rt::Header shape(const rt::Header* object) const;               // the header as it is laid out
  rt::Word same(rt::Word value) const;           // the object that stands for all of its content
  void unify(rt::Word root);                     // finds it for all that the object reaches

  // data_text.cpp: how it is printed.
  void emit_word(rt::Word value, const Naming& naming, AsmText& out);
  static void refer_to(const std::string& symbol, AsmText& out);
  void emit_content(const rt::Header* object, const Naming& naming, AsmText& out);
  void emit_object(const rt::Header* object, const std::vector<std::pair<std::string, bool>>& labels, const Naming& naming, AsmText& out);
  void emit_block(const Block& block, const Naming& naming, AsmText& out);
  void emit_descriptor(const ir::Descriptor& descriptor, const Naming& naming, AsmText& out);
  void emit_class(const ir::StaticObject& object, const Naming& naming, AsmText& out);
  void emit_var(const ir::StaticObject& object, const Naming& naming, AsmText& out);
  void begin(std::string_view kind, const std::string& label, bool global, AsmText& out);   // section and label

  bool by_address(rt::Word value) const;         // a keyword or var of this process, with Names::OfThisProcess

  const ir::Module& module_;
  Names names_of_;
  std::vector<Reference> references_;
  std::vector<std::string> site_symbols_;
  std::unordered_map<rt::Word, std::string> external_;        // objects with symbols of their own
  std::unordered_map<rt::Word, std::string> labels_;          // objects laid out here
  std::vector<rt::Word> order_;                               // of labels_, as found
  std::vector<Block> blocks_;                                 // ascending
  struct ContentHash {
    const DataLayout* layout;
    std::size_t operator()(rt::Word value) const;
  };
  struct ContentEqual {
    const DataLayout* layout;
    bool operator()(rt::Word a, rt::Word b) const;
  };
  std::unordered_map<rt::Word, rt::Word> same_;               // object -> the first of its content
  std::unordered_set<rt::Word, ContentHash, ContentEqual> contents_{16, ContentHash{this}, ContentEqual{this}};
  std::unordered_map<rt::Word, std::vector<std::pair<std::string, bool>>> names_;   // of constants: symbol, global
  std::map<const ir::StaticObject*, VarParts> vars_;
  std::map<std::string, rt::Borrowed> keywords_;
};

std::string keyword_text(rt::Borrowed keyword);
// Definitions of keywords in sections of the gathered table, `group` in each: the linker keeps a section of which one is mentioned.
void emit_keywords(const std::map<std::string, rt::Borrowed>& keywords, std::size_t group, AsmText& out);

}  // namespace slisp::x64
