// format_spec.cpp: reading and checking format specifiers.
#include "runtime/text/format_spec.hpp"

namespace slisp::rt {

bool format_failure(ClassId type, std::string_view a, std::string_view b, std::string_view c) {
  TextBuffer message;
  message.append(a);
  message.append(b);
  message.append(c);
  (void)throw_string(type, message.finish());
  return false;
}

namespace {

bool unknown(char conversion) {
  return format_failure(ClassId::UnknownFormatConversionException, "Conversion = '", {&conversion, 1}, "'");
}

bool flag_mismatch(const Spec& spec, std::string_view flags) {
  TextBuffer message;
  message.append("Conversion = ");
  message.append(spec.conversion);
  message.append(", Flags = ");
  message.append(flags);
  (void)throw_string(ClassId::FormatFlagsConversionMismatchException, message.finish());
  return false;
}

std::int64_t number(std::string_view format, std::size_t& i) {
  std::int64_t value = 0;
  while (i < format.size() && format[i] >= '0' && format[i] <= '9') {
    if (value < INT32_MAX) value = value * 10 + (format[i] - '0');
    ++i;
  }
  return value;
}

}  // namespace

// %[index$][flags][width][.precision]conversion
bool parse_spec(std::string_view format, std::size_t& i, Spec& spec) {
  ++i;
  std::size_t k = i;
  const std::int64_t index = number(format, k);
  if (k > i && k < format.size() && format[k] == '$') {
    spec.index = index;
    i = k + 1;
  }
  bool same = false;
  while (i < format.size()) {
    bool* flag = nullptr;
    switch (format[i]) {
      case '-': flag = &spec.left; break;
      case '#': flag = &spec.alternate; break;
      case '+': flag = &spec.plus; break;
      case ' ': flag = &spec.space; break;
      case '0': flag = &spec.zero; break;
      case ',': flag = &spec.group; break;
      case '(': flag = &spec.parentheses; break;
      case '<': flag = &same; break;
      default: break;
    }
    if (flag == nullptr) break;
    if (*flag) return format_failure(ClassId::DuplicateFormatFlagsException, "Flags = '", format.substr(i, 1), "'");
    *flag = true;
    ++i;
  }
  if (same) spec.index = -1;
  if (i < format.size() && format[i] >= '1' && format[i] <= '9') spec.width = number(format, i);
  if (i < format.size() && format[i] == '.') {
    const std::size_t digits = ++i;
    spec.precision = number(format, i);
    if (i == digits) return unknown('.');
  }
  if (i >= format.size()) return unknown('%');
  const char c = format[i++];
  spec.upper = c >= 'A' && c <= 'Z';
  spec.conversion = spec.upper ? static_cast<char>(c + 32) : c;
  if (std::string_view("bhscdoxefgan%").find(spec.conversion) == std::string_view::npos ||
      (spec.upper && std::string_view("bhscxega").find(spec.conversion) == std::string_view::npos))
    return unknown(c);
  return true;
}

namespace {

std::string_view flags_of(const Spec& spec, char (&room)[9], bool with_case = false) {
  std::size_t n = 0;
  const auto put = [&](bool set, char c) {
    if (set) room[n++] = c;
  };
  put(spec.left, '-');
  put(with_case && spec.upper, '^');
  put(spec.alternate, '#');
  put(spec.plus, '+');
  put(spec.space, ' ');
  put(spec.zero, '0');
  put(spec.group, ',');
  put(spec.parentheses, '(');
  return {room, n};
}

bool bad_flags(const Spec& spec) {
  char room[9];
  return format_failure(ClassId::IllegalFormatFlagsException, "Flags = '", flags_of(spec, room, true), "'");
}

bool with_number(ClassId type, std::int64_t number) {
  TextBuffer digits;
  digits.append_long(number);
  return format_failure(type, digits.view());
}

}  // namespace

// The specifier as the JVM repeats it: flags in its own order.
void append_spec(TextBuffer& out, const Spec& spec) {
  char room[9];
  out.append('%');
  out.append(flags_of(spec, room));
  if (spec.index < 0) out.append('<');
  if (spec.index > 0) {
    out.append_long(spec.index);
    out.append('$');
  }
  if (spec.width >= 0) out.append_long(spec.width);
  if (spec.precision >= 0) {
    out.append('.');
    out.append_long(spec.precision);
  }
  out.append(spec.upper ? static_cast<char>(spec.conversion - 32) : spec.conversion);
}

namespace {

bool missing_width(const Spec& spec) {
  TextBuffer text;
  append_spec(text, spec);
  return format_failure(ClassId::MissingFormatWidthException, text.view());
}

}  // namespace

// None of these flags may be set.
bool refuse_flags(const Spec& spec, std::string_view flags) {
  char room[9];
  const std::string_view set = flags_of(spec, room);
  for (const char& flag : flags)
    if (set.find(flag) != std::string_view::npos) return flag_mismatch(spec, {&flag, 1});
  return true;
}

// Which flags go with which conversion, in the order in which the JVM complains.
bool check_spec(const Spec& spec) {
  const bool any = spec.left || spec.alternate || spec.plus || spec.space || spec.zero || spec.group || spec.parentheses;
  switch (spec.conversion) {
    case 'n':
      if (spec.precision >= 0) return with_number(ClassId::IllegalFormatPrecisionException, spec.precision);
      if (spec.width >= 0) return with_number(ClassId::IllegalFormatWidthException, spec.width);
      return !any || bad_flags(spec);
    case '%':
      if (spec.precision >= 0) return with_number(ClassId::IllegalFormatPrecisionException, spec.precision);
      if (spec.alternate || spec.plus || spec.space || spec.zero || spec.group || spec.parentheses) return bad_flags(spec);
      return !spec.left || spec.width >= 0 || missing_width(spec);
    case 'b':
    case 'h':
      if (spec.alternate) return flag_mismatch(spec, "#");
      [[fallthrough]];
    case 's':
      if (spec.left && spec.width < 0) return missing_width(spec);
      return refuse_flags(spec, "+ 0,(");
    case 'c':
      if (spec.precision >= 0) return with_number(ClassId::IllegalFormatPrecisionException, spec.precision);
      if (!refuse_flags(spec, "#+ 0,(")) return false;
      return !spec.left || spec.width >= 0 || missing_width(spec);
    default: break;
  }
  if ((spec.left || spec.zero) && spec.width < 0) return missing_width(spec);
  if ((spec.plus && spec.space) || (spec.left && spec.zero)) return bad_flags(spec);
  switch (spec.conversion) {
    case 'f': return true;
    case 'e': return refuse_flags(spec, ",");
    case 'a': return refuse_flags(spec, ",(");
    case 'g': return refuse_flags(spec, "#");
    default: break;
  }
  if (spec.precision >= 0) return with_number(ClassId::IllegalFormatPrecisionException, spec.precision);
  return refuse_flags(spec, spec.conversion == 'd' ? "#" : ",");
}

}  // namespace slisp::rt
