// reader_test.cpp: the reader against real Clojure, and what its interface adds: features, names, tags, metadata.
#include "support.hpp"

using namespace reader_test;

namespace {

// p1__145# and x__12__auto__ carry numbers that depend on what was read before.
std::string without_numbers(std::string text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    out += text[i];
    if (!out.ends_with("__") || i + 1 >= text.size() || text[i + 1] < '0' || text[i + 1] > '9') continue;
    std::size_t j = i + 1;
    while (j < text.size() && ((text[j] >= '0' && text[j] <= '9') || (text.compare(j, 2, "__") == 0 && text[j + 2] != 'a'))) {
      j += text[j] == '_' ? 2 : 1;
    }
    out += 'N';
    i = j - 1;
  }
  return out;
}

std::string outcome(rt::Owned value) {
  if (!value.failed()) return without_numbers(printed(value));
  rt::Owned exception = rt::Owned::adopt(abi::slisp_exception_take());
  rt::Owned exception_class = rt::Owned::adopt(abi::slisp_class_of(exception.word()));
  rt::Owned name = rt::Owned::adopt(abi::slisp_class_name(exception_class.word()));
  rt::Owned message = rt::Owned::adopt(abi::slisp_ex_message(exception.word()));
  return "!! " + text_or_empty(name) + " " + text_or_empty(message);
}

rt::Owned options_of(std::string_view source) {
  rt::Owned text = rt::make_string(source);
  return rt::Owned::adopt(abi::slisp_read_string(abi::k_nil, text.word()));
}

std::string read_string(std::string_view source) {
  rt::Owned options = options_of("{:read-cond :allow :features #{:clj}}");
  rt::Owned text = rt::make_string(source);
  return outcome(rt::Owned::adopt(abi::slisp_read_string(options.word(), text.word())));
}

std::string read_edn(std::string_view source) {
  rt::Owned text = rt::make_string(source);
  return outcome(rt::Owned::adopt(abi::slisp_read_edn(abi::k_nil, text.word())));
}

struct Case {
  std::string_view source, expected;
};

}  // namespace

TEST_CASE("read-string answers as Clojure does") {
  static constexpr Case k_cases[] = {
#define CASE(source, expected) {source, expected},
#define EDN_CASE(source, expected)
#include "clojure_cases.inc"
#undef CASE
#undef EDN_CASE
  };
  for (const Case& one : k_cases) {
    INFO(one.source);
    CHECK(read_string(one.source) == one.expected);
    leaves_nothing([&] { (void)read_string(one.source); });
  }
}

TEST_CASE("clojure.edn/read-string answers as Clojure does") {
  static constexpr Case k_cases[] = {
#define CASE(source, expected)
#define EDN_CASE(source, expected) {source, expected},
#include "clojure_cases.inc"
#undef CASE
#undef EDN_CASE
  };
  for (const Case& one : k_cases) {
    INFO(one.source);
    CHECK(read_edn(one.source) == one.expected);
    leaves_nothing([&] { (void)read_edn(one.source); });
  }
}

TEST_CASE("several forms, comments, commas and shebang lines") {
  CHECK(read_all("#!/usr/bin/env slisp\n1 ; one\n,,2#_3 4") == "1 2 4");
  CHECK(read_all("") == "");
  CHECK(read_all(" ; only a comment") == "");
  CHECK(read_all("\xef\xbb\xbf(a)") == "(a)");
  CHECK(read_all("#_#_1 2 3") == "3");
  CHECK(read_all("(a . b) [1,2,,3] {:a 1, :b 2} #{}") == "(a . b) [1 2 3] {:a 1, :b 2} #{}");
}

TEST_CASE("strings and characters") {
  CHECK(read_all(R"("a\tb\n\"\\ \u00e9 \101")") == "\"a\\tb\\n\\\"\\\\ é A\"");
  CHECK(read_all("\"\\ud83d\\ude00\"") == "\"\xf0\x9f\x98\x80\"");
  CHECK(read_all("\"\\ud83d x\"") == "\"\xef\xbf\xbd x\"");
  CHECK(read_all("\"two\nlines\"") == "\"two\\nlines\"");
  CHECK(read_all("\\space \\newline \\\\ \\\" \\; \\, \\\xf0\x9f\x98\x80") == "\\space \\newline \\\\ \\\" \\; \\, \\\xf0\x9f\x98\x80");
}

TEST_CASE("metadata") {
  auto meta_of = [](std::string_view source, LineMetadata lines = LineMetadata::Off) {
    ReaderOptions options;
    options.line_metadata = lines;
    Reader reader(source, options);
    ReadResult result = reader.read();
    REQUIRE(result.status == ReadStatus::Form);
    rt::Owned meta = rt::Owned::adopt(abi::slisp_meta(result.form.word()));
    return printed(result.form) + " " + printed(meta);
  };
  CHECK(meta_of("^:a b") == "b {:a true}");
  CHECK(meta_of("^String b") == "b {:tag String}");
  CHECK(meta_of("^\"s\" b") == "b {:tag \"s\"}");
  CHECK(meta_of("#^{:x 1} ^:y b") == "b {:y true, :x 1}");
  CHECK(meta_of("^{:x 1} ^{:x 2} [b]") == "[b] {:x 1}");
  CHECK(meta_of("^:a ()") == "() {:a true}");
  CHECK(meta_of("(a)") == "(a) nil");
  CHECK(meta_of("\n  (a)", LineMetadata::On) == "(a) {:line 2, :column 3}");
  CHECK(meta_of("()", LineMetadata::On) == "() nil");
  CHECK(meta_of("[a]", LineMetadata::On) == "[a] nil");
  CHECK(meta_of("\n^:k\n(a)", LineMetadata::On) == "(a) {:line 2, :column 1, :k true}");
  CHECK(meta_of("^{:line 7} (a)", LineMetadata::On) == "(a) {:line 7, :column 1}");
}

TEST_CASE("reader conditionals") {
  rt::Owned features = feature_set({"slisp", "clj"});
  ReaderOptions options;
  options.features = features;
  CHECK(read_all("#?(:cljs 1 :slisp 2 :clj 3)", options) == "2");
  CHECK(read_all("#?(:clj 1 :slisp 2)", options) == "1");
  CHECK(read_all("#?(:default 1 :slisp 2)", options) == "1");
  CHECK(read_all("[#?(:cljs 1) 2]", options) == "[2]");
  CHECK(read_all("[#?@(:slisp [1 2 3]) #?@(:cljs [4]) 5]", options) == "[1 2 3 5]");
  CHECK(read_all("{:a #?(:cljs 0 :slisp 1)}", options) == "{:a 1}");
  CHECK(read_all("(a #?@(:slisp ()) b)", options) == "(a b)");
  CHECK(read_all("'#?(:slisp a) b", options) == "(quote a) b");
  // Branches not taken may hold anything that can be cut into tokens.
  CHECK(read_all("#?(:cljs #js {:a 1 :a} :bb 1.2.3 :x ::y/z :q \"\\q\" :r #\"(\" :s \\foo :slisp ok :z #<x> :w a//b/)", options) == "ok");
  CHECK(read_all("#?(:cljs (foo #_ a [b {c #{d}}] ; )\n) :slisp ok)", options) == "ok");
  CHECK(read_all("#?(:cljs ^{:a 1} #_ x b :slisp ok)", options) == "ok");
  CHECK(read_all("#?(:cljs #?(:slisp a) :slisp #?(:cljs b :slisp c)) d", options) == "c d");
  CHECK(read_all("#?(:cljs (]) 1", options).starts_with("!e-unmatched Unmatched delimiter: ]"));
  CHECK(read_all("(#?(:slisp 1 :cljs (2)", options).starts_with("!e-eof"));
  leaves_nothing([&] { (void)read_all("[#?@(:slisp [1 (2)] :cljs 3) #?@(:slisp 4)]", options); });
  options.read_cond = ReadCond::Preserve;
  CHECK(read_all("#?(:clj 1 :cljs #js [2])", options) == "#?(:clj 1 :cljs #js [2])");
  CHECK(read_all("#?@(:clj [1])", options) == "!e-splice Reader conditional splicing not allowed at the top level.");
  leaves_nothing([&] { (void)read_all("(#?@(:clj [1] :x #foo {:a 1}))", options); });
  options.read_cond = ReadCond::Refuse;
  CHECK(read_all("#?(:clj 1)", options) == "!e-conditional Conditional read not allowed");
}

namespace {
rt::Owned test_current_ns(void*) { return rt::make_string("my.app"); }
rt::Owned test_find_ns(void*, std::string_view name) {
  return name == "s" || name == "clojure.string" ? rt::make_string("clojure.string") : rt::Owned();
}
rt::Owned test_resolve(void*, rt::Borrowed symbol) {
  std::string_view name = rt::text_of(rt::symbol_name(symbol));
  rt::Borrowed ns = rt::symbol_ns(symbol);
  if (name == "String") return rt::symbol("", "java.lang.String");
  if (name == "map") return rt::symbol("clojure.core", "map");
  if (!ns.is_nil()) return rt::symbol(rt::text_of(ns) == "s" ? "clojure.string" : rt::text_of(ns), name);
  return rt::symbol("my.app", name);
}
}  // namespace

TEST_CASE("names are resolved by the caller") {
  ReaderOptions options;
  options.names = NameResolver{nullptr, test_current_ns, test_find_ns, test_resolve};
  CHECK(read_all("::a ::s/a", options) == ":my.app/a :clojure.string/a");
  CHECK(read_all("#::{:a 1} #::s{:b 2, :_/c 3}", options) == "#:my.app{:a 1} {:clojure.string/b 2, :c 3}");
  CHECK(read_all("`(a s/b map String. if .m)", options) ==
        "(clojure.core/seq (clojure.core/concat (clojure.core/list (quote my.app/a)) (clojure.core/list (quote clojure.string/b)) "
        "(clojure.core/list (quote clojure.core/map)) (clojure.core/list (quote java.lang.String.)) "
        "(clojure.core/list (quote if)) (clojure.core/list (quote .m))))");
  CHECK(read_all("::t/a", options) == "!e-token Invalid token: ::t/a");
  CHECK(read_all("::a") == "!e-token Invalid token: ::a");
  leaves_nothing([&] { (void)read_all("`(a# ~b ~@c [d] {e f} #{g} ^:m h ``(~~i)) `~@x", options); });
}

TEST_CASE("read-string options") {
  auto read = [](std::string_view options_text, std::string_view source) {
    rt::Owned options = options_of(options_text);
    rt::Owned text = rt::make_string(source);
    return outcome(rt::Owned::adopt(abi::slisp_read_string(options.word(), text.word())));
  };
  CHECK(read("{:eof :end}", "") == ":end");
  CHECK(read("{:eof nil}", " ; x") == "nil");
  CHECK(read("{:eof :eofthrow}", "") == "!! java.lang.RuntimeException EOF while reading");
  CHECK(read("{:eof :end}", "(") == "!! java.lang.RuntimeException EOF while reading");
  CHECK(read("{}", "#?(:clj 1)") == "!! java.lang.RuntimeException Conditional read not allowed");
  CHECK(read("{:read-cond :allow}", "#?(:clj 1 :slisp 2)") == "2");
  CHECK(read("{:read-cond :allow :features #{:x}}", "#?(:clj 1 :x 2)") == "2");
  CHECK(read("{:read-cond :preserve}", "(#?@(:clj [1]))") == "(#?@(:clj [1]))");
}

TEST_CASE("reading from a stream takes one form and leaves the rest") {
  auto run = [] {
    rt::Owned text = rt::make_string("(a λ) [1]2 \"s\"x λ#_y nil,true\n rest 1a b");
    rt::Owned stream = rt::Owned::adopt(abi::slisp_string_reader(text.take()));
    REQUIRE_FALSE(stream.failed());
    auto next = [&] { return outcome(rt::Owned::adopt(abi::slisp_stream_read_form(abi::k_nil, stream.word()))); };
    CHECK(next() == "(a λ)");
    CHECK(next() == "[1]");
    CHECK(next() == "2");
    CHECK(abi::slisp_stream_read_char(stream.word()).value == ' ');
    CHECK(next() == "\"s\"");
    CHECK(next() == "x");
    CHECK(next() == "λ#_y");
    CHECK(next() == "nil");
    CHECK(next() == "true");
    rt::Owned line = rt::Owned::adopt(abi::slisp_stream_read_line(stream.word()));
    CHECK(text_or_empty(line) == "");
    CHECK(next() == "rest");
    CHECK(next() == "!! java.lang.NumberFormatException Invalid number: 1a");
    CHECK(next() == "b");
    CHECK(next() == "!! java.lang.RuntimeException EOF while reading");
    rt::Owned options = options_of("{:eof :end}");
    CHECK(outcome(rt::Owned::adopt(abi::slisp_stream_read_form(options.word(), stream.word()))) == ":end");
  };
  leaves_nothing(run);
}

TEST_CASE("data readers of the caller come first") {
  ReaderOptions options;
  options.data.knows = [](void*, rt::Borrowed tag) { return rt::text_of(rt::symbol_name(tag)) != "unknown"; };
  options.data.read = [](void*, rt::Borrowed tag, rt::Owned form) {
    if (form.is_nil()) return rt::throw_new(rt::ClassId::IllegalArgumentException, "no nil");
    rt::Owned pair = rt::vector_conj(rt::empty_vector(), rt::Owned::copy(tag));
    return rt::vector_conj(std::move(pair), std::move(form));
  };
  CHECK(read_all("#a/b [1] #inst x", options) == "[a/b [1]] [inst x]");
  CHECK(read_all("#a #b c", options) == "[a [b c]]");
  CHECK(read_all("#a nil 2", options) == "!e-tag no nil 2");
  CHECK(read_all("#unknown 1 2", options) == "!e-tag No reader function for tag unknown 2");
  leaves_nothing([&] { (void)read_all("(#a nil) #a (b)", options); });
}
