// ratio.cpp: ratios, and / on any numbers (which can make one).
#include "runtime/numbers/bigs.hpp"
#include <cstdlib>

namespace slisp::rt {

Owned make_quotient(mpz_srcptr numerator, mpz_srcptr denominator) {
  Integer n, d, gcd;
  mpz_gcd(gcd, numerator, denominator);
  mpz_divexact(n, numerator, gcd);
  mpz_divexact(d, denominator, gcd);
  if (sign_of(d) < 0) {
    mpz_neg(n, n);
    mpz_neg(d, d);
  }
  if (is_one(d)) return make_bigint(n);
  Owned top = make_bigint(n, k_flag_biginteger), bottom = make_bigint(d, k_flag_biginteger);
  auto* ratio = allocate_as<Ratio>(Kind::Ratio, sizeof(Ratio), 2);
  ratio->numerator = top.take();
  ratio->denominator = bottom.take();
  return adopt_object(ratio);
}

Owned make_ratio(Owned numerator, Owned denominator) {
  if (is_long(numerator) && is_long(denominator)) return Owned::adopt(abi::slisp_divide(numerator.word(), denominator.word()));
  const IntegerView n(numerator), d(denominator);
  if (sign_of(d) == 0) return throw_divide_by_zero();
  return make_quotient(n, d);
}

Owned ratio_binary(Operation operation, Borrowed a, Borrowed b) {
  const RatioView x(a), y(b);
  Integer n, d, other;
  switch (operation) {
    case Operation::Add:
    case Operation::Subtract:
      mpz_mul(n, x.numerator, y.denominator);
      mpz_mul(other, y.numerator, x.denominator);
      if (operation == Operation::Add) mpz_add(n, n, other);
      else mpz_sub(n, n, other);
      mpz_mul(d, x.denominator, y.denominator);
      return make_quotient(n, d);
    case Operation::Multiply:
      mpz_mul(n, x.numerator, y.numerator);
      mpz_mul(d, x.denominator, y.denominator);
      return make_quotient(n, d);
    case Operation::Divide:
    case Operation::Quotient:
    case Operation::Remainder: break;
  }
  if (sign_of(y.numerator) == 0) return throw_divide_by_zero();
  mpz_mul(n, x.numerator, y.denominator);
  mpz_mul(d, x.denominator, y.numerator);
  if (operation == Operation::Divide) return make_quotient(n, d);
  mpz_tdiv_q(other, n, d);
  Owned quotient = make_bigint(other);
  if (operation == Operation::Quotient) return quotient;
  Owned product = ratio_binary(Operation::Multiply, quotient, b);
  return ratio_binary(Operation::Subtract, a, product);
}

// As the JVM: rounded to 16 decimal digits first, half to even, and that to a double.
double ratio_to_double(Borrowed ratio) {
  const RatioView view(ratio);
  constexpr long k_digits = 16;
  Integer n, d(1), power;
  mpz_abs(n, view.numerator);
  mpz_set(d, view.denominator);
  // The least exponent for which n * 10^-exponent / d has at most 16 digits. The sizes may be one too large.
  long exponent = static_cast<long>(mpz_sizeinbase(n, 10)) - static_cast<long>(mpz_sizeinbase(d, 10)) - k_digits - 2;
  Integer low, scaled_n, scaled_d, quotient, remainder;
  set_power_of_ten(low, k_digits);
  for (;; ++exponent) {
    mpz_set(scaled_n, n);
    mpz_set(scaled_d, d);
    set_power_of_ten(power, static_cast<std::uint64_t>(std::labs(exponent)));
    if (exponent < 0) mpz_mul(scaled_n, scaled_n, power);
    else mpz_mul(scaled_d, scaled_d, power);
    mpz_tdiv_qr(quotient, remainder, scaled_n, scaled_d);
    if (mpz_cmp(quotient, low) < 0) break;
  }
  mpz_mul_2exp(remainder, remainder, 1);
  const int half = mpz_cmp(remainder, scaled_d);
  if (half > 0 || (half == 0 && is_odd(quotient))) mpz_add_ui(quotient, quotient, 1);
  TextBuffer text;
  append_integer(text, quotient, 10);
  text.append('e');
  text.append_long(exponent);
  text.append('\0');
  const double magnitude = std::strtod(text.view().data(), nullptr);
  return sign_of(view.numerator) < 0 ? -magnitude : magnitude;
}

}  // namespace slisp::rt

using namespace slisp::rt;
extern "C" Word slisp_divide_double(Word wa, Word wb) {
  const Borrowed a = wa, b = wb;
  if (!is_number(a) || !is_number(b)) return throw_operands(a, b).take();
  return make_double(number_to_double(a) / number_to_double(b)).take();
}

extern "C" Word slisp_divide(Word wa, Word wb) {
  const Borrowed a = wa, b = wb;
  const Tower ta = tower_of(a), tb = tower_of(b);
  if (ta == Tower::Long && tb == Tower::Long) {
    const std::int64_t n = raw_long(a), d = raw_long(b);
    if (d == 0) return throw_divide_by_zero().take();
    if (d == -1) return make_long(static_cast<std::int64_t>(0 - static_cast<std::uint64_t>(n))).take();
    if (n % d == 0) return make_long(n / d).take();
    return make_quotient(IntegerView(a), IntegerView(b)).take();
  }
  // In the JVM's order: NaN, the divisor, the dividend.
  const auto is_nan = [](Borrowed x, Tower t) { return t == Tower::Double && raw_double(x) != raw_double(x); };
  if (is_nan(a, ta)) return Owned::copy(a).take();
  if (is_nan(b, tb)) return Owned::copy(b).take();
  if (tb == Tower::None) return throw_not_number(b).take();
  if (tb == Tower::Long ? raw_long(b) == 0 : tb == Tower::Double ? raw_double(b) == 0 : slisp_big_table.sign(b) == 0)
    return throw_divide_by_zero().take();
  if (ta == Tower::None) return throw_not_number(a).take();
  if (ta == Tower::Double || tb == Tower::Double) {
    return make_double(number_to_double(a) / number_to_double(b)).take();
  }
  return big_binary(Operation::Divide, a, b).take();
}
