// The allocator, counting and release, cycles.
#include "runtime/abi/functions.hpp"
#include "runtime/memory/context.hpp"
#include <catch2/catch.hpp>
#include <cstring>
#include <random>
#include <vector>

using namespace slisp::rt;
namespace abi = slisp::abi;
using abi::k_nil;

namespace {

std::uint64_t live() {
  HeapCounts counts = heap_counts();
  return counts.allocated - counts.freed;
}

Word cons(Word first, Word rest) {
  auto* cell = allocate_as<abi::List>(Kind::Cons, sizeof(abi::List), 2);
  cell->first = first;
  cell->rest = rest;
  return word_of(cell);
}

}  // namespace

TEST_CASE("a header and 32 slots take 264 bytes, a header and two 24, a list's cell 32") {
  std::uint64_t before = live();
  Owned leaf = adopt_object(allocate(Kind::Vector, 8 + 32 * 8, 0));
  CHECK(usable_size(leaf.as<Header>()) == 264);
  Owned pair = adopt_object(allocate(Kind::Vector, 8 + 2 * 8, 0));
  CHECK(usable_size(pair.as<Header>()) == 24);
  Owned cell = Owned::adopt(cons(k_nil, k_nil));
  CHECK(usable_size(cell.as<Header>()) == 32);
  CHECK(live() == before + 3);
}

TEST_CASE("every size gets a block that holds it, apart from all others") {
  std::uint64_t before = live();
  std::mt19937 random(7);
  struct Block { Header* object; std::size_t bytes; unsigned char fill; };
  std::vector<Block> blocks;
  for (int step = 0; step < 40'000; ++step) {
    if (blocks.empty() || random() % 5 < 3) {
      std::size_t bytes = 16 + random() % (random() % 50 == 0 ? 60'000 : 600);
      Header* object = allocate(Kind::String, bytes, 0);
      REQUIRE(word_of(object) % 8 == 0);
      REQUIRE(usable_size(object) >= bytes);
      auto fill = static_cast<unsigned char>(random());
      std::memset(object + 1, fill, bytes - sizeof(Header));
      blocks.push_back({object, bytes, fill});
    } else {
      std::size_t i = random() % blocks.size();
      auto* data = reinterpret_cast<unsigned char*>(blocks[i].object + 1);
      REQUIRE(data[0] == blocks[i].fill);
      REQUIRE(std::memcmp(data, data + 1, blocks[i].bytes - sizeof(Header) - 1) == 0);
      free_memory(blocks[i].object);
      blocks[i] = blocks.back();
      blocks.pop_back();
    }
  }
  std::size_t seen = 0;
  heap_each([](Header*, void* count) { ++*static_cast<std::size_t*>(count); }, &seen);
  CHECK(seen == live());
  for (Block& block : blocks) free_memory(block.object);
  CHECK(live() == before);
}

TEST_CASE("growing keeps contents, from the smallest block to many megabytes") {
  std::uint64_t before = live();
  std::size_t bytes = 40;
  Header* object = allocate(Kind::String, bytes, 0);
  auto* data = reinterpret_cast<unsigned char*>(object);
  for (std::size_t i = sizeof(Header); i < bytes; ++i) data[i] = static_cast<unsigned char>(i * 7);
  while (bytes < 20'000'000) {
    std::size_t more = bytes * 3 / 2;
    object = reallocate(object, bytes, more);
    data = reinterpret_cast<unsigned char*>(object);
    for (std::size_t i = bytes; i < more; ++i) data[i] = static_cast<unsigned char>(i * 7);
    bytes = more;
  }
  std::size_t wrong = 0;
  for (std::size_t i = sizeof(Header); i < bytes; ++i) wrong += data[i] != static_cast<unsigned char>(i * 7);
  CHECK(wrong == 0);
  CHECK(object->kind == Kind::String);
  CHECK(object->count == 1);
  free_memory(object);
  CHECK(live() == before);
}

TEST_CASE("a list of ten million cells is freed in constant stack") {
  std::uint64_t before = live();
  Word list = k_nil;
  for (int i = 0; i < 10'000'000; ++i) list = cons(from_fixnum(i), list);
  release(list);
  CHECK(live() == before);
}

TEST_CASE("nesting through the first slot and trees of any shape are freed too") {
  std::uint64_t before = live();
  Word nested = k_nil;
  for (int i = 0; i < 1'000'000; ++i) nested = cons(nested, cons(k_nil, k_nil));
  release(nested);
  CHECK(live() == before);
  std::mt19937 random(11);
  std::vector<Word> roots;
  for (int i = 0; i < 200'000; ++i) {
    // Each new cell takes two roots or shares one of them.
    Word parts[2] = {k_nil, k_nil};
    for (Word& part : parts) {
      if (roots.empty() || random() % 3 == 0) continue;
      std::size_t at = random() % roots.size();
      part = roots[at];
      if (random() % 2 == 0) {
        retain(part);
      } else {
        roots[at] = roots.back();
        roots.pop_back();
      }
    }
    roots.push_back(cons(parts[0], parts[1]));
  }
  for (Word root : roots) release(root);
  CHECK(live() == before);
}

TEST_CASE("shared and immortal counts") {
  std::uint64_t before = live();
  Word cell = cons(k_nil, k_nil);
  header_of(cell)->count = -1;
  retain(cell);
  CHECK(header_of(cell)->count == -2);
  release(cell);
  release(cell);
  CHECK(live() == before);
  abi::List fixed{{0, Kind::Cons, 0, 2}, 0, k_nil, k_nil};
  retain(word_of(&fixed));
  release(word_of(&fixed));
  release(word_of(&fixed));
  CHECK(fixed.header.count == 0);
}

TEST_CASE("cycles are found, what is held from outside stays") {
  std::uint64_t before = live();
  Owned kept = Owned::adopt(cons(from_fixnum(1), k_nil));
  {
    Owned a = Owned::adopt(abi::slisp_box_new(k_nil)), b = Owned::adopt(abi::slisp_box_new(k_nil));
    abi::slisp_box_set(a.word(), cons(Owned::copy(b).take(), Owned::copy(kept).take()));
    abi::slisp_box_set(b.word(), Owned::copy(a).take());
    collect_cycles();
    CHECK(live() == before + 4);
  }
  CHECK(live() == before + 4);
  collect_cycles();
  CHECK(live() == before + 1);
  CHECK(kept.as<Header>()->count == 1);
}

TEST_CASE("random object graphs: cycle collection frees exactly what nothing outside reaches") {
  std::mt19937 random(23);
  for (int round = 0; round < 30; ++round) {
    std::uint64_t before = live();
    constexpr std::size_t count = 200;
    std::vector<Word> cells;
    for (std::size_t i = 0; i < count; ++i) cells.push_back(cons(k_nil, k_nil));
    std::vector<std::vector<std::size_t>> edges(count);
    for (std::size_t i = 0; i < count; ++i) {
      auto* cell = reinterpret_cast<abi::List*>(cells[i]);
      for (Word* slot : {&cell->first, &cell->rest}) {
        if (random() % 3 == 0) continue;
        std::size_t to = random() % count;
        retain(cells[to]);
        *slot = cells[to];
        edges[i].push_back(to);
      }
    }
    std::vector<bool> held(count), reached(count);
    for (std::size_t i = 0; i < count; ++i) held[i] = random() % 40 == 0;
    std::vector<std::size_t> work;
    for (std::size_t i = 0; i < count; ++i) {
      if (held[i]) {
        reached[i] = true;
        work.push_back(i);
      }
    }
    while (!work.empty()) {
      std::size_t i = work.back();
      work.pop_back();
      for (std::size_t to : edges[i]) {
        if (!reached[to]) {
          reached[to] = true;
          work.push_back(to);
        }
      }
    }
    for (std::size_t i = 0; i < count; ++i) {
      if (!held[i]) release(cells[i]);
    }
    collect_cycles();
    std::size_t expected = 0;
    for (bool r : reached) expected += r;
    CHECK(live() == before + expected);
    for (std::size_t i = 0; i < count; ++i) {
      if (held[i]) release(cells[i]);
    }
    collect_cycles();
    CHECK(live() == before);
  }
}
