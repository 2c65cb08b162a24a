// symbols.cpp: symbol objects and the JVM's hash of names.
// Keeps: a symbol's hash is computed when it is made; a string is hashed over its UTF-16 units, surrogates and all.
#include "runtime/names/names.hpp"

namespace slisp::rt {
namespace {

std::uint32_t rotate_left(std::uint32_t x, int bits) { return x << bits | x >> (32 - bits); }

// Clojure's Murmur3, fed with pairs of UTF-16 units.
class UnitHash {
 public:
  void unit(std::uint32_t u) {
    java_ = java_ * 31 + u;
    if (units_++ % 2 == 0) {
      low_ = u;
      return;
    }
    h_ ^= mix(low_ | u << 16);
    h_ = rotate_left(h_, 13) * 5 + 0xe6546b64u;
  }
  std::uint32_t finish() const {
    std::uint32_t h = h_;
    if (units_ % 2 == 1) h ^= mix(low_);
    h ^= units_ * 2;
    h = (h ^ h >> 16) * 0x85ebca6bu;
    h = (h ^ h >> 13) * 0xc2b2ae35u;
    return h ^ h >> 16;
  }
  std::uint32_t java() const { return java_; }

 private:
  static std::uint32_t mix(std::uint32_t k) { return rotate_left(k * 0xcc9e2d51u, 15) * 0x1b873593u; }
  std::uint32_t h_ = 0, low_ = 0, units_ = 0, java_ = 0;
};

// The text is valid UTF-8.
UnitHash hash_units(std::string_view text) {
  UnitHash hash;
  for (std::size_t i = 0; i < text.size();) {
    auto lead = static_cast<unsigned char>(text[i]);
    int more = lead < 0x80 ? 0 : lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
    std::uint32_t point = more == 0 ? lead : lead & (0x3fu >> more);
    ++i;
    for (; more > 0 && i < text.size(); --more, ++i) point = point << 6 | (static_cast<unsigned char>(text[i]) & 0x3fu);
    if (point < 0x10000) {
      hash.unit(point);
    } else {
      hash.unit(0xd7c0 + (point >> 10));
      hash.unit(0xdc00 + (point & 0x3ff));
    }
  }
  return hash;
}

// Util.hashCombine; >> is arithmetic on the JVM.
std::uint32_t combine(std::uint32_t seed, std::uint32_t hash) {
  return seed ^ (hash + 0x9e3779b9u + (seed << 6) + static_cast<std::uint32_t>(static_cast<std::int32_t>(seed) >> 2));
}

}  // namespace

std::uint32_t symbol_hash(std::string_view ns_or_empty, std::string_view name) {
  return combine(hash_units(name).finish(), hash_units(ns_or_empty).java());
}

std::uint32_t keyword_hash(std::string_view ns_or_empty, std::string_view name) {
  return symbol_hash(ns_or_empty, name) + 0x9e3779b9u;
}

Owned symbol(std::string_view ns_or_empty, std::string_view name) {
  auto* object = allocate_as<abi::Named>(Kind::Symbol, sizeof(abi::Named), 2);
  object->hash = symbol_hash(ns_or_empty, name);
  object->reserved = 0;
  object->ns = abi::k_nil;
  object->name = abi::k_nil;
  if (!ns_or_empty.empty()) object->ns = make_string(ns_or_empty).take();
  object->name = make_string(name).take();
  return adopt_object(object);
}

Borrowed symbol_name(Borrowed named) { return named.as<abi::Named>()->name; }
Borrowed symbol_ns(Borrowed named) { return named.as<abi::Named>()->ns; }

}  // namespace slisp::rt
