// decimal.cpp: java.math.BigDecimal: arithmetic with its rules for scales, order, hash, text.
#include "runtime/numbers/bigs.hpp"
#include "runtime/numbers/math_context.hpp"

namespace slisp::rt {
namespace {

// Powers of ten beyond this are refused: such a number fills the memory.
constexpr std::int64_t k_scale_limit = 1 << 28;

struct DecimalView {
  explicit DecimalView(Borrowed decimal)
      : unscaled(decimal.as<BigDecimal>()->unscaled), scale(decimal.as<BigDecimal>()->scale) {}
  IntegerView unscaled;
  std::int64_t scale;
};

Owned throw_too_large() { return throw_new(ClassId::ArithmeticException, "BigInteger would overflow supported range"); }

// Both operands' unscaled values at the greater scale; false when that is out of reach.
bool align(const DecimalView& x, const DecimalView& y, mpz_ptr ux, mpz_ptr uy, std::int64_t& scale) {
  scale = x.scale > y.scale ? x.scale : y.scale;
  const std::int64_t dx = scale - x.scale, dy = scale - y.scale;
  mpz_set(ux, x.unscaled);
  mpz_set(uy, y.unscaled);
  if ((dx > k_scale_limit && sign_of(x.unscaled) != 0) || (dy > k_scale_limit && sign_of(y.unscaled) != 0)) return false;
  Integer power;
  if (dx > 0 && sign_of(ux) != 0) {
    set_power_of_ten(power, static_cast<std::uint64_t>(dx));
    mpz_mul(ux, ux, power);
  }
  if (dy > 0 && sign_of(uy) != 0) {
    set_power_of_ten(power, static_cast<std::uint64_t>(dy));
    mpz_mul(uy, uy, power);
  }
  return true;
}

// n / d * 10^-scale exactly, with the smallest scale that is at least `scale`.
Owned exact_quotient(mpz_srcptr numerator, mpz_srcptr denominator, std::int64_t scale) {
  if (sign_of(numerator) == 0) return make_decimal(numerator, scale);
  Integer n, d, gcd, two(2), five(5), power;
  mpz_gcd(gcd, numerator, denominator);
  mpz_divexact(n, numerator, gcd);
  mpz_divexact(d, denominator, gcd);
  if (sign_of(d) < 0) {
    mpz_neg(n, n);
    mpz_neg(d, d);
  }
  Integer rest;
  const auto twos = mpz_remove(rest, d, two);
  const auto fives = mpz_remove(rest, rest, five);
  if (!is_one(rest))
    return throw_new(ClassId::ArithmeticException, "Non-terminating decimal expansion; no exact representable decimal result.");
  const auto places = twos > fives ? twos : fives;
  set_power_of_ten(power, places);
  mpz_mul(n, n, power);
  mpz_divexact(n, n, d);
  return make_decimal(n, scale + static_cast<std::int64_t>(places));
}

// BigDecimal.divideToIntegralValue: truncated, at the preferred scale if that can be had.
Owned integral_quotient(const DecimalView& x, const DecimalView& y) {
  const std::int64_t preferred = x.scale - y.scale;
  Integer ux, uy, quotient;
  std::int64_t scale;
  if (!align(x, y, ux, uy, scale)) return throw_too_large();
  mpz_tdiv_q(quotient, ux, uy);
  if (sign_of(quotient) == 0) return make_decimal(quotient, preferred);
  scale = 0;
  while (scale > preferred && mpz_divisible_ui_p(quotient, 10)) {
    mpz_divexact_ui(quotient, quotient, 10);
    --scale;
  }
  if (scale < preferred) {
    if (preferred - scale > k_scale_limit) return throw_too_large();
    Integer power;
    set_power_of_ten(power, static_cast<std::uint64_t>(preferred - scale));
    mpz_mul(quotient, quotient, power);
    scale = preferred;
  }
  return make_decimal(quotient, scale);
}

}  // namespace

Owned make_decimal(mpz_srcptr unscaled, std::int64_t scale) {
  if (scale > INT32_MAX || scale < INT32_MIN)
    return throw_new(ClassId::ArithmeticException, scale > 0 ? "Underflow" : "Overflow");
  Owned digits = make_bigint(unscaled, k_flag_biginteger);
  auto* decimal = allocate_as<BigDecimal>(Kind::BigDecimal, sizeof(BigDecimal), 1);
  decimal->scale = scale;
  decimal->unscaled = digits.take();
  return adopt_object(decimal);
}

Owned as_decimal(Borrowed number) {
  switch (tower_of(number)) {
    case Tower::Decimal: return Owned::copy(number);
    case Tower::Ratio: {
      const RatioView ratio(number);
      return exact_quotient(ratio.numerator, ratio.denominator, 0);
    }
    default: return make_decimal(IntegerView(number), 0);
  }
}

Owned rounded_decimal(mpz_ptr unscaled, std::int64_t scale) {
  const MathContext context = math_context();
  bool exact;
  if (context.active && !round_to(unscaled, scale, context, exact)) return Owned::pending();
  return make_decimal(unscaled, scale);
}

Owned decimal_binary(Operation operation, Borrowed a, Borrowed b) {
  Owned left = as_decimal(a);
  if (left.failed()) return left;
  Owned right = as_decimal(b);
  if (right.failed()) return right;
  const DecimalView x(left), y(right);
  Integer ux, uy;
  std::int64_t scale;
  switch (operation) {
    case Operation::Add:
    case Operation::Subtract:
      if (!align(x, y, ux, uy, scale)) return throw_too_large();
      if (operation == Operation::Add) mpz_add(ux, ux, uy);
      else mpz_sub(ux, ux, uy);
      return rounded_decimal(ux, scale);
    case Operation::Multiply:
      mpz_mul(ux, x.unscaled, y.unscaled);
      return rounded_decimal(ux, x.scale + y.scale);
    case Operation::Divide:
    case Operation::Quotient:
    case Operation::Remainder: break;
  }
  if (sign_of(y.unscaled) == 0) return throw_divide_by_zero();
  if (operation == Operation::Divide) {
    const MathContext context = math_context();
    if (context.active && context.precision > 0) return rounded_quotient(x.unscaled, y.unscaled, x.scale - y.scale, context);
    return exact_quotient(x.unscaled, y.unscaled, x.scale - y.scale);
  }
  Owned quotient = integral_quotient(x, y);
  if (quotient.failed() || operation == Operation::Quotient) return quotient;
  // x - quotient * y, exactly.
  const DecimalView q(quotient);
  Integer product;
  mpz_mul(product, q.unscaled, y.unscaled);
  Owned taken = make_decimal(product, q.scale + y.scale);
  if (taken.failed()) return taken;
  if (!align(x, DecimalView(taken), ux, uy, scale)) return throw_too_large();
  mpz_sub(ux, ux, uy);
  return make_decimal(ux, scale);
}

// Exact, also against a ratio without decimal expansion (the JVM throws there).
int decimal_compare(Borrowed a, Borrowed b) {
  // Cross-multiply: every number is n / d * 10^-scale.
  auto split = [](Borrowed x, mpz_ptr n, mpz_ptr d) -> std::int64_t {
    mpz_set_ui(d, 1);
    if (x.is(Kind::BigDecimal)) {
      const DecimalView view(x);
      mpz_set(n, view.unscaled);
      return view.scale;
    }
    const RatioView ratio(x);
    mpz_set(n, ratio.numerator);
    mpz_set(d, ratio.denominator);
    return 0;
  };
  Integer na, da, nb, db, power;
  const std::int64_t sa = split(a, na, da), sb = split(b, nb, db);
  if (sign_of(na) != sign_of(nb)) return sign_of(na) < sign_of(nb) ? -1 : 1;
  mpz_mul(na, na, db);
  mpz_mul(nb, nb, da);
  std::int64_t difference = sb - sa;     // a * 10^difference against b
  // Far apart in magnitude: the number of digits decides, without the power.
  const std::int64_t digits_a = static_cast<std::int64_t>(mpz_sizeinbase(na, 10)) + difference;
  const std::int64_t digits_b = static_cast<std::int64_t>(mpz_sizeinbase(nb, 10));
  if (digits_a > digits_b + 2) return sign_of(na);
  if (digits_b > digits_a + 2) return -sign_of(na);
  set_power_of_ten(power, static_cast<std::uint64_t>(difference < 0 ? -difference : difference));
  if (difference > 0) mpz_mul(na, na, power);
  else mpz_mul(nb, nb, power);
  return mpz_cmp(na, nb);
}

void append_decimal(TextBuffer& out, Borrowed decimal) {
  const DecimalView view(decimal);
  TextBuffer buffer;
  append_integer(buffer, view.unscaled, 10);
  std::string_view digits = buffer.view();
  if (digits[0] == '-') {
    out.append('-');
    digits.remove_prefix(1);
  }
  if (view.scale == 0) {
    out.append(digits);
    return;
  }
  const auto count = static_cast<std::int64_t>(digits.size());
  const std::int64_t adjusted = count - 1 - view.scale;
  if (view.scale > 0 && adjusted >= -6) {
    const std::int64_t whole = count - view.scale;
    if (whole > 0) {
      out.append(digits.substr(0, static_cast<std::size_t>(whole)));
      out.append('.');
      out.append(digits.substr(static_cast<std::size_t>(whole)));
    } else {
      out.append("0.");
      for (std::int64_t i = whole; i < 0; ++i) out.append('0');
      out.append(digits);
    }
    return;
  }
  out.append(digits[0]);
  if (count > 1) {
    out.append('.');
    out.append(digits.substr(1));
  }
  if (adjusted != 0) {
    out.append(adjusted > 0 ? "E+" : "E");
    out.append_long(adjusted);
  }
}

std::int32_t decimal_java_hash(Borrowed decimal) {
  const DecimalView view(decimal);
  return static_cast<std::int32_t>(31u * static_cast<std::uint32_t>(java_hash_of(view.unscaled)) +
                                   static_cast<std::uint32_t>(view.scale));
}

// Equal decimals of different scales hash alike: trailing zeros go first.
std::uint32_t decimal_hash(Borrowed decimal) {
  const DecimalView view(decimal);
  if (sign_of(view.unscaled) == 0) return 0;
  Integer digits, ten(10);
  const auto zeros = mpz_remove(digits, view.unscaled, ten);
  return 31u * static_cast<std::uint32_t>(java_hash_of(digits)) +
         static_cast<std::uint32_t>(view.scale - static_cast<std::int64_t>(zeros));
}

void decimal_to_integer(mpz_ptr result, Borrowed decimal) {
  const DecimalView view(decimal);
  Integer power;
  mpz_set(result, view.unscaled);
  if (view.scale > 0) {
    if (view.scale > static_cast<std::int64_t>(mpz_sizeinbase(result, 10))) {
      mpz_set_ui(result, 0);
      return;
    }
    set_power_of_ten(power, static_cast<std::uint64_t>(view.scale));
    mpz_tdiv_q(result, result, power);
  } else if (view.scale < 0 && sign_of(result) != 0) {
    set_power_of_ten(power, static_cast<std::uint64_t>(-view.scale));
    mpz_mul(result, result, power);
  }
}

Owned parse_decimal(std::string_view text) {
  auto bad = [] { return throw_new(ClassId::NumberFormatException, "Character array is missing \"exponent\" mark 'e' or 'E'."); };
  TextBuffer digits;
  std::size_t i = 0;
  if (i < text.size() && (text[i] == '+' || text[i] == '-')) {
    if (text[i] == '-') digits.append('-');
    ++i;
  }
  std::int64_t scale = 0, exponent = 0;
  std::size_t count = 0;
  bool point = false;
  for (; i < text.size(); ++i) {
    if (text[i] == '.' && !point) {
      point = true;
    } else if (text[i] >= '0' && text[i] <= '9') {
      digits.append(text[i]);
      ++count;
      scale += point;
    } else {
      break;
    }
  }
  auto bad_character = [&] {
    TextBuffer message;
    message.append("Character ");
    message.append(text[i]);
    message.append(" is neither a decimal digit number, decimal point, nor \"e\" notation exponential mark.");
    return throw_string(ClassId::NumberFormatException, message.finish());
  };
  if (i < text.size() && (text[i] | 0x20) != 'e') return bad_character();
  if (count == 0) return bad();
  if (i < text.size()) {
    ++i;
    const bool negative = i < text.size() && text[i] == '-';
    if (i < text.size() && (text[i] == '+' || text[i] == '-')) ++i;
    const std::size_t start = i;
    for (; i < text.size() && text[i] >= '0' && text[i] <= '9' && exponent < INT32_MAX; ++i)
      exponent = exponent * 10 + (text[i] - '0');
    if (i == start || i != text.size()) return bad();
    if (negative) exponent = -exponent;
  }
  digits.append('\0');
  Integer unscaled;
  mpz_set_str(unscaled, digits.view().data(), 10);
  scale -= exponent;
  if (scale > INT32_MAX || scale < INT32_MIN) return throw_new(ClassId::NumberFormatException, "Scale out of range.");
  return make_decimal(unscaled, scale);
}

Owned decimal_of_double(double value) {
  if (value - value != 0)
    return throw_new(ClassId::NumberFormatException,
                     value != value ? "Character N is neither a decimal digit number, decimal point, nor \"e\" notation exponential mark."
                                    : "Character I is neither a decimal digit number, decimal point, nor \"e\" notation exponential mark.");
  char text[32];
  return parse_decimal({text, double_text(value, text)});
}

}  // namespace slisp::rt
