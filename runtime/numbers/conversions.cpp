// conversions.cpp: bigint, bigdec, rationalize, numerator, denominator.
#include "runtime/numbers/bigs.hpp"

using namespace slisp::rt;

namespace {

// (bigint x) ends in (BigInteger. x) for what is no number, and a constructor wants a string.
Owned throw_no_constructor(Borrowed x, std::string_view message) {
  return x.is_nil() ? throw_not_number(x) : throw_new(ClassId::IllegalArgumentException, message);
}

}  // namespace

extern "C" {

Word slisp_to_bigint(Word word) {
  const Borrowed x = word;
  switch (tower_of(x)) {
    case Tower::BigInt:
      if ((header_of(word)->flags & k_flag_biginteger) == 0) return Owned::copy(x).take();
      [[fallthrough]];
    case Tower::Long: return make_bigint(IntegerView(x)).take();
    case Tower::Ratio: {
      const RatioView ratio(x);
      Integer whole;
      mpz_tdiv_q(whole, ratio.numerator, ratio.denominator);
      return make_bigint(whole).take();
    }
    case Tower::Decimal: {
      Integer whole;
      decimal_to_integer(whole, x);
      return make_bigint(whole).take();
    }
    case Tower::Double: {
      Owned decimal = decimal_of_double(raw_double(x));
      return decimal.failed() ? decimal.take() : slisp_to_bigint(decimal.word());
    }
    case Tower::None: break;
  }
  if (x.is(Kind::String)) return parse_bigint(text_of(x), 10).take();
  return throw_no_constructor(x, "No matching ctor found for class java.math.BigInteger").take();
}

// The same number as a java.math.BigInteger, which prints without N.
Word slisp_to_biginteger(Word word) {
  Owned number = Owned::adopt(slisp_to_bigint(word));
  if (number.failed()) return number.take();
  return make_bigint(IntegerView(number), k_flag_biginteger).take();
}

Word slisp_to_decimal(Word word) {
  const Borrowed x = word;
  switch (tower_of(x)) {
    case Tower::Double: return decimal_of_double(raw_double(x)).take();
    case Tower::None: break;
    default: return as_decimal(x).take();
  }
  if (x.is(Kind::String)) return parse_decimal(text_of(x)).take();
  return throw_no_constructor(x, "No matching ctor found for class java.math.BigDecimal").take();
}

Word slisp_rationalize(Word word) {
  const Borrowed x = word;
  Owned decimal;
  switch (tower_of(x)) {
    case Tower::Double: decimal = decimal_of_double(raw_double(x)); break;
    case Tower::Decimal: decimal = Owned::copy(x); break;
    case Tower::None: return x.is_nil() ? slisp::abi::k_nil : throw_not_number(x).take();
    default: return Owned::copy(x).take();
  }
  if (decimal.failed()) return decimal.take();
  const IntegerView unscaled(decimal.as<BigDecimal>()->unscaled);
  const std::int64_t scale = decimal.as<BigDecimal>()->scale;
  Integer power;
  set_power_of_ten(power, static_cast<std::uint64_t>(scale < 0 ? -scale : scale));
  if (scale >= 0) return make_quotient(unscaled, power).take();
  mpz_mul(power, power, unscaled);
  return make_bigint(power).take();
}

Word slisp_numerator(Word x) {
  if (!is_kind(x, Kind::Ratio)) return throw_class_cast(x, "clojure.lang.Ratio").take();
  return Owned::copy(Borrowed(x).as<Ratio>()->numerator).take();
}
Word slisp_denominator(Word x) {
  if (!is_kind(x, Kind::Ratio)) return throw_class_cast(x, "clojure.lang.Ratio").take();
  return Owned::copy(Borrowed(x).as<Ratio>()->denominator).take();
}
}
