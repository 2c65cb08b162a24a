// bigs.cpp: GMP integers as objects, integer arithmetic beyond longs, and the table by which everything else reaches the big kinds.
// Keeps: whatever makes a BigInt links this file, so `slisp_big_table` is never missing where a big number exists.
#include "runtime/numbers/bigs.hpp"
#include <cmath>
#include <cstdlib>
#include <cstring>

namespace slisp::rt {
namespace {

void* gmp_allocate(std::size_t bytes) { return scratch_allocate(bytes); }
void* gmp_reallocate(void* old, std::size_t, std::size_t bytes) { return scratch_reallocate(old, bytes); }
void gmp_free(void* memory, std::size_t) { scratch_free(memory); }

void prepare_gmp() {
  // Two threads that come here first both set the same functions.
  static bool prepared = false;
  if (__atomic_load_n(&prepared, __ATOMIC_ACQUIRE)) return;
  mp_set_memory_functions(gmp_allocate, gmp_reallocate, gmp_free);
  __atomic_store_n(&prepared, true, __ATOMIC_RELEASE);
}

}  // namespace

Integer::Integer() {
  prepare_gmp();
  mpz_init(value_);
}
Integer::Integer(std::int64_t value) {
  prepare_gmp();
  mpz_init_set_si(value_, value);
}

IntegerView::IntegerView(Borrowed value) {
  prepare_gmp();
  if (value.is(Kind::BigInt)) {
    const auto* big = value.as<BigInt>();
    mpz_roinit_n(value_, reinterpret_cast<const mp_limb_t*>(big->limbs), static_cast<mp_size_t>(big->size));
    return;
  }
  const std::int64_t n = raw_long(value);
  limb_ = n < 0 ? 0 - static_cast<std::uint64_t>(n) : static_cast<std::uint64_t>(n);
  mpz_roinit_n(value_, &limb_, n < 0 ? -1 : 1);
}

Owned make_bigint(mpz_srcptr value, std::uint8_t flags) {
  const std::size_t limbs = mpz_size(value);
  auto* object = allocate_as<BigInt>(Kind::BigInt, sizeof(BigInt) + limbs * sizeof(mp_limb_t), 0, flags);
  object->size = sign_of(value) < 0 ? -static_cast<std::int64_t>(limbs) : static_cast<std::int64_t>(limbs);
  std::memcpy(object->limbs, mpz_limbs_read(value), limbs * sizeof(mp_limb_t));
  return adopt_object(object);
}

bool fits_long(mpz_srcptr value, std::int64_t& result) {
  const std::uint64_t low = mpz_size(value) == 0 ? 0 : mpz_getlimbn(value, 0);
  result = static_cast<std::int64_t>(sign_of(value) < 0 ? 0 - low : low);
  return mpz_fits_slong_p(value) != 0;
}

double integer_to_double(mpz_srcptr value) {
  const std::size_t bits = mpz_sizeinbase(value, 2);
  if (bits <= 64) {
    const double magnitude = static_cast<double>(mpz_size(value) == 0 ? 0 : mpz_getlimbn(value, 0));
    return sign_of(value) < 0 ? -magnitude : magnitude;
  }
  if (bits > 1024) return sign_of(value) < 0 ? -__builtin_inf() : __builtin_inf();
  // The top 64 bits, the lowest of them sticky, round once, to even.
  Integer top;
  mpz_tdiv_q_2exp(top, value, bits - 64);
  std::uint64_t head = mpz_getlimbn(top, 0);
  if (mpz_scan1(value, 0) < bits - 64) head |= 1;
  const double magnitude = std::ldexp(static_cast<double>(head), static_cast<int>(bits - 64));
  return sign_of(value) < 0 ? -magnitude : magnitude;
}

void append_integer(TextBuffer& out, mpz_srcptr value, int radix) {
  const std::size_t room = mpz_sizeinbase(value, radix) + 2;
  auto* digits = static_cast<char*>(scratch_allocate(room));
  mpz_get_str(digits, radix, value);
  out.append(std::string_view(digits));
  scratch_free(digits);
}

std::int32_t java_hash_of(mpz_srcptr value) {
  std::uint32_t hash = 0;
  for (std::size_t i = mpz_size(value); i-- > 0;) {
    const std::uint64_t limb = mpz_getlimbn(value, static_cast<mp_size_t>(i));
    // A leading zero half leaves the hash at 0, as if it were not there.
    hash = hash * 31 + static_cast<std::uint32_t>(limb >> 32);
    hash = hash * 31 + static_cast<std::uint32_t>(limb);
  }
  return static_cast<std::int32_t>(sign_of(value) < 0 ? 0 - hash : hash);
}

void set_power_of_ten(mpz_ptr result, std::uint64_t exponent) { mpz_ui_pow_ui(result, 10, exponent); }

namespace {

Owned bigint_binary(Operation operation, Borrowed a, Borrowed b) {
  const IntegerView x(a), y(b);
  Integer result;
  switch (operation) {
    case Operation::Add: mpz_add(result, x, y); break;
    case Operation::Subtract: mpz_sub(result, x, y); break;
    case Operation::Multiply: mpz_mul(result, x, y); break;
    case Operation::Divide:
      if (sign_of(y) == 0) return throw_divide_by_zero();
      return make_quotient(x, y);
    case Operation::Quotient:
      if (sign_of(y) == 0) return throw_divide_by_zero();
      mpz_tdiv_q(result, x, y);
      break;
    case Operation::Remainder:
      if (sign_of(y) == 0) return throw_divide_by_zero();
      mpz_tdiv_r(result, x, y);
      break;
  }
  return make_bigint(result);
}

int big_compare(Borrowed a, Borrowed b) {
  if (a.is(Kind::BigDecimal) || b.is(Kind::BigDecimal)) return decimal_compare(a, b);
  const RatioView x(a), y(b);
  Integer left, right;
  mpz_mul(left, x.numerator, y.denominator);
  mpz_mul(right, y.numerator, x.denominator);
  return mpz_cmp(left, right);
}

std::int32_t ratio_hash(Borrowed x) {
  const RatioView ratio(x);
  return java_hash_of(ratio.numerator) ^ java_hash_of(ratio.denominator);
}

std::uint32_t big_hash(Borrowed x) {
  if (x.is(Kind::BigDecimal)) return decimal_hash(x);
  if (x.is(Kind::Ratio)) return static_cast<std::uint32_t>(ratio_hash(x));
  return static_cast<std::uint32_t>(java_hash_of(IntegerView(x)));
}

std::int32_t big_java_hash(Borrowed x) {
  if (x.is(Kind::BigDecimal)) return decimal_java_hash(x);
  if (x.is(Kind::Ratio)) return ratio_hash(x);
  const IntegerView view(x);
  std::int64_t value;
  if (fits_long(view, value) && (header_of(x.word())->flags & k_flag_biginteger) == 0)
    return static_cast<std::int32_t>(value ^ (value >> 32));
  return java_hash_of(view);
}

double big_to_double(Borrowed x) {
  if (x.is(Kind::Ratio)) return ratio_to_double(x);
  if (x.is(Kind::BigInt)) return integer_to_double(IntegerView(x));
  TextBuffer text;
  append_decimal(text, x);
  text.append('\0');
  return std::strtod(text.view().data(), nullptr);
}

Owned big_truncate(Borrowed x) {
  if (x.is(Kind::BigInt)) return Owned::copy(x);
  Integer whole;
  if (x.is(Kind::Ratio)) {
    const RatioView ratio(x);
    mpz_tdiv_q(whole, ratio.numerator, ratio.denominator);
  } else {
    decimal_to_integer(whole, x);
  }
  return make_bigint(whole);
}

bool big_to_long(Borrowed x, std::int64_t& value) {
  const Owned whole = big_truncate(x);
  return fits_long(IntegerView(whole), value);
}

int big_sign(Borrowed x) {
  if (x.is(Kind::BigDecimal)) return sign_of(IntegerView(x.as<BigDecimal>()->unscaled));
  return sign_of(RatioView(x).numerator);
}

bool big_odd(Borrowed x) { return is_odd(IntegerView(x)); }

void big_append(TextBuffer& out, Borrowed x, int radix) {
  if (x.is(Kind::BigDecimal)) {
    append_decimal(out, x);
    return;
  }
  const RatioView ratio(x);
  append_integer(out, ratio.numerator, radix);
  if (!x.is(Kind::Ratio)) return;
  out.append('/');
  append_integer(out, ratio.denominator, radix);
}

Owned big_negate(Borrowed x) {
  if (!x.is(Kind::BigDecimal)) return big_binary(Operation::Subtract, from_fixnum(0), x);
  const auto* decimal = x.as<BigDecimal>();
  Integer negated;
  mpz_neg(negated, IntegerView(decimal->unscaled));
  return rounded_decimal(negated, decimal->scale);
}

}  // namespace

Owned big_binary(Operation operation, Borrowed a, Borrowed b) {
  const Tower ta = tower_of(a), tb = tower_of(b);
  if (ta == Tower::Decimal || tb == Tower::Decimal) return decimal_binary(operation, a, b);
  if (ta == Tower::Ratio || tb == Tower::Ratio) return ratio_binary(operation, a, b);
  return bigint_binary(operation, a, b);
}

Owned parse_bigint(std::string_view digits, int radix) {
  TextBuffer text;
  const bool plus = !digits.empty() && digits[0] == '+';
  text.append(plus ? digits.substr(1) : digits);
  text.append('\0');
  Integer value;
  // GMP skips white space, which is no part of a number here.
  const char first = plus && digits.size() > 1 ? digits[1] : ' ';
  if (text.view().find_first_of(" \t\n\v\f\r") != std::string_view::npos || (plus && first == '-') ||
      mpz_set_str(value, text.view().data(), radix) != 0) {
    text.truncate(0);
    text.append("For input string: \"");
    text.append(digits);
    text.append("\"");
    return throw_string(ClassId::NumberFormatException, text.finish());
  }
  return make_bigint(value);
}

extern "C" const BigTable slisp_big_table = {big_binary,  big_compare, big_hash, big_java_hash, big_to_double,
                                             big_to_long, big_sign,    big_odd,  big_append,    big_negate,
                                             big_truncate};

}  // namespace slisp::rt
