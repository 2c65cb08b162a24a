// lookup.cpp: (:k x) and (get x :k), when the inline form and generated_code_lookup.asm found nothing.
// Idea: maps made at one place have their keys at the same places, and so do the records of one class: a place that looks up remembers
//       what it saw (inline caches; Deutsch & Schiffman 1984).
#include "runtime/abi/lookup_site.h"
#include "runtime/collections/layouts.hpp"
#include "runtime/types/record.hpp"
#include <cstring>
#include <utility>

using namespace slisp::rt;
namespace abi = slisp::abi;

namespace {

// Later looks at records of this class find the field without coming here.
void remember(abi::LookupSite* site, const UserClass* c, std::size_t field) {
  const auto address = reinterpret_cast<std::uint64_t>(c);
  if (address > UINT32_MAX || count_of(&c->base.header) != 0) return;   // classes made at run time may go away
  const std::uint64_t offset = sizeof(abi::Header) + sizeof(Word) * (1 + field);
  __atomic_store_n(&site->record, offset << 32 | address, __ATOMIC_RELAXED);
}

}  // namespace

// All borrowed but the result; 0: failed.
extern "C" Word slisp_lookup_keyword(Word collection, Word key, Word missing, abi::LookupSite* site) {
  if (is_kind(collection, Kind::Record)) {
    const UserClass* c = class_of_object(collection);
    const std::size_t count = record_size(c);
    for (std::size_t i = 0; i < count; ++i) {
      if (record_keys(c)[i] != key) continue;
      remember(site, c, i);
      return retained(slots_of(header_of(collection))[1 + i]);
    }
  }
  return abi::slisp_get_default(collection, key, retained(missing));
}

// The same; the value moves out of a collection that nobody else has.
extern "C" Word slisp_lookup_keyword_take(Word collection, Word key, Word missing, abi::LookupSite* site) {
  if (!is_kind(collection, Kind::ArrayMap)) return abi::slisp_get_default_take(collection, key, retained(missing));
  const Header* h = header_of(collection);
  Word* slot = at<Inline>(collection)->slot;
  for (unsigned i = 0; i + 1 < h->slots; i += 2) {
    if (slot[i] != key) continue;
    std::uint32_t seen;
    std::memcpy(&seen, reinterpret_cast<const char*>(h) + abi::k_offset_kind, sizeof seen);
    const std::uint64_t offset = sizeof(Header) + sizeof(Word) * i;
    __atomic_store_n(&site->map, offset << 32 | seen, __ATOMIC_RELAXED);
    return unique(collection) ? std::exchange(slot[i + 1], abi::k_nil) : retained(slot[i + 1]);
  }
  return retained(missing);
}
