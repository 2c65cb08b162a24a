// matchers.cpp: java.util.regex.Matcher: one search after another through one string, with the last match at hand.
// Keeps: bounds of the last match and its groups as code points, a vector of start and end each, -1 for groups that took no part; nil
//        when nothing was matched.
#include "runtime/collections/layouts.hpp"
#include "runtime/host/native.hpp"
#include "runtime/regex/regex.hpp"
#include "runtime/text/text.hpp"

namespace slisp::rt {
namespace {

struct Matcher {
  Header header;
  const NativeType* type;
  std::int64_t next;           // code point where the next find starts; beyond the end: nowhere
  Word pattern;
  Word subject;                // string
  Word bounds;                 // vector or nil
  Word hit_end;
  Word region;                 // [start end] in code points, or nil: all of the subject
  Word appended;               // how far appendReplacement has come, in code points
};
static_assert(offsetof(Matcher, pattern) == offsetof(NativeObject, slot));
constexpr unsigned k_slots = 6;

std::uint32_t group_count(const Matcher* matcher) {
  std::uint32_t groups = 0;
  if (pcre2_code* code = code_of(matcher->pattern)) pcre2_pattern_info(code, PCRE2_INFO_CAPTURECOUNT, &groups);
  return groups;
}

std::int64_t region_bound(const Matcher* matcher, bool end) {
  if (matcher->region != abi::k_nil) return long_of(vector_at(matcher->region, end ? 1 : 0));
  return end ? std::int64_t{code_points(matcher->subject)} : 0;
}
std::size_t region_byte(const Matcher* matcher, bool end) {
  return byte_offset(matcher->subject, static_cast<std::size_t>(region_bound(matcher, end)));
}
void narrow(const Matcher* matcher, Matching& matching) {
  if (matcher->region != abi::k_nil) matching.within(region_byte(matcher, false), region_byte(matcher, true));
}

std::int64_t bound_of(const Matcher* matcher, std::int64_t group, bool end) {
  return long_of(vector_at(matcher->bounds, static_cast<std::size_t>(2 * group + (end ? 1 : 0))));
}

// java.util.regex.Matcher[pattern=a region=0,3 lastmatch=a]
bool matcher_text(TextBuffer& out, Borrowed x) {
  const auto* matcher = x.as<Matcher>();
  out.append("java.util.regex.Matcher[pattern=");
  out.append(text_of(*slot_of(header_of(matcher->pattern), 0)));
  out.append(" region=");
  out.append_long(region_bound(matcher, false));
  out.append(',');
  out.append_long(region_bound(matcher, true));
  out.append(" lastmatch=");
  if (matcher->bounds != abi::k_nil) {
    const Owned found = Owned::adopt(abi::slisp_subs(matcher->subject, bound_of(matcher, 0, false), bound_of(matcher, 0, true)));
    out.append(text_of(found));
  }
  out.append(']');
  return true;
}

constexpr NativeType k_type = {.class_id = ClassId::Matcher, .sort = NativeSort::Matcher, .text = matcher_text};

Matcher* matcher_of(Word x) { return reinterpret_cast<Matcher*>(native_or_throw(x, k_type)); }

void forget(Matcher* matcher) { release(std::exchange(matcher->bounds, abi::k_nil)); }

// Takes the bounds over from a match that was found.
void remember(Matcher* matcher, const Matching& matching) {
  const std::size_t size = matching.text().size(), before = region_byte(matcher, false);
  Owned bounds = empty_vector();
  for (std::uint32_t group = 0; group <= matching.groups(); ++group) {
    std::string_view part;
    const bool took_part = matching.group(group, part);
    const auto start = static_cast<std::size_t>(part.data() - matching.text().data());
    for (const std::size_t at_byte : {start, start + part.size()}) {
      const std::int64_t at = took_part ? static_cast<std::int64_t>(code_point_index(matcher->subject, before + at_byte)) : -1;
      bounds = vector_conj(std::move(bounds), make_long(at));
    }
  }
  matcher->hit_end = from_bool(matching.end() == size);
  release(std::exchange(matcher->bounds, bounds.take()));
  const std::int64_t end = bound_of(matcher, 0, true);
  matcher->next = matching.end() > matching.start() ? end : end + 1;
}

std::uint32_t outcome(Matcher* matcher, const Matching& matching, bool found) {
  if (matching.failed()) return abi::k_bool_failed;
  if (found) {
    remember(matcher, matching);
  } else {
    forget(matcher);
    matcher->hit_end = abi::k_true;
  }
  return found;
}

// Whether there is a match with such a group.
bool check_group(const Matcher* matcher, std::int64_t group, std::string_view without_match) {
  if (matcher->bounds == abi::k_nil) {
    (void)throw_new(ClassId::IllegalStateException, without_match);
    return false;
  }
  if (group >= 0 && group <= group_count(matcher)) return true;
  TextBuffer text;
  text.append("No group ");
  text.append_long(group);
  (void)throw_string(ClassId::IndexOutOfBoundsException, text.finish());
  return false;
}

}  // namespace
}  // namespace slisp::rt

using namespace slisp::rt;
using slisp::abi::k_bool_failed;
using slisp::abi::k_nil;
using slisp::abi::k_pending;

extern "C" {
Word slisp_matcher_new(Word pattern, Word text) {
  const Owned given = subject_text(text);
  const Word subject = given.word();
  const Matching check(pattern, subject);
  if (check.failed()) return k_pending;
  auto* matcher = reinterpret_cast<Matcher*>(make_native(k_type, k_slots));
  matcher->next = 0;
  matcher->pattern = retained(pattern);
  matcher->subject = retained(subject);
  matcher->hit_end = slisp::abi::k_false;
  matcher->appended = make_long(0).take();
  return word_of(matcher);
}

std::uint32_t slisp_matcher_find(Word x) {
  Matcher* matcher = matcher_of(x);
  if (matcher == nullptr) return k_bool_failed;
  Matching matching(matcher->pattern, matcher->subject);
  if (matching.failed()) return k_bool_failed;
  narrow(matcher, matching);
  const bool inside = matcher->next <= region_bound(matcher, true);
  const bool found =
      inside && matching.find(byte_offset(matcher->subject, static_cast<std::size_t>(matcher->next)) - region_byte(matcher, false));
  if (!found) matcher->next = std::int64_t{code_points(matcher->subject)} + 1;
  return outcome(matcher, matching, found);
}

std::uint32_t slisp_matcher_matches(Word x, bool looking_at) {
  Matcher* matcher = matcher_of(x);
  if (matcher == nullptr) return k_bool_failed;
  Matching matching(matcher->pattern, matcher->subject);
  if (matching.failed()) return k_bool_failed;
  narrow(matcher, matching);
  return outcome(matcher, matching, looking_at ? matching.match_start() : matching.match_whole());
}

Word slisp_matcher_reset(Word x, Word subject) {
  Matcher* matcher = matcher_of(x);
  if (matcher == nullptr) return k_pending;
  if (subject != k_nil) {
    Owned given = subject_text(subject);
    const Matching check(matcher->pattern, given);
    if (check.failed()) return k_pending;
    release(std::exchange(matcher->subject, given.take()));
  }
  forget(matcher);
  release(std::exchange(matcher->region, k_nil));
  release(std::exchange(matcher->appended, make_long(0).take()));
  matcher->next = 0;
  return k_nil;
}

Word slisp_matcher_seek(Word x, std::int64_t index) {
  Matcher* matcher = matcher_of(x);
  if (matcher == nullptr) return k_pending;
  if (index < 0 || index > code_points(matcher->subject)) return throw_new(ClassId::IndexOutOfBoundsException, "Illegal start index").take();
  forget(matcher);
  release(std::exchange(matcher->region, k_nil));
  matcher->next = index;
  return k_nil;
}

Word slisp_matcher_region(Word x, std::int64_t start, std::int64_t end) {
  Matcher* matcher = matcher_of(x);
  if (matcher == nullptr) return k_pending;
  const std::int64_t size = code_points(matcher->subject);
  if (start < 0 || start > size) return throw_new(ClassId::IndexOutOfBoundsException, "start").take();
  if (end < 0 || end > size) return throw_new(ClassId::IndexOutOfBoundsException, "end").take();
  if (start > end) return throw_new(ClassId::IndexOutOfBoundsException, "start > end").take();
  Owned bounds[2] = {make_long(start), make_long(end)};
  release(std::exchange(matcher->region, vector_of(bounds).take()));
  forget(matcher);
  matcher->next = start;
  return k_nil;
}

slisp::abi::i64_or_failure slisp_matcher_region_bound(Word x, bool end) {
  const Matcher* matcher = matcher_of(x);
  return matcher == nullptr ? i64_failure() : i64_of(region_bound(matcher, end));
}

Word slisp_matcher_use_pattern(Word x, Word pattern) {
  Matcher* matcher = matcher_of(x);
  if (matcher == nullptr) return k_pending;
  const Matching check(pattern, matcher->subject);
  if (check.failed()) return k_pending;
  release(std::exchange(matcher->pattern, retained(pattern)));
  forget(matcher);
  return k_nil;
}

slisp::abi::i64_or_failure slisp_matcher_appended(Word x, std::int64_t now) {
  Matcher* matcher = matcher_of(x);
  if (matcher == nullptr) return i64_failure();
  const Owned before = Owned::adopt(std::exchange(matcher->appended, make_long(now).take()));
  return i64_of(long_of(before));
}

slisp::abi::i64_or_failure slisp_matcher_bound(Word x, std::int64_t group, bool end) {
  const Matcher* matcher = matcher_of(x);
  if (matcher == nullptr || !check_group(matcher, group, "No match available")) return i64_failure();
  return i64_of(bound_of(matcher, group, end));
}

Word slisp_matcher_group(Word x, std::int64_t group) {
  const Matcher* matcher = matcher_of(x);
  if (matcher == nullptr || !check_group(matcher, group, "No match found")) return k_pending;
  const std::int64_t start = bound_of(matcher, group, false), end = bound_of(matcher, group, true);
  return start < 0 ? k_nil : slisp::abi::slisp_subs(matcher->subject, start, end);
}

slisp::abi::i64_or_failure slisp_matcher_named(Word x, Word name) {
  const Matcher* matcher = matcher_of(x);
  std::string_view text;
  if (matcher == nullptr || !string_argument(name, text)) return i64_failure();
  const Matching matching(matcher->pattern, matcher->subject);
  const int number = matching.named_group(text);
  if (number >= 0) return i64_of(number);
  TextBuffer message;
  message.append("No group with name <");
  message.append(text);
  message.append(">");
  (void)throw_string(ClassId::IllegalArgumentException, message.finish());
  return i64_failure();
}

slisp::abi::i64_or_failure slisp_matcher_groups(Word x) {
  const Matcher* matcher = matcher_of(x);
  return matcher == nullptr ? i64_failure() : i64_of(group_count(matcher));
}

Word slisp_matcher_part(Word x, std::int64_t part) {
  const Matcher* matcher = matcher_of(x);
  return matcher == nullptr ? k_pending : retained(part == 0 ? matcher->pattern : matcher->subject);
}

std::uint32_t slisp_matcher_hit_end(Word x) {
  const Matcher* matcher = matcher_of(x);
  return matcher == nullptr ? k_bool_failed : matcher->hit_end == slisp::abi::k_true;
}
}
