// java_hash.cpp: hashCode as the JVM computes it, where the value decides it; the text of a lazy seq shows it.
#include "runtime/control/objects.hpp"
#include "runtime/host/native.hpp"
#include "runtime/numbers/numbers.hpp"
#include "runtime/types/operations.hpp"
#include <bit>

namespace slisp::rt {
namespace {

std::uint32_t fold(std::uint64_t bits) { return static_cast<std::uint32_t>(bits ^ (bits >> 32)); }

std::uint32_t named_hash(Borrowed named) {
  bool failed = false;
  const auto name = static_cast<std::uint32_t>(java_hash_code(symbol_name(named), failed));
  const auto ns = static_cast<std::uint32_t>(java_hash_code(symbol_ns(named), failed));
  // Util.hashCombine of the hasheq-free parts; Symbol.hashCode combines the name's hash with the namespace's.
  std::uint32_t seed = name;
  seed ^= ns + 0x9e3779b9u + (seed << 6) + static_cast<std::uint32_t>(static_cast<std::int32_t>(seed) >> 2);
  return seed;
}

std::uint32_t seq_hash(Borrowed value, bool& failed) {
  std::uint32_t hash = 1;
  SeqWalk walk(Owned::copy(value));
  Owned element;
  while (!failed && walk.next(element)) hash = hash * 31 + static_cast<std::uint32_t>(java_hash_code(element, failed));
  if (walk.failed()) failed = true;
  return hash;
}

std::uint32_t map_hash(Borrowed map, bool& failed) {
  std::uint32_t hash = 0;
  MapCursor cursor;
  Borrowed key = abi::k_nil, value = abi::k_nil;
  while (!failed && next_entry(map, cursor, key, value))
    hash += static_cast<std::uint32_t>(java_hash_code(key, failed)) ^ static_cast<std::uint32_t>(java_hash_code(value, failed));
  return hash;
}

std::uint32_t set_hash(Borrowed set, bool& failed) {
  std::uint32_t hash = 0;
  MapCursor cursor;
  Borrowed element = abi::k_nil;
  while (!failed && next_element(set, cursor, element)) hash += static_cast<std::uint32_t>(java_hash_code(element, failed));
  return hash;
}

std::uint32_t hash_code(Borrowed x, bool& failed) {
  const Word word = x.word();
  if (is_fixnum(word)) return fold(static_cast<std::uint64_t>(to_fixnum(word)));
  if (!is_pointer(word)) {
    if (is_character(word)) return to_character(word);
    return word == abi::k_true ? 1231 : word == abi::k_false ? 1237 : 0;
  }
  if (stack_exhausted()) {
    (void)throw_stack_overflow();
    failed = true;
    return 0;
  }
  switch (header_of(word)->kind) {
    case Kind::Long: return fold(static_cast<std::uint64_t>(x.as<abi::Long>()->value));
    case Kind::Integer: return static_cast<std::uint32_t>(x.as<abi::Long>()->value);
    case Kind::Double:
      if (is_float(x)) return std::bit_cast<std::uint32_t>(static_cast<float>(x.as<abi::Double>()->value));
      return fold(std::bit_cast<std::uint64_t>(x.as<abi::Double>()->value));
    case Kind::BigInt:
    case Kind::Ratio:
    case Kind::BigDecimal: return static_cast<std::uint32_t>(slisp_big_table.java_hash(x));
    case Kind::String: return static_cast<std::uint32_t>(abi::slisp_string_java_hash(word).value);
    case Kind::Symbol: return named_hash(x);
    case Kind::Keyword: return named_hash(x) + 0x9e3779b9u;
    case Kind::Uuid: return fold(x.as<UuidObject>()->most_significant ^ x.as<UuidObject>()->least_significant);
    case Kind::Inst: return fold(static_cast<std::uint64_t>(x.as<InstObject>()->milliseconds));
    case Kind::EmptyList:
    case Kind::List:
    case Kind::Cons:
    case Kind::LazySeq:
    case Kind::ChunkedCons:
    case Kind::VectorSeq:
    case Kind::MapSeq:
    case Kind::StringSeq:
    case Kind::Repeat:
    case Kind::Range:
    case Kind::RSeq:
    case Kind::ArraySeq:
    case Kind::Vector:
    case Kind::LargeVector:
    case Kind::SubVector:
    case Kind::Queue: return seq_hash(x, failed);
    case Kind::ArrayMap:
    case Kind::HashMap:
    case Kind::TreeMap: return map_hash(x, failed);
    case Kind::HashSet:
    case Kind::TreeSet: return set_hash(x, failed);
    case Kind::Native:
      if (native_type(x)->hash != nullptr) return native_type(x)->hash(x, failed);
      return static_cast<std::uint32_t>(abi::slisp_identity_hash(word));
    default:
      if (asks_type(word)) return slisp_type_operations.java_hash(word, failed);
      return static_cast<std::uint32_t>(abi::slisp_identity_hash(word));
  }
}

}  // namespace

std::int32_t java_hash_code(Borrowed value, bool& failed) { return static_cast<std::int32_t>(hash_code(value, failed)); }

}  // namespace slisp::rt

extern "C" slisp::abi::i64_or_failure slisp_java_hash(slisp::abi::Word x) {
  bool failed = false;
  const std::int32_t hash = slisp::rt::java_hash_code(x, failed);
  return {hash, failed ? 0u : 1u};
}
