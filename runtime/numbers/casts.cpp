// casts.cpp: (long x), (int x), (double x) and their kin, with Clojure's range checks and messages.
#include "runtime/numbers/numbers.hpp"

namespace slisp::rt {

Owned throw_out_of_range(const char* type, Borrowed value) {
  TextBuffer message;
  message.append("Value out of range for ");
  message.append(std::string_view(type));
  message.append(": ");
  if (!append_str(message, value)) return Owned::pending();
  return throw_string(ClassId::IllegalArgumentException, message.finish());
}

namespace {

std::int64_t saturate(double d) {
  if (d != d) return 0;
  if (d >= 0x1p63) return INT64_MAX;
  if (d < -0x1p63) return INT64_MIN;
  return static_cast<std::int64_t>(d);
}

enum class Cast { Checked, Unchecked };

// nil and other values that are neither number nor character.
Owned throw_no_cast(Borrowed x, const char* call, const char* wanted) {
  if (!x.is_nil()) return throw_class_cast(x, wanted);
  TextBuffer message;
  message.append("Cannot invoke \"");
  message.append(std::string_view(call));
  message.append("\" because \"x\" is null");
  return throw_string(ClassId::NullPointerException, message.finish());
}

abi::i64_or_failure cast_long(Borrowed x, Cast cast) {
  switch (tower_of(x)) {
    case Tower::Long: return i64_value(raw_long(x));
    case Tower::Double: {
      const double d = raw_double(x);
      if (cast == Cast::Checked && (d < -0x1p63 || d > 0x1p63)) return i64_failed(throw_out_of_range("long", x));
      return i64_value(saturate(d));
    }
    case Tower::None:
      if (is_character(x.word())) return i64_value(to_character(x.word()));
      return i64_failed(throw_no_cast(x, "java.lang.Number.doubleValue()", "java.lang.Number"));
    case Tower::Decimal:
      if (cast == Cast::Checked) {
        // The JVM looks at the double of a decimal, and says so in its message.
        Owned as_double = make_double(number_to_double(x));
        return cast_long(as_double, cast);
      }
      [[fallthrough]];
    default: {
      std::int64_t value;
      if (slisp_big_table.to_long(x, value) || cast == Cast::Unchecked) return i64_value(value);
      const Owned whole = slisp_big_table.truncate(x);
      return i64_failed(throw_out_of_range("long", whole));
    }
  }
}

abi::i64_or_failure cast_small(Borrowed x, const char* type, std::int64_t low, std::int64_t high) {
  const abi::i64_or_failure value = cast_long(x, Cast::Checked);
  if (value.valid == 0) return value;
  if (value.value < low || value.value > high)
    return i64_failed(throw_out_of_range(type, x));
  return value;
}

}  // namespace
}  // namespace slisp::rt

using namespace slisp::rt;
extern "C" {
slisp::abi::f64_or_failure slisp_operand_double(Word word) {
  const Borrowed x = word;
  if (tower_of(x) != Tower::None) return {number_to_double(x), 1};
  (void)throw_not_number(x);
  return {0, 0};
}
Word slisp_long_overflow() { return throw_long_overflow().take(); }
Word slisp_divide_by_zero() { return throw_divide_by_zero().take(); }
slisp::abi::i64_or_failure slisp_double_to_long(double d) {
  if (d >= -0x1p63 && d < 0x1p63) return {static_cast<std::int64_t>(d), 1};
  const Owned boxed = make_double(d);
  return cast_long(boxed, Cast::Checked);
}
slisp::abi::i64_or_failure slisp_to_long(Word x) { return cast_long(x, Cast::Checked); }
// (unchecked-long x): of numbers alone.
slisp::abi::i64_or_failure slisp_unchecked_long(Word word) {
  const Borrowed x = word;
  if (tower_of(x) == Tower::None) return i64_failed(throw_no_cast(x, "java.lang.Number.longValue()", "java.lang.Number"));
  return cast_long(x, Cast::Unchecked);
}

slisp::abi::i64_or_failure slisp_to_int(Word word) {
  const Borrowed x = word;
  if (tower_of(x) == Tower::None && !is_character(word))
    return i64_failed(throw_no_cast(x, "java.lang.Character.charValue()", "java.lang.Character"));
  const slisp::abi::i64_or_failure value = cast_long(x, Cast::Checked);
  if (value.valid != 0 && (value.value < INT32_MIN || value.value > INT32_MAX))
    return i64_failed(throw_new(ClassId::ArithmeticException, "integer overflow"));
  return value;
}
slisp::abi::i64_or_failure slisp_int_argument(Word word) {
  const Borrowed x = word;
  if (tower_of(x) == Tower::None) return i64_failed(throw_no_cast(x, "java.lang.Number.intValue()", "java.lang.Number"));
  return slisp_to_int(word);
}
slisp::abi::i64_or_failure slisp_to_short(Word x) { return cast_small(x, "short", INT16_MIN, INT16_MAX); }
slisp::abi::i64_or_failure slisp_to_byte(Word x) { return cast_small(x, "byte", INT8_MIN, INT8_MAX); }

slisp::abi::i64_or_failure slisp_unchecked_int(Word word) {
  const Borrowed x = word;
  if (tower_of(x) == Tower::None && !is_character(word))
    return i64_failed(throw_no_cast(x, "java.lang.Character.charValue()", "java.lang.Character"));
  // Ratio.intValue goes through a double, which saturates.
  if (tower_of(x) == Tower::Ratio) {
    const Owned as_double = make_double(number_to_double(x));
    return slisp_unchecked_int(as_double.word());
  }
  const slisp::abi::i64_or_failure value = cast_long(x, Cast::Unchecked);
  if (value.valid == 0) return value;
  if (tower_of(x) == Tower::Double)
    return i64_value(value.value > INT32_MAX ? INT32_MAX : value.value < INT32_MIN ? INT32_MIN : value.value);
  return i64_value(static_cast<std::int32_t>(value.value));
}

slisp::abi::f64_or_failure slisp_to_double(Word word) {
  const Borrowed x = word;
  if (tower_of(x) == Tower::None) return f64_failed(throw_no_cast(x, "java.lang.Number.doubleValue()", "java.lang.Number"));
  return f64_value(number_to_double(x));
}

Word slisp_parameter_long(Word word) {
  const Borrowed x = word;
  if (tower_of(x) == Tower::None) return throw_no_cast(x, "java.lang.Number.doubleValue()", "java.lang.Number").take();
  const slisp::abi::i64_or_failure value = cast_long(x, Cast::Checked);
  return value.valid == 0 ? slisp::abi::k_pending : make_long(value.value).take();
}
Word slisp_result_long(Word word) {
  const Borrowed x = word;
  if (tower_of(x) == Tower::None) return throw_no_cast(x, "java.lang.Number.longValue()", "java.lang.Number").take();
  const slisp::abi::i64_or_failure value = cast_long(x, Cast::Unchecked);
  return value.valid == 0 ? slisp::abi::k_pending : make_long(value.value).take();
}
Word slisp_parameter_double(Word word) {
  if (is_kind(word, Kind::Double) && !is_float(word)) return Owned::copy(word).take();
  const slisp::abi::f64_or_failure value = slisp_to_double(word);
  return value.valid == 0 ? slisp::abi::k_pending : make_double(value.value).take();
}
Word slisp_result_double(Word word) { return slisp_parameter_double(word); }
}
