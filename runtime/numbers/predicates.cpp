// predicates.cpp: number?, int? and their kin.
#include "runtime/numbers/numbers.hpp"

using namespace slisp::rt;
extern "C" {
std::uint32_t slisp_number_p(Word x) { return tower_of(x) != Tower::None; }
std::uint32_t slisp_long_p(Word x) { return is_fixnum(x) || is_kind(x, Kind::Long); }
std::uint32_t slisp_int_p(Word x) { return tower_of(x) == Tower::Long; }
std::uint32_t slisp_boxed_integer_p(Word x) { return is_kind(x, Kind::Integer) || is_kind(x, Kind::BigInt); }
std::uint32_t slisp_integer_p(Word x) { return tower_of(x) == Tower::Long || tower_of(x) == Tower::BigInt; }
std::uint32_t slisp_double_p(Word x) { return tower_of(x) == Tower::Double && !is_float(x); }
std::uint32_t slisp_floating_p(Word x) { return tower_of(x) == Tower::Double; }
std::uint32_t slisp_ratio_p(Word x) { return tower_of(x) == Tower::Ratio; }
std::uint32_t slisp_bigint_p(Word x) { return tower_of(x) == Tower::BigInt; }
std::uint32_t slisp_decimal_p(Word x) { return tower_of(x) == Tower::Decimal; }
std::uint32_t slisp_double_nan_p(double x) { return x != x; }
std::uint32_t slisp_double_infinite_p(double x) { return x - x != 0 && x == x; }
}
