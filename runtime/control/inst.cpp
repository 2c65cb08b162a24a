// inst.cpp: instants: RFC 3339 text to milliseconds and back, by clojure.instant's rules.
// Keeps: dates before 15 October 1582 are Julian, as java.util.GregorianCalendar has them; missing parts are the first of their kind.
#include "runtime/abi/functions.hpp"
#include "runtime/control/exceptions.hpp"

namespace slisp::rt {
namespace {

constexpr std::int64_t k_day_ms = 86'400'000;
constexpr std::int64_t k_gregorian_start = -141'427;   // 1582-10-15 in days since 1970

struct Date {
  std::int64_t year;
  int month, day;
};

// Days since 1970-01-01 of a date of one calendar; years start in March, so that the leap day comes last (Hinnant).
std::int64_t days_of(Date date, bool gregorian) {
  std::int64_t y = date.year - (date.month <= 2);
  std::int64_t day_of_year = (153 * (date.month + (date.month > 2 ? -3 : 9)) + 2) / 5 + date.day - 1;
  if (gregorian) {
    std::int64_t era = (y >= 0 ? y : y - 399) / 400, in_era = y - era * 400;
    return era * 146'097 + in_era * 365 + in_era / 4 - in_era / 100 + day_of_year - 719'468;
  }
  std::int64_t era = (y >= 0 ? y : y - 3) / 4, in_era = y - era * 4;
  return era * 1461 + in_era * 365 + day_of_year - 719'470;
}

Date date_of(std::int64_t days, bool gregorian) {
  std::int64_t era_days = gregorian ? 146'097 : 1461, era_years = gregorian ? 400 : 4;
  days += gregorian ? 719'468 : 719'470;
  std::int64_t era = (days >= 0 ? days : days - era_days + 1) / era_days, in_era = days - era * era_days;
  std::int64_t year_of_era =
      gregorian ? (in_era - in_era / 1460 + in_era / 36'524 - in_era / 146'096) / 365 : (in_era - in_era / 1460) / 365;
  std::int64_t before = 365 * year_of_era + year_of_era / 4 - (gregorian ? year_of_era / 100 : 0);
  std::int64_t day_of_year = in_era - before, month = (5 * day_of_year + 2) / 153;
  Date date{};
  date.day = static_cast<int>(day_of_year - (153 * month + 2) / 5 + 1);
  date.month = static_cast<int>(month < 10 ? month + 3 : month - 9);
  date.year = year_of_era + era * era_years + (date.month <= 2);
  return date;
}

std::int64_t calendar_days(Date date) {
  std::int64_t gregorian = days_of(date, true);
  return gregorian >= k_gregorian_start ? gregorian : days_of(date, false);
}

// Steps through the text; every part is optional once the one before it is missing.
class Parser {
 public:
  explicit Parser(std::string_view text) : rest_(text) {}
  bool number(int digits, std::int64_t& value) {
    if (rest_.size() < static_cast<std::size_t>(digits)) return false;
    value = 0;
    for (int i = 0; i < digits; ++i) {
      if (rest_[i] < '0' || rest_[i] > '9') return false;
      value = value * 10 + (rest_[i] - '0');
    }
    rest_.remove_prefix(static_cast<std::size_t>(digits));
    return true;
  }
  // A separator and a number; nothing is taken unless both are there.
  bool part(char separator, int digits, std::int64_t& value) {
    std::string_view before = rest_;
    std::int64_t found;
    if (skip(separator) && number(digits, found)) {
      value = found;
      return true;
    }
    rest_ = before;
    return false;
  }
  bool skip(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool fraction(std::int64_t& nanoseconds) {
    if (rest_.size() < 2 || rest_[0] != '.' || rest_[1] < '0' || rest_[1] > '9') return false;
    rest_.remove_prefix(1);
    std::int64_t value = 0;
    int digits = 0;
    for (; !rest_.empty() && rest_[0] >= '0' && rest_[0] <= '9'; rest_.remove_prefix(1)) {
      if (digits++ < 9) value = value * 10 + (rest_[0] - '0');
    }
    for (; digits < 9; ++digits) value *= 10;
    nanoseconds = value;
    return true;
  }
  bool at_end() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

struct Parts {
  std::int64_t year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0, nanosecond = 0;
  std::int64_t offset_sign = 0, offset_hour = 0, offset_minute = 0;
};

bool parse(std::string_view text, Parts& p) {
  Parser in(text);
  if (!in.number(4, p.year)) return false;
  if (in.part('-', 2, p.month) && in.part('-', 2, p.day) && in.part('T', 2, p.hour) && in.part(':', 2, p.minute) &&
      in.part(':', 2, p.second)) {
    in.fraction(p.nanosecond);
  }
  if (in.skip('Z') || in.at_end()) return in.at_end();
  p.offset_sign = in.skip('-') ? -1 : in.skip('+') ? 1 : 0;
  return p.offset_sign != 0 && in.number(2, p.offset_hour) && in.part(':', 2, p.offset_minute) && in.at_end();
}

// Which rule the parts break; empty when none. The words are clojure.instant's.
std::string_view broken_rule(const Parts& p) {
  constexpr int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  bool leap = p.year % 4 == 0 && (p.year % 100 != 0 || p.year % 400 == 0);
  if (p.month < 1 || p.month > 12) return "(<= 1 months 12)";
  int days = lengths[p.month - 1] + (leap && p.month == 2 ? 1 : 0);
  if (p.day < 1 || p.day > days) return "(<= 1 days (days-in-month months (leap-year? years)))";
  if (p.hour > 23) return "(<= 0 hours 23)";
  if (p.minute > 59) return "(<= 0 minutes 59)";
  if (p.second > (p.minute == 59 ? 60 : 59)) return "(<= 0 seconds (if (= minutes 59) 60 59))";
  if (p.offset_hour > 23) return "(<= 0 offset-hours 23)";
  if (p.offset_minute > 59) return "(<= 0 offset-minutes 59)";
  return {};
}

void append_padded(TextBuffer& out, std::int64_t value, int width) {
  std::int64_t bound = 10;
  for (int i = 1; i < width; ++i, bound *= 10) {
    if (value < bound) {
      for (int k = i; k < width; ++k) out.append('0');
      break;
    }
  }
  out.append_long(value);
}

}  // namespace

void append_inst(TextBuffer& out, std::int64_t milliseconds) {
  std::int64_t days = milliseconds / k_day_ms, rest = milliseconds % k_day_ms;
  if (rest < 0) {
    rest += k_day_ms;
    --days;
  }
  Date date = date_of(days, days >= k_gregorian_start);
  append_padded(out, date.year, 4);
  out.append('-');
  append_padded(out, date.month, 2);
  out.append('-');
  append_padded(out, date.day, 2);
  out.append('T');
  append_padded(out, rest / 3'600'000, 2);
  out.append(':');
  append_padded(out, rest / 60'000 % 60, 2);
  out.append(':');
  append_padded(out, rest / 1000 % 60, 2);
  out.append('.');
  append_padded(out, rest % 1000, 3);
  out.append("-00:00");
}

}  // namespace slisp::rt

using namespace slisp::rt;
namespace abi = slisp::abi;

extern "C" {

std::uint32_t slisp_inst_p(Word value) { return is_kind(value, Kind::Inst); }

abi::i64_or_failure slisp_inst_ms(Word value) {
  if (is_kind(value, Kind::Inst)) return {reinterpret_cast<InstObject*>(value)->milliseconds, 1};
  TextBuffer out;
  out.append("No implementation of method: :inst-ms* of protocol: #'clojure.core/Inst found for class: ");
  append_class_name_of(out, value);
  (void)throw_string(ClassId::IllegalArgumentException, out.finish());
  return {0, 0};
}

Word slisp_inst_new(std::int64_t milliseconds) {
  auto* inst = allocate_as<InstObject>(Kind::Inst, sizeof(InstObject), 0);
  inst->milliseconds = milliseconds;
  return word_of(inst);
}

Word slisp_parse_inst(Word text) {
  if (!is_kind(text, Kind::String)) return throw_class_cast(text, "java.lang.String").take();
  Parts p;
  if (!parse(text_of(text), p)) return throw_with_value(ClassId::RuntimeException, "Unrecognized date/time syntax: ", text, "").take();
  if (std::string_view rule = broken_rule(p); !rule.empty()) {
    TextBuffer out;
    out.append("failed: ");
    out.append(rule);
    return throw_string(ClassId::RuntimeException, out.finish()).take();
  }
  std::int64_t days = calendar_days({p.year, static_cast<int>(p.month), static_cast<int>(p.day)});
  std::int64_t seconds = (p.hour * 60 + p.minute) * 60 + p.second - p.offset_sign * (p.offset_hour * 60 + p.offset_minute) * 60;
  auto* inst = allocate_as<InstObject>(Kind::Inst, sizeof(InstObject), 0);
  inst->milliseconds = days * k_day_ms + seconds * 1000 + p.nanosecond / 1'000'000;
  return word_of(inst);
}

}  // extern "C"
