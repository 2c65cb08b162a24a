// unicode.hpp: properties and case of characters beyond ASCII, as tables; linked only when used.
#pragma once
#include <cstddef>
#include <cstdint>

namespace slisp::rt {

struct CharRange {
  std::uint32_t first, last;
};
struct CaseRun {                         // first, first + stride, ..., last map to themselves + delta
  std::uint32_t first, last;
  std::uint8_t stride;
  std::int32_t delta;
};
struct CaseSpecial {                     // one character becomes up to three (0: none)
  std::uint32_t code_point;
  std::uint32_t mapped[3];
};

extern const CharRange k_letter_ranges[], k_digit_ranges[], k_upper_letter_ranges[], k_lower_letter_ranges[];
extern const std::size_t k_letter_count, k_digit_count, k_upper_letter_count, k_lower_letter_count;
extern const CaseRun k_to_upper_runs[], k_to_lower_runs[];
extern const std::size_t k_to_upper_count, k_to_lower_count;
extern const CaseSpecial k_upper_specials[];
extern const std::size_t k_upper_special_count;

bool is_letter(std::uint32_t c);
bool is_upper(std::uint32_t c);
bool is_lower(std::uint32_t c);
int decimal_digit(std::uint32_t c);      // 0-9, or -1
std::uint32_t to_upper(std::uint32_t c); // one to one
std::uint32_t to_lower(std::uint32_t c);
// Character.isWhitespace of the JVM: no no-break spaces.
bool is_java_whitespace(std::uint32_t c);

}  // namespace slisp::rt
