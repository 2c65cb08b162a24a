// powers.hpp: 10^k for -292 <= k <= 324 as 128-bit significands with the top bit set, rounded up.
#pragma once
#include <cstdint>

namespace slisp::rt {

struct Power {
  std::uint64_t high, low;
};
inline constexpr int k_power_min = -292;
inline constexpr int k_power_max = 324;
extern const Power k_powers[k_power_max - k_power_min + 1];
inline const Power& power_of_ten(int k) { return k_powers[k - k_power_min]; }

}  // namespace slisp::rt
