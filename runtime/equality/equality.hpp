// equality.hpp: fast paths of equality and hashing, and Murmur3 as the JVM computes it.
#pragma once
#include <bit>
#include "runtime/api.hpp"

namespace slisp::rt {

namespace murmur3 {
inline std::uint32_t mix_k1(std::uint32_t k) { return std::rotl(k * 0xcc9e2d51u, 15) * 0x1b873593u; }
inline std::uint32_t mix_h1(std::uint32_t h, std::uint32_t k) { return std::rotl(h ^ k, 13) * 5 + 0xe6546b64u; }
inline std::uint32_t finish(std::uint32_t h, std::uint32_t length) {
  h ^= length;
  h = (h ^ (h >> 16)) * 0x85ebca6bu;
  h = (h ^ (h >> 13)) * 0xc2b2ae35u;
  return h ^ (h >> 16);
}
inline std::uint32_t hash_int(std::uint32_t value) { return value == 0 ? 0 : finish(mix_h1(0, mix_k1(value)), 4); }
inline std::uint32_t hash_long(std::int64_t value) {
  if (value == 0) return 0;
  const auto bits = static_cast<std::uint64_t>(value);
  return finish(mix_h1(mix_h1(0, mix_k1(static_cast<std::uint32_t>(bits))), mix_k1(static_cast<std::uint32_t>(bits >> 32))),
                8);
}
inline std::uint32_t mix_collection(std::uint32_t hash, std::uint32_t count) {
  return finish(mix_h1(0, mix_k1(hash)), count);
}
}  // namespace murmur3

// Calls `unit` with each UTF-16 unit of valid UTF-8.
template <class Unit>
inline void for_each_utf16(std::string_view utf8, Unit unit) {
  const char* p = utf8.data();
  const char* end = p + utf8.size();
  while (p < end) {
    std::uint32_t c = static_cast<unsigned char>(*p);
    if (c < 0x80) {
      ++p;
      unit(static_cast<std::uint16_t>(c));
      continue;
    }
    const int length = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;
    if (end - p < length) return;
    c &= 0xffu >> (length + 1);
    for (int i = 1; i < length; ++i) c = c << 6 | (static_cast<unsigned char>(p[i]) & 0x3f);
    p += length;
    if (c >= 0x10000) {
      unit(static_cast<std::uint16_t>(0xd800 + ((c - 0x10000) >> 10)));
      unit(static_cast<std::uint16_t>(0xdc00 + ((c - 0x10000) & 0x3ff)));
    } else {
      unit(static_cast<std::uint16_t>(c));
    }
  }
}

bool equal_slow(Borrowed a, Borrowed b, bool& failed);
std::uint32_t hash_slow(Borrowed value, bool& failed);

// Equality as a map uses it for its keys: identical values are equal, keywords and fixnums are decided at once.
inline bool key_equal(Word a, Word b, bool& failed) {
  if (a == b) return true;
  if (is_fixnum(a) && is_fixnum(b)) return false;
  if (is_kind(a, Kind::Keyword) && is_kind(b, Kind::Keyword)) return false;
  return equal_slow(a, b, failed);
}
inline std::uint32_t key_hash(Word key, bool& failed) {
  if (is_fixnum(key)) return murmur3::hash_long(to_fixnum(key));
  if (is_kind(key, Kind::Keyword)) return reinterpret_cast<abi::Named*>(key)->hash;
  return hash_slow(key, failed);
}

// compare: -1, 0, 1 or another number of that sign; failed: an exception is pending.
std::int64_t compare_values(Borrowed a, Borrowed b, bool& failed);
std::int64_t compare_by(Borrowed comparator, Borrowed a, Borrowed b, bool& failed);  // nil comparator: compare
// The first key of a sorted collection without comparator must be comparable at all, else ClassCastException.
void check_comparable(Borrowed value, bool& failed);

}  // namespace slisp::rt
