// compare.cpp: order and equality of numbers, sign tests, parity.
#include "runtime/numbers/numbers.hpp"
#include <bit>

namespace slisp::rt {
namespace {

enum class Order : std::int8_t { Less = -1, Equal = 0, Greater = 1, Unordered = 2, Failed = 3 };

Order order_of(Borrowed a, Borrowed b) {
  const Tower ta = tower_of(a), tb = tower_of(b);
  if (ta == Tower::Long && tb == Tower::Long) {
    const std::int64_t x = raw_long(a), y = raw_long(b);
    return x < y ? Order::Less : x > y ? Order::Greater : Order::Equal;
  }
  if (ta == Tower::None || tb == Tower::None) return Order::Failed;
  if (ta == Tower::Double || tb == Tower::Double) {
    const double x = number_to_double(a), y = number_to_double(b);
    return x < y ? Order::Less : x > y ? Order::Greater : x == y ? Order::Equal : Order::Unordered;
  }
  const int order = slisp_big_table.compare(a, b);
  return order < 0 ? Order::Less : order > 0 ? Order::Greater : Order::Equal;
}

enum class Category { Integer, Ratio, Decimal, Floating };
Category category_of(Borrowed x) {
  switch (tower_of(x)) {
    case Tower::Ratio: return Category::Ratio;
    case Tower::Decimal: return Category::Decimal;
    case Tower::Double: return Category::Floating;
    default: return Category::Integer;
  }
}

std::uint32_t murmur3_long(std::int64_t value) {
  if (value == 0) return 0;
  auto mix_k1 = [](std::uint32_t k) { return std::rotl(k * 0xcc9e2d51u, 15) * 0x1b873593u; };
  auto mix_h1 = [](std::uint32_t h, std::uint32_t k) { return std::rotl(h ^ k, 13) * 5 + 0xe6546b64u; };
  std::uint32_t h = mix_h1(0, mix_k1(static_cast<std::uint32_t>(value)));
  h = mix_h1(h, mix_k1(static_cast<std::uint32_t>(static_cast<std::uint64_t>(value) >> 32)));
  h ^= 8;
  h = (h ^ (h >> 16)) * 0x85ebca6bu;
  h = (h ^ (h >> 13)) * 0xc2b2ae35u;
  return h ^ (h >> 16);
}

}  // namespace

bool numbers_equal(Borrowed a, Borrowed b) {
  return category_of(a) == category_of(b) && order_of(a, b) == Order::Equal;
}

int compare_numbers(Borrowed a, Borrowed b) {
  const Order order = order_of(a, b);
  return order == Order::Less ? -1 : order == Order::Greater ? 1 : 0;
}

std::uint32_t hash_number(Borrowed number) {
  switch (tower_of(number)) {
    case Tower::Long: return murmur3_long(raw_long(number));
    case Tower::Double: {
      const double value = raw_double(number);
      if (value == 0) return 0;
      if (is_float(number)) return std::bit_cast<std::uint32_t>(static_cast<float>(value));
      const auto bits = std::bit_cast<std::uint64_t>(value != value ? __builtin_nan("") : value);
      return static_cast<std::uint32_t>(bits ^ (bits >> 32));
    }
    case Tower::BigInt: {
      std::int64_t value;
      if (slisp_big_table.to_long(number, value)) return murmur3_long(value);
      return slisp_big_table.hash(number);
    }
    default: return slisp_big_table.hash(number);
  }
}

}  // namespace slisp::rt

using namespace slisp::rt;
namespace {
template <class Test> std::uint32_t test_order(Word a, Word b, Test test) {
  const Order order = order_of(a, b);
  if (order == Order::Failed) return bool_failed(throw_operands(a, b));
  return test(order) ? 1 : 0;
}
// -1, 0, 1; 2 for NaN; 3 with an exception pending.
int sign_or_failure(Borrowed x) {
  switch (tower_of(x)) {
    case Tower::Long: return (raw_long(x) > 0) - (raw_long(x) < 0);
    case Tower::Double: {
      const double d = raw_double(x);
      return d != d ? 2 : (d > 0) - (d < 0);
    }
    case Tower::None: (void)throw_not_number(x); return 3;
    default: return slisp_big_table.sign(x);
  }
}
std::uint32_t test_sign(Word x, int wanted) {
  const int sign = sign_or_failure(x);
  return sign == 3 ? slisp::abi::k_bool_failed : sign == wanted;
}
}  // namespace

extern "C" {
std::uint32_t slisp_less(Word a, Word b) {
  return test_order(a, b, [](Order o) { return o == Order::Less; });
}
std::uint32_t slisp_less_equal(Word a, Word b) {
  return test_order(a, b, [](Order o) { return o == Order::Less || o == Order::Equal; });
}
// (> a b) is (< b a): where both are no numbers b is blamed.
std::uint32_t slisp_greater(Word a, Word b) {
  const Order order = order_of(a, b);
  if (order != Order::Failed) return order == Order::Greater;
  if (Borrowed(a).is_nil() || Borrowed(b).is_nil()) return bool_failed(throw_operands(a, b));
  return bool_failed(throw_second_first(a, b));
}
std::uint32_t slisp_greater_equal(Word a, Word b) {
  return test_order(a, b, [](Order o) { return o == Order::Greater || o == Order::Equal; });
}
// Both are cast before either is asked for its class, and nil can be cast.
std::uint32_t slisp_numeric_equal(Word a, Word b) {
  const Order order = order_of(a, b);
  if (order != Order::Failed) return order == Order::Equal;
  const Borrowed x = a, y = b;
  return bool_failed(throw_not_number(!is_number(x) && !x.is_nil() ? x : !is_number(y) && !y.is_nil() ? y : Borrowed(slisp::abi::k_nil)));
}
std::uint32_t slisp_less_i64(Word x, std::int64_t n) { return slisp_less(x, make_long(n).word()); }
std::uint32_t slisp_less_equal_i64(Word x, std::int64_t n) { return slisp_less_equal(x, make_long(n).word()); }
std::uint32_t slisp_greater_i64(Word x, std::int64_t n) { return slisp_greater(x, make_long(n).word()); }
std::uint32_t slisp_greater_equal_i64(Word x, std::int64_t n) { return slisp_greater_equal(x, make_long(n).word()); }
std::uint32_t slisp_numeric_equal_i64(Word x, std::int64_t n) { return slisp_numeric_equal(x, make_long(n).word()); }
std::uint32_t slisp_zero_p(Word x) { return test_sign(x, 0); }
std::uint32_t slisp_pos_p(Word x) { return test_sign(x, 1); }
std::uint32_t slisp_neg_p(Word x) { return test_sign(x, -1); }

std::uint32_t slisp_even_p(Word x) {
  switch (tower_of(x)) {
    case Tower::Long: return (raw_long(x) & 1) == 0;
    case Tower::BigInt: return !slisp_big_table.odd(x);
    default: break;
  }
  TextBuffer message;
  message.append("Argument must be an integer: ");
  if (!append_str(message, x)) return slisp::abi::k_bool_failed;
  return bool_failed(throw_string(ClassId::IllegalArgumentException, message.finish()));
}
}
