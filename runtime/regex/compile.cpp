// compile.cpp: patterns into PCRE2 code, lazily, and where that code is kept and freed.
#include "runtime/memory/threading.hpp"
#include "runtime/regex/regex.hpp"

namespace slisp::rt {
namespace {

void* regex_allocate(PCRE2_SIZE bytes, void*) { return scratch_allocate(bytes); }
void regex_free(void* memory, void*) { scratch_free(memory); }

pcre2_compile_context* compile_context() {
  pcre2_general_context* general = pcre2_general_context_create(regex_allocate, regex_free, nullptr);
  pcre2_compile_context* compile = pcre2_compile_context_create(general);
  pcre2_set_newline(compile, PCRE2_NEWLINE_ANYCRLF);
  pcre2_general_context_free(general);
  return compile;
}

// Code of static objects, in the order of first use.
struct StaticCode {
  const Regex* regex;
  pcre2_code* code;
  StaticCode* next;
};
StaticCode* g_static_codes = nullptr;
constinit Lock g_lock;                  // guards it, and code that is compiled at first use

// PCRE2's complaint in Java's words, with Java's idea of the place.
void throw_syntax(std::string_view java, int error, std::size_t offset) {
  std::string_view what;
  TextBuffer named;
  std::size_t index = offset;
  bool place = true;
  switch (error) {
    case 114: what = "Unclosed group"; index = java.size(); break;
    case 122:
      what = "Unmatched closing ')'";
      place = offset > 0;
      index = offset > 0 ? offset - 1 : 0;
      break;
    case 106: what = "Unclosed character class"; index = java.size() - 1; break;
    case 108: what = "Illegal character range"; break;
    case 109: {
      what = "Dangling meta character";
      index = offset > 0 ? offset - 1 : 0;
      break;
    }
    case 104: what = "Illegal repetition range"; break;
    case 143: {                                            // the name stands before the place
      const std::size_t end = offset > 0 ? offset - 1 : 0, start = java.rfind('<', end);
      named.append("Named capturing group <");
      if (start != std::string_view::npos) named.append(java.substr(start + 1, end - start - 1));
      named.append("> is already defined");
      what = named.view();
      index = end;
      break;
    }
    case 162: what = "capturing group name does not start with a Latin letter"; break;
    case 115: what = "capturing group is missing"; break;
    case 125: what = "Look-behind group does not have an obvious maximum length"; break;
    case 147: what = "Unknown character property name"; break;
    default: what = ""; break;
  }
  TextBuffer message;
  if (what.empty()) {
    char text[128];
    pcre2_get_error_message(error, reinterpret_cast<PCRE2_UCHAR*>(text), sizeof text);
    message.append(std::string_view(text));
  } else {
    message.append(what);
  }
  if (error == 109 && index < java.size()) {
    message.append(" '");
    message.append(java[index]);
    message.append("'");
  }
  if (place) {
    message.append(" near index ");
    message.append_long(static_cast<std::int64_t>(index));
  }
  message.append('\n');
  message.append(java);
  if (place && index < java.size()) {
    message.append('\n');
    for (std::size_t k = 0; k < index; ++k) message.append(' ');
    message.append('^');
  }
  (void)throw_string(ClassId::PatternSyntaxException, message.finish());
}

}  // namespace

pcre2_code* compile_pattern(std::string_view java) {
  TextBuffer pattern;
  if (!translate_pattern(java, pattern)) return nullptr;
  // PCRE2 wants an address, also of an empty pattern.
  const std::size_t size = pattern.size();
  pattern.append('\0');
  int error = 0;
  PCRE2_SIZE offset = 0;
  pcre2_compile_context* context = compile_context();
  pcre2_code* code = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.view().data()), size,
                                   PCRE2_UTF | PCRE2_NO_UTF_CHECK | PCRE2_NEVER_BACKSLASH_C, &error, &offset, context);
  pcre2_compile_context_free(context);
  if (code == nullptr) throw_syntax(java, error, offset);
  return code;
}

pcre2_code* code_of(Borrowed x) {
  if (!x.is(Kind::Regex)) {
    if (x.is_nil()) (void)throw_null_pointer();
    else (void)throw_class_cast(x, "java.util.regex.Pattern");
    return nullptr;
  }
  auto* regex = x.as<Regex>();
  Locked hold(g_lock);
  if (regex->code != nullptr) return regex->code;
  if (count_of(&regex->header) != 0) return regex->code = compile_pattern(text_of(regex->pattern));
  for (const StaticCode* known = g_static_codes; known != nullptr; known = known->next)
    if (known->regex == regex) return known->code;
  pcre2_code* code = compile_pattern(text_of(regex->pattern));
  if (code == nullptr) return nullptr;
  if (g_static_codes == nullptr) at_stop(slisp_regex_shutdown);
  auto* entry = static_cast<StaticCode*>(scratch_allocate(sizeof(StaticCode)));
  *entry = {regex, code, g_static_codes};
  g_static_codes = entry;
  return code;
}

extern "C" void slisp_finalize_regex(abi::Header* object) { pcre2_code_free(reinterpret_cast<Regex*>(object)->code); }

extern "C" void slisp_regex_shutdown() {
  while (g_static_codes != nullptr) {
    StaticCode* entry = g_static_codes;
    g_static_codes = entry->next;
    pcre2_code_free(entry->code);
    scratch_free(entry);
  }
}

}  // namespace slisp::rt

using namespace slisp::rt;
extern "C" {
Word slisp_regex(Word pattern) {
  if (is_kind(pattern, Kind::Regex)) return Owned::copy(pattern).take();
  if (!is_kind(pattern, Kind::String))
    return (pattern == slisp::abi::k_nil
                ? throw_new(ClassId::NullPointerException, "Cannot invoke \"String.isEmpty()\" because \"this.pattern\" is null")
                : throw_class_cast(pattern, "java.lang.String"))
        .take();
  pcre2_code* code = compile_pattern(text_of(pattern));
  if (code == nullptr) return slisp::abi::k_pending;
  auto* regex = allocate_as<Regex>(Kind::Regex, sizeof(Regex), 1);
  regex->code = code;
  regex->pattern = Owned::copy(pattern).take();
  return adopt_object(regex).take();
}

std::uint32_t slisp_regex_p(Word x) { return is_kind(x, Kind::Regex); }

Word slisp_regex_pattern(Word x) {
  if (!is_kind(x, Kind::Regex)) return throw_class_cast(x, "java.util.regex.Pattern").take();
  return Owned::copy(Borrowed(x).as<Regex>()->pattern).take();
}
}
