// random.cpp: java.util.Random: the generator the JVM documents, so that a seed gives the same numbers here as there.
#include "runtime/collections/layouts.hpp"
#include "runtime/host/native.hpp"

namespace slisp::rt {
namespace {

constexpr NativeType k_type = {.class_id = ClassId::Random, .sort = NativeSort::Random};
constexpr std::uint64_t k_multiplier = 0x5deece66d, k_mask = (std::uint64_t{1} << 48) - 1;

NativeObject* random_of(Word x) { return native_or_throw(x, k_type); }
std::uint64_t scrambled(std::int64_t seed) { return (static_cast<std::uint64_t>(seed) ^ k_multiplier) & k_mask; }

}  // namespace
}  // namespace slisp::rt

using namespace slisp::rt;
using slisp::abi::k_nil;
using slisp::abi::k_pending;

extern "C" {
Word slisp_random_new(std::int64_t seed) {
  NativeObject* random = make_native(k_type, 1);
  random->raw = scrambled(seed);
  return word_of(random);
}

Word slisp_random_seed(Word x, std::int64_t seed) {
  NativeObject* random = random_of(x);
  if (random == nullptr) return k_pending;
  random->raw = scrambled(seed);
  release(std::exchange(random->slot[0], k_nil));
  return k_nil;
}

slisp::abi::i64_or_failure slisp_random_next(Word x, std::int64_t bits) {
  NativeObject* random = random_of(x);
  if (random == nullptr) return i64_failure();
  random->raw = (random->raw * k_multiplier + 0xb) & k_mask;
  return i64_of(static_cast<std::int32_t>(random->raw >> (48 - bits)));
}

Word slisp_random_spare(Word x, Word value) {
  Owned given = Owned::adopt(value);
  NativeObject* random = random_of(x);
  return random == nullptr ? k_pending : std::exchange(random->slot[0], given.take());
}
}
