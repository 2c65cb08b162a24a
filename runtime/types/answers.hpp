// answers.hpp: the functions behind slisp_type_operations, see operations.hpp for what they consume.
#pragma once
#include "runtime/types/operations.hpp"

namespace slisp::rt::types {

#define SLISP_TYPE_OPERATION(result, name, parameters) result name parameters;
#include "runtime/types/operations.def"
#undef SLISP_TYPE_OPERATION

// What class_new makes is found by class_named, and kept until the runtime stops.
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
