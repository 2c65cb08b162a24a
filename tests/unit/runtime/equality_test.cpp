// Equality, hashing and order: what the JVM gives.
#include "tests/unit/runtime/collections.hpp"

using namespace slisp::rt;
using namespace slisp::rt::test;
namespace abi = slisp::abi;

namespace {
std::int32_t h(const Owned& value) {
  bool failed = false;
  const auto hash = static_cast<std::int32_t>(hash_of(value, failed));
  REQUIRE_FALSE(failed);
  return hash;
}
std::string cmp(Owned a, Owned b) { return pr(abi::slisp_compare(a.word(), b.word())); }
}  // namespace

TEST_CASE("hashes are the JVM's") {
  NothingLeft guard;
  CHECK(h(nil()) == 0);
  CHECK(h(own(abi::k_true)) == 1231);
  CHECK(h(own(abi::k_false)) == 1237);
  CHECK(h(num(0)) == 0);
  CHECK(h(num(1)) == 1392991556);
  CHECK(h(num(-1)) == 1651860712);
  CHECK(h(num(123456789012)) == -514757697);
  CHECK(h(num(INT64_MAX)) == -2106506049);
  CHECK(h(num(INT64_MIN)) == 1366273829);
  CHECK(h(dbl(1.5)) == 1073217536);
  CHECK(h(big("1")) == 1392991556);
  CHECK(h(big("123456789012345678901234567890")) == 1915528825);
  CHECK(h(ratio(1, 3)) == 2);
  CHECK(h(dec("1.50")) == 466);
  CHECK(h(str("")) == 0);
  CHECK(h(str("a")) == 1455541201);
  CHECK(h(str("hello")) == 1715862179);
  CHECK(h(str("é")) == -1107437598);
  CHECK(h(str("😀x")) == -1998616508);
  CHECK(h(sym("a")) == -482876059);
  CHECK(h(symbol("a", "b")) == -1172211204);
  CHECK(h(sym("abc")) == 408495850);
  CHECK(h(sym("abcd")) == -1427639502);
  CHECK(h(symbol("namespace.long", "name")) == -1161686623);
  CHECK(h(key("a")) == -2123407586);
  CHECK(h(keyword("a", "b")) == 1482224565);
  CHECK(h(key("é")) == 123053248);
  CHECK(h(chr('a')) == 97);
  CHECK(h(empty_vector()) == -2017569654);
  CHECK(h(empty_list()) == -2017569654);
  CHECK(h(vec(num(1), num(2))) == 156247261);
  CHECK(h(lst(num(1), num(2))) == 156247261);
  CHECK(h(range(1, 3)) == 156247261);
  CHECK(h(vec(nil(), vec(num(1)))) == -1082293512);
  CHECK(h(empty_map()) == -15128758);
  CHECK(h(empty_set()) == -15128758);
  CHECK(h(map_of(num(1), num(2))) == 1952097988);
  CHECK(h(map_of(key("a"), num(1), key("b"), map_of(num(2), num(3)))) == -702241627);
  CHECK(h(set_of(num(1), num(2), num(3))) == 439094965);
  CHECK(pr(abi::slisp_hash_ordered(vec(num(1), num(2)).take())) == "156247261");
  CHECK(pr(abi::slisp_hash_unordered(vec(num(1), num(2), num(3)).take())) == "439094965");
}

TEST_CASE("equality") {
  NothingLeft guard;
  CHECK(same(num(1), big("1")));
  CHECK_FALSE(same(num(1), dbl(1)));
  CHECK_FALSE(same(dbl(1), dec("1")));
  CHECK_FALSE(same(str("a"), chr('a')));
  CHECK_FALSE(same(key("a"), sym("a")));
  CHECK(same(symbol("a", "b"), symbol("a", "b")));
  CHECK_FALSE(same(symbol("a", "b"), sym("b")));
  CHECK(same(vec(num(1), num(2)), lst(num(1), num(2))));
  CHECK(same(lst(num(1), num(2)), range(1, 3)));
  CHECK(same(range(1, 3), vec(big("1"), num(2))));
  CHECK_FALSE(same(vec(num(1)), vec(num(1), num(2))));
  CHECK_FALSE(same(empty_vector(), nil()));
  CHECK(same(empty_vector(), empty_list()));
  CHECK_FALSE(same(empty_map(), empty_vector()));
  CHECK(same(dbl(0.0), dbl(-0.0)));
  Owned nan = dbl(__builtin_nan(""));
  CHECK_FALSE(same(nan, nan));
  Owned entry = own(abi::slisp_map_entry(key("a").take(), num(1).take()));
  CHECK(same(entry, vec(key("a"), num(1))));
  Owned large = empty_vector(), list = empty_list();
  for (int i = 0; i < 1000; ++i) large = vector_conj(std::move(large), num(i));
  CHECK(same(large, range(0, 1000)));
  CHECK(same(own(abi::slisp_subvec(Owned::copy(large).take(), 10, 500)), range(10, 500)));
}

TEST_CASE("values nested too deep throw, they do not crash") {
  NothingLeft guard;
  Owned a = empty_vector(), b = empty_vector();
  for (int i = 0; i < 3'000'000; ++i) {
    a = vec(std::move(a));
    b = vec(std::move(b));
  }
  bool failed = false;
  CHECK_FALSE(equal(a, b, failed));
  CHECK(failed);
  CHECK(taken_exception().find("StackOverflowError") == 0);
  failed = false;
  hash_of(a, failed);
  CHECK(failed);
  CHECK(taken_exception().find("StackOverflowError") == 0);
  CHECK(cmp(std::move(a), std::move(b)).find("StackOverflowError") == 0);
}

TEST_CASE("compare") {
  NothingLeft guard;
  CHECK(cmp(nil(), num(1)) == "-1");
  CHECK(cmp(num(1), nil()) == "1");
  CHECK(cmp(num(1), dbl(1)) == "0");
  CHECK(cmp(num(2), dbl(1.5)) == "1");
  CHECK(cmp(str("a"), str("c")) == "-2");
  CHECK(cmp(str("abc"), str("a")) == "2");
  CHECK(cmp(str("é"), str("z")) == "111");
  CHECK(cmp(str("x😀"), str("x\uE000")) == std::to_string(0xd83d - 0xe000));
  CHECK(cmp(str("😀"), str("😁")) == "-1");
  CHECK(cmp(str("😀"), str("")) == "2");
  CHECK(cmp(key("a"), keyword("b", "c")) == "-1");
  CHECK(cmp(keyword("x", "a"), keyword("b", "c")) == "22");
  CHECK(cmp(sym("a"), sym("b")) == "-1");
  CHECK(cmp(own(abi::k_true), own(abi::k_false)) == "1");
  CHECK(cmp(chr('a'), chr('c')) == "-2");
  CHECK(cmp(vec(num(1)), vec(num(1), num(2))) == "-1");
  CHECK(cmp(vec(num(2)), vec(num(1))) == "1");
  CHECK(cmp(vec(num(1), vec(num(2))), vec(num(1), vec(num(3)))) == "-1");
  const std::string start = "ClassCastException: class ";
  CHECK(cmp(num(1), str("a")).find(start + "java.lang.String cannot be cast to class java.lang.Number") == 0);
  CHECK(cmp(str("a"), num(1)).find(start + "java.lang.Long cannot be cast to class java.lang.String") == 0);
  CHECK(cmp(key("a"), sym("a")).find(start + "clojure.lang.Symbol cannot be cast to class clojure.lang.Keyword") == 0);
  CHECK(cmp(lst(num(1)), lst(num(2)))
            .find(start + "clojure.lang.PersistentList cannot be cast to class java.lang.Comparable") == 0);
  CHECK(cmp(vec(num(1)), lst(num(2)))
            .find(start + "clojure.lang.PersistentList cannot be cast to class clojure.lang.IPersistentVector") == 0);
}

TEST_CASE("comparators") {
  NothingLeft guard;
  NativeFn less(+[](Word a, Word b) -> Word {
    const bool result = long_of(a) < long_of(b);
    release(a);
    release(b);
    return from_bool(result);
  });
  auto with = [](const NativeFn& f, int a, int b) {
    return pr(abi::slisp_compare_with(f.fn, num(a).word(), num(b).word()));
  };
  CHECK(with(less, 1, 2) == "-1");
  CHECK(with(less, 2, 1) == "1");
  CHECK(with(less, 1, 1) == "0");
  NativeFn number(+[](Word a, Word b) -> Word {
    release(a);
    release(b);
    return make_double(-1.5).take();
  });
  CHECK(with(number, 1, 2) == "-1");
  NativeFn none(+[](Word a, Word b) -> Word {
    release(a);
    release(b);
    return abi::k_nil;
  });
  CHECK(with(none, 1, 2).find("NullPointerException") == 0);
}
