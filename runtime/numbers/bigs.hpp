// bigs.hpp: BigInt, Ratio and BigDecimal among themselves. Only files that link GMP include it.
#pragma once
#include "runtime/numbers/numbers.hpp"
#include <gmp.h>

namespace slisp::rt {

// A GMP integer that is freed with its scope. Its memory comes from scratch_allocate, so that shortage is reported as elsewhere.
class Integer {
 public:
  Integer();
  explicit Integer(std::int64_t value);
  ~Integer() { mpz_clear(value_); }
  Integer(const Integer&) = delete;
  Integer& operator=(const Integer&) = delete;
  operator mpz_ptr() { return value_; }
  operator mpz_srcptr() const { return value_; }

 private:
  mpz_t value_;
};

// A look at a long or BigInt as GMP integer, without copying limbs. Lives no longer than the value.
class IntegerView {
 public:
  explicit IntegerView(Borrowed value);
  IntegerView(const IntegerView&) = delete;
  IntegerView& operator=(const IntegerView&) = delete;
  operator mpz_srcptr() const { return value_; }

 private:
  mpz_t value_;
  mp_limb_t limb_ = 0;
};

// A ratio, or an integer over 1.
class RatioView {
 public:
  explicit RatioView(Borrowed value)
      : numerator(value.is(Kind::Ratio) ? Borrowed(value.as<Ratio>()->numerator) : value),
        denominator(value.is(Kind::Ratio) ? Borrowed(value.as<Ratio>()->denominator) : Borrowed(from_fixnum(1))) {}
  IntegerView numerator, denominator;
};

// GMP's own are macros, which want pointers.
inline int sign_of(mpz_srcptr value) { return mpz_sgn(value); }
inline bool is_one(mpz_srcptr value) { return mpz_cmp_ui(value, 1) == 0; }
inline bool is_odd(mpz_srcptr value) { return mpz_odd_p(value) != 0; }

Owned make_bigint(mpz_srcptr value, std::uint8_t flags = 0);
Owned make_decimal(mpz_srcptr unscaled, std::int64_t scale);
// numerator / denominator (not 0), reduced: a Ratio, or a BigInt.
Owned make_quotient(mpz_srcptr numerator, mpz_srcptr denominator);
bool fits_long(mpz_srcptr value, std::int64_t& result);          // result has the low 64 bits in any case
double integer_to_double(mpz_srcptr value);
void append_integer(TextBuffer& out, mpz_srcptr value, int radix);
std::int32_t java_hash_of(mpz_srcptr value);                     // BigInteger.hashCode
void set_power_of_ten(mpz_ptr result, std::uint64_t exponent);

Owned ratio_binary(Operation operation, Borrowed a, Borrowed b);
double ratio_to_double(Borrowed ratio);
Owned rounded_decimal(mpz_ptr unscaled, std::int64_t scale);      // under with-precision to that many digits
Owned decimal_binary(Operation operation, Borrowed a, Borrowed b);
int decimal_compare(Borrowed a, Borrowed b);
void append_decimal(TextBuffer& out, Borrowed decimal);
// Any number that is no double, as a decimal; a ratio may have none.
Owned as_decimal(Borrowed number);
Owned decimal_of_double(double value);                           // BigDecimal.valueOf
std::uint32_t decimal_hash(Borrowed decimal);                    // hasheq
std::int32_t decimal_java_hash(Borrowed decimal);
void decimal_to_integer(mpz_ptr result, Borrowed decimal);       // truncated

// Any binary operator on numbers, at least one big and none a double.
Owned big_binary(Operation operation, Borrowed a, Borrowed b);

}  // namespace slisp::rt
