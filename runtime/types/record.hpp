// record.hpp: records: an object with the fields of its class, a map of further entries or nil, and metadata.
#pragma once
#include "runtime/types/types.hpp"

namespace slisp::rt {

inline const Word* record_keys(const UserClass* c) { return slots_of(header_of(c->keys)); }
inline std::size_t record_size(const UserClass* c) { return header_of(c->keys)->slots; }    // of the fields
// The map of further entries, or nil.
inline Word record_rest(Word x) { return slots_of(header_of(x))[1 + record_size(class_of_object(x))]; }

// Consumes the fields.
Word make_record(const UserClass* c, Word* fields, Word meta, Word rest);

}  // namespace slisp::rt
