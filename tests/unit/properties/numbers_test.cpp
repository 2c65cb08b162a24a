// numbers_test.cpp: arithmetic against __int128, and the laws that ratios, decimals and doubles must keep.
#include "tests/unit/properties/property.hpp"
#include <cmath>

using namespace slisp::rt;
using namespace slisp::rt::test;
namespace abi = slisp::abi;

namespace {

__extension__ using Wide = __int128;
__extension__ using UnsignedWide = unsigned __int128;
std::string text(Wide n) {
  std::string digits;
  auto rest = n < 0 ? -static_cast<UnsignedWide>(n) : static_cast<UnsignedWide>(n);
  do digits.insert(digits.begin(), static_cast<char>('0' + static_cast<int>(rest % 10)));
  while ((rest /= 10) != 0);
  return (n < 0 ? "-" : "") + digits;
}
bool is_long(Wide n) { return n >= INT64_MIN && n <= INT64_MAX; }
std::string promoted(Wide n) { return text(n) + (is_long(n) ? "" : "N"); }
std::string checked(Wide n) { return is_long(n) ? text(n) : "ArithmeticException: long overflow"; }

template <class Row> std::string binary(Row row, const Owned& a, const Owned& b) { return pr(own(row(a.word(), b.word()))); }
bool equals(const Owned& a, const Owned& b) { return abi::slisp_numeric_equal(a.word(), b.word()) == 1; }

// n / d, whatever that is in the tower.
Owned fraction() {
  const std::int64_t d = *rc::gen::suchThat(rc::gen::inRange<std::int64_t>(-1000, 1000), [](std::int64_t x) { return x != 0; });
  return make_ratio(num(*longs()), num(d));
}

}  // namespace

SLISP_PROPERTY("+ - * on longs are exact or overflow", [] {
  const std::int64_t a = *longs(), b = *longs();
  const Owned x = num(a), y = num(b);
  RC_ASSERT(binary(abi::slisp_add, x, y) == checked(Wide(a) + b));
  RC_ASSERT(binary(abi::slisp_subtract, x, y) == checked(Wide(a) - b));
  RC_ASSERT(binary(abi::slisp_multiply, x, y) == checked(Wide(a) * b));
  RC_ASSERT(binary(abi::slisp_add_promoting, x, y) == promoted(Wide(a) + b));
  // As in Clojure the subtrahend is negated first: the smallest long becomes a BigInt, and so does the difference.
  RC_ASSERT(binary(abi::slisp_subtract_promoting, x, y) == (b == INT64_MIN ? text(Wide(a) - b) + "N" : promoted(Wide(a) - b)));
  RC_ASSERT(binary(abi::slisp_multiply_promoting, x, y) == promoted(Wide(a) * b));
})

SLISP_PROPERTY("quot, rem and mod divide with remainder", [] {
  const std::int64_t a = *longs();
  const std::int64_t b = *rc::gen::suchThat(longs(), [](std::int64_t x) { return x != 0; });
  RC_PRE(!(a == INT64_MIN && b == -1));
  const Owned x = num(a), y = num(b);
  const std::int64_t floor_rest = a % b != 0 && (a % b < 0) != (b < 0) ? a % b + b : a % b;
  RC_ASSERT(binary(abi::slisp_quot, x, y) == text(a / b));
  RC_ASSERT(binary(abi::slisp_rem, x, y) == text(a % b));
  RC_ASSERT(binary(abi::slisp_mod, x, y) == text(floor_rest));
})

SLISP_PROPERTY("fractions form a field", [] {
  const Owned a = fraction(), b = fraction(), c = fraction();
  const auto add = [](const Owned& x, const Owned& y) { return own(abi::slisp_add_promoting(x.word(), y.word())); };
  const auto times = [](const Owned& x, const Owned& y) { return own(abi::slisp_multiply_promoting(x.word(), y.word())); };
  RC_ASSERT(equals(add(a, b), add(b, a)));
  RC_ASSERT(equals(times(a, b), times(b, a)));
  RC_ASSERT(equals(add(add(a, b), c), add(a, add(b, c))));
  RC_ASSERT(equals(times(a, add(b, c)), add(times(a, b), times(a, c))));
  const Owned zero = num(0);
  if (!equals(b, zero)) RC_ASSERT(equals(times(own(abi::slisp_divide(a.word(), b.word())), b), a));
  RC_ASSERT(compare_numbers(a, b) == -compare_numbers(b, a));
})

SLISP_PROPERTY("doubles print as the shortest text that reads back", [] {
  const double value = *rc::gen::map(rc::gen::arbitrary<std::uint64_t>(), [](std::uint64_t bits) {
    double d;
    std::memcpy(&d, &bits, sizeof d);
    return d;
  });
  RC_PRE(std::isfinite(value));
  const std::string shown = pr(make_double(value));
  RC_ASSERT(std::strtod(shown.c_str(), nullptr) == value);
})

SLISP_PROPERTY("a decimal keeps its digits", [] {
  const std::int64_t unscaled = *longs();
  const int scale = *rc::gen::inRange(0, 30);
  std::string digits = text(unscaled < 0 ? -Wide(unscaled) : Wide(unscaled));
  while (static_cast<int>(digits.size()) <= scale) digits.insert(0, "0");
  if (scale > 0) digits.insert(digits.size() - static_cast<std::size_t>(scale), ".");
  const Owned value = dec((unscaled < 0 ? "-" : "") + digits);
  const Owned again = dec(std::string(pr(value)).erase(pr(value).size() - 1));
  RC_ASSERT(same(value, again));
  const Owned sum = own(abi::slisp_add(value.word(), value.word()));
  const Owned two = num(2);
  RC_ASSERT(equals(sum, own(abi::slisp_multiply(value.word(), two.word()))));
})
