// time_values.cpp: values of java.time and java.text: instants, dates, durations, zones, formatters.
// In:   their text and their content, both made by the library (stdlib/slisp/host/time.slisp).
// Keeps: two of one class are equal when their contents are; those with an order compare by content, a long or a vector of longs.
// Idea: what they mean is calendar arithmetic, which the library does; here they only have a class.
#include "runtime/collections/layouts.hpp"
#include "runtime/equality/equality.hpp"
#include "runtime/host/native.hpp"
#include "runtime/text/text.hpp"

namespace slisp::rt {
namespace {

Word text_slot(Borrowed x) { return x.as<NativeObject>()->slot[0]; }
Word content_slot(Borrowed x) { return x.as<NativeObject>()->slot[1]; }

bool show(TextBuffer& out, Borrowed x) { return out.append(text_of(text_slot(x))), true; }
bool same(Borrowed a, Borrowed b, bool& failed) { return equal(content_slot(a), content_slot(b), failed); }
std::uint32_t hash(Borrowed x, bool& failed) { return hash_of(content_slot(x), failed); }
std::int64_t order(Borrowed a, Borrowed b) { return abi::slisp_compare(content_slot(a), content_slot(b)).value; }

constexpr NativeType time_type(ClassId id, bool ordered) {
  NativeType type{};
  type.class_id = id;
  type.text = show;
  type.equal = same;
  type.hash = hash;
  if (ordered) type.compare = order;
  return type;
}
constexpr NativeType k_types[] = {
    time_type(ClassId::Instant, true),       time_type(ClassId::LocalDate, true),         time_type(ClassId::LocalTime, true),
    time_type(ClassId::LocalDateTime, true), time_type(ClassId::ZonedDateTime, true),     time_type(ClassId::Duration, true),
    time_type(ClassId::ZoneId, false),       time_type(ClassId::ZoneOffset, true),        time_type(ClassId::DateTimeFormatter, false),
    time_type(ClassId::SimpleDateFormat, false), time_type(ClassId::TimeZone, false),     time_type(ClassId::OffsetDateTime, true)};

bool is_time_value(Borrowed x) {
  const NativeType* type = native_type(x);
  return type >= std::begin(k_types) && type < std::end(k_types);
}

}  // namespace
}  // namespace slisp::rt

using namespace slisp::rt;
extern "C" {
Word slisp_time_value_new(std::int64_t sort, Word text, Word content) {
  NativeObject* made = make_native(k_types[sort], 2);
  made->slot[0] = text;
  made->slot[1] = content;
  return word_of(made);
}

Word slisp_time_value(Word x) { return is_time_value(x) ? retained(content_slot(x)) : throw_cast(x, "java.time.temporal.TemporalAccessor"); }

std::int64_t slisp_time_value_sort(Word x) { return is_time_value(x) ? native_type(x) - std::begin(k_types) : -1; }
}
