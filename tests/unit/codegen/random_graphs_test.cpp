// random_graphs_test.cpp: register allocation of random control-flow graphs, and faults planted in what it makes.
// SLISP_GRAPHS=N says how many graphs (2,000; the nightly run has 100,000), SLISP_SEED=N which.
#include "tests/unit/codegen/random_graphs.hpp"
#include <catch2/catch.hpp>
#include <cstdlib>

using namespace slisp;
using namespace slisp::x64;
using namespace slisp::x64::test;

namespace {

constexpr Rung k_rungs[] = {Rung::Full, Rung::WithoutPromotion, Rung::WithinBlocks, Rung::Slots};
constexpr unsigned k_steps = 400;

std::uint64_t setting(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text ? std::strtoull(text, nullptr, 10) : otherwise;
}

struct Allocated {
  RandomFunction made;
  MFunction after;

  Allocated(std::uint64_t seed, Rung rung, const RegisterSwitches& switches) {
    Random random(seed);
    const auto blocks = static_cast<unsigned>(1 + random() % 24), alive = static_cast<unsigned>(4 + random() % 37);
    made = GraphMaker(random, blocks, alive).make();
    if (!switches.remat) name_constants(made.code);
    split_critical_edges(made.code);
    AllocationCounts counts;
    after = allocate(made.code, rung, switches, counts);
    lay_out_frame(after, switches, counts);
  }
  bool same(const MFunction& other) const {
    for (std::uint64_t input : {1, 2, 3})
      if (Machine(made.code, false, input).answer(k_steps) != Machine(other, true, input).answer(k_steps)) return false;
    return true;
  }
};

bool is_load(const MInst& inst) { return inst.origin == k_inserted && inst.operand[0].is(Operand::Kind::Register) && inst.operand[1].is(Operand::Kind::Stack); }
bool is_store(const MInst& inst) { return inst.origin == k_inserted && inst.operand[0].is(Operand::Kind::Stack); }
bool is_move(const MInst& inst) { return inst.origin == k_inserted && inst.operand[0].is(Operand::Kind::Register) && inst.operand[1].is(Operand::Kind::Register); }

enum class Fault { SwappedSlots, DroppedReload, DroppedStore, DroppedMove, EarlyEpoch, SkippedClobber, k_count };
constexpr const char* k_names[] = {"two slots swapped", "a reload dropped", "a store dropped", "a move dropped", "an epoch that ends early", "a clobber skipped"};

// Every instruction that `wanted` accepts, as block and position.
template <class Wanted>
std::vector<std::pair<std::size_t, std::size_t>> places(const MFunction& f, Wanted wanted) {
  std::vector<std::pair<std::size_t, std::size_t>> found;
  for (std::size_t b = 0; b < f.blocks.size(); ++b)
    for (std::size_t i = 0; i < f.blocks[b].instructions.size(); ++i)
      if (wanted(f.blocks[b].instructions[i])) found.emplace_back(b, i);
  return found;
}
template <class Wanted>
bool drop_one(MFunction& f, Random& random, Wanted wanted) {
  auto found = places(f, wanted);
  if (found.empty()) return false;
  auto [b, i] = found[random() % found.size()];
  auto& code = f.blocks[b].instructions;
  code.erase(code.begin() + static_cast<std::ptrdiff_t>(i));
  return true;
}

// Another frame address for a slot, as if its epoch had ended while it was still in use.
bool move_slot(MFunction& f, const MFunction& before, Random& random) {
  if (f.slot_offset.empty() || f.frame_bytes < 16) return false;
  const auto s = static_cast<std::uint32_t>(random() % f.slot_offset.size());
  const std::int64_t words = f.source->slots[s].words, room = f.frame_bytes / 8 - words;
  if (room <= 0) return false;
  const std::int64_t old = f.slot_offset[s], now = 8 * static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(room));
  f.slot_offset[s] = now;
  for (std::size_t b = 0; b < f.blocks.size(); ++b)
    for (MInst& inst : f.blocks[b].instructions) {
      if (inst.origin != k_inserted)
        for (unsigned k = 0; k < 3; ++k)
          if (const Operand& was = before.blocks[b].instructions[inst.origin].operand[k]; was.is(Operand::Kind::SlotWord) && was.index == s)
            inst.operand[k] = stack_word(now + 8 * was.value);
      for (Operand& o : inst.operand)
        if (o == stack_address(old)) o = stack_address(now);
    }
  return true;
}

bool plant(Fault fault, MFunction& f, const MFunction& before, Random& random) {
  switch (fault) {
    case Fault::DroppedReload: return drop_one(f, random, is_load);
    case Fault::DroppedStore: return drop_one(f, random, is_store);
    case Fault::DroppedMove: return drop_one(f, random, is_move);
    case Fault::EarlyEpoch: return move_slot(f, before, random);
    case Fault::SwappedSlots: {
      auto found = places(f, [](const MInst& inst) { return is_load(inst) || is_store(inst); });
      if (found.size() < 2) return false;
      auto operand_of = [&](std::size_t n) -> Operand& {
        MInst& inst = f.blocks[found[n].first].instructions[found[n].second];
        return inst.operand[is_store(inst) ? 0 : 1];
      };
      Operand &a = operand_of(random() % found.size()), &b = operand_of(random() % found.size());
      if (a == b) return false;
      std::swap(a, b);
      return true;
    }
    case Fault::SkippedClobber: {
      auto found = places(f, is_load);
      if (found.empty()) return false;
      auto [b, i] = found[random() % found.size()];
      MInst& load = f.blocks[b].instructions[i];
      constexpr Register k_clobbered[] = {Register::rax, Register::rcx, Register::rdx, Register::rsi, Register::rdi, Register::r8, Register::r9, Register::r10};
      load.operand[1] = physical(is_xmm(load.operand[0].reg) ? Register::xmm1 : k_clobbered[random() % 8]);
      load.op = Opcode::Move;
      return true;
    }
    default: return false;
  }
}

}  // namespace

TEST_CASE("random graphs: what the allocator makes is accepted and computes the same", "[codegen][random]") {
  const std::uint64_t first = setting("SLISP_SEED", 1), count = setting("SLISP_GRAPHS", 2000);
  INFO("SLISP_SEED=" << first << " SLISP_GRAPHS=" << count);
  std::size_t values = 0;
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    const Rung rung = k_rungs[seed % 4];
    Allocated made(seed, rung, {true, seed % 3 != 0, seed % 5 != 0, seed % 7 != 0, seed % 11 != 0, seed % 2 != 0});
    values = std::max(values, made.made.code.xmm.size());
    const auto wrong = check_allocation(made.made.code, made.after);
    if (wrong) FAIL("seed " << seed << ": " << *wrong);
    if (!made.same(made.after)) FAIL("seed " << seed << ": computes something else");
  }
  CHECK(values > 200);
}

TEST_CASE("random graphs: planted faults that change what is computed are rejected", "[codegen][random]") {
  const std::uint64_t first = setting("SLISP_SEED", 1), wanted = setting("SLISP_FAULTS", 200);
  for (unsigned k = 0; k < static_cast<unsigned>(Fault::k_count); ++k) {
    std::uint64_t planted = 0, seed = first;
    std::string missed;
    for (; planted < wanted && seed < first + 100 * wanted; ++seed) {
      Allocated made(seed, k_rungs[seed % 4], {});
      Random random(seed + 77);
      for (unsigned tries = 0; tries < 4; ++tries) {
        MFunction mutant = made.after;
        if (!plant(static_cast<Fault>(k), mutant, made.made.code, random) || made.same(mutant)) continue;
        ++planted;
        if (check_allocation(made.made.code, mutant)) continue;
        missed += " seed " + std::to_string(seed) + " try " + std::to_string(tries);
      }
    }
    INFO(k_names[k]);
    CHECK(planted >= wanted);
    CHECK(missed == "");
  }
}
