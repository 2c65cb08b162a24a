// hash.cpp: hasheq as on the JVM (Murmur3), so that large maps and sets iterate in the JVM's order.
// Keeps: equal values have equal hashes; strings cache theirs unless they are immortal (those are never written to).
#include "runtime/equality/equality.hpp"
#include "runtime/host/native.hpp"
#include "runtime/seqs/seqs.hpp"
#include "runtime/types/operations.hpp"

namespace slisp::rt {

std::uint32_t murmur3_bytes(std::string_view utf8, std::uint32_t& java_hash) {
  std::uint32_t h = 0;
  for_each_utf16(utf8, [&](std::uint16_t unit) { h = 31 * h + unit; });
  java_hash = h;
  return murmur3::hash_int(h);
}

// Symbol.hasheq: hashCombine(hashUnencodedChars(name), ns.hashCode()).
std::uint32_t symbol_hash(std::string_view ns_or_empty, std::string_view name) {
  std::uint32_t h = 0, units = 0, low = 0;
  for_each_utf16(name, [&](std::uint16_t unit) {
    if (units++ % 2 == 0)
      low = unit;
    else
      h = murmur3::mix_h1(h, murmur3::mix_k1(low | static_cast<std::uint32_t>(unit) << 16));
  });
  if (units % 2 == 1) h ^= murmur3::mix_k1(low);
  h = murmur3::finish(h, 2 * units);
  std::uint32_t ns_hash = 0;
  for_each_utf16(ns_or_empty, [&](std::uint16_t unit) { ns_hash = 31 * ns_hash + unit; });
  return h ^ (ns_hash + 0x9e3779b9u + (h << 6) + static_cast<std::uint32_t>(static_cast<std::int32_t>(h) >> 2));
}

namespace {

std::uint32_t hash_string(abi::String* s) {
  if (s->hashed) return s->hash;
  std::uint32_t java_hash;
  const std::uint32_t hash = murmur3_bytes({s->data, s->bytes}, java_hash);
  if (count_of(&s->header) > 0) {
    s->hash = hash;
    s->hashed = 1;
  }
  return hash;
}

std::uint32_t hash_sequence(Word x, bool& failed) {
  std::uint32_t hash = 1, count = 0;
  if (is_vector(x)) {
    const std::size_t size = vector_size(x);
    for (std::size_t i = 0; i < size;) {
      std::size_t n;
      const Word* run = vector_run(x, i, n);
      for (std::size_t j = 0; j < n; ++j) {
        hash = 31 * hash + hash_of(run[j], failed);
        if (failed) return 0;
      }
      i += n;
    }
    return murmur3::mix_collection(hash, static_cast<std::uint32_t>(size));
  }
  SeqWalk walk(Owned::copy(x));
  Owned element;
  while (walk.next(element)) {
    hash = 31 * hash + hash_of(element, failed);
    if (failed) return 0;
    ++count;
  }
  failed = walk.failed();
  return murmur3::mix_collection(hash, count);
}

// Hash maps and hash sets keep theirs until they change: else values nested in n of them would be hashed n times.
std::uint32_t kept_hash(Word x) { return __atomic_load_n(&at<HashMap>(x)->hash, __ATOMIC_RELAXED); }
std::uint32_t keep_hash(Word x, std::uint32_t hash) {
  if (count_of(header_of(x)) != 0) __atomic_store_n(&at<HashMap>(x)->hash, hash, __ATOMIC_RELAXED);
  return hash;
}

std::uint32_t hash_map(Word map, bool& failed) {
  std::uint32_t sum = 0;
  MapCursor cursor;
  while (const Word* entry = cursor_next(map, cursor)) {
    const std::uint32_t key = key_hash(entry[0], failed);
    if (failed) return 0;
    const std::uint32_t value = hash_of(entry[1], failed);
    if (failed) return 0;
    sum += murmur3::mix_collection(31 * (31 + key) + value, 2);
  }
  const std::uint32_t hash = murmur3::mix_collection(sum, static_cast<std::uint32_t>(map_size(map)));
  return kind_of(map) == Kind::HashMap ? keep_hash(map, hash) : hash;
}

std::uint32_t hash_set(Word set, bool& failed) {
  std::uint32_t sum = 0;
  MapCursor cursor;
  while (const Word* element = cursor_next(set, cursor)) {
    sum += key_hash(*element, failed);
    if (failed) return 0;
  }
  const std::uint32_t hash = murmur3::mix_collection(sum, static_cast<std::uint32_t>(set_size(set)));
  return kind_of(set) == Kind::HashSet ? keep_hash(set, hash) : hash;
}

std::uint32_t hash_immediate(Word x) {
  if (x == abi::k_true) return 1231;
  if (x == abi::k_false) return 1237;
  return x == abi::k_nil ? 0 : to_character(x);
}

std::uint32_t fold(std::uint64_t bits) { return static_cast<std::uint32_t>(bits ^ bits >> 32); }

}  // namespace

std::uint32_t hash_slow(Borrowed value, bool& failed) {
  const Word x = value.word();
  if (is_fixnum(x)) return murmur3::hash_long(to_fixnum(x));
  if (!is_pointer(x)) return hash_immediate(x);
  const Kind kind = kind_of(x);
  switch (kind) {
    case Kind::String:
      return hash_string(at<abi::String>(x));
    case Kind::Symbol:
    case Kind::Keyword:
      return at<abi::Named>(x)->hash;
    case Kind::Long:
    case Kind::Integer:
    case Kind::Double:
    case Kind::BigInt:
    case Kind::Ratio:
    case Kind::BigDecimal:
      return hash_number(value);
    case Kind::Uuid: {
      const auto* words = reinterpret_cast<const std::uint64_t*>(x + sizeof(Header));
      return fold(words[0] ^ words[1]);
    }
    case Kind::Inst:
      return fold(*reinterpret_cast<const std::uint64_t*>(x + sizeof(Header)));
    // By name and text: sets and maps of them in a program's text were laid out by the compiler, where they stand at other addresses.
    case Kind::Class:
    case Kind::Regex:
      return hash_string(at<abi::String>(*slots_of(header_of(x))));
    default:
      break;
  }
  if (kind == Kind::HashMap || kind == Kind::HashSet) {
    const std::uint32_t hash = kept_hash(x);
    if (hash != 0) return hash;
  }
  if (stack_exhausted()) {
    (void)throw_stack_overflow();
    failed = true;
    return 0;
  }
  if (kind == Kind::Native && at<NativeObject>(x)->type->hash != nullptr) return at<NativeObject>(x)->type->hash(value, failed);
  if (is_sequential_kind(kind)) return hash_sequence(x, failed);
  if (is_map_kind(kind)) return hash_map(x, failed);
  if (is_set_kind(kind)) return hash_set(x, failed);
  if (kind == Kind::TaggedLiteral) {  // 31 * tag.hashCode() + form.hashCode(), nearly
    const std::uint32_t tag = hash_of(slots_of(header_of(x))[0], failed);
    return failed ? 0 : 31 * tag + hash_of(slots_of(header_of(x))[1], failed);
  }
  if (asks_type(x)) return slisp_type_operations.hash(x, failed);
  return static_cast<std::uint32_t>(abi::slisp_identity_hash(x));
}

std::uint32_t hash_of(Borrowed value, bool& failed) { return key_hash(value.word(), failed); }

}  // namespace slisp::rt

using namespace slisp::rt;
namespace {
slisp::abi::i64_or_failure signed_hash(std::uint32_t hash, bool failed) {
  return failed ? i64_failure() : i64_of(static_cast<std::int32_t>(hash));
}
}  // namespace

extern "C" {
slisp::abi::i64_or_failure slisp_hash(Word x) {
  bool failed = false;
  const std::uint32_t hash = hash_of(x, failed);
  return signed_hash(hash, failed);
}
std::int64_t slisp_mix_collection_hash(std::int64_t hash, std::int64_t count) {
  return static_cast<std::int32_t>(
      murmur3::mix_collection(static_cast<std::uint32_t>(hash), static_cast<std::uint32_t>(count)));
}
slisp::abi::i64_or_failure slisp_hash_ordered(Word x) {
  std::uint32_t hash = 1, count = 0;
  bool failed = false;
  SeqWalk walk(Owned::adopt(x));
  Owned element;
  while (!failed && walk.next(element)) {
    hash = 31 * hash + hash_of(element, failed);
    ++count;
  }
  return signed_hash(murmur3::mix_collection(hash, count), failed || walk.failed());
}
slisp::abi::i64_or_failure slisp_hash_unordered(Word x) {
  std::uint32_t sum = 0, count = 0;
  bool failed = false;
  SeqWalk walk(Owned::adopt(x));
  Owned element;
  while (!failed && walk.next(element)) {
    sum += hash_of(element, failed);
    ++count;
  }
  return signed_hash(murmur3::mix_collection(sum, count), failed || walk.failed());
}
}
