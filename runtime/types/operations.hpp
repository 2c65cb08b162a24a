// operations.hpp: what the generic operations of the runtime ask of users' objects and protocols, as a table that is found weakly: a program
// that cannot make such an object contains none of it.
//
// Each member does for an object with asks_type(x) what the entry point of that name does, as the JVM's RT and Util do it by the interfaces
// that the class declares. Parameters are borrowed or consumed as the row of the entry point says; `missing` 0: there is none.
#pragma once
#include "runtime/types/types.hpp"

namespace slisp::rt {

class Printer;

struct TypeOperations {
  // access
  Word (*get)(Word x, Word key, Word missing);
  std::uint32_t (*contains)(Word x, Word key);
  Word (*find)(Word x, Word key);
  Word (*nth)(Word x, std::int64_t n, Word missing);               // x and missing borrowed
  abi::i64_or_failure (*count)(Word x);                            // borrowed
  Word (*peek)(Word x);
  Word (*entry_part)(Word x, unsigned part);                       // of a map entry: its key (0) or value (1)
  // seqs; x borrowed
  Word (*seq)(Word x);
  Word (*first)(Word seq);
  Word (*next)(Word seq);
  Word (*more)(Word seq);
  Word (*rseq)(Word x);
  // update; x consumed
  Word (*conj)(Word x, Word element);
  Word (*assoc)(Word x, Word key, Word value);
  Word (*dissoc)(Word x, Word key);
  Word (*disj)(Word x, Word element);
  Word (*pop)(Word x);
  Word (*empty)(Word x);
  Word (*transient)(Word x);
  Word (*persistent)(Word x);
  Word (*conj_transient)(Word x, Word element);
  Word (*assoc_transient)(Word x, Word key, Word value);
  Word (*dissoc_transient)(Word x, Word key);
  Word (*disj_transient)(Word x, Word element);
  Word (*pop_transient)(Word x);
  Word (*to_vector)(Word x);                                       // of what reduces itself, or has a seq
  // equality: at least one of two is asked
  bool (*equal)(Word x, Word y, bool& failed);
  std::uint32_t (*hash)(Word x, bool& failed);
  std::uint32_t (*java_hash)(Word x, bool& failed);
  std::int64_t (*compare)(Word x, Word y, bool& failed);
  std::int64_t (*compare_by)(Word comparator, Word x, Word y, bool& failed);   // a Comparator
  // text
  bool (*print)(Printer& printer, TextBuffer& out, Word x, bool readable);
  bool (*append_str)(TextBuffer& out, Word x);
  Word (*name)(Word x);
  Word (*name_space)(Word x);
  // calls, references
  Owned (*invoke)(Word f, Word* block, std::int64_t count);
  Owned (*apply)(Word f, Owned arguments);
  Word (*deref)(Word x);
  std::uint32_t (*realized)(Word x);
  Word (*meta)(Word x);
  Word (*with_meta)(Word x, Word meta);
  const ClassObject* (*class_named)(std::string_view name);        // a user's class
};
extern "C" [[gnu::weak]] const TypeOperations slisp_type_operations;

extern "C" void slisp_link_type_operations();
// Whatever makes a user's object or a protocol links the table.
inline void keep_type_operations() { asm volatile("" : : "r"(&slisp_link_type_operations)); }

}  // namespace slisp::rt
