// math_context.hpp: the rounding that decimals are under.
#pragma once
#include "runtime/numbers/bigs.hpp"

namespace slisp::rt {

struct MathContext {
  bool active = false;
  std::int64_t precision = 0;            // 0: any number of digits
  int mode = 0;
};
MathContext math_context();              // of this thread

// To the context's precision; `exact`: no digit but zeros was dropped. False: an exception is pending.
bool round_to(mpz_ptr unscaled, std::int64_t& scale, const MathContext& context, bool& exact);
// x / y * 10^-preferred, rounded; an exact quotient comes with a scale as near to `preferred` as it can.
Owned rounded_quotient(mpz_srcptr x, mpz_srcptr y, std::int64_t preferred, const MathContext& context);

}  // namespace slisp::rt
