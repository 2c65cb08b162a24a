// regex_test.cpp: patterns, splitting and replacing against what Clojure 1.11 answers.
#include "tests/unit/runtime/values.hpp"

using namespace slisp::rt;
using namespace slisp::rt::test;
using namespace slisp::abi;

namespace {

Owned re(std::string_view pattern) { return own(slisp_regex(str(pattern).word())); }
// [start end groups], or nil.
std::string found(std::string_view pattern, std::string_view text, std::int64_t from = 0) {
  const Owned regex = re(pattern);
  return regex.failed() ? taken_exception() : pr(slisp_regex_find_from(regex.word(), str(text).word(), from));
}
std::string split(std::string_view text, std::string_view pattern, std::int64_t limit = 0) {
  return pr(slisp_regex_split(str(text).word(), re(pattern).word(), limit));
}
std::string replaced(std::string_view text, std::string_view pattern, std::string_view by) {
  return pr(slisp_regex_replace(str(text).word(), re(pattern).word(), str(by).word()));
}

}  // namespace

TEST_CASE("regex: finding", "[regex]") {
  CHECK(found("\\d+", "ab12c3") == "[2 4 \"12\"]");
  CHECK(found("\\d+", "ab12c3", 4) == "[5 6 \"3\"]");
  CHECK(found("(a)(b)?", "xa") == "[1 2 [\"a\" \"a\" nil]]");
  CHECK(found("é", "aéé", 2) == "[2 3 \"é\"]");
  CHECK(found("x", "abc") == "nil");
  CHECK(pr(slisp_regex_matches(re("a(b)").word(), str("ab").word())) == "[\"ab\" \"b\"]");
  CHECK(pr(slisp_regex_matches(re("a").word(), str("ab").word())) == "nil");
  CHECK(pr(slisp_regex_matches(re("a|ab").word(), str("ab").word())) == "\"ab\"");
  CHECK(pr(slisp_regex_find_from(re("a").word(), nil().word(), 0)) ==
        "NullPointerException: Cannot invoke \"java.lang.CharSequence.length()\" because \"this.text\" is null");
}

TEST_CASE("regex: Java's dialect", "[regex]") {
  CHECK(found("[a-z&&[^b]]+", "abc") == "[0 1 \"a\"]");
  CHECK(found("[a-z&&[def]]+", "abcdef") == "[3 6 \"def\"]");
  CHECK(found("[a[0-9]]+", "xa1b") == "[1 3 \"a1\"]");
  CHECK(found("[^a[0-9]]+", "a1xy2") == "[2 4 \"xy\"]");
  CHECK(found("[\\w&&[^\\d]]+", "12ab") == "[2 4 \"ab\"]");
  CHECK(found("\\p{Alpha}+\\p{Punct}", "ab!") == "[0 3 \"ab!\"]");
  CHECK(found("[\\p{Alpha}_]+", "1a_b") == "[1 4 \"a_b\"]");
  CHECK(found("[\\P{Alpha}]+", "a12b") == "[1 3 \"12\"]");
  CHECK(found("\\p{javaLowerCase}+", "ABcd") == "[2 4 \"cd\"]");
  CHECK(found("\\u0061", "a") == "[0 1 \"a\"]");
  CHECK(found("\\0141", "a") == "[0 1 \"a\"]");
  CHECK(found("\\x41", "A") == "[0 1 \"A\"]");
  CHECK(found("\\w+", "é a") == "[2 3 \"a\"]");
  CHECK(found(".", "\r") == "nil");
  CHECK(found("a$", "a\n") == "[0 1 \"a\"]");
  CHECK(found("\\p{IsAlphabetic}+", "é1") == "[0 1 \"é\"]");
  CHECK(found("[\\p{L}\\d]+", "-é1") == "[1 3 \"é1\"]");
  CHECK(found("\\Qa.b\\E", "a.b") == "[0 3 \"a.b\"]");
  CHECK(found("(?x) a b # c", "ab") == "[0 2 \"ab\"]");
  CHECK(found("[^\\s]+", " ab") == "[1 3 \"ab\"]");
  CHECK(found("[\\d-x]+", "a-1x") == "[1 4 \"-1x\"]");
  CHECK(found("(?m)^+b", "a\nb") == "[2 3 \"b\"]");
}

TEST_CASE("regex: wrong patterns are explained as Java does", "[regex]") {
  const std::string syntax = "PatternSyntaxException: ";
  CHECK(pr(re("(")) == syntax + "Unclosed group near index 1\n(");
  CHECK(pr(re("[")) == syntax + "Unclosed character class near index 0\n[\n^");
  CHECK(pr(re("*")) == syntax + "Dangling meta character '*' near index 0\n*\n^");
  CHECK(pr(re(")")) == syntax + "Unmatched closing ')'\n)");
  CHECK(pr(re("a{2")) == syntax + "Unclosed counted closure near index 3\na{2");
  CHECK(pr(re("a{,2}")) == syntax + "Illegal repetition near index 2\na{,2}\n  ^");
  CHECK(pr(re("x{3,1}")) == syntax + "Illegal repetition range near index 5\nx{3,1}\n     ^");
  CHECK(pr(re("\\q")) == syntax + "Illegal/unsupported escape sequence near index 1\n\\q\n ^");
  CHECK(pr(re("\\")) == syntax + "Unexpected internal error near index 1\n\\");
  CHECK(pr(re("(?<a>b")) == syntax + "Unclosed group near index 6\n(?<a>b");
  CHECK(pr(re(std::string(100000, '['))).rfind(syntax, 0) == 0);
  CHECK(pr(re(std::string(100000, '('))).rfind(syntax, 0) == 0);
}

TEST_CASE("regex: splitting", "[regex]") {
  CHECK(split("a,b,,c,,", ",") == "[\"a\" \"b\" \"\" \"c\"]");
  CHECK(split("a,b,,c,,", ",", -1) == "[\"a\" \"b\" \"\" \"c\" \"\" \"\"]");
  CHECK(split("a,b,,c,,", ",", 2) == "[\"a\" \"b,,c,,\"]");
  CHECK(split("", ",") == "[\"\"]");
  CHECK(split("abc", "") == "[\"a\" \"b\" \"c\"]");
  CHECK(split(",a", ",") == "[\"\" \"a\"]");
  CHECK(split("abc", "(?=b)") == "[\"a\" \"bc\"]");
}

TEST_CASE("regex: replacing", "[regex]") {
  CHECK(replaced("abc", "(b)", "[$1]") == "\"a[b]c\"");
  CHECK(replaced("abc", "b", "\\$") == "\"a$c\"");
  CHECK(replaced("abc", "(b)(c)?", "$2$1") == "\"acb\"");
  CHECK(replaced("abc", "b", "$1") == "IndexOutOfBoundsException: No group 1");
  CHECK(replaced("abc", "b", "$x") == "IllegalArgumentException: Illegal group reference");
  CHECK(replaced("abc", "b", "\\") == "IllegalArgumentException: character to be escaped is missing");
  CHECK(replaced("abc", "(?<n>b)", "<${n}>") == "\"a<b>c\"");
  CHECK(replaced("abc", "x*", "-") == "\"-a-b-c-\"");
  CHECK(pr(slisp_regex_replace_first(str("aaa").word(), re("a").word(), str("b$0").word())) == "\"baaa\"");
  CHECK(pr(slisp_regex_quote_replacement(str("a$b\\c").word())) == "\"a\\\\$b\\\\\\\\c\"");
  CHECK(pr(slisp_regex_quote(str("a\\Eb").word())) == "\"\\\\Qa\\\\E\\\\\\\\E\\\\Qb\\\\E\"");
}
