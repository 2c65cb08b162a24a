// str_value.cpp: the text of a value as (str x) gives it: x.toString() on the JVM. Collections print readably inside; what differs
// from pr are strings, characters, special doubles, big numbers, patterns, classes, dates, exceptions and lazy seqs.
#include "runtime/control/objects.hpp"
#include "runtime/host/native.hpp"
#include "runtime/io/stream.hpp"
#include "runtime/numbers/numbers.hpp"
#include "runtime/printing/printer.hpp"
#include "runtime/types/operations.hpp"

namespace slisp::rt {

// What threads print as; false for what prints as any object. Only programs with such objects contain it.
extern "C" [[gnu::weak]] bool slisp_sync_text(Word object, TextBuffer& out);

namespace {

// "Wed Jan 01 00:00:00 UTC 2020": Date.toString.
void append_date(TextBuffer& out, std::int64_t milliseconds) {
  std::int64_t days = milliseconds / 86400000, rest = milliseconds % 86400000;
  if (rest < 0) {
    rest += 86400000;
    --days;
  }
  // Civil date from days (Hinnant): years start in March.
  const std::int64_t z = days + 719468;
  const std::int64_t era = (z >= 0 ? z : z - 146096) / 146097;
  const std::int64_t day_of_era = z - era * 146097;
  const std::int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const std::int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t shifted = (5 * day_of_year + 2) / 153;
  const std::int64_t day = day_of_year - (153 * shifted + 2) / 5 + 1;
  const std::int64_t month = shifted < 10 ? shifted + 3 : shifted - 9;
  const std::int64_t year = year_of_era + era * 400 + (month <= 2);
  auto two = [&out](std::int64_t n) {
    if (n < 10) out.append('0');
    out.append_long(n);
  };
  constexpr std::string_view k_days = "ThuFriSatSunMonTueWed", k_months = "JanFebMarAprMayJunJulAugSepOctNovDec";
  out.append(k_days.substr(static_cast<std::size_t>(((days % 7) + 7) % 7) * 3, 3));
  out.append(' ');
  out.append(k_months.substr(static_cast<std::size_t>(month - 1) * 3, 3));
  out.append(' ');
  two(day);
  out.append(' ');
  two(rest / 3600000);
  out.append(':');
  two(rest / 60000 % 60);
  out.append(':');
  two(rest / 1000 % 60);
  out.append(" UTC ");
  out.append_long(year);
}

void append_number_text(TextBuffer& out, Borrowed x) {
  if (x.is(Kind::Double)) {
    char text[32];
    out.append(floating_text(x, text));
  } else if (x.is(Kind::BigInt) || x.is(Kind::BigDecimal)) {
    slisp_big_table.append(out, x, 10);
  } else {
    append_number(out, x);
  }
}

bool append_exception(TextBuffer& out, Borrowed x) {
  const auto* exception = x.as<ExceptionObject>();
  const Owned name = Owned::adopt(abi::slisp_class_name(exception->class_object));
  out.append(text_of(name));
  if (exception->message != abi::k_nil) {
    out.append(": ");
    out.append(text_of(exception->message));
  }
  if (exception->data == abi::k_nil) return true;
  out.append(' ');
  return print_value(out, exception->data, PrintMode::Readable);
}

}  // namespace

bool append_str(TextBuffer& out, Borrowed x) {
  const Word word = x.word();
  if (x.is_nil()) return true;
  if (is_fixnum(word)) {
    out.append_long(to_fixnum(word));
    return true;
  }
  if (is_character(word)) {
    out.append_code_point(to_character(word));
    return true;
  }
  if (!is_pointer(word)) return print_value(out, x, PrintMode::Plain);
  if (asks_type(word)) return slisp_type_operations.append_str(out, word);
  switch (header_of(word)->kind) {
    case Kind::String: out.append(text_of(x)); return true;
    case Kind::Long:
    case Kind::Integer:
    case Kind::Double:
    case Kind::BigInt:
    case Kind::Ratio:
    case Kind::BigDecimal: append_number_text(out, x); return true;
    case Kind::Regex: out.append(text_of(*slot_of(header_of(word), 0))); return true;
    case Kind::Uuid: {
      char text[k_uuid_text_size];
      format_uuid(*x.as<UuidObject>(), text);
      out.append(std::string_view(text, sizeof text));
      return true;
    }
    case Kind::Inst: append_date(out, x.as<InstObject>()->milliseconds); return true;
    case Kind::Exception: return append_exception(out, x);
    case Kind::Class: {
      const Owned name = Owned::adopt(abi::slisp_class_name(word));
      if (text_of(name).find_first_of(".[") != std::string_view::npos || text_of(name)[0] < 'a')   // not the primitive ones
        out.append(is_interface(x.as<const ClassObject>()) ? "interface " : "class ");
      out.append(text_of(name));
      return true;
    }
    case Kind::Namespace: out.append(text_of(symbol_name(x.as<NamespaceObject>()->name))); return true;
    case Kind::Unbound: {
      const Owned symbol = Owned::adopt(abi::slisp_var_symbol(x.as<UnboundObject>()->var));
      out.append("Unbound: #'");
      return print_value(out, symbol, PrintMode::Readable);
    }
    case Kind::LazySeq: {
      bool failed = false;
      const std::int32_t hash = java_hash_code(x, failed);
      if (failed) return false;
      out.append("clojure.lang.LazySeq@");
      append_hex(out, static_cast<std::uint32_t>(hash));
      return true;
    }
    case Kind::Stream: {
      StreamState& state = *x.as<Stream>()->state;
      Locked hold(state.lock);
      if (state.sort != StreamSort::StringWriter) append_object_name(out, x);
      else out.append(std::string_view(state.buffer, state.end));
      return true;
    }
    case Kind::Native:
      if (native_type(x)->text != nullptr) return native_type(x)->text(out, x);
      append_object_name(out, x);
      return true;
    case Kind::Fn:
    case Kind::Atom:
    case Kind::Volatile:
    case Kind::Delay:
    case Kind::Reduced:
    case Kind::MultiFn:
    case Kind::Object:
    case Kind::Array:
    case Kind::Box:
    case Kind::Queue:
    case Kind::Transient:
    case Kind::ChunkBuffer: append_object_name(out, x); return true;
    case Kind::Sync:
      if (slisp_sync_text == nullptr || !slisp_sync_text(x.word(), out)) append_object_name(out, x);
      return true;
    default: return print_value(out, x, PrintMode::Readable);
  }
}

}  // namespace slisp::rt
