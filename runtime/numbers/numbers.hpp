// numbers.hpp: what the number files share: categories, layouts of the big kinds, and the table through which code for longs
// and doubles reaches the big kinds.
// Keeps: only bigs.cpp, its helpers and what can make a big number refer to GMP. Everything else reads `slisp_big_table`, a weak
//        symbol: absent (null) in programs that cannot make a BigInt, Ratio or BigDecimal.
// A file that lays out a static BigInt, Ratio or BigDecimal must refer to `slisp_big_table` strongly, so that it is linked.
#pragma once
#include "runtime/api.hpp"

namespace slisp::rt {

// BigInt: sign and limb count as GMP's _mp_size, then the limbs, least significant first. No leading zero limb; zero has none.
// The object refers to nothing, so it can be laid out as static data.
struct BigInt {
  Header header;
  std::int64_t size;                     // |size| limbs; negative for negative numbers
  std::uint64_t limbs[];
};
inline constexpr std::uint8_t k_flag_biginteger = 2;   // BigInt: a java.math.BigInteger (parts of ratios): prints without N

// Double: a java.lang.Float; its value is one that 32 bits can hold.
inline constexpr std::uint8_t k_flag_float = 2;
inline bool is_float(Borrowed x) { return x.is(Kind::Double) && (header_of(x.word())->flags & k_flag_float) != 0; }

// Ratio: numerator and denominator are BigInts flagged k_flag_biginteger, reduced, the denominator > 1.
struct Ratio {
  Header header;
  Word numerator;
  Word denominator;
};

// BigDecimal: unscaled * 10^-scale; the unscaled value is a BigInt.
struct BigDecimal {
  Header header;
  std::int64_t scale;
  Word unscaled;
};

enum class Operation : std::uint8_t { Add, Subtract, Multiply, Divide, Quotient, Remainder };

// How far up the tower a value stands. Contagion takes the greater of two, except that Ratio with Decimal gives Decimal.
enum class Tower : std::uint8_t { None, Long, BigInt, Ratio, Decimal, Double };

inline Tower tower_of(Borrowed x) {
  if (is_fixnum(x.word())) return Tower::Long;
  if (!is_pointer(x.word())) return Tower::None;
  switch (header_of(x.word())->kind) {
    case Kind::Long:
    case Kind::Integer: return Tower::Long;
    case Kind::Double: return Tower::Double;
    case Kind::BigInt: return Tower::BigInt;
    case Kind::Ratio: return Tower::Ratio;
    case Kind::BigDecimal: return Tower::Decimal;
    default: return Tower::None;
  }
}

inline std::int64_t raw_long(Borrowed x) {
  return is_fixnum(x.word()) ? to_fixnum(x.word()) : x.as<abi::Long>()->value;
}
inline double raw_double(Borrowed x) { return x.as<abi::Double>()->value; }

// What the longs and doubles ask of the big kinds. In each call at least one number is big and none is a double.
struct BigTable {
  Owned (*binary)(Operation operation, Borrowed a, Borrowed b);
  int (*compare)(Borrowed a, Borrowed b);
  std::uint32_t (*hash)(Borrowed x);
  std::int32_t (*java_hash)(Borrowed x);
  double (*to_double)(Borrowed x);
  bool (*to_long)(Borrowed x, std::int64_t& value);      // truncated; false when out of range, value has the low 64 bits
  int (*sign)(Borrowed x);
  bool (*odd)(Borrowed bigint);
  void (*append)(TextBuffer& out, Borrowed x, int radix);  // digits alone, without N or M
  Owned (*negate)(Borrowed x);
  Owned (*truncate)(Borrowed x);                         // to a BigInt
};
extern "C" __attribute__((weak)) const BigTable slisp_big_table;

Owned make_float(float value);                            // a Float; floats.cpp
// An Integer, or a Short or Byte by its flag; the value fits. Small ones are the same object each time, as on the JVM. integers.cpp
Owned make_integer(std::uint8_t flag, std::int64_t value);
// Of a number of any kind.
double number_to_double(Borrowed x);

// The exceptions that operators share; each leaves it pending.
Owned throw_long_overflow();
Owned throw_divide_by_zero();
Owned throw_not_number(Borrowed x);                       // nil: NullPointerException, else ClassCastException
// Which of two operands is no number: the first, or the one that the operation looks at first.
Owned throw_operands(Borrowed a, Borrowed b);
Owned throw_second_first(Borrowed a, Borrowed b);

// A Double's text as Java's Double.toString. At least 32 bytes at `out`; returns the length.
std::size_t double_text(double value, char* out);
// The same of a Float; weak: absent in programs that cannot make one. A static Float must refer to it strongly.
extern "C" __attribute__((weak)) std::size_t slisp_float_text(double value, char* out);
// 0.d1d2d3... * 10^exponent as Java lays it out.
std::size_t digits_text(bool negative, const char* digits, int count, int exponent, char* out);
// What pr and str print of a finite or infinite Double or Float.
inline std::string_view floating_text(Borrowed x, char* out) {
  const double value = raw_double(x);
  return {out, is_float(x) ? slisp_float_text(value, out) : double_text(value, out)};
}
Owned throw_out_of_range(const char* type, Borrowed value);      // "Value out of range for TYPE: VALUE"
// The digits of |value| (finite, not 0) that Java prints: value = 0.d1d2d3... * 10^exponent. Returns how many; at most 19.
int shortest_digits(double value, char* digits, int& exponent);
// The same of an integer below 2^63, and of fraction * 2^(exponent-52), in which so many bits count.
int integer_digits(std::uint64_t value, int exponent, int significant_bits, char* digits, int& point);
int exact_digits(std::uint64_t fraction, int exponent, int significant_bits, char* digits, int& point);

inline abi::i64_or_failure i64_value(std::int64_t value) { return {value, 1}; }
inline abi::i64_or_failure i64_failed(Owned) { return {0, 0}; }
inline abi::f64_or_failure f64_value(double value) { return {value, 1}; }
inline abi::f64_or_failure f64_failed(Owned) { return {0, 0}; }
inline std::uint32_t bool_failed(Owned) { return abi::k_bool_failed; }

}  // namespace slisp::rt
