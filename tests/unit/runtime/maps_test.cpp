// Maps and sets: order and equality as on the JVM, random operations against a simple model, nothing left behind.
#include <map>
#include <set>
#include "tests/unit/runtime/collections.hpp"

using namespace slisp::rt;
using namespace slisp::rt::test;
namespace abi = slisp::abi;

namespace {

template <class Key>
Owned keyed(std::int64_t from, std::int64_t to, Key make) {
  Owned map = empty_map();
  for (std::int64_t i = from; i < to; ++i) map = put(std::move(map), make(i), num(i - from));
  return map;
}
std::string k(std::int64_t i) { return "k" + std::to_string(i); }

// The strings of n pairs "Aa" or "BB": all have one hash.
std::vector<std::string> colliding(int n) {
  if (n == 0) return {""};
  std::vector<std::string> out;
  for (const char* head : {"Aa", "BB"})
    for (const std::string& tail : colliding(n - 1)) out.push_back(head + tail);
  return out;
}

}  // namespace

TEST_CASE("maps iterate in the JVM's order") {
  NothingLeft guard;
  SECTION("longs") {
    Owned map = keyed(0, 100, num);
    CHECK(hash_of_keys(map) == 1707832409);
    for (int i = 0; i < 100; i += 3) map = without(std::move(map), num(i));
    CHECK(hash_of_keys(map) == 1039746666);
    map = keyed(0, 5000, num);
    CHECK(hash_of_keys(map) == -2130499609);
    for (int i = 0; i < 5000; i += 7) map = without(std::move(map), num(i));
    CHECK(hash_of_keys(map) == -1196798459);
  }
  SECTION("strings, keywords") {
    Owned map = keyed(0, 1000, [](std::int64_t i) { return str(k(i)); });
    CHECK(hash_of_keys(map) == 666284378);
    for (int i = 0; i < 1000; i += 2) map = without(std::move(map), str(k(i)));
    CHECK(hash_of_keys(map) == -1180401856);
    CHECK(hash_of_keys(keyed(0, 1000, [](std::int64_t i) { return key(k(i)); })) == -830872618);
    CHECK(hash_of_keys(keyed(0, 1000, [](std::int64_t i) { return keyword("n.s", k(i)); })) == 1174621705);
  }
  SECTION("collections, doubles") {
    CHECK(hash_of_keys(keyed(0, 1000, [](std::int64_t i) { return vec(num(i), str(std::to_string(i))); })) == 1462024515);
    CHECK(hash_of_keys(keyed(0, 1000, [](std::int64_t i) { return dbl(static_cast<double>(i) / 7); })) == -1530196834);
    CHECK(hash_of_keys(keyed(0, 300, [](std::int64_t i) {
            return own(abi::slisp_hash_map(vec(num(i), str(std::to_string(i)), key("a"), set_of(num(i))).take()));
          })) == -1270950010);
  }
  SECTION("keys with one hash") {
    Owned map = put(put(put(empty_map(), num(0), num(0)), nil(), num(1)), str(""), num(2));
    for (const std::string& s : colliding(5)) map = put(std::move(map), str(s), num(0));
    for (int i = 0; i < 30; ++i) map = put(std::move(map), num(i), num(0));
    CHECK(hash_of_keys(map) == 1321862917);
    const auto all = colliding(5);
    for (std::size_t i = 0; i < all.size(); i += 3) map = without(std::move(map), str(all[i]));
    CHECK(hash_of_keys(map) == 725343933);
  }
}

TEST_CASE("sets iterate in the JVM's order") {
  NothingLeft guard;
  Owned chars = empty_set();
  for (std::uint32_t c = 32; c < 1500; ++c) chars = set_conj(std::move(chars), chr(c));
  CHECK(hash_of_elements(chars) == 1781158481);
  Owned set = empty_set();
  for (int i = -500; i < 500; ++i) set = set_conj(std::move(set), num(i));
  CHECK(hash_of_elements(set) == 3296375);
  for (int i = -500; i < 500; i += 3) set = own(abi::slisp_disj(set.take(), num(i).word()));
  CHECK(hash_of_elements(set) == 2023121775);
  Owned longs = empty_set();
  for (std::int64_t i = 0; i < 1000; ++i) longs = set_conj(std::move(longs), num(i * 1000000007));
  CHECK(hash_of_elements(longs) == 1962045918);
  Owned mixed =
      set_of(nil(), own(abi::k_true), own(abi::k_false), dbl(1.5), str("é"), str("😀"), symbol("a", "b"), sym("c"), key("d"));
  for (int i = 0; i < 20; ++i) mixed = set_conj(std::move(mixed), num(i));
  CHECK(hash_of_elements(mixed) == 106801469);
}

TEST_CASE("maps keep insertion order up to eight entries") {
  NothingLeft guard;
  Owned map = keyed(0, 8, [](std::int64_t i) { return key(k(9 - i)); });
  CHECK(map.is(Kind::ArrayMap));
  CHECK(pr(keys_of(map)) == "(:k9 :k8 :k7 :k6 :k5 :k4 :k3 :k2)");
  map = put(std::move(map), key("k9"), num(7));
  CHECK(map.is(Kind::ArrayMap));
  map = put(std::move(map), key("x"), num(7));
  CHECK(map.is(Kind::HashMap));
  CHECK(size_of(map) == 9);
  Owned more = own(abi::slisp_array_map(range(0, 40).take()));
  CHECK(more.is(Kind::ArrayMap));
  CHECK(pr(keys_of(more)) == "(0 2 4 6 8 10 12 14 16 18 20 22 24 26 28 30 32 34 36 38)");
  more = put(std::move(more), num(4), nil());
  CHECK(more.is(Kind::ArrayMap));
  more = put(std::move(more), num(5), nil());
  CHECK(more.is(Kind::HashMap));
}

TEST_CASE("a map literal refuses duplicate keys") {
  NothingLeft guard;
  for (int entries : {2, 8, 9, 40}) {
    std::vector<Word> block;
    for (int i = 0; i < entries; ++i) {
      block.push_back(key(k(i)).take());
      block.push_back(vec(num(i)).take());
    }
    std::vector<Word> again = block;
    for (Word w : again) retain(w);
    Owned map = own(abi::slisp_map_literal(block.data(), 2 * entries));
    CHECK(size_of(map) == entries);
    release(again[again.size() - 2]);
    again[again.size() - 2] = retained(again[0]);
    CHECK(pr(abi::slisp_map_literal(again.data(), 2 * entries)) == "IllegalArgumentException: Duplicate key: :k0");
    std::vector<Word> elements;
    for (int i = 0; i < entries; ++i) elements.push_back(str(k(i)).take());
    elements.push_back(str("k0").take());
    CHECK(pr(abi::slisp_set_literal(elements.data(), entries + 1)) == "IllegalArgumentException: Duplicate key: k0");
  }
  CHECK(pr(abi::slisp_hash_map(vec(key("a")).take())) == "IllegalArgumentException: No value supplied for key: :a");
  CHECK(pr(abi::slisp_array_map(range(0, 5).take())) == "IllegalArgumentException: No value supplied for key: 4");
  CHECK(pr(abi::slisp_array_map(vec(key("a"), num(1), key("b"), num(2), key("a"), num(3)).take())) == "{:a 3, :b 2}");
}

TEST_CASE("seq_to_map takes keyword arguments") {
  NothingLeft guard;
  CHECK(pr(abi::slisp_seq_to_map(lst(key("a"), num(1)).take())) == "{:a 1}");
  CHECK(pr(abi::slisp_seq_to_map(lst(key("a"), num(1), map_of(key("a"), num(2))).take())) == "{:a 2}");
  CHECK(pr(abi::slisp_seq_to_map(lst(map_of(key("a"), num(2))).take())) == "{:a 2}");
  CHECK(pr(abi::slisp_seq_to_map(empty_list().take())) == "{}");
  CHECK(pr(abi::slisp_seq_to_map(vec(num(1)).take())) == "[1]");
  CHECK(pr(abi::slisp_seq_to_map(lst(key("a"), num(1), key("b")).take())) ==
        "IllegalArgumentException: Don't know how to create ISeq from: clojure.lang.Keyword");
  CHECK(pr(abi::slisp_seq_to_map(lst(key("a"), num(1), nil()).take())) == "{:a 1}");
}

namespace {
// A key: an element of a small universe, of many kinds, so that keys collide and repeat.
Owned random_key(std::mt19937& random, int universe) {
  const int n = static_cast<int>(random() % static_cast<unsigned>(universe));
  switch (n % 5) {
    case 0:
      return num(n);
    case 1:
      return str(k(n));
    case 2:
      return key(k(n));
    case 3:
      return vec(num(n), nil());
    default:
      return n % 50 == 4 ? nil() : str(colliding(4)[static_cast<std::size_t>(n) % 16]);
  }
}
std::string text(const Owned& value) { return pr(Owned::copy(value)); }

void check_map(const Owned& map, const std::map<std::string, int>& model) {
  REQUIRE(size_of(map) == static_cast<std::int64_t>(model.size()));
  SeqWalk walk(Owned::copy(map));
  Owned entry;
  std::size_t seen = 0;
  std::vector<std::string> in_order;
  while (walk.next(entry)) {
    const auto* pair = entry.as<abi::Inline>();
    const std::string name = text(Owned::copy(pair->slot[0]));
    REQUIRE(model.count(name) == 1);
    REQUIRE(text(Owned::copy(pair->slot[1])) == "[" + std::to_string(model.at(name)) + "]");
    in_order.push_back(name);
    ++seen;
  }
  REQUIRE(seen == model.size());
  MapCursor cursor;
  Borrowed found_key(0), found_value(0);
  std::size_t index = 0;
  while (next_entry(map, cursor, found_key, found_value)) REQUIRE(text(Owned::copy(found_key)) == in_order[index++]);
  REQUIRE(index == seen);
}
}  // namespace

TEST_CASE("random updates of maps agree with a model, shared versions stay as they were") {
  const bool sorted = GENERATE(false, true);
  const int universe = GENERATE(12, 60, 2000);
  const unsigned seed = GENERATE(1u, 2u, 3u, 4u);
  INFO("seed " << seed << " universe " << universe << " sorted " << sorted);
  NothingLeft guard;
  std::mt19937 random(seed * 977 + static_cast<unsigned>(universe));
  using Model = std::map<std::string, int>;
  std::vector<std::pair<Owned, Model>> versions;
  versions.emplace_back(sorted ? own(abi::slisp_empty_tree_map(abi::k_nil)) : empty_map(), Model());
  for (int step = 0; step < 1500; ++step) {
    const std::size_t which = random() % versions.size();
    Model model = versions[which].second;
    const bool keep = random() % 8 == 0;
    Owned map = keep ? Owned::copy(versions[which].first) : std::move(versions[which].first);
    const int operations = 1 + static_cast<int>(random() % 6);
    for (int i = 0; i < operations; ++i) {
      Owned element =
          sorted ? num(static_cast<std::int64_t>(random() % static_cast<unsigned>(universe))) : random_key(random, universe);
      const std::string name = text(element);
      if (random() % 5 < 3) {
        const int value = static_cast<int>(random() % 1000);
        model[name] = value;
        map = put(std::move(map), std::move(element), vec(num(value)));
      } else {
        model.erase(name);
        map = without(std::move(map), element);
      }
      REQUIRE_FALSE(map.failed());
    }
    if (keep && versions.size() < 6)
      versions.emplace_back(std::move(map), model);
    else
      versions[which] = {std::move(map), model};
    if (step % 50 == 0)
      for (const auto& [version, its_model] : versions) check_map(version, its_model);
  }
  for (const auto& [version, its_model] : versions) check_map(version, its_model);
}

TEST_CASE("random updates of sets agree with a model") {
  const bool sorted = GENERATE(false, true);
  const unsigned seed = GENERATE(5u, 6u, 7u);
  INFO("seed " << seed << " sorted " << sorted);
  NothingLeft guard;
  std::mt19937 random(seed);
  Owned set = sorted ? own(abi::slisp_empty_tree_set(abi::k_nil)) : empty_set();
  Owned shared;
  std::set<std::int64_t> model, shared_model;
  for (int step = 0; step < 20'000; ++step) {
    const auto n = static_cast<std::int64_t>(random() % 700);
    if (random() % 2 == 0) {
      model.insert(n);
      set = set_conj(std::move(set), num(n));
    } else {
      model.erase(n);
      set = own(abi::slisp_disj(set.take(), num(n).word()));
    }
    REQUIRE(size_of(set) == static_cast<std::int64_t>(model.size()));
    if (step % 500 == 0) {
      if (!shared.is_nil())
        for (std::int64_t i = 0; i < 700; ++i)
          REQUIRE(abi::slisp_contains_p(shared.word(), num(i).word()) == shared_model.count(i));
      shared = Owned::copy(set);
      shared_model = model;
      std::vector<std::int64_t> elements;
      SeqWalk walk(Owned::copy(set));
      Owned element;
      while (walk.next(element)) elements.push_back(long_of(element));
      if (!sorted) std::sort(elements.begin(), elements.end());
      REQUIRE(elements == std::vector<std::int64_t>(model.begin(), model.end()));
    }
  }
}

TEST_CASE("sorted collections: order, ranges, comparators") {
  NothingLeft guard;
  Owned set = own(abi::slisp_empty_tree_set(abi::k_nil));
  for (int i = 0; i < 100; ++i) set = set_conj(std::move(set), num(i * 37 % 100 * 2));
  auto from = [&](int start, bool ascending, bool inclusive) {
    Owned seq = own(abi::slisp_subseq(Owned::copy(set).take(), num(start).take(), ascending, inclusive));
    if (seq.is_nil()) return std::string("nil");
    Owned first = own(abi::slisp_first(Owned::copy(seq).take()));
    return pr(first) + " of " + std::to_string(size_of(seq));
  };
  CHECK(from(10, true, true) == "10 of 95");
  CHECK(from(10, true, false) == "12 of 94");
  CHECK(from(11, true, true) == "12 of 94");
  CHECK(from(10, false, true) == "10 of 6");
  CHECK(from(10, false, false) == "8 of 5");
  CHECK(from(11, false, true) == "10 of 6");
  CHECK(from(199, true, true) == "nil");
  CHECK(from(-1, false, true) == "nil");
  CHECK(from(-1, true, true) == "0 of 100");
  CHECK(pr(abi::slisp_rseq(own(abi::slisp_subseq(set.take(), num(5).take(), true, true)).take())) ==
        "ClassCastException: class clojure.lang.APersistentMap$KeySeq cannot be cast to class clojure.lang.Reversible "
        "(clojure.lang.APersistentMap$KeySeq and clojure.lang.Reversible are in unnamed module of loader 'app')");
  NativeFn greater(+[](Word a, Word b) -> Word {
    const bool result = long_of(a) > long_of(b);
    release(a);
    release(b);
    return from_bool(result);
  });
  Owned map = own(abi::slisp_empty_tree_map(greater.get().take()));
  for (int i = 0; i < 20; ++i) map = put(std::move(map), num(i * 7 % 20), num(i));
  CHECK(pr(keys_of(map)) == "(19 18 17 16 15 14 13 12 11 10 9 8 7 6 5 4 3 2 1 0)");
  CHECK(pr(abi::slisp_rseq(own(abi::slisp_empty(map.take())).take())) == "nil");
  CHECK(pr(put(own(abi::slisp_empty_tree_map(abi::k_nil)), empty_map(), num(1))) ==
        "ClassCastException: Default comparator requires nil, Number, or Comparable: {}");
  CHECK(pr(put(put(own(abi::slisp_empty_tree_map(abi::k_nil)), num(1), num(1)), str("a"), num(1)))
            .find("ClassCastException: class java.lang.Long cannot be cast to class java.lang.String") == 0);
}

TEST_CASE("equality of maps and sets of different kinds") {
  NothingLeft guard;
  Owned tree = own(abi::slisp_empty_tree_map(abi::k_nil));
  Owned hash = own(abi::slisp_hash_map(empty_list().take()));
  Owned big_map = empty_map();
  for (int i = 0; i < 50; ++i) {
    tree = put(std::move(tree), num(i), str(k(i)));
    hash = put(std::move(hash), num(49 - i), str(k(49 - i)));
    big_map = put(std::move(big_map), big(std::to_string(i)), str(k(i)));
  }
  CHECK(same(tree, hash));
  CHECK(same(hash, tree));
  CHECK(same(hash, big_map));
  CHECK_FALSE(same(hash, put(Owned::copy(big_map), num(3), str("x"))));
  CHECK_FALSE(same(hash, put(Owned::copy(big_map), num(50), str("x"))));
  CHECK_FALSE(same(empty_map(), empty_set()));
  bool failed = false;
  CHECK(hash_of(tree, failed) == hash_of(big_map, failed));
  Owned tree_set = own(abi::slisp_empty_tree_set(abi::k_nil));
  tree_set = set_conj(std::move(tree_set), num(1));
  CHECK(same(tree_set, set_of(num(1))));
  CHECK(same(set_of(num(1)), tree_set));
  CHECK_FALSE(same(tree_set, set_of(key("a"))));
  CHECK_FALSE(same(set_of(key("a")), tree_set));
}
