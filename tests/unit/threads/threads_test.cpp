// Several threads at once: counts, cells, lazy seqs, tables, heaps, monitors, transactions. Built with the thread sanitizer it must report nothing
// (preset tsan); the counts are exact either way.
#include "runtime/collections/layouts.hpp"
#include "runtime/collections/vector_flat.hpp"
#include "runtime/collections/vectors.hpp"
#include "runtime/control/runtime.hpp"
#include "runtime/threads/threads.hpp"
#include <atomic>
#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

using namespace slisp::rt;
namespace abi = slisp::abi;

extern "C" {
void slisp_arity_missing_1();
void slisp_arity_missing_many();
}

namespace {

class Running {
 public:
  Running() {
    static char name[] = "test";
    static char* arguments[] = {name, nullptr};
    runtime_start(1, arguments);
  }
  ~Running() {
    int status = 0;
    if (!end_threads(false, status) || runtime_stop() != 0) {
      std::fprintf(stderr, "objects or threads live at the end\n");
      std::_Exit(1);
    }
  }
};
const Running k_running;

constexpr int k_threads = 8;

// Runs the function on some threads of the runtime and waits for all of them; each gets its number.
void on_threads(int count, const std::function<void(int)>& function) {
  struct Job {
    const std::function<void(int)>* function;
    std::atomic<int> next{0};
  };
  static Job* job;
  Job mine{&function};
  job = &mine;
  Owned latch = Owned::adopt(abi::slisp_latch_new(count));
  for (int i = 0; i < count; ++i) {
    ThreadRecord* record = start_thread(
        [](Word task) {
          Owned held = Owned::adopt(task);
          (*job->function)(job->next.fetch_add(1));
          abi::slisp_latch_count_down(held.word());
        },
        Owned::copy(latch), abi::k_nil, true);
    REQUIRE(record != nullptr);
    release_record(record);
  }
  REQUIRE(abi::slisp_latch_await(latch.word(), -1) == 1);
}

// A function of no arguments that C++ implements; `self` comes in r10 and is not looked at.
struct Thunk {
  abi::FnDescriptor descriptor{};
  explicit Thunk(Word (*entry)()) {
    for (abi::Code& code : descriptor.entry) code = slisp_arity_missing_1;
    descriptor.entry[0] = reinterpret_cast<abi::Code>(entry);
    descriptor.entry_many = slisp_arity_missing_many;
    descriptor.variadic_fixed = -1;
    descriptor.name = "thunk";
    descriptor.file = "test";
  }
  Owned closure() const { return Owned::adopt(abi::slisp_alloc_fn(reinterpret_cast<std::int64_t>(&descriptor), nullptr, 0)); }
};

Owned shared_map(int entries) {
  Owned map = empty_map();
  for (int i = 0; i < entries; ++i) map = map_assoc(std::move(map), make_long(i), make_string("value " + std::to_string(i)));
  mark_shared(map.word());
  return map;
}

}  // namespace

TEST_CASE("counts of shared objects are exact after ten million pairs") {
  begin_threading();
  Owned map = shared_map(200);
  const std::int32_t before = map.as<Header>()->count;
  on_threads(k_threads, [&](int number) {
    for (int i = 0; i < 1'250'000 / 2; ++i) {
      Owned held = Owned::copy(map);
      Owned value = map_get(held, make_long((i + number) % 200));
      if (!value.is(Kind::String)) std::abort();
    }
  });
  CHECK(count_of(map.as<Header>()) == before);
  for (int i = 0; i < 200; ++i) {
    Owned value = map_get(map, make_long(i));
    CHECK(count_of(value.as<Header>()) == -2);
  }
}

TEST_CASE("no update of an atom is lost, and no value is freed under a reader") {
  begin_threading();
  Owned atom = Owned::adopt(abi::slisp_atom(make_string("0").take()));
  mark_shared(atom.word());
  constexpr int k_rounds = 20'000;
  on_threads(k_threads, [&](int) {
    for (int i = 0; i < k_rounds; ++i) {
      for (;;) {
        Owned old = Owned::adopt(abi::slisp_atom_get(atom.word()));
        const int value = std::atoi(std::string(text_of(old)).c_str());
        if (abi::slisp_atom_compare_and_set(atom.word(), old.word(), make_string(std::to_string(value + 1)).take()) == 1) break;
      }
    }
  });
  Owned value = Owned::adopt(abi::slisp_atom_get(atom.word()));
  CHECK(text_of(value) == std::to_string(k_threads * k_rounds));
}

namespace {
std::atomic<int> g_thunk_calls{0};
constexpr int k_cells = 2000;
extern const Thunk k_next_cell;
Word next_cell() {
  const int n = g_thunk_calls.fetch_add(1);
  if (n >= k_cells) return abi::k_nil;
  auto* cons = allocate_as<abi::List>(Kind::Cons, sizeof(abi::List), 2);
  cons->first = make_long(n).take();
  cons->rest = abi::slisp_lazy_seq(k_next_cell.closure().take());
  return word_of(cons);
}
const Thunk k_next_cell(next_cell);
}  // namespace

TEST_CASE("each cell of a lazy seq is realised once, whoever walks it") {
  begin_threading();
  Owned seq = Owned::adopt(abi::slisp_lazy_seq(k_next_cell.closure().take()));
  mark_shared(seq.word());
  on_threads(k_threads, [&](int) {
    SeqWalk walk(Owned::copy(seq));
    Owned element;
    std::int64_t sum = 0, count = 0;
    for (; walk.next(element); ++count) sum += long_of(element);
    if (count != k_cells || sum != std::int64_t{k_cells} * (k_cells - 1) / 2) std::abort();
  });
  CHECK(g_thunk_calls == k_cells + 1);
}

// A flat vector gets its trie when it is first updated, while others copy it for their metadata (copy_object, kept_trie).
TEST_CASE("versions of vectors that threads share are made side by side") {
  begin_threading();
  constexpr std::size_t k_size = 100;
  std::vector<Owned> vectors;
  for (int i = 0; i < 300; ++i) {
    std::vector<Word> elements;
    for (std::size_t n = 0; n < k_size; ++n) elements.push_back(from_fixnum(static_cast<std::int64_t>(n)));
    vectors.push_back(Owned::adopt(make_flat(elements.data(), k_size)));
    mark_shared(vectors.back().word());
  }
  on_threads(k_threads, [&](int number) {
    for (const Owned& v : vectors) {
      Word mine = Owned::copy(v).take();
      if (number % 2 == 0) mine = abi::slisp_with_meta(mine, empty_map().take());
      const Owned longer = Owned::adopt(abi::slisp_conj(mine, from_fixnum(number)));
      if (vector_size(longer.word()) != k_size + 1 || vector_ref(longer.word(), k_size) != from_fixnum(number) ||
          vector_ref(longer.word(), 50) != from_fixnum(50))
        std::abort();
    }
  });
  for (const Owned& v : vectors) CHECK(count_of(v.as<Header>()) == -1);
}

TEST_CASE("a delay runs once") {
  begin_threading();
  static std::atomic<int> runs;
  runs = 0;
  static const Thunk slow([]() -> Word {
    abi::slisp_sleep_millis(20);
    return make_long(++runs).take();
  });
  Owned delay = Owned::adopt(abi::slisp_delay_new(slow.closure().take()));
  mark_shared(delay.word());
  on_threads(k_threads, [&](int) {
    Owned value = Owned::adopt(abi::slisp_force(delay.word()));
    if (long_of(value) != 1) std::abort();
  });
  CHECK(runs == 1);
}

TEST_CASE("threads that name a keyword get the same object") {
  begin_threading();
  std::vector<std::vector<Word>> seen(k_threads);
  on_threads(k_threads, [&](int number) {
    for (int i = 0; i < 3000; ++i) seen[static_cast<std::size_t>(number)].push_back(keyword("threads", "k" + std::to_string(i)).word());
  });
  for (const auto& words : seen) CHECK(words == seen[0]);
}

TEST_CASE("what one thread allocates another one frees") {
  begin_threading();
  Owned atom = Owned::adopt(abi::slisp_atom(abi::k_nil));
  mark_shared(atom.word());
  on_threads(k_threads, [&](int number) {
    for (int i = 0; i < 3000; ++i) {
      Owned list = empty_vector();
      for (int k = 0; k < 40; ++k) list = vector_conj(std::move(list), make_string(std::string(static_cast<std::size_t>(number + k), 'x')));
      // The old value, another thread's, dies here.
      Owned stored = Owned::adopt(abi::slisp_atom_reset(atom.word(), list.take()));
      Owned dropped = Owned::adopt(abi::slisp_atom_get(atom.word()));
    }
  });
  Owned last = Owned::adopt(abi::slisp_atom_get(atom.word()));
  CHECK(counted_size(last) == 40);
}

TEST_CASE("ten thousand threads one after another take no more memory than one") {
  begin_threading();
  for (int i = 0; i < 200; ++i) {
    on_threads(1, [](int) { Owned list = vector_conj(empty_vector(), make_string("short")); });
  }
  const std::uint64_t after_few = heap_counts().peak_bytes;
  for (int i = 0; i < 9800; ++i) {
    on_threads(1, [](int) { Owned list = vector_conj(empty_vector(), make_string("short")); });
  }
  CHECK(heap_counts().peak_bytes <= after_few + 8 * 32 * 1024);
}

TEST_CASE("a monitor keeps others out, and its thread may enter again") {
  begin_threading();
  Owned object = Owned::adopt(abi::slisp_object_new());
  mark_shared(object.word());
  std::int64_t counter = 0;
  on_threads(k_threads, [&](int) {
    for (int i = 0; i < 5000; ++i) {
      abi::slisp_monitor_enter(object.word());
      abi::slisp_monitor_enter(object.word());
      ++counter;
      abi::slisp_monitor_exit(object.word());
      abi::slisp_monitor_exit(object.word());
    }
  });
  CHECK(counter == 5000 * k_threads);
}

namespace {
Owned g_left, g_right;
const Thunk k_transfer([]() -> Word {
  Owned left = Owned::adopt(abi::slisp_ref_alterable(g_left.word()));
  if (left.failed()) return abi::k_pending;
  Owned right = Owned::adopt(abi::slisp_ref_alterable(g_right.word()));
  if (right.failed()) return abi::k_pending;
  if (long_of(left) + long_of(right) != 1000) std::abort();           // a transaction sees one state
  Owned a = Owned::adopt(abi::slisp_ref_set(g_left.word(), make_long(long_of(left) - 1).take()));
  return abi::slisp_ref_set(g_right.word(), make_long(long_of(right) + 1).take());
});
}  // namespace

TEST_CASE("transactions see one state and lose nothing") {
  begin_threading();
  g_left = Owned::adopt(abi::slisp_ref_new(make_long(1000).take()));
  g_right = Owned::adopt(abi::slisp_ref_new(make_long(0).take()));
  mark_shared(g_left.word());
  mark_shared(g_right.word());
  on_threads(k_threads, [&](int) {
    for (int i = 0; i < 500; ++i) {
      Owned value = Owned::adopt(abi::slisp_transact(k_transfer.closure().take()));
      if (value.failed()) std::abort();
    }
  });
  Owned left = Owned::adopt(abi::slisp_deref(g_left.word())), right = Owned::adopt(abi::slisp_deref(g_right.word()));
  CHECK(long_of(left) == 1000 - 500 * k_threads);
  CHECK(long_of(right) == 500 * k_threads);
  g_left = Owned();
  g_right = Owned();
}

TEST_CASE("a thousand futures wait for one promise") {
  begin_threading();
  static Owned promise;
  promise = Owned::adopt(abi::slisp_promise_new());
  mark_shared(promise.word());
  static const Thunk wait([]() -> Word { return abi::slisp_deref(promise.word()); });
  std::vector<Owned> futures;
  for (int i = 0; i < 1000; ++i) futures.push_back(Owned::adopt(abi::slisp_future_new(wait.closure().take())));
  Owned late = Owned::adopt(abi::slisp_deref_within(futures[0].word(), 20, from_fixnum(-1)));
  CHECK(to_fixnum(late.word()) == -1);
  Owned delivered = Owned::adopt(abi::slisp_deliver(promise.word(), make_long(7).take()));
  std::int64_t sum = 0;
  for (Owned& future : futures) {
    Owned value = Owned::adopt(abi::slisp_deref(future.word()));
    sum += long_of(value);
  }
  CHECK(sum == 7000);
  promise = Owned();
}
