// integers.cpp: java.lang.Integer, Short and Byte: what casts, arrays of them and their own methods make.
// Keeps: only code that makes them refers to this file; everything else knows them as longs whose class is another.
// Idea: one kind laid out as a Long, whose flag tells the class; arithmetic goes through the slow path, which takes any integer for a long
//   and makes longs, as on the JVM. The values of a byte lie ready, as those that the JVM caches.
#include "runtime/numbers/numbers.hpp"
#include <array>

namespace slisp::rt {
namespace {

using Small = std::array<abi::Long, 256>;
constexpr Small all_bytes(std::uint8_t flag) {
  Small made{};
  for (int i = 0; i < 256; ++i) made[static_cast<std::size_t>(i)] = {{0, Kind::Integer, flag, 0}, i - 128};
  return made;
}
constexpr Small k_ints = all_bytes(0), k_shorts = all_bytes(abi::k_flag_short), k_bytes = all_bytes(abi::k_flag_byte);

}  // namespace

Owned make_integer(std::uint8_t flag, std::int64_t value) {
  if (value >= -128 && value < 128) {
    const Small& small = flag == 0 ? k_ints : flag == abi::k_flag_short ? k_shorts : k_bytes;
    return Owned::adopt(word_of(&small[static_cast<std::size_t>(value + 128)]));
  }
  auto* object = allocate_as<abi::Long>(Kind::Integer, sizeof(abi::Long), 0, flag);
  object->value = value;
  return adopt_object(object);
}

namespace {
Word boxed(std::uint8_t flag, abi::i64_or_failure value) {
  return value.valid == 0 ? abi::k_pending : make_integer(flag, value.value).take();
}
}  // namespace
}  // namespace slisp::rt

using namespace slisp::rt;
extern "C" {
Word slisp_int_cast(Word x) { return boxed(0, slisp::abi::slisp_to_int(x)); }
Word slisp_short_cast(Word x) { return boxed(slisp::abi::k_flag_short, slisp::abi::slisp_to_short(x)); }
Word slisp_byte_cast(Word x) { return boxed(slisp::abi::k_flag_byte, slisp::abi::slisp_to_byte(x)); }
Word slisp_unchecked_int_cast(Word x) { return boxed(0, slisp::abi::slisp_unchecked_int(x)); }
Word slisp_box_int(std::int64_t value) { return make_integer(0, value).take(); }
Word slisp_box_short(std::int64_t value) { return make_integer(slisp::abi::k_flag_short, value).take(); }
Word slisp_box_byte(std::int64_t value) { return make_integer(slisp::abi::k_flag_byte, value).take(); }
}
