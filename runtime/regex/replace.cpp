// replace.cpp: splitting and replacing by patterns, by the rules of java.util.regex.
#include "runtime/regex/regex.hpp"
#include "runtime/text/text.hpp"

namespace slisp::rt {
namespace {

bool bad_reference(std::string_view message) {
  (void)throw_new(ClassId::IllegalArgumentException, message);
  return false;
}

// The replacement text for one match: $1 and ${name} are groups, a backslash quotes.
bool append_replacement(TextBuffer& out, const Matching& matching, std::string_view by) {
  for (std::size_t i = 0; i < by.size();) {
    if (by[i] == '\\') {
      if (i + 1 == by.size()) return bad_reference("character to be escaped is missing");
      out.append(by[i + 1]);
      i += 2;
      continue;
    }
    if (by[i] != '$') {
      out.append(by[i++]);
      continue;
    }
    if (++i == by.size()) return bad_reference("Illegal group reference: group index is missing");
    std::uint32_t group = 0;
    if (by[i] == '{') {
      const std::size_t close = by.find('}', i);
      if (close == std::string_view::npos) return bad_reference("named capturing group is missing trailing '}'");
      const std::string_view name = by.substr(i + 1, close - i - 1);
      const int number = matching.named_group(name);
      if (number < 0) {
        TextBuffer message;
        message.append("No group with name {");
        message.append(name);
        message.append('}');
        (void)throw_string(ClassId::IllegalArgumentException, message.finish());
        return false;
      }
      group = static_cast<std::uint32_t>(number);
      i = close + 1;
    } else {
      if (by[i] < '0' || by[i] > '9') return bad_reference("Illegal group reference");
      group = static_cast<std::uint32_t>(by[i++] - '0');
      if (group > matching.groups()) {
        TextBuffer message;
        message.append("No group ");
        message.append_long(group);
        (void)throw_string(ClassId::IndexOutOfBoundsException, message.finish());
        return false;
      }
      // Further digits belong to it as long as such a group exists.
      while (i < by.size() && by[i] >= '0' && by[i] <= '9') {
        const std::uint32_t longer = group * 10 + static_cast<std::uint32_t>(by[i] - '0');
        if (longer > matching.groups()) break;
        group = longer;
        ++i;
      }
    }
    std::string_view part;
    if (matching.group(group, part)) out.append(part);
  }
  return true;
}

bool append_called(TextBuffer& out, const Matching& matching, Borrowed function) {
  const Owned text = call(function, matching.value());
  if (text.failed()) return false;
  if (!is_string(text)) {
    if (text.is_nil()) (void)throw_null_call("String.indexOf(int)", "s");
    else (void)throw_class_cast(text, "java.lang.String");
    return false;
  }
  out.append(text_of(text));
  return true;
}

enum class Which { All, First };

Word replace(Borrowed string, Borrowed regex, Borrowed by, Which which) {
  Matching matching(regex, string);
  if (matching.failed()) return abi::k_pending;
  if (!is_string(by) && abi::slisp_ifn_p(by.word()) == 0) {
    return (by.is_nil() ? throw_null_pointer() : throw_class_cast(by, "clojure.lang.IFn")).take();
  }
  const std::string_view text = matching.text();
  TextBuffer out;
  std::size_t done = 0, from = 0;
  while (matching.find(from)) {
    out.append(text.substr(done, matching.start() - done));
    done = matching.end();
    from = matching.behind();
    const bool good = is_string(by) ? append_replacement(out, matching, text_of(by)) : append_called(out, matching, by);
    if (!good) return abi::k_pending;
    if (which == Which::First) break;
  }
  if (matching.failed()) return abi::k_pending;
  out.append(text.substr(done));
  return out.finish().take();
}

}  // namespace
}  // namespace slisp::rt

using namespace slisp::rt;
extern "C" {
Word slisp_regex_replace(Word string, Word regex, Word by) { return replace(string, regex, by, Which::All); }
Word slisp_regex_replace_first(Word string, Word regex, Word by) { return replace(string, regex, by, Which::First); }

// Pattern.split: an empty match at the start splits nothing; with limit 0 empty strings at the end are dropped.
Word slisp_regex_split(Word string, Word regex, std::int64_t limit) {
  Matching matching(regex, string);
  if (matching.failed()) return slisp::abi::k_pending;
  const std::string_view text = matching.text();
  Owned parts = empty_vector();
  std::int64_t count = 0, waiting = 0;
  auto add = [&](std::string_view part) {
    if (limit == 0 && part.empty()) {
      ++waiting;
      return;
    }
    for (; waiting > 0; --waiting) parts = vector_conj(std::move(parts), make_valid_string(""));
    parts = vector_conj(std::move(parts), make_valid_string(part));
  };
  std::size_t done = 0, from = 0;
  while ((limit <= 0 || count + 1 < limit) && matching.find(from)) {
    from = matching.behind();
    if (matching.end() == 0) continue;
    // An empty match at the very end leaves an empty rest, which the code below adds.
    add(text.substr(done, matching.start() - done));
    done = matching.end();
    ++count;
  }
  if (matching.failed()) return slisp::abi::k_pending;
  if (count == 0) return vector_conj(std::move(parts), Owned::copy(string)).take();
  add(text.substr(done));
  return parts.take();
}

Word slisp_regex_quote_replacement(Word string) {
  std::string_view text;
  if (!string_argument(string, text)) return slisp::abi::k_pending;
  TextBuffer out;
  for (const char c : text) {
    if (c == '\\' || c == '$') out.append('\\');
    out.append(c);
  }
  return out.finish().take();
}

Word slisp_regex_quote(Word string) {
  std::string_view text;
  if (!string_argument(string, text)) return slisp::abi::k_pending;
  TextBuffer out;
  out.append("\\Q");
  for (;;) {
    const std::size_t end = text.find("\\E");
    out.append(text.substr(0, end));
    if (end == std::string_view::npos) break;
    out.append("\\E\\\\E\\Q");
    text.remove_prefix(end + 2);
  }
  out.append("\\E");
  return out.finish().take();
}
}
