// math.cpp: java.lang.Math on doubles. Where C and Java differ (pow with infinities, round), Java decides.
#include "runtime/numbers/numbers.hpp"
#include <bit>
#include <cmath>
#include <limits>

extern "C" {
double slisp_math_sqrt(double x) { return std::sqrt(x); }
// The C library's own is off by one unit where the JVM is exact (the root of 27).
double slisp_math_cbrt(double x) { return static_cast<double>(std::cbrt(static_cast<long double>(x))); }
double slisp_math_floor(double x) { return std::floor(x); }
double slisp_math_ceil(double x) { return std::ceil(x); }
double slisp_math_rint(double x) { return std::nearbyint(x); }
double slisp_math_sin(double x) { return std::sin(x); }
double slisp_math_cos(double x) { return std::cos(x); }
double slisp_math_tan(double x) { return std::tan(x); }
double slisp_math_asin(double x) { return std::asin(x); }
double slisp_math_acos(double x) { return std::acos(x); }
double slisp_math_atan(double x) { return std::atan(x); }
double slisp_math_atan2(double y, double x) { return std::atan2(y, x); }
double slisp_math_sinh(double x) { return std::sinh(x); }
double slisp_math_cosh(double x) { return std::cosh(x); }
double slisp_math_tanh(double x) { return std::tanh(x); }
double slisp_math_exp(double x) { return std::exp(x); }
double slisp_math_expm1(double x) { return std::expm1(x); }
double slisp_math_log(double x) { return std::log(x); }
double slisp_math_log10(double x) { return std::log10(x); }
double slisp_math_log1p(double x) { return std::log1p(x); }
double slisp_math_remainder(double x, double y) { return std::remainder(x, y); }
double slisp_math_next_after(double x, double y) { return std::nextafter(x, y); }
double slisp_math_scalb(double x, std::int64_t n) { return std::scalbln(x, n); }
double slisp_math_ulp(double x) {
  const double size = std::fabs(x);
  return size - size != 0 ? size : size == std::numeric_limits<double>::max() ? size - std::nextafter(size, 0.0) : std::nextafter(size, INFINITY) - size;
}
// 1024 for infinities and NaN, -1023 for zeros and subnormal numbers.
std::int64_t slisp_math_get_exponent(double x) { return static_cast<std::int64_t>(std::bit_cast<std::uint64_t>(x) >> 52 & 2047) - 1023; }
double slisp_math_hypot(double x, double y) { return std::hypot(x, y); }
double slisp_math_signum(double x) { return x > 0 ? 1.0 : x < 0 ? -1.0 : x; }

double slisp_math_pow(double x, double y) {
  if (y != y) return y;
  if (std::isinf(y) && std::fabs(x) == 1) return __builtin_nan("");
  return std::pow(x, y);
}

// Halves go up; out of range saturates; NaN is 0.
std::int64_t slisp_math_round(double x) {
  if (x != x) return 0;
  if (x >= 0x1p63) return INT64_MAX;
  if (x < -0x1p63) return INT64_MIN;
  const double down = std::floor(x);
  return static_cast<std::int64_t>(x - down >= 0.5 ? down + 1 : down);
}
}
