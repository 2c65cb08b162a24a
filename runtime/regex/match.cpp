// match.cpp: searching with a compiled pattern, and what a match yields.
#include "runtime/regex/regex.hpp"
#include "runtime/text/text.hpp"
#include "runtime/types/types.hpp"

namespace slisp::rt {
namespace {

void* match_allocate(PCRE2_SIZE bytes, void*) { return scratch_allocate(bytes); }
void match_free(void* memory, void*) { scratch_free(memory); }

}  // namespace

Owned subject_text(Borrowed x) {
  if (const Word built = built_text(x)) return make_valid_string(text_of(built));
  return user_is(x.word(), ClassId::CharSequence) ? Owned::adopt(abi::slisp_str1(retained(x.word()))) : Owned::copy(x);
}

Matching::Matching(Borrowed regex, Borrowed subject) {
  code_ = code_of(regex);
  if (code_ == nullptr) {
    failed_ = true;
    return;
  }
  if (subject.word() == 0) {
    failed_ = true;
    return;
  }
  if (!is_string(subject)) {
    failed_ = true;
    if (subject.is_nil()) (void)throw_null_call("java.lang.CharSequence.length()", "this.text");
    else (void)throw_class_cast(subject, "java.lang.CharSequence");
    return;
  }
  text_ = text_of(subject);
  pcre2_pattern_info(code_, PCRE2_INFO_CAPTURECOUNT, &groups_);
  pcre2_general_context* general = pcre2_general_context_create(match_allocate, match_free, nullptr);
  data_ = pcre2_match_data_create_from_pattern(code_, general);
  pcre2_general_context_free(general);
}

Matching::~Matching() {
  if (data_ != nullptr) pcre2_match_data_free(data_);
}

bool Matching::run(std::size_t from, std::uint32_t options) {
  const int result = pcre2_match(code_, reinterpret_cast<PCRE2_SPTR>(text_.data()), text_.size(), from,
                                 PCRE2_NO_UTF_CHECK | options, data_, nullptr);
  if (result >= 0) return true;
  if (result == PCRE2_ERROR_NOMATCH) return false;
  failed_ = true;
  // Its limits are what running out of stack is on the JVM.
  if (result == PCRE2_ERROR_MATCHLIMIT || result == PCRE2_ERROR_DEPTHLIMIT || result == PCRE2_ERROR_HEAPLIMIT ||
      result == PCRE2_ERROR_NOMEMORY) {
    (void)throw_stack_overflow();
    return false;
  }
  char text[128];
  pcre2_get_error_message(result, reinterpret_cast<PCRE2_UCHAR*>(text), sizeof text);
  (void)throw_new(ClassId::IllegalStateException, text);
  return false;
}

bool Matching::find(std::size_t from) { return from <= text_.size() && run(from, 0); }
bool Matching::match_start() { return run(0, PCRE2_ANCHORED); }
bool Matching::match_whole() { return run(0, PCRE2_ANCHORED | PCRE2_ENDANCHORED); }

bool Matching::group(std::uint32_t index, std::string_view& part) const {
  const PCRE2_SIZE from = offsets()[2 * index], to = offsets()[2 * index + 1];
  if (from == PCRE2_UNSET) return false;
  part = text_.substr(from, to - from);
  return true;
}

int Matching::named_group(std::string_view name) const {
  TextBuffer text;
  text.append(name);
  text.append('\0');
  const int number = pcre2_substring_number_from_name(code_, reinterpret_cast<PCRE2_SPTR>(text.view().data()));
  return number < 0 ? -1 : number;
}

Owned Matching::group_value(std::uint32_t index) const {
  std::string_view part;
  return group(index, part) ? make_valid_string(part) : Owned();
}

Owned Matching::value() const {
  if (groups_ == 0) return group_value(0);
  Owned groups = empty_vector();
  for (std::uint32_t i = 0; i <= groups_; ++i) groups = vector_conj(std::move(groups), group_value(i));
  return groups;
}

std::size_t Matching::behind() const {
  if (end() > start()) return end();
  std::size_t next = end();
  if (next >= text_.size()) return text_.size() + 1;
  decode(text_, next);
  return next;
}

}  // namespace slisp::rt

using namespace slisp::rt;
extern "C" {
Word slisp_regex_find_from(Word regex, Word subject, std::int64_t from) {
  const Owned text = subject_text(subject);
  const Word string = text.word();
  Matching matching(regex, string);
  if (matching.failed()) return slisp::abi::k_pending;
  if (from < 0 || from > static_cast<std::int64_t>(code_points(string))) return slisp::abi::k_nil;
  if (!matching.find(byte_offset(string, static_cast<std::size_t>(from))))
    return matching.failed() ? slisp::abi::k_pending : slisp::abi::k_nil;
  Owned found[3] = {make_long(static_cast<std::int64_t>(code_point_index(string, matching.start()))),
                    make_long(static_cast<std::int64_t>(code_point_index(string, matching.end()))), matching.value()};
  return vector_of(found).take();
}

Word slisp_regex_matches(Word regex, Word subject) {
  const Owned text = subject_text(subject);
  Matching matching(regex, text);
  if (matching.failed()) return slisp::abi::k_pending;
  if (!matching.match_whole()) return matching.failed() ? slisp::abi::k_pending : slisp::abi::k_nil;
  return matching.value().take();
}
}
