// text_test.cpp: string functions against std::u32string: positions are code points whatever the bytes are.
#include "tests/unit/properties/property.hpp"

using namespace slisp::rt;
using namespace slisp::rt::test;
namespace abi = slisp::abi;

namespace {

using Text = std::u32string;

// Few letters, so that texts occur within one another; of one to four bytes.
rc::Gen<Text> texts(std::size_t most = 40) {
  return rc::gen::map(rc::gen::resize(static_cast<int>(most), rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 7))), [](std::vector<int> picks) {
    Text made;
    for (int pick : picks) made += U"aab\n\u00e9\u20ac\U0001F600"[pick];
    return made;
  });
}
Owned string_of(const Text& text) {
  TextBuffer out;
  for (char32_t c : text) out.append_code_point(c);
  return out.finish();
}
std::string bytes(const Text& text) { return to_std(string_of(text)); }

}  // namespace

SLISP_PROPERTY("subs takes code points", [] {
  const Text text = *texts();
  const auto start = *rc::gen::inRange<std::size_t>(0, text.size() + 1), end = *rc::gen::inRange<std::size_t>(start, text.size() + 1);
  const Owned string = string_of(text);
  RC_ASSERT(to_std(own(abi::slisp_subs(string.word(), static_cast<std::int64_t>(start), static_cast<std::int64_t>(end)))) ==
            bytes(text.substr(start, end - start)));
  RC_ASSERT(abi::slisp_string_length(string.word()).value == static_cast<std::int64_t>(text.size()));
  if (start < text.size()) {
    const Owned found = own(abi::slisp_string_char_at(string.word(), static_cast<std::int64_t>(start)));
    RC_ASSERT(to_character(found.word()) == text[start]);
  }
})

SLISP_PROPERTY("what is found where", [] {
  const Text text = *texts(), wanted = *texts(3);
  const Owned string = string_of(text), part = string_of(wanted);
  const auto position = [](std::size_t at) { return at == Text::npos ? -1 : static_cast<std::int64_t>(at); };
  const auto from = *rc::gen::inRange<std::size_t>(0, text.size() + 1);
  RC_ASSERT(abi::slisp_string_index_of(string.word(), part.word(), static_cast<std::int64_t>(from)).value == position(text.find(wanted, from)));
  RC_ASSERT(abi::slisp_string_last_index_of(string.word(), part.word(), static_cast<std::int64_t>(from)).value == position(text.rfind(wanted, from)));
  RC_ASSERT(abi::slisp_string_contains(string.word(), part.word()) == (text.find(wanted) != Text::npos));
  RC_ASSERT(abi::slisp_string_starts_with(string.word(), part.word()) == text.starts_with(wanted));
  RC_ASSERT(abi::slisp_string_ends_with(string.word(), part.word()) == text.ends_with(wanted));
})

SLISP_PROPERTY("replace replaces every occurrence from left to right", [] {
  const Text text = *texts(), wanted = *rc::gen::suchThat(texts(3), [](const Text& t) { return !t.empty(); }), other = *texts(3);
  Text made;
  for (std::size_t at = 0; at < text.size();) {
    if (text.compare(at, wanted.size(), wanted) == 0) {
      made += other;
      at += wanted.size();
    } else {
      made += text[at++];
    }
  }
  const Owned string = string_of(text), part = string_of(wanted), by = string_of(other);
  RC_ASSERT(to_std(own(abi::slisp_string_replace(string.word(), part.word(), by.word()))) == bytes(made));
})

SLISP_PROPERTY("appending and reversing", [] {
  const Text a = *texts(), b = *texts();
  const Text both = a + b;
  Owned joined = own(abi::slisp_str_append(string_of(a).take(), string_of(b).take()));
  RC_ASSERT(to_std(joined) == bytes(both));
  const Owned reversed = own(abi::slisp_string_reverse(joined.word()));
  RC_ASSERT(to_std(reversed) == bytes(Text(both.rbegin(), both.rend())));
})
