// Sequences: lists, lazy seqs, ranges, chunks, walks that consume.
#include "tests/unit/runtime/collections.hpp"

using namespace slisp::rt;
using namespace slisp::rt::test;
namespace abi = slisp::abi;
using abi::k_nil;

namespace {
Owned first(Owned x) { return own(abi::slisp_first(x.take())); }
Owned next(Owned x) { return own(abi::slisp_next(x.take())); }
Owned rest(Owned x) { return own(abi::slisp_rest(x.take())); }
Owned cons(Owned x, Owned more) { return own(abi::slisp_cons(x.take(), more.take())); }
Owned lazy(Owned thunk) { return own(abi::slisp_lazy_seq(thunk.take())); }
int g_calls;
}  // namespace

TEST_CASE("lists") {
  NothingLeft guard;
  Owned list = lst(num(1), str("b"), nil());
  CHECK(pr(list) == "(1 \"b\" nil)");
  CHECK(size_of(list) == 3);
  CHECK(pr(abi::slisp_peek(list.word())) == "1");
  Owned more = own(abi::slisp_conj(Owned::copy(list).take(), key("x").take()));
  CHECK(more.is(Kind::List));
  CHECK(size_of(more) == 4);
  CHECK(pr(rest(std::move(more))) == "(1 \"b\" nil)");
  CHECK(pr(abi::slisp_pop(lst(num(1)).take())) == "()");
  CHECK(pr(abi::slisp_pop(empty_list().take())) == "IllegalStateException: Can't pop empty list");
  CHECK(pr(next(lst(num(1)))) == "nil");
  CHECK(rest(lst(num(1))).word() == empty_list().word());
  CHECK(pr(abi::slisp_reverse_list(list.take())) == "(nil \"b\" 1)");
  CHECK(pr(abi::slisp_rest_list(nullptr, 0)) == "nil");
  CHECK(pr(abi::slisp_conj(k_nil, num(1).take())) == "(1)");
}

TEST_CASE("seq, first, next, rest of every seqable") {
  NothingLeft guard;
  CHECK(pr(first(nil())) == "nil");
  CHECK(pr(rest(nil())) == "()");
  CHECK(pr(abi::slisp_seq(str("aé😀").take())) == "(\\a \\é \\😀)");
  CHECK(pr(next(str("aé😀"))) == "(\\é \\😀)");
  CHECK(pr(abi::slisp_seq(str("").take())) == "nil");
  CHECK(pr(abi::slisp_seq(empty_vector().take())) == "nil");
  CHECK(pr(first(map_of(key("a"), num(1)))) == "[:a 1]");
  CHECK(pr(abi::slisp_vals(map_of(key("a"), num(1), key("b"), num(2)).take())) == "(1 2)");
  CHECK(pr(abi::slisp_keys(own(abi::slisp_seq(map_of(key("a"), num(1)).take())).take())) == "(:a)");
  CHECK(pr(abi::slisp_keys(vec(num(1)).take()))
            .find("ClassCastException: class java.lang.Long cannot be cast to class java.util.Map$Entry") == 0);
  CHECK(pr(abi::slisp_rseq(vec(num(1), num(2), num(3)).take())) == "(3 2 1)");
  CHECK(pr(next(own(abi::slisp_rseq(vec(num(1), num(2), num(3)).take())))) == "(2 1)");
  CHECK(pr(abi::slisp_seq(num(1).take())) == "IllegalArgumentException: Don't know how to create ISeq from: java.lang.Long");
  CHECK(pr(cons(num(1), num(2))) == "IllegalArgumentException: Don't know how to create ISeq from: java.lang.Long");
  CHECK(pr(cons(num(1), vec(num(2)))) == "(1 2)");
  CHECK(cons(num(1), nil()).is(Kind::List));
  Owned shared = own(abi::slisp_seq(vec(num(1), num(2), num(3)).take()));
  CHECK(pr(next(Owned::copy(shared))) == "(2 3)");
  CHECK(pr(next(next(Owned::copy(shared)))) == "(3)");
  CHECK(pr(shared) == "(1 2 3)");
}

TEST_CASE("ranges count, chunk and stop at the ends of long") {
  NothingLeft guard;
  CHECK(pr(range(0, 5)) == "(0 1 2 3 4)");
  CHECK(pr(range(5, 0, -2)) == "(5 3 1)");
  CHECK(pr(range(0, 0)) == "()");
  CHECK(size_of(range(0, 1'000'000'000)) == 1'000'000'000);
  CHECK(pr(range(INT64_MAX - 2, INT64_MAX)) == "(9223372036854775805 9223372036854775806)");
  CHECK(pr(range(INT64_MIN, INT64_MAX, INT64_MAX)) == "(-9223372036854775808 -1 9223372036854775806)");
  Owned seq = range(0, 70);
  CHECK(size_of(own(abi::slisp_chunk_first(Owned::copy(seq).take()))) == 32);
  seq = own(abi::slisp_chunk_next(seq.take()));
  seq = own(abi::slisp_chunk_next(seq.take()));
  CHECK(pr(seq) == "(64 65 66 67 68 69)");
  CHECK(pr(abi::slisp_chunk_next(seq.take())) == "nil");
  CHECK(pr(abi::slisp_nth(range(0, 1'000'000'000).take(), 123'456'789)) == "123456789");
  CHECK(pr(abi::slisp_nth(range(0, 3).take(), 3)) == "IndexOutOfBoundsException: nil");
}

TEST_CASE("chunk buffers") {
  NothingLeft guard;
  Owned buffer = own(abi::slisp_chunk_buffer(3));
  for (int i = 0; i < 3; ++i) CHECK(abi::slisp_chunk_append(buffer.word(), num(i).take()) == k_nil);
  CHECK(pr(abi::slisp_chunk_append(buffer.word(), num(3).take())) ==
        "ArrayIndexOutOfBoundsException: Index 3 out of bounds for length 3");
  Owned chunk = own(abi::slisp_chunk(buffer.take()));
  Owned seq = own(abi::slisp_chunk_cons(chunk.take(), range(10, 12).take()));
  CHECK(pr(seq) == "(0 1 2 10 11)");
  CHECK(size_of(seq) == 5);
  CHECK(pr(next(Owned::copy(seq))) == "(1 2 10 11)");
  CHECK(pr(abi::slisp_chunk_rest(Owned::copy(seq).take())) == "(10 11)");
}

TEST_CASE("a lazy seq runs its thunk once") {
  NothingLeft guard;
  g_calls = 0;
  NativeFn thunk(+[]() -> Word {
    ++g_calls;
    return lst(num(1), num(2)).take();
  });
  Owned seq = lazy(thunk.get());
  CHECK(abi::slisp_realized_p(seq.word()) == 0);
  CHECK(pr(seq) == "(1 2)");
  CHECK(pr(abi::slisp_rest(Owned::copy(seq).take())) == "(2)");
  CHECK(abi::slisp_realized_p(seq.word()) == 1);
  CHECK(g_calls == 1);
  CHECK(size_of(seq) == 2);
}

TEST_CASE("a lazy seq whose thunk throws throws again") {
  NothingLeft guard;
  NativeFn thunk(+[]() -> Word { return throw_new(ClassId::RuntimeException, "no").take(); });
  Owned seq = lazy(thunk.get());
  CHECK(pr(abi::slisp_seq(Owned::copy(seq).take())) == "RuntimeException: no");
  CHECK(pr(abi::slisp_first(Owned::copy(seq).take())) == "RuntimeException: no");
  bool failed = false;
  CHECK_FALSE(equal(seq, lst(num(1)), failed));
  CHECK(failed);
  CHECK(taken_exception() == "RuntimeException: no");
  NativeFn wrong(+[]() -> Word { return num(5).take(); });
  CHECK(pr(abi::slisp_seq(lazy(wrong.get()).take())) ==
        "IllegalArgumentException: Don't know how to create ISeq from: java.lang.Long");
}

TEST_CASE("long chains of lazy seqs take constant stack and memory") {
  NothingLeft guard;
  static std::int64_t left;
  static Word thunk_fn;
  NativeFn nested(+[]() -> Word {  // a lazy seq that gives a lazy seq that gives ...
    if (left-- == 0) return lst(key("end")).take();
    return abi::slisp_lazy_seq(retained(thunk_fn));
  });
  thunk_fn = nested.fn;
  left = 1'000'000;
  CHECK(pr(abi::slisp_seq(lazy(nested.get()).take())) == "(:end)");
  left = 300'000;
  Owned kept = lazy(nested.get());
  CHECK(pr(abi::slisp_first(Owned::copy(kept).take())) == ":end");
  NativeFn chain(+[]() -> Word {  // (lazy-seq (cons n (lazy-seq ...)))
    if (left-- == 0) return k_nil;
    return make_cons(num(left).take(), abi::slisp_lazy_seq(retained(thunk_fn)));
  });
  thunk_fn = chain.fn;
  left = 1'000'000;
  const std::uint64_t before = live_objects();
  Owned seq = lazy(chain.get());
  SeqWalk walk(std::move(seq));
  Owned element;
  std::uint64_t most = 0;
  while (walk.next(element)) most = std::max(most, live_objects() - before);
  CHECK(most < 10);
  left = 1'000'000;
  Owned held = lazy(chain.get());  // all of it alive at once, then freed without recursion
  CHECK(size_of(held) == 1'000'000);
}

TEST_CASE("count, bounded count, empty?") {
  NothingLeft guard;
  CHECK(pr(abi::slisp_count(cons(num(0), range(0, 10)).take())) == "11");
  CHECK(pr(abi::slisp_count(num(1).take())) == "UnsupportedOperationException: count not supported on this type: Long");
  CHECK(pr(abi::slisp_count(k_nil)) == "0");
  CHECK(pr(abi::slisp_count(str("aé😀").take())) == "3");
  CHECK(truth(abi::slisp_empty_p(empty_map().take())) == "true");
  CHECK(truth(abi::slisp_empty_p(str("a").take())) == "false");
  CHECK(truth(abi::slisp_empty_p(num(1).take())) ==
        "IllegalArgumentException: Don't know how to create ISeq from: java.lang.Long");
}

TEST_CASE("queues") {
  NothingLeft guard;
  Owned q = own(abi::slisp_empty_queue());
  for (int i = 0; i < 50; ++i) q = own(abi::slisp_conj(q.take(), num(i).take()));
  Owned same_queue = Owned::copy(q);
  for (int i = 0; i < 50; ++i) {
    REQUIRE(pr(abi::slisp_peek(q.word())) == std::to_string(i));
    q = own(abi::slisp_pop(q.take()));
    if (i % 3 == 0) q = own(abi::slisp_conj(q.take(), num(50 + i / 3).take()));
  }
  CHECK(size_of(q) == 17);
  CHECK(pr(abi::slisp_seq(Owned::copy(q).take())) == "(50 51 52 53 54 55 56 57 58 59 60 61 62 63 64 65 66)");
  CHECK(same(same_queue, range(0, 50)));
}
