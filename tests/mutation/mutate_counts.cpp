// mutate_counts.cpp: does the ownership checker see wrong counts? usage: mutate_counts SEED WANTED FILE.ir...
// In:   modules as `slisp compile --emit=ir` prints them.
// Out:  how many mutants of each kind were made, how many the interpretation of counts shows to be wrong; exit status 1 when the checker and the
//       verifier let one of those pass, 3 when fewer than WANTED wrong ones of some kind were found.
// Idea: a random instruction of a random function is removed, doubled or moved; what counts.cpp finds wrong must be rejected.
#include "src/compiler/ir/ownership_checker.hpp"
#include "src/compiler/ir/text.hpp"
#include "src/compiler/ir/verifier.hpp"
#include "tests/mutation/counts.hpp"
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>

using namespace slisp;

namespace {

constexpr const char* k_kinds[] = {"drop removed", "drop doubled", "drop moved", "dup removed", "dup doubled", "dup moved"};
constexpr std::size_t k_kind_count = std::size(k_kinds);
constexpr int k_ways = 40;

struct Place {
  std::size_t function, block, instruction;
};

void replace(ir::Function& f, ir::ValueId from, ir::ValueId to) {
  for (ir::Block& block : f.blocks)
    for (ir::Instruction& i : block.instructions) {
      for (ir::ValueId& v : i.operands) v = v == from ? to : v;
      for (ir::Edge& e : i.edges)
        for (ir::ValueId& v : e.arguments) v = v == from ? to : v;
    }
}

// False: this place gives no such mutant.
bool mutate(ir::Function& f, const Place& at, std::size_t kind, std::mt19937_64& random) {
  auto& list = f.blocks[at.block].instructions;
  auto here = list.begin() + static_cast<std::ptrdiff_t>(at.instruction);
  const bool drop = here->op == ir::Op::Drop, dup = here->op == ir::Op::Dup;
  if (kind < 3 ? !drop : !dup) return false;
  if (f[here->operands[0]].ownership == ir::Ownership::Trivial) return false;
  ir::Instruction copy = *here;
  switch (kind) {
    case 0: list.erase(here); return true;
    case 1: list.insert(here, std::move(copy)); return true;
    case 3: {
      ir::ValueId from = here->result, to = here->operands[0];
      list.erase(here);
      replace(f, from, to);
      return true;
    }
    case 4: {
      // One owner more, whom nobody knows.
      copy.result = ir::ValueId{static_cast<std::uint32_t>(f.values.size())};
      f.values.push_back(f[here->result]);
      list.insert(here + 1, std::move(copy));
      return true;
    }
    default: {
      // To another place of the function, a dup at most a few blocks away; where it no longer stands in front of what uses it, the verifier says so.
      std::size_t low = kind == 5 && at.block > 6 ? at.block - 6 : 0, high = kind == 5 ? at.block : f.blocks.size() - 1;
      std::size_t block = std::uniform_int_distribution<std::size_t>(low, high)(random);
      if (dup) f[copy.result].block = ir::BlockId{static_cast<std::uint32_t>(block)};
      list.erase(here);
      auto& other = f.blocks[block].instructions;
      std::size_t to = std::uniform_int_distribution<std::size_t>(0, other.size() - 1)(random);
      if (block == at.block && to == at.instruction) return false;
      other.insert(other.begin() + static_cast<std::ptrdiff_t>(to), std::move(copy));
      return true;
    }
  }
}

ir::Module copy_of(const ir::Module& module, const ir::Function& function) {
  ir::Module out;
  out.files = module.files;
  out.descriptors = module.descriptors;
  out.sites = module.sites;
  out.functions = {function};
  return out;
}

// The law of the IR that is about values alone: definitions in front of uses.
bool well_formed(const ir::Module& module, const ir::Function& f) { return ir::verify(module, f).empty(); }

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) {
    std::fprintf(stderr, "usage: mutate_counts SEED WANTED FILE.ir...\n");
    return 2;
  }
  const std::uint64_t seed = std::strtoull(argv[1], nullptr, 10);
  const std::size_t wanted = std::strtoull(argv[2], nullptr, 10);
  std::mt19937_64 random(seed);
  std::vector<ir::Module> modules;
  std::size_t left_out = 0;
  for (int i = 3; i < argc; ++i) {
    std::ifstream in(argv[i]);
    std::stringstream text;
    text << in.rdbuf();
    std::string error;
    // Some constants have no text that reads back (classes of the program's types): those modules are left out.
    if (!ir::parse(text.str(), modules.emplace_back(), error)) {
      modules.pop_back();
      ++left_out;
    }
  }
  std::printf("%zu modules, %zu left out\n", modules.size(), left_out);
  if (modules.size() < left_out) return 2;
  std::vector<std::pair<std::size_t, Place>> places[2];          // of drops and dups: module, place
  for (std::size_t m = 0; m < modules.size(); ++m)
    for (std::size_t f = 0; f < modules[m].functions.size(); ++f) {
      const ir::Function& fn = modules[m].functions[f];
      if (std::string fault = test::count_fault(fn, random, 4); !fault.empty()) {
        std::fprintf(stderr, "%s: without any mutation: %s\n", fn.name.c_str(), fault.c_str());
        return 1;
      }
      for (std::size_t b = 0; b < fn.blocks.size(); ++b)
        for (std::size_t i = 0; i < fn.blocks[b].instructions.size(); ++i)
          if (ir::Op op = fn.blocks[b].instructions[i].op; op == ir::Op::Drop || op == ir::Op::Dup) places[op == ir::Op::Dup].push_back({m, {f, b, i}});
    }
  std::printf("seed %llu, %zu drops, %zu dups\n", static_cast<unsigned long long>(seed), places[0].size(), places[1].size());
  bool passed = false, few = false;
  for (std::size_t kind = 0; kind < k_kind_count; ++kind) {
    const auto& choices = places[kind >= 3];
    std::size_t made = 0, wrong = 0, rejected = 0;
    for (std::size_t tries = 0; tries < 200 * wanted && wrong < wanted && !choices.empty(); ++tries) {
      const auto& [m, place] = choices[std::uniform_int_distribution<std::size_t>(0, choices.size() - 1)(random)];
      ir::Function f = modules[m].functions[place.function];
      if (f.values.size() > 4000 || !mutate(f, place, kind, random)) continue;
      ++made;
      const bool shaped = well_formed(modules[m], f);
      const bool seen = !shaped || !ir::check_ownership(f).empty();
      // What is not even well-formed is rejected, and says nothing about counts.
      if (!shaped) continue;
      std::string fault = test::count_fault(f, random, k_ways);
      if (fault.empty()) continue;
      ++wrong;
      if (seen) {
        ++rejected;
        continue;
      }
      passed = true;
      std::fprintf(stderr, "let pass (%s): %s\n%s", k_kinds[kind], fault.c_str(), ir::print(copy_of(modules[m], f)).c_str());
    }
    std::printf("%-13s %zu mutants, %zu wrong, %zu rejected\n", k_kinds[kind], made, wrong, rejected);
    few = few || wrong < wanted;
  }
  return passed ? 1 : few ? 3 : 0;
}
