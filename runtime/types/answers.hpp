// answers.hpp: the functions behind slisp_type_operations, see operations.hpp for what they consume.
#pragma once
#include "runtime/types/operations.hpp"

namespace slisp::rt::types {

Word get(Word x, Word key, Word missing);
std::uint32_t contains(Word x, Word key);
Word find(Word x, Word key);
Word nth(Word x, std::int64_t n, Word missing);
abi::i64_or_failure count(Word x);
Word peek(Word x);
Word entry_part(Word x, unsigned part);
Word seq(Word x);
Word first(Word seq);
Word next(Word seq);
Word more(Word seq);
Word rseq(Word x);
Word conj(Word x, Word element);
Word assoc(Word x, Word key, Word value);
Word dissoc(Word x, Word key);
Word disj(Word x, Word element);
Word pop(Word x);
Word empty(Word x);
Word transient(Word x);
Word persistent(Word x);
Word conj_transient(Word x, Word element);
Word assoc_transient(Word x, Word key, Word value);
Word dissoc_transient(Word x, Word key);
Word disj_transient(Word x, Word element);
Word pop_transient(Word x);
Word to_vector(Word x);
bool equal(Word x, Word y, bool& failed);
std::uint32_t hash(Word x, bool& failed);
std::uint32_t java_hash(Word x, bool& failed);
std::int64_t compare(Word x, Word y, bool& failed);
std::int64_t compare_by(Word comparator, Word x, Word y, bool& failed);
bool print(Printer& printer, TextBuffer& out, Word x, bool readable);
bool append_str(TextBuffer& out, Word x);
Word name(Word x);
Word name_space(Word x);
Owned invoke(Word f, Word* block, std::int64_t count);
Owned apply(Word f, Owned arguments);
Word deref(Word x);
std::uint32_t realized(Word x);
Word meta(Word x);
Word with_meta(Word x, Word meta);

// By its full name, or null. What class_new makes is registered, and kept until the runtime stops.
const ClassObject* class_named(std::string_view name);
void register_class(Word class_word);

// What only records do; the others hand a record to these.
Word record_get(Word record, Word key, Word missing);
bool record_contains(Word record, Word key, bool& failed);
Word record_find(Word record, Word key);
std::size_t record_count(Word record);
Word record_seq(Word record);                              // a true seq or nil
Word record_assoc(Word record, Word key, Word value);
Word record_dissoc(Word record, Word key);
Word record_conj(Word record, Word element);
bool record_equal(Word x, Word y, bool& failed);           // of one class
std::uint32_t record_hash(Word record, bool& failed);
std::uint32_t record_java_hash(Word record, bool& failed);

// Calls with a result that is a count, an index or a hash: Number.intValue.
abi::i64_or_failure int_answer(Word x, Method method);

}  // namespace slisp::rt::types
