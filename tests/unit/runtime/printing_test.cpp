// printing_test.cpp: pr and print of every kind against what Clojure 1.11 prints.
#include "runtime/printing/printer.hpp"
#include "tests/unit/runtime/values.hpp"

using namespace slisp::rt;
using namespace slisp::rt::test;
using namespace slisp::abi;

namespace {

std::string plain(const Owned& value) {
  TextBuffer out;
  REQUIRE(print_value(out, value, PrintMode::Plain));
  return std::string(out.view());
}
Owned list(Owned a, Owned b) {
  Owned block[] = {std::move(a), std::move(b)};
  return list_of(block);
}

}  // namespace

TEST_CASE("printing: characters have names", "[printing]") {
  CHECK(pr(vec(chr('\n'), chr(' '), chr('a'), chr('\t'), chr('\b'), chr('\f'), chr('\r'), chr(0xe9))) ==
        "[\\newline \\space \\a \\tab \\backspace \\formfeed \\return \\é]");
  CHECK(plain(chr('\n')) == "\n");
}

TEST_CASE("printing: strings are escaped when readable", "[printing]") {
  CHECK(pr(str("a\"b\\c\nd\te\x01é\f\b\r")) == "\"a\\\"b\\\\c\\nd\\te\x01é\\f\\b\\r\"");
  CHECK(plain(vec(str("a"), chr('b'), nil(), str("c\nd"))) == "[a b nil c\nd]");
}

TEST_CASE("printing: collections", "[printing]") {
  CHECK(pr(empty_vector()) == "[]");
  CHECK(pr(empty_map()) == "{}");
  CHECK(pr(empty_set()) == "#{}");
  CHECK(pr(empty_list()) == "()");
  CHECK(pr(list(num(1), str("a"))) == "(1 \"a\")");
  Owned map = map_assoc(map_assoc(empty_map(), key("a"), num(1)), key("b"), vec(num(2), list(key("c"), nil())));
  CHECK(pr(map) == "{:a 1, :b [2 (:c nil)]}");
  CHECK(pr(set_conj(empty_set(), num(1))) == "#{1}");
}

TEST_CASE("printing: symbols, keywords, special values", "[printing]") {
  CHECK(pr(symbol("a", "b")) == "a/b");
  CHECK(pr(keyword("a", "b")) == ":a/b");
  CHECK(pr(vec(nil(), Owned::adopt(k_true), Owned::adopt(k_false))) == "[nil true false]");
  CHECK(pr(vec(dbl(__builtin_inf()), dbl(-__builtin_inf()), dbl(__builtin_nan("")))) == "[##Inf ##-Inf ##NaN]");
}

TEST_CASE("printing: references show what they hold", "[printing]") {
  const std::string atom = pr(slisp_atom(num(1).take()));
  CHECK(atom.rfind("#object[clojure.lang.Atom 0x", 0) == 0);
  CHECK(atom.find(" {:status :ready, :val 1}]") != std::string::npos);
  CHECK(pr(slisp_volatile_new(key("a").take())).find("clojure.lang.Volatile 0x") != std::string::npos);
  CHECK(pr(slisp_reduced(num(2).take())).find("{:status :ready, :val 2}]") != std::string::npos);
}

TEST_CASE("printing: exceptions", "[printing]") {
  const Owned data = map_assoc(empty_map(), key("a"), num(1));
  const Owned exception = own(slisp_ex_info(str("boom").take(), Owned::copy(data).take(), k_nil));
  CHECK(to_std(own(slisp_str1(Owned::copy(exception).take()))) == "clojure.lang.ExceptionInfo: boom {:a 1}");
  CHECK(pr(exception) ==
        "#error {\n :cause \"boom\"\n :data {:a 1}\n :via\n [{:type clojure.lang.ExceptionInfo\n   :message \"boom\"\n   :data {:a 1}}]\n"
        " :trace\n []}");
}

TEST_CASE("printing: classes, uuids, instants, patterns", "[printing]") {
  CHECK(pr(Owned::copy(class_object(ClassId::String))) == "java.lang.String");
  auto s = [](Owned x) { return to_std(own(slisp_str1(x.take()))); };
  CHECK(s(Owned::copy(class_object(ClassId::String))) == "class java.lang.String");
  CHECK(s(Owned::copy(class_object(ClassId::JavaList))) == "interface java.util.List");
  CHECK(pr(slisp_parse_uuid(str("00000000-0000-0000-0000-000000000001").word())) == "#uuid \"00000000-0000-0000-0000-000000000001\"");
  CHECK(pr(slisp_parse_inst(str("2020-01-01T10:11:12.5+01:00").word())) == "#inst \"2020-01-01T09:11:12.500-00:00\"");
  CHECK(s(own(slisp_parse_inst(str("2020-01-01").word()))) == "Wed Jan 01 00:00:00 UTC 2020");
  CHECK(pr(slisp_regex(str("a\"b\\d").word())) == "#\"a\\\"b\\d\"");
  CHECK(s(own(slisp_regex(str("a\\\"b").word()))) == "a\\\"b");
}

TEST_CASE("printing: hash codes of the JVM", "[printing]") {
  auto hash = [](const Owned& x) {
    bool failed = false;
    return java_hash_code(x, failed);
  };
  CHECK(hash(vec(num(2), num(3))) == 0x402);
  CHECK(hash(vec(str("a"), key("b"), symbol("", "c"), nil(), Owned::adopt(k_true), vec(num(1), num(2)),
                 map_assoc(empty_map(), key("a"), num(1)), set_conj(empty_set(), num(3)), dbl(1.5), chr('c'), num(10000000000))) == 0x531b8b37);
}

TEST_CASE("printing: settings come from vars", "[printing]") {
  static Var cells[5] = {};
  const auto with = [](PrintVar which, Owned value, const Owned& printed) {
    Var& cell = cells[static_cast<int>(which)];
    cell.root = value.word();
    slisp_print_vars[static_cast<int>(which)] = &cell;
    const std::string text = pr(printed);
    slisp_print_vars[static_cast<int>(which)] = nullptr;
    return text;
  };
  const Owned nested = vec(num(1), vec(num(2), vec(num(3), vec(num(4)))));
  const Owned map = map_assoc(map_assoc(empty_map(), keyword("a", "b"), num(1)), keyword("a", "c"), num(2));
  CHECK(with(PrintVar::Length, num(2), vec(num(1), num(2), num(3), vec())) == "[1 2 ...]");
  CHECK(with(PrintVar::Length, num(0), map) == "#:a{...}");
  CHECK(with(PrintVar::Level, num(2), nested) == "[1 [2 #]]");
  CHECK(with(PrintVar::Level, num(0), nested) == "#");
  CHECK(with(PrintVar::NamespaceMaps, Owned::adopt(k_true), map) == "#:a{:b 1, :c 2}");
  CHECK(with(PrintVar::Readably, Owned::adopt(k_false), vec(str("c"), chr('d'))) == "[c d]");
  const Owned tagged = own(slisp_with_meta(vec(num(1)).take(), map_assoc(empty_map(), key("a"), num(1)).take()));
  CHECK(with(PrintVar::Meta, Owned::adopt(k_true), tagged) == "^{:a 1} [1]");
}
