// parallel_moves_test.cpp: every way in which up to six locations may exchange their contents, against a simulation.
#include "src/codegen/x86_64_linux/parallel_moves.hpp"
#include <catch2/catch.hpp>
#include <array>
#include <map>

using namespace slisp;
using namespace slisp::x64;

namespace {

using Places = std::vector<Operand>;

// A location as the simulation names it; constants are their own content.
std::string name(const Operand& o) {
  switch (o.kind) {
    case Operand::Kind::Register: return "r" + std::to_string(static_cast<unsigned>(o.reg));
    case Operand::Kind::Spill: return "s" + std::to_string(o.index);
    case Operand::Kind::Stack: return "f" + std::to_string(o.value);
    default: return "constant " + std::to_string(o.value);
  }
}
bool in_memory(const Operand& o) { return o.is(Operand::Kind::Spill) || o.is(Operand::Kind::Stack); }

// What the moves do one after the other, and whether the machine has each of them.
struct Machine {
  std::map<std::string, std::string> content;
  bool possible = true;

  std::string read(const Operand& o) {
    const std::string at = name(o);
    if (at.starts_with("constant")) return at;
    auto found = content.find(at);
    return found == content.end() ? "nothing" : found->second;
  }
  void run(const std::vector<MInst>& moves) {
    for (const MInst& move : moves) {
      possible = possible && (move.op == Opcode::Move || move.op == Opcode::Store);
      possible = possible && !(in_memory(move.operand[0]) && in_memory(move.operand[1]));
      content[name(move.operand[0])] = read(move.operand[1]);
    }
  }
};

// Location i is to hold what stood in location from[i].
bool right(const Places& places, const std::vector<unsigned>& from) {
  std::vector<MoveItem> items;
  Machine machine;
  for (std::size_t i = 0; i < from.size(); ++i) {
    items.push_back({places[i], places[from[i]]});
    machine.content[name(places[i])] = std::to_string(i);
  }
  std::vector<MInst> moves;
  sequence_moves(items, {}, moves);
  machine.run(moves);
  for (std::size_t i = 0; i < from.size(); ++i)
    if (machine.content[name(places[i])] != std::to_string(from[i])) return false;
  return machine.possible && moves.size() <= 3 * from.size();
}

// Calls `see` with each of the n^n maps of n locations; gives their number.
template <class See>
std::size_t every_map(unsigned n, See see) {
  std::vector<unsigned> from(n);
  std::size_t seen = 0;
  for (;;) {
    see(from);
    ++seen;
    unsigned i = 0;
    while (i < n && ++from[i] == n) from[i++] = 0;
    if (i == n) return seen;
  }
}

constexpr std::array k_words = {Register::rax, Register::rdi, Register::r8, Register::rbx, Register::r14, Register::rcx};
constexpr std::array k_doubles = {Register::xmm0, Register::xmm3, Register::xmm14};

void expect_all(const Places& places) {
  std::size_t seen = 0, wrong = 0;
  for (unsigned n = 1; n <= places.size(); ++n) seen += every_map(n, [&](const std::vector<unsigned>& from) { wrong += !right(places, from); });
  CHECK(seen == 50069);
  CHECK(wrong == 0);
}

}  // namespace

TEST_CASE("parallel moves: every map of six registers", "[moves]") {
  Places places;
  for (Register r : k_words) places.push_back(physical(r));
  expect_all(places);
}

TEST_CASE("parallel moves: every map of six slots", "[moves]") {
  Places places;
  for (std::uint32_t i = 0; i < 6; ++i) places.push_back(spill(i));
  expect_all(places);
}

TEST_CASE("parallel moves: every map of registers and slots in turn", "[moves]") {
  Places places;
  for (std::uint32_t i = 0; i < 6; ++i) places.push_back(i % 2 == 0 ? physical(k_words[i]) : spill(i));
  expect_all(places);
}

TEST_CASE("parallel moves: words and doubles at once", "[moves]") {
  std::size_t seen = 0, wrong = 0;
  every_map(3, [&](const std::vector<unsigned>& words) {
    every_map(3, [&](const std::vector<unsigned>& doubles) {
      Places places;
      std::vector<unsigned> from;
      for (unsigned i = 0; i < 3; ++i) {
        places.push_back(physical(k_words[i]));
        from.push_back(words[i]);
      }
      for (unsigned i = 0; i < 3; ++i) {
        places.push_back(physical(k_doubles[i]));
        from.push_back(3 + doubles[i]);
      }
      ++seen;
      wrong += !right(places, from);
    });
  });
  CHECK(seen == 729);
  CHECK(wrong == 0);
}

TEST_CASE("parallel moves: constants come last and reach memory", "[moves]") {
  const Places places = {physical(Register::rax), spill(0), physical(Register::rcx), spill(1)};
  std::vector<MoveItem> items = {{places[0], places[1]}, {places[1], places[0]}, {places[2], immediate(std::int64_t{1} << 40)}, {places[3], immediate(std::int64_t{1} << 40)}};
  Machine machine;
  machine.content = {{name(places[0]), "a"}, {name(places[1]), "b"}};
  std::vector<MInst> moves;
  sequence_moves(items, {}, moves);
  machine.run(moves);
  CHECK(machine.possible);
  CHECK(machine.content[name(places[0])] == "b");
  CHECK(machine.content[name(places[1])] == "a");
  CHECK(machine.content[name(places[2])] == "constant 1099511627776");
  CHECK(machine.content[name(places[3])] == "constant 1099511627776");
}
