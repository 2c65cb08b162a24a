// Vectors: random operations against std::vector, sharing, sub-vectors, chunks, transients, sorting.
#include "runtime/collections/vector_flat.hpp"
#include "tests/unit/runtime/collections.hpp"

using namespace slisp::rt;
using namespace slisp::rt::test;
namespace abi = slisp::abi;

namespace {
Owned boxed(int i) { return i % 3 == 0 ? num(i) : str(std::to_string(i)); }
bool holds(Borrowed value, int i) {
  if (i % 3 == 0) return is_long(value) && long_of(value) == i;
  return value.is(Kind::String) && text_of(value) == std::to_string(i);
}
void check_vector(const Owned& v, const std::vector<int>& model) {
  REQUIRE(vector_size(v.word()) == model.size());
  for (std::size_t i = 0; i < model.size(); ++i) REQUIRE(holds(vector_ref(v.word(), i), model[i]));
}
// The same elements as a trie.
Owned as_trie(const Owned& flat) { return own(trie_version(flat.word())); }
Owned up_to(int n) {
  Owned v = empty_vector();
  for (int i = 0; i < n; ++i) v = vector_conj(std::move(v), num(i));
  return v;
}
// Is everything below this node counted once?
bool counted_once(Word node, unsigned shift) {
  if (header_of(node)->count != 1) return false;
  if (shift == 0) return true;
  for (unsigned i = 0; i < header_of(node)->slots; ++i)
    if (!counted_once(at<Inline>(node)->slot[i], shift - 5)) return false;
  return true;
}
bool flat(const Owned& v) { return v.is(Kind::LargeVector) && is_flat(at<LargeVector>(v.word())); }
bool says_own_nodes(const Owned& v) { return v.is(Kind::LargeVector) && !flat(v) && (header_of(v.word())->flags & k_flag_own_nodes) != 0; }
// A trie that says that its nodes are its own is right; the trie that a flat vector keeps has the same elements.
void check_own_nodes(const Owned& v) {
  if (flat(v) && at<LargeVector>(v.word())->tail != abi::k_nil) {
    const Word trie = at<LargeVector>(v.word())->tail;
    REQUIRE(vector_size(trie) == vector_size(v.word()));
    for (std::size_t i = 0; i < vector_size(v.word()); ++i) REQUIRE(vector_ref(trie, i) == vector_ref(v.word(), i));
  }
  if (!says_own_nodes(v)) return;
  const auto* t = at<LargeVector>(v.word());
  REQUIRE(counted_once(t->root, t->shift));
  REQUIRE(counted_once(t->tail, 0));
}
}  // namespace

TEST_CASE("random updates of vectors agree with a model, shared versions stay as they were") {
  const unsigned seed = GENERATE(1u, 2u, 3u, 4u, 5u, 6u);
  INFO("seed " << seed);
  NothingLeft guard;
  std::mt19937 random(seed);
  std::vector<std::pair<Owned, std::vector<int>>> versions;
  versions.emplace_back(empty_vector(), std::vector<int>());
  for (int step = 0; step < 600; ++step) {
    const std::size_t which = random() % versions.size();
    std::vector<int> model = versions[which].second;
    const bool keep = random() % 6 == 0;
    Owned v = keep ? Owned::copy(versions[which].first) : std::move(versions[which].first);
    const unsigned kind = random() % 10;
    if (random() % 16 == 0) v = own(abi::slisp_with_meta(v.take(), map_of(key("a"), num(step)).take()));
    int count = 1 + static_cast<int>(random() % 40);
    if (kind < 5) {
      if (random() % 40 == 0) count = 1500;
      for (int i = 0; i < count; ++i) {
        const int value = static_cast<int>(random() % 100000);
        model.push_back(value);
        v = vector_conj(std::move(v), boxed(value));
      }
    } else if (kind < 7) {
      for (int i = 0; i < count && !model.empty(); ++i) {
        model.pop_back();
        v = own(abi::slisp_pop(v.take()));
      }
    } else if (kind < 9) {
      for (int i = 0; i < count && !model.empty(); ++i) {
        const std::size_t index = random() % model.size();
        const int value = static_cast<int>(random() % 100000);
        model[index] = value;
        v = own(abi::slisp_assoc(v.take(), num(static_cast<std::int64_t>(index)).take(), boxed(value).take()));
      }
    } else if (!model.empty()) {
      const std::size_t start = random() % model.size() / 4, end = model.size() - random() % (model.size() - start) / 4;
      model = std::vector<int>(model.begin() + static_cast<long>(start), model.begin() + static_cast<long>(end));
      v = own(abi::slisp_subvec(v.take(), static_cast<std::int64_t>(start), static_cast<std::int64_t>(end)));
      if (random() % 3 == 0) v = own(abi::slisp_to_vector(own(abi::slisp_seq(v.take())).take()));
    }
    REQUIRE_FALSE(v.failed());
    check_own_nodes(v);
    if (v.is(Kind::LargeVector) && random() % 8 == 0) {
      const Owned chunk = own(abi::slisp_chunk_first(own(abi::slisp_seq(Owned::copy(v).take())).take()));   // for a while somebody has a leaf
      check_own_nodes(v);
    }
    if (keep && versions.size() < 5)
      versions.emplace_back(std::move(v), model);
    else
      versions[which] = {std::move(v), model};
    if (step % 20 == 0)
      for (const auto& [version, its_model] : versions) {
        check_vector(version, its_model);
        check_own_nodes(version);
      }
  }
  for (const auto& [version, its_model] : versions) check_vector(version, its_model);
}

TEST_CASE("a trie knows whether its nodes are its own") {
  NothingLeft guard;
  Owned v = as_trie(up_to(2000));
  CHECK(says_own_nodes(v));
  v = own(abi::slisp_assoc(v.take(), num(5).take(), num(7).take()));
  CHECK(says_own_nodes(v));
  Owned other = own(abi::slisp_assoc(Owned::copy(v).take(), num(5).take(), num(8).take()));
  CHECK_FALSE(says_own_nodes(v));
  CHECK_FALSE(says_own_nodes(other));
  v = as_trie(up_to(2000));
  {
    const Owned chunk = own(abi::slisp_chunk_first(own(abi::slisp_seq(Owned::copy(v).take())).take()));
    CHECK_FALSE(says_own_nodes(v));
    v = own(abi::slisp_assoc(v.take(), num(0).take(), num(9).take()));
    CHECK(pr(abi::slisp_nth(Owned::copy(chunk).take(), 0)) == "0");
  }
  CHECK(pr(abi::slisp_nth(v.take(), 0)) == "9");
}

TEST_CASE("deep tries grow and shrink") {
  NothingLeft guard;
  Owned v = up_to(40'000);
  Owned old = Owned::copy(v);
  if (GENERATE(false, true)) v = as_trie(v);
  for (int i = 40'000; i > 0; --i) {
    REQUIRE(long_of(vector_at(v, static_cast<std::size_t>(i) - 1)) == i - 1);
    v = own(abi::slisp_pop(v.take()));
  }
  CHECK(v.word() == empty_vector().word());
  CHECK(size_of(old) == 40'000);
  CHECK(long_of(vector_at(old, 32'800)) == 32'800);
}

TEST_CASE("a unique vector is changed in place") {
  NothingLeft guard;
  Owned v = up_to(3);
  const Word before = v.word();
  v = own(abi::slisp_assoc(v.take(), num(0).take(), num(9).take()));
  CHECK(v.word() == before);
  Owned trie = up_to(5000);
  if (GENERATE(false, true)) trie = as_trie(trie);
  for (int i = 0; i < 5000; ++i) trie = own(abi::slisp_assoc(trie.take(), num(i).take(), num(i).take()));
  const HeapCounts counts = heap_counts();
  for (int i = 0; i < 5000; ++i) trie = own(abi::slisp_assoc(trie.take(), num(i).take(), num(-i).take()));
  CHECK(heap_counts().allocated == counts.allocated);
}

TEST_CASE("a large vector is flat until it is updated while others have it; then its trie is made once") {
  NothingLeft guard;
  Owned v = up_to(5000);
  CHECK(flat(v));
  const Word* const first = element_place(v.word(), 0);
  Owned one = own(abi::slisp_assoc(Owned::copy(v).take(), num(7).take(), key("x").take()));
  CHECK_FALSE(flat(one));
  CHECK(flat(v));
  CHECK(element_place(v.word(), 0) == first);      // whoever walks it may go on
  const HeapCounts counts = heap_counts();
  Owned two = own(abi::slisp_conj(Owned::copy(v).take(), key("y").take()));
  Owned three = own(abi::slisp_pop(Owned::copy(v).take()));
  CHECK(heap_counts().allocated - counts.allocated < 12);
  CHECK(pr(abi::slisp_nth(one.take(), 7)) == ":x");
  CHECK(pr(abi::slisp_peek(two.word())) == ":y");
  CHECK(size_of(three) == 4999);
  two = Owned();
  three = Owned();
  v = own(abi::slisp_assoc(v.take(), num(4).take(), key("z").take()));   // unique again
  CHECK(flat(v));
  CHECK(element_place(v.word(), 0) == first);
  Owned four = own(abi::slisp_assoc(Owned::copy(v).take(), num(8).take(), key("w").take()));
  CHECK(pr(abi::slisp_nth(Owned::copy(four).take(), 4)) == ":z");        // not of the trie of before
  check_own_nodes(v);
}

TEST_CASE("flat vectors with other metadata have one buffer, and each its own elements") {
  NothingLeft guard;
  Owned v = up_to(100);
  Owned named = own(abi::slisp_with_meta(Owned::copy(v).take(), map_of(key("a"), num(1)).take()));
  CHECK(element_place(v.word(), 0) == element_place(named.word(), 0));
  named = own(abi::slisp_assoc(named.take(), num(1).take(), key("x").take()));
  CHECK(pr(abi::slisp_meta(named.word())) == "{:a 1}");
  CHECK(pr(abi::slisp_nth(Owned::copy(named).take(), 1)) == ":x");
  CHECK(long_of(vector_at(v, 1)) == 1);
  v = own(abi::slisp_with_meta(v.take(), map_of(key("b"), num(2)).take()));
  v = own(abi::slisp_conj(v.take(), num(100).take()));
  CHECK(flat(v));
  for (int i = 101; i > 32; --i) v = own(abi::slisp_pop(v.take()));
  CHECK(v.is(Kind::Vector));
  CHECK(pr(abi::slisp_meta(v.word())) == "{:b 2}");
  for (int i = 32; i < 40; ++i) v = own(abi::slisp_conj(v.take(), num(i).take()));
  CHECK(flat(v));
  CHECK(pr(abi::slisp_meta(v.word())) == "{:b 2}");
  CHECK(same(v, up_to(40)));
}

TEST_CASE("a flat vector gives its room back, and counts beyond what a header can say") {
  NothingLeft guard;
  Owned v = up_to(200'000);
  CHECK(buffer_of(at<LargeVector>(v.word()))->header.slots == UINT16_MAX);
  CHECK(buffer_of(at<LargeVector>(v.word()))->capacity >= 200'000);
  while (size_of(v) > 100) v = own(abi::slisp_pop(v.take()));
  CHECK(buffer_of(at<LargeVector>(v.word()))->capacity < 2000);
  CHECK(same(v, up_to(100)));
  Owned texts = empty_vector();
  for (int i = 0; i < 70'000; ++i) texts = vector_conj(std::move(texts), str(std::to_string(i)));
  const Owned other = own(abi::slisp_assoc(Owned::copy(texts).take(), num(69'999).take(), str("x").take()));
  CHECK(pr(abi::slisp_peek(texts.word())) == "\"69999\"");
}

TEST_CASE("exceptions of vectors") {
  NothingLeft guard;
  Owned v = up_to(3);
  auto assoc = [&](Owned at) { return pr(abi::slisp_assoc(Owned::copy(v).take(), at.take(), str("x").take())); };
  CHECK(assoc(num(4)) == "IndexOutOfBoundsException: nil");
  CHECK(assoc(num(-1)) == "IndexOutOfBoundsException: nil");
  CHECK(assoc(key("a")) == "IllegalArgumentException: Key must be integer");
  CHECK(assoc(dbl(1)) == "IllegalArgumentException: Key must be integer");
  CHECK(assoc(num(3)) == "[0 1 2 \"x\"]");
  CHECK(pr(abi::slisp_nth(Owned::copy(v).take(), 3)) == "IndexOutOfBoundsException: nil");
  CHECK(pr(abi::slisp_nth_default(Owned::copy(v).take(), 3, key("none").take())) == ":none");
  CHECK(pr(abi::slisp_pop(empty_vector().take())) == "IllegalStateException: Can't pop empty vector");
  CHECK(pr(abi::slisp_subvec(Owned::copy(v).take(), 2, 1)) == "IndexOutOfBoundsException: nil");
  CHECK(pr(abi::slisp_subvec(Owned::copy(v).take(), 0, 4)) == "IndexOutOfBoundsException: nil");
  CHECK(pr(abi::slisp_subvec(Owned::copy(v).take(), 1, 1)) == "[]");
  CHECK(pr(abi::slisp_vector_nth(v.word(), 2)) == "2");
  CHECK(pr(abi::slisp_to_vector(num(1).take())) == "RuntimeException: Unable to convert: class java.lang.Long to Object[]");
}

TEST_CASE("sub-vectors, map entries") {
  NothingLeft guard;
  Owned v = up_to(100);
  Owned sub = own(abi::slisp_subvec(Owned::copy(v).take(), 10, 60));
  sub = own(abi::slisp_subvec(sub.take(), 5, 40));
  CHECK(size_of(sub) == 35);
  CHECK(long_of(vector_at(sub, 0)) == 15);
  sub = vector_conj(std::move(sub), key("x"));
  CHECK(pr(abi::slisp_peek(sub.word())) == ":x");
  CHECK(long_of(vector_at(v, 50)) == 50);
  Owned entry = own(abi::slisp_map_entry(key("a").take(), num(1).take()));
  CHECK(pr(abi::slisp_key(entry.word())) == ":a");
  CHECK(abi::slisp_map_entry_p(entry.word()));
  Owned more = vector_conj(std::move(entry), num(2));
  CHECK_FALSE(abi::slisp_map_entry_p(more.word()));
  CHECK(pr(more) == "[:a 1 2]");
  CHECK(pr(abi::slisp_key(more.word()))
            .find("ClassCastException: class clojure.lang.PersistentVector cannot be cast to class java.util.Map$Entry") ==
        0);
}

TEST_CASE("chunks of a vector's seq are its leaves") {
  NothingLeft guard;
  Owned hundred = up_to(100);
  Owned seq = own(abi::slisp_seq((GENERATE(false, true) ? as_trie(hundred) : std::move(hundred)).take()));
  std::vector<std::int64_t> sizes;
  while (!seq.is_nil()) {
    REQUIRE(abi::slisp_chunked_p(seq.word()));
    Owned chunk = own(abi::slisp_chunk_first(Owned::copy(seq).take()));
    sizes.push_back(size_of(chunk));
    seq = own(abi::slisp_chunk_next(seq.take()));
  }
  CHECK(sizes == std::vector<std::int64_t>{32, 32, 32, 4});
  seq = own(abi::slisp_next(own(abi::slisp_seq(up_to(40).take())).take()));
  CHECK(size_of(own(abi::slisp_chunk_first(Owned::copy(seq).take()))) == 31);
  CHECK(pr(abi::slisp_chunk_rest(seq.take())) == "(32 33 34 35 36 37 38 39)");
}

TEST_CASE("transients build in place and end at persistent!") {
  NothingLeft guard;
  Owned t = own(abi::slisp_transient(empty_vector().take()));
  for (int i = 0; i < 100; ++i) t = own(abi::slisp_conj_transient(t.take(), num(i).take()));
  CHECK(size_of(t) == 100);
  CHECK(pr(abi::slisp_get(t.word(), num(50).word())) == "50");
  Owned v = own(abi::slisp_persistent(Owned::copy(t).take()));
  CHECK(same(v, up_to(100)));
  CHECK(pr(abi::slisp_conj_transient(Owned::copy(t).take(), num(1).take())) ==
        "IllegalAccessError: Transient used after persistent! call");
  CHECK(pr(abi::slisp_count(Owned::copy(t).take())) == "IllegalAccessError: Transient used after persistent! call");
  Owned m = own(abi::slisp_transient(map_of(key("a"), num(1), key("b"), num(2), key("c"), num(3)).take()));
  m = own(abi::slisp_dissoc_transient(m.take(), key("a").word()));
  CHECK(pr(abi::slisp_persistent(m.take())) == "{:c 3, :b 2}");
  Owned base = up_to(40);
  Owned changed = own(abi::slisp_transient(Owned::copy(base).take()));
  changed = own(abi::slisp_assoc_transient(changed.take(), num(0).take(), key("x").take()));
  CHECK(pr(abi::slisp_assoc_transient(Owned::copy(changed).take(), num(99).take(), num(0).take())) ==
        "IndexOutOfBoundsException: nil");
  changed = own(abi::slisp_persistent(changed.take()));
  CHECK(pr(abi::slisp_first(changed.take())) == ":x");
  CHECK(pr(abi::slisp_first(base.take())) == "0");
  CHECK(pr(abi::slisp_transient(lst(num(1)).take())).find("ClassCastException") == 0);
}

TEST_CASE("sorting is stable and survives comparators that throw") {
  NothingLeft guard;
  const unsigned seed = GENERATE(1u, 2u, 3u);
  const int size = GENERATE(0, 1, 7, 8, 9, 33, 1000, 5000);
  std::mt19937 random(seed);
  Owned v = empty_vector();
  std::vector<std::pair<std::int64_t, int>> model;
  for (int i = 0; i < size; ++i) {
    const auto n = static_cast<std::int64_t>(random() % 100);
    model.emplace_back(n, i);
    v = vector_conj(std::move(v), vec(num(n), num(i)));
  }
  std::stable_sort(model.begin(), model.end(), [](auto& a, auto& b) { return a.first < b.first; });
  static int calls_left;
  NativeFn by_first(+[](Word a, Word b) -> Word {
    Owned x = Owned::adopt(a), y = Owned::adopt(b);
    if (calls_left-- == 0) return throw_new(ClassId::RuntimeException, "enough").take();
    return from_bool(long_of(vector_at(x, 0)) < long_of(vector_at(y, 0)));
  });
  calls_left = size / 2;
  Owned failed = own(abi::slisp_sort_vector(by_first.get().take(), Owned::copy(v).take()));
  if (size >= 2) CHECK(pr(failed) == "RuntimeException: enough");
  calls_left = 1'000'000;
  Owned sorted = own(abi::slisp_sort_vector(by_first.get().take(), std::move(v).take()));
  REQUIRE(size_of(sorted) == size);
  for (std::size_t i = 0; i < model.size(); ++i) {
    Borrowed pair = vector_at(sorted, i);
    REQUIRE(long_of(vector_at(pair, 0)) == model[i].first);
    REQUIRE(long_of(vector_at(pair, 1)) == model[i].second);
  }
  Owned numbers = empty_vector(), words = empty_vector();
  std::vector<std::int64_t> expected;
  for (int i = 0; i < size; ++i) {
    const auto n = static_cast<std::int64_t>(random()) - 1'000'000'000;
    expected.push_back(n);
    numbers = vector_conj(std::move(numbers), num(n));
    words = vector_conj(std::move(words), str(std::to_string(n)));
  }
  numbers = own(abi::slisp_sort_vector(abi::k_nil, numbers.take()));
  words = own(abi::slisp_sort_vector(abi::k_nil, words.take()));
  std::sort(expected.begin(), expected.end());
  for (std::size_t i = 0; i < expected.size(); ++i) REQUIRE(long_of(vector_at(numbers, i)) == expected[i]);
  for (std::size_t i = 1; i < expected.size(); ++i) REQUIRE(to_std(vector_at(words, i - 1)) <= to_std(vector_at(words, i)));
}
