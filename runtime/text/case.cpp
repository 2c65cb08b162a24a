// case.cpp: upper and lower case, letters and digits, of characters and strings.
#include "runtime/text/text.hpp"
#include "runtime/text/unicode.hpp"

namespace slisp::rt {
namespace {

const CharRange* find_range(const CharRange* ranges, std::size_t count, std::uint32_t c) {
  std::size_t low = 0, high = count;
  while (low < high) {
    const std::size_t middle = (low + high) / 2;
    if (c > ranges[middle].last) low = middle + 1;
    else high = middle;
  }
  return low < count && ranges[low].first <= c ? &ranges[low] : nullptr;
}

std::uint32_t map_case(const CaseRun* runs, std::size_t count, std::uint32_t c) {
  std::size_t low = 0, high = count;
  while (low < high) {
    const std::size_t middle = (low + high) / 2;
    if (c > runs[middle].last) low = middle + 1;
    else high = middle;
  }
  if (low == count) return c;
  const CaseRun& run = runs[low];
  return c >= run.first && (c - run.first) % run.stride == 0 ? c + static_cast<std::uint32_t>(run.delta) : c;
}

}  // namespace

bool is_letter(std::uint32_t c) {
  if (c < 0x80) return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
  return find_range(k_letter_ranges, k_letter_count, c) != nullptr;
}
bool is_upper(std::uint32_t c) {
  if (c < 0x80) return c >= 'A' && c <= 'Z';
  return find_range(k_upper_letter_ranges, k_upper_letter_count, c) != nullptr;
}
bool is_lower(std::uint32_t c) {
  if (c < 0x80) return c >= 'a' && c <= 'z';
  return find_range(k_lower_letter_ranges, k_lower_letter_count, c) != nullptr;
}
// Digits come in runs of ten.
int decimal_digit(std::uint32_t c) {
  if (c < 0x80) return c >= '0' && c <= '9' ? static_cast<int>(c - '0') : -1;
  const CharRange* range = find_range(k_digit_ranges, k_digit_count, c);
  return range == nullptr ? -1 : static_cast<int>((c - range->first) % 10);
}
std::uint32_t to_upper(std::uint32_t c) {
  if (c < 0x80) return c >= 'a' && c <= 'z' ? c - 32 : c;
  return map_case(k_to_upper_runs, k_to_upper_count, c);
}
std::uint32_t to_lower(std::uint32_t c) {
  if (c < 0x80) return c >= 'A' && c <= 'Z' ? c + 32 : c;
  return map_case(k_to_lower_runs, k_to_lower_count, c);
}

namespace {

// Sigma at the end of a word has a form of its own.
bool final_sigma(std::string_view text, std::size_t start, std::size_t end) {
  if (start == 0) return false;
  std::size_t before = start;
  if (!is_letter(decode_before(text, before))) return false;
  return end == text.size() || !is_letter(decode(text, end));
}

void append_upper(TextBuffer& out, std::uint32_t c) {
  for (std::size_t i = 0; i < k_upper_special_count && c >= 0x80; ++i) {
    if (k_upper_specials[i].code_point != c) continue;
    for (const std::uint32_t mapped : k_upper_specials[i].mapped)
      if (mapped != 0) out.append_code_point(mapped);
    return;
  }
  out.append_code_point(to_upper(c));
}

enum class Case { Upper, Lower };

Word change_case(Borrowed string, Case wanted) {
  std::string_view text;
  if (!string_argument(string, text)) return abi::k_pending;
  if (is_ascii(string)) {
    Owned result = make_valid_string(text);
    char* data = result.as<StringObject>()->data;
    for (std::size_t i = 0; i < text.size(); ++i) {
      const char c = data[i];
      if (wanted == Case::Upper ? (c >= 'a' && c <= 'z') : (c >= 'A' && c <= 'Z')) data[i] = static_cast<char>(c ^ 0x20);
    }
    return result.take();
  }
  TextBuffer out;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t start = i;
    const std::uint32_t c = decode(text, i);
    if (wanted == Case::Upper) append_upper(out, c);
    else if (c == 0x3a3 && final_sigma(text, start, i)) out.append_code_point(0x3c2);
    else if (c == 0x130) out.append("i\xcc\x87");
    else out.append_code_point(to_lower(c));
  }
  return make_valid_string(out.view()).take();
}

// A character, or a long that means one.
bool character_argument(Borrowed x, std::uint32_t& c) {
  if (is_character(x.word())) {
    c = to_character(x.word());
    return true;
  }
  if (is_long(x) && long_of(x) >= 0 && long_of(x) <= 0x10ffff) {
    c = static_cast<std::uint32_t>(long_of(x));
    return true;
  }
  if (x.is_nil()) (void)throw_null_call("java.lang.Character.charValue()", "x");
  else (void)throw_class_cast(x, "java.lang.Character");
  return false;
}

template <class Test> std::uint32_t test_character(Borrowed x, Test test) {
  std::uint32_t c;
  if (!character_argument(x, c)) return abi::k_bool_failed;
  return test(c) ? 1 : 0;
}

template <class Map> Word map_character(Borrowed x, Map map) {
  std::uint32_t c;
  if (!character_argument(x, c)) return abi::k_pending;
  return is_character(x.word()) ? from_character(map(c)) : from_fixnum(static_cast<std::int64_t>(map(c)));
}

}  // namespace
}  // namespace slisp::rt

using namespace slisp::rt;
extern "C" {
Word slisp_string_upper(Word string) { return change_case(string, Case::Upper); }
Word slisp_string_lower(Word string) { return change_case(string, Case::Lower); }

Word slisp_to_char(Word x) {
  if (is_character(x)) return x;
  const slisp::abi::i64_or_failure code = slisp::abi::slisp_to_long(x);
  if (code.valid == 0) return slisp::abi::k_pending;
  if (code.value < 0 || code.value > 0x10ffff) {
    TextBuffer message;
    message.append("Value out of range for char: ");
    message.append_long(code.value);
    return throw_string(ClassId::IllegalArgumentException, message.finish()).take();
  }
  return from_character(static_cast<std::uint32_t>(code.value));
}

slisp::abi::i64_or_failure slisp_char_digit(Word x, std::int64_t radix) {
  std::uint32_t c;
  if (!character_argument(x, c)) return {0, 0};
  int digit = decimal_digit(c);
  if (digit < 0 && c < 0x80 && is_letter(c)) digit = static_cast<int>((c | 0x20) - 'a') + 10;
  return i64_ok(radix >= 2 && radix <= 36 && digit < radix ? digit : -1);
}

std::uint32_t slisp_char_digit_p(Word x) {
  return test_character(x, [](std::uint32_t c) { return decimal_digit(c) >= 0; });
}
std::uint32_t slisp_char_letter_p(Word x) { return test_character(x, is_letter); }
std::uint32_t slisp_char_whitespace_p(Word x) { return test_character(x, is_java_whitespace); }
std::uint32_t slisp_char_upper_p(Word x) { return test_character(x, is_upper); }
std::uint32_t slisp_char_lower_p(Word x) { return test_character(x, is_lower); }
Word slisp_char_upper(Word x) { return map_character(x, to_upper); }
Word slisp_char_lower(Word x) { return map_character(x, to_lower); }
}
