// collections.hpp: what the tests of collections share: a guard over the number of live objects, functions written in C++,
// and hashes of printed texts, by which long orders are compared with the JVM's.
#pragma once
#include <random>
#include <vector>
#include "runtime/abi/functions.hpp"
#include "runtime/equality/equality.hpp"
#include "runtime/memory/context.hpp"
#include "runtime/names/names.hpp"
#include "runtime/seqs/seqs.hpp"
#include "tests/unit/runtime/values.hpp"

namespace slisp::rt::test {

inline std::uint64_t live_objects() {
  const HeapCounts counts = heap_counts();
  return counts.allocated - counts.freed;
}
// First in a test: checks that all objects made after it are gone at its end, in all sections. Keywords live as long as the
// process, so their table is emptied before counting.
class NothingLeft {
 public:
  NothingLeft() { release_keywords(), before_ = live_objects(); }
  ~NothingLeft() {
    release_keywords();
    CHECK(live_objects() == before_);
  }

 private:
  std::uint64_t before_;
};

// A function of n arguments, written in C++: takes owned words, returns an owned one or 0.
struct NativeFn {
  abi::FnDescriptor descriptor{};
  Word fn;
  template <class... Words>
  explicit NativeFn(Word (*entry)(Words...)) {
    descriptor.variadic_fixed = -1;
    descriptor.name = "test/fn";
    descriptor.file = "test";
    descriptor.arity_mask = 1u << sizeof...(Words);
    descriptor.entry[sizeof...(Words)] = reinterpret_cast<abi::Code>(entry);
    fn = abi::slisp_alloc_fn(static_cast<std::int64_t>(reinterpret_cast<std::uintptr_t>(&descriptor)), nullptr, 0);
  }
  ~NativeFn() { release(fn); }
  Owned get() const { return Owned::copy(fn); }
};

inline std::int32_t hash_of_text(const std::string& text) {
  std::uint32_t java_hash;
  return static_cast<std::int32_t>(murmur3_bytes(text, java_hash));
}
inline Owned put(Owned map, Owned k, Owned v) { return map_assoc(std::move(map), std::move(k), std::move(v)); }
inline Owned without(Owned map, const Owned& k) { return own(abi::slisp_dissoc(map.take(), k.word())); }
inline Owned keys_of(const Owned& map) { return own(abi::slisp_keys(Owned::copy(map).take())); }
inline std::int32_t hash_of_keys(const Owned& map) { return hash_of_text(pr(keys_of(map))); }
inline std::int32_t hash_of_elements(const Owned& set) { return hash_of_text(pr(abi::slisp_seq(Owned::copy(set).take()))); }
inline bool same(const Owned& a, const Owned& b) {
  bool failed = false;
  const bool result = equal(a, b, failed);
  REQUIRE_FALSE(failed);
  return result;
}
template <class... Values>
Owned lst(Values&&... values) {
  Owned block[] = {std::move(values)..., Owned()};
  return list_of(std::span<Owned>(block, sizeof...(Values)));
}
inline Owned range(std::int64_t start, std::int64_t end, std::int64_t step = 1) {
  return own(abi::slisp_range_long(start, end, step));
}
inline Owned sym(std::string_view name) { return symbol("", name); }
inline std::int64_t size_of(const Owned& x) {
  const auto count = abi::slisp_count(Owned::copy(x).take());
  REQUIRE(count.valid);
  return count.value;
}
// k0 v0 k1 v1 ... in a map that grew by assoc.
template <class... Values>
Owned map_of(Values&&... values) {
  Owned block[] = {std::move(values)..., Owned()};
  Owned map = empty_map();
  for (std::size_t i = 0; i + 1 < sizeof...(Values); i += 2)
    map = put(std::move(map), std::move(block[i]), std::move(block[i + 1]));
  return map;
}
template <class... Values>
Owned set_of(Values&&... values) {
  Owned block[] = {std::move(values)..., Owned()};
  Owned set = empty_set();
  for (std::size_t i = 0; i < sizeof...(Values); ++i) set = set_conj(std::move(set), std::move(block[i]));
  return set;
}

}  // namespace slisp::rt::test
