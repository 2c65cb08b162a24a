// native.hpp: objects of the host that only programs which name them can make: mutable collections, matchers, files, random numbers.
// They are all one kind, Native, and each carries a table of what generic code may ask of it. So a program that makes none of a sort
// holds nothing of that sort: the tables are reached from the constructors alone.
// Keeps: what an object refers to stands in its slots; what a table leaves null is not offered by the sort.
#pragma once
#include "runtime/api.hpp"

namespace slisp::rt {

// How the rest of the world sees it: equality with Clojure's own collections, printing.
enum class NativeShape : std::uint8_t { Opaque, List, Map, Set };

// Which methods it has; the library tells them apart by number.
enum class NativeSort : std::uint8_t { Other, List, Map, Set, Iterator, Holder, Builder, Random, Matcher, Text };

struct NativeType {
  ClassId class_id;
  NativeSort sort = NativeSort::Other;
  NativeShape shape = NativeShape::Opaque;
  void (*finalise)(Header* object) = nullptr;                          // what lies outside the slots
  bool (*text)(TextBuffer& out, Borrowed x) = nullptr;                 // (str x); else class@1f
  std::int64_t (*count)(Borrowed x) = nullptr;
  Word (*seq)(Borrowed x) = nullptr;                                   // owned: a true seq, nil, or 0
  Word (*look)(Borrowed x, Borrowed key, Borrowed missing) = nullptr;  // get: owned, `missing` where nothing is, or 0
  Word (*element)(Borrowed x, std::int64_t index) = nullptr;           // nth: owned, or 0
  bool (*equal)(Borrowed a, Borrowed b, bool& failed) = nullptr;       // b is of the same type; else identity
  std::uint32_t (*hash)(Borrowed x, bool& failed) = nullptr;           // x.hashCode(); else identity
  std::int64_t (*compare)(Borrowed a, Borrowed b) = nullptr;           // b is of the same type
};

struct NativeObject {
  Header header;
  const NativeType* type;
  std::uint64_t raw;
  Word slot[];
};

inline const NativeType* native_type(Borrowed x) { return x.is(Kind::Native) ? x.as<NativeObject>()->type : nullptr; }
inline bool is_native(Borrowed x, const NativeType& type) { return native_type(x) == &type; }
// x as an object of that type; null: not one, and a ClassCastException is pending (NullPointerException for nil).
NativeObject* native_or_throw(Word x, const NativeType& type);
// The string that a text builder holds (borrowed); 0 for everything else.
inline Word built_text(Borrowed x) {
  const NativeType* type = native_type(x);
  return type != nullptr && type->sort == NativeSort::Builder ? x.as<NativeObject>()->slot[0] : 0;
}
// With all slots nil.
NativeObject* make_native(const NativeType& type, unsigned slots);

}  // namespace slisp::rt
