// lookup_site.h: what a place that looks up a keyword remembers of the value it saw last.
#pragma once
#include <cstddef>
#include <cstdint>

namespace slisp::abi {

// Each half is read and written as one word, so that threads cannot see parts of two memories. 0: nothing seen yet.
struct LookupSite {
  std::uint64_t map;       // low half: kind, flags and slots of the header of an array map; high half: offset of the key in the object
  std::uint64_t record;    // low half: the address of a record's class, which is static; high half: offset of the field
};
static_assert(sizeof(LookupSite) == 16 && offsetof(LookupSite, record) == 8);

}  // namespace slisp::abi
