// Access and update across kinds: what each refuses, and in which words; metadata.
#include "tests/unit/runtime/collections.hpp"

using namespace slisp::rt;
using namespace slisp::rt::test;
namespace abi = slisp::abi;
using abi::k_nil;

namespace {
std::string conj(Owned coll, Owned x) { return pr(abi::slisp_conj(coll.take(), x.take())); }
std::string nth(Owned coll, std::int64_t n) { return pr(abi::slisp_nth(coll.take(), n)); }
std::string get(Owned coll, Owned k) { return pr(abi::slisp_get(coll.word(), k.word())); }
std::string contains(Owned coll, Owned k) { return truth(abi::slisp_contains_p(coll.word(), k.word())); }
std::string find(Owned coll, Owned k) { return pr(abi::slisp_find(coll.word(), k.word())); }
Owned with_meta(Owned x) { return own(abi::slisp_with_meta(x.take(), map_of(key("m"), num(1)).take())); }
std::string meta(const Owned& x) { return pr(abi::slisp_meta(x.word())); }
}  // namespace

TEST_CASE("conj") {
  NothingLeft guard;
  CHECK(conj(empty_map(), num(1)) == "IllegalArgumentException: Don't know how to create ISeq from: java.lang.Long");
  CHECK(conj(empty_map(), vec(num(1))) == "IllegalArgumentException: Vector arg to map conj must be a pair");
  CHECK(conj(empty_map(), vec(num(1), num(2))) == "{1 2}");
  CHECK(conj(empty_map(), nil()) == "{}");
  CHECK(conj(empty_map(), map_of(key("a"), num(1), key("b"), num(2))) == "{:a 1, :b 2}");
  CHECK(conj(empty_map(), lst(vec(num(1), num(2))))
            .find("ClassCastException: class clojure.lang.PersistentVector cannot be cast to class java.util.Map$Entry") ==
        0);
  CHECK(conj(empty_map(), lst(own(abi::slisp_map_entry(num(1).take(), num(2).take())))) == "{1 2}");
  CHECK(conj(num(1), num(1))
            .find("ClassCastException: class java.lang.Long cannot be cast to class clojure.lang.IPersistentCollection") ==
        0);
  CHECK(conj(range(0, 3), num(1)) == "(1 0 1 2)");
}

TEST_CASE("get, contains?, find, nth") {
  NothingLeft guard;
  CHECK(get(str("abc"), num(1)) == "\\b");
  CHECK(get(str("abc"), num(5)) == "nil");
  CHECK(get(vec(key("a")), num(0)) == ":a");
  CHECK(get(vec(key("a")), dbl(0)) == "nil");
  CHECK(get(vec(key("a")), big("0")) == ":a");
  CHECK(get(lst(num(1)), num(0)) == "nil");
  CHECK(get(num(1), num(1)) == "nil");
  CHECK(get(set_of(str("x")), str("x")) == "\"x\"");
  CHECK(contains(vec(num(1)), num(0)) == "true");
  CHECK(contains(vec(num(1)), key("a")) == "false");
  CHECK(contains(str("abc"), num(1)) == "true");
  CHECK(contains(str("abc"), key("a")) == "IllegalArgumentException: contains? not supported on type: java.lang.String");
  CHECK(contains(lst(num(1)), num(0)) ==
        "IllegalArgumentException: contains? not supported on type: clojure.lang.PersistentList");
  CHECK(contains(set_of(nil()), nil()) == "true");
  CHECK(contains(nil(), num(1)) == "false");
  CHECK(find(vec(key("a")), num(0)) == "[0 :a]");
  CHECK(find(map_of(num(1), num(2)), big("1")) == "[1 2]");
  CHECK(find(set_of(num(1)), num(1)) ==
        "IllegalArgumentException: find not supported on type: clojure.lang.PersistentHashSet");
  CHECK(nth(empty_map(), 0) == "UnsupportedOperationException: nth not supported on this type: PersistentArrayMap");
  CHECK(nth(num(1), 0) == "UnsupportedOperationException: nth not supported on this type: Long");
  CHECK(nth(nil(), 3) == "nil");
  CHECK(nth(lst(num(1)), 5) == "IndexOutOfBoundsException: nil");
  CHECK(nth(lst(num(1)), -1) == "IndexOutOfBoundsException: nil");
  CHECK(nth(str("abc"), 5) == "StringIndexOutOfBoundsException: String index out of range: 5");
  CHECK(nth(str("abc"), 1) == "\\b");
}

TEST_CASE("assoc, dissoc, disj, pop, peek refuse other kinds") {
  NothingLeft guard;
  const std::string start = "ClassCastException: class ";
  CHECK(pr(abi::slisp_assoc(lst(num(1)).take(), num(0).take(), str("x").take()))
            .find(start + "clojure.lang.PersistentList cannot be cast to class clojure.lang.Associative") == 0);
  CHECK(pr(abi::slisp_assoc(k_nil, num(0).take(), str("x").take())) == "{0 \"x\"}");
  CHECK(pr(abi::slisp_dissoc(vec(num(1)).take(), num(0).word()))
            .find(start + "clojure.lang.PersistentVector cannot be cast to class clojure.lang.IPersistentMap") == 0);
  CHECK(pr(abi::slisp_disj(empty_map().take(), num(0).word()))
            .find(start + "clojure.lang.PersistentArrayMap cannot be cast to class clojure.lang.IPersistentSet") == 0);
  CHECK(pr(abi::slisp_pop(empty_map().take()))
            .find(start + "clojure.lang.PersistentArrayMap cannot be cast to class clojure.lang.IPersistentStack") == 0);
  CHECK(pr(abi::slisp_peek(num(1).word()))
            .find(start + "java.lang.Long cannot be cast to class clojure.lang.IPersistentStack") == 0);
  CHECK(pr(abi::slisp_key(num(1).word())).find(start + "java.lang.Long cannot be cast to class java.util.Map$Entry") == 0);
  CHECK(pr(abi::slisp_subseq(vec(num(1)).take(), num(1).take(), true, true))
            .find(start + "clojure.lang.PersistentVector cannot be cast to class clojure.lang.Sorted") == 0);
}

TEST_CASE("metadata stays through updates and falls off seqs") {
  NothingLeft guard;
  const std::string m = "{:m 1}";
  Owned v = with_meta(vec(num(1), num(2)));
  CHECK(meta(v) == m);
  CHECK(same(v, vec(num(1), num(2))));
  v = own(abi::slisp_conj(v.take(), num(3).take()));
  CHECK(meta(v) == m);
  for (int i = 0; i < 100; ++i) {
    v = own(abi::slisp_conj(v.take(), num(i).take()));
    REQUIRE(meta(v) == m);
  }
  CHECK(meta(own(abi::slisp_subvec(Owned::copy(v).take(), 0, 50))) == "nil");
  CHECK(meta(own(abi::slisp_seq(Owned::copy(v).take()))) == "nil");
  while (size_of(v) > 0) {
    v = own(abi::slisp_pop(v.take()));
    REQUIRE(meta(v) == m);
  }
  CHECK(meta(own(abi::slisp_to_vector(v.take()))) == "nil");
  Owned map = with_meta(empty_map());
  for (int i = 0; i < 40; ++i) {
    map = put(std::move(map), num(i), num(i));
    REQUIRE(meta(map) == m);
  }
  Owned kept = Owned::copy(map);
  for (int i = 0; i < 40; ++i) map = without(std::move(map), num(i));
  CHECK(meta(map) == m);
  CHECK(meta(own(abi::slisp_empty(kept.take()))) == m);
  Owned list = with_meta(lst(num(1)));
  list = own(abi::slisp_conj(list.take(), num(2).take()));
  CHECK(meta(list) == m);
  CHECK(meta(own(abi::slisp_pop(own(abi::slisp_pop(with_meta(lst(num(1), num(2))).take())).take()))) == "nil");
  CHECK(meta(own(abi::slisp_pop(with_meta(lst(num(1))).take()))) == m);
  CHECK(meta(own(abi::slisp_conj(with_meta(empty_list()).take(), num(2).take()))) == m);
  CHECK(meta(own(abi::slisp_next(with_meta(range(0, 5)).take()))) == "nil");
  CHECK(pr(abi::slisp_next(with_meta(range(0, 5)).take())) == "(1 2 3 4)");
  CHECK(meta(own(abi::slisp_persistent(abi::slisp_transient(with_meta(vec(num(1))).take())))) == "nil");
  Owned set = with_meta(empty_set());
  set = set_conj(std::move(set), num(1));
  CHECK(meta(set) == m);
  CHECK(meta(own(abi::slisp_disj(set.take(), num(1).word()))) == m);
  Owned tree = with_meta(own(abi::slisp_empty_tree_map(k_nil)));
  tree = put(std::move(tree), num(1), num(2));
  CHECK(meta(own(abi::slisp_empty(tree.take()))) == m);
  CHECK(pr(abi::slisp_with_meta(own(abi::slisp_map_entry(k_nil, k_nil)).take(), k_nil))
            .find("ClassCastException: class clojure.lang.MapEntry cannot be cast to class clojure.lang.IObj") == 0);
}

TEST_CASE("merge_into, vec, set") {
  NothingLeft guard;
  CHECK(pr(abi::slisp_merge_into(k_nil, map_of(key("a"), num(1)).take())) == "{:a 1}");
  CHECK(pr(abi::slisp_merge_into(map_of(key("a"), num(0)).take(), map_of(key("a"), num(1), key("b"), num(2)).take())) ==
        "{:a 1, :b 2}");
  CHECK(pr(abi::slisp_to_vector(map_of(key("a"), num(1)).take())) == "[[:a 1]]");
  CHECK(pr(abi::slisp_to_vector(range(0, 40).take())).size() == 111);
  CHECK(pr(abi::slisp_to_set(str("aab").take())) == "#{\\a \\b}");
  CHECK(pr(abi::slisp_to_set(num(1).take())) ==
        "IllegalArgumentException: Don't know how to create ISeq from: java.lang.Long");
}
