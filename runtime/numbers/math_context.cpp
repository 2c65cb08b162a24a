// math_context.cpp: rounding of decimals under with-precision.
// In:   clojure.core/*math-context*: nil, or [precision mode], the mode as java.math.RoundingMode numbers them.
// Idea: as in print_vars.cpp the var cell is looked for once among those that the program kept; a program that never says
//       with-precision has no such cell.
#include "runtime/memory/threading.hpp"
#include "runtime/numbers/math_context.hpp"

extern "C" {
[[gnu::weak]] extern slisp::abi::Var* slisp_vars_begin[];
[[gnu::weak]] extern slisp::abi::Var* slisp_vars_end[];
}

namespace slisp::rt {
namespace {

enum Mode { Up, Down, Ceiling, Floor, HalfUp, HalfDown, HalfEven, Unnecessary };

const abi::Var* context_var() {
  static constinit Lock lock;
  static constinit const abi::Var* found = nullptr;
  static constinit bool searched = false;
  Locked hold(lock);
  if (searched) return found;
  searched = true;
  for (abi::Var** cell = slisp_vars_begin; cell != slisp_vars_end; ++cell) {
    const abi::Var* var = *cell;
    if (text_of(symbol_name(var->name)) == "*math-context*" && text_of(symbol_name(var->ns)) == "clojure.core") found = var;
  }
  return found;
}

std::int64_t digits_of(mpz_srcptr value) {
  if (sign_of(value) == 0) return 1;
  auto digits = static_cast<std::int64_t>(mpz_sizeinbase(value, 10));   // at most one too many
  Integer power;
  set_power_of_ten(power, static_cast<std::uint64_t>(digits - 1));
  return mpz_cmpabs(value, power) < 0 ? digits - 1 : digits;
}

// Away from zero, given the sign, whether the truncated quotient is odd, and how twice the rest compares with the divisor?
bool rounds_away(int mode, int sign, bool odd, int half) {
  switch (mode) {
    case Up: return true;
    case Ceiling: return sign > 0;
    case Floor: return sign < 0;
    case HalfUp: return half >= 0;
    case HalfDown: return half > 0;
    case HalfEven: return half > 0 || (half == 0 && odd);
    default: return false;
  }
}

}  // namespace

MathContext math_context() {
  const abi::Var* var = context_var();
  if (var == nullptr) return {};
  const Owned value = Owned::adopt(abi::slisp_var_get(word_of(var)));
  if (value.failed() || !abi::slisp_vector_p(value.word()) || counted_size(value) != 2) return {};
  return {true, long_of(vector_at(value, 0)), static_cast<int>(long_of(vector_at(value, 1)))};
}

bool round_to(mpz_ptr unscaled, std::int64_t& scale, const MathContext& context, bool& exact) {
  exact = true;
  while (context.precision > 0) {
    const std::int64_t surplus = digits_of(unscaled) - context.precision;
    if (surplus <= 0) return true;
    Integer power, rest;
    set_power_of_ten(power, static_cast<std::uint64_t>(surplus));
    const int sign = sign_of(unscaled);
    mpz_tdiv_qr(unscaled, rest, unscaled, power);
    scale -= surplus;
    if (sign_of(rest) == 0) continue;
    exact = false;
    if (context.mode == Unnecessary) {
      (void)throw_new(ClassId::ArithmeticException, "Rounding necessary");
      return false;
    }
    mpz_mul_2exp(rest, rest, 1);
    if (!rounds_away(context.mode, sign, is_odd(unscaled), mpz_cmpabs(rest, power))) continue;
    if (sign > 0) mpz_add_ui(unscaled, unscaled, 1);
    else mpz_sub_ui(unscaled, unscaled, 1);
  }
  return true;
}

Owned rounded_quotient(mpz_srcptr x, mpz_srcptr y, std::int64_t preferred, const MathContext& context) {
  // Some digits more than wanted, and a last one that only says that there is a rest.
  std::int64_t shift = context.precision + 3 + digits_of(y) - digits_of(x);
  if (shift < 0) shift = 0;
  Integer quotient, rest, power;
  set_power_of_ten(power, static_cast<std::uint64_t>(shift));
  mpz_mul(quotient, x, power);
  mpz_tdiv_qr(quotient, rest, quotient, y);
  std::int64_t scale = preferred + shift;
  const bool has_rest = sign_of(rest) != 0;
  if (has_rest) {
    mpz_mul_ui(quotient, quotient, 10);
    if (sign_of(x) * sign_of(y) > 0) mpz_add_ui(quotient, quotient, 1);
    else mpz_sub_ui(quotient, quotient, 1);
    ++scale;
  }
  bool exact;
  if (!round_to(quotient, scale, context, exact)) return Owned::pending();
  if (exact && !has_rest) {
    while (scale > preferred && mpz_divisible_ui_p(quotient, 10) != 0) {
      mpz_divexact_ui(quotient, quotient, 10);
      --scale;
    }
  }
  return make_decimal(quotient, scale);
}

}  // namespace slisp::rt
