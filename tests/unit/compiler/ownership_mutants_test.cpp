// ownership_mutants_test.cpp: the test of the test: planted faults in counting must be rejected.
#include "src/compiler/ir/ownership_checker.hpp"
#include "src/compiler/ir/text.hpp"
#include "src/compiler/ir/verifier.hpp"
#include "src/compiler/pipeline.hpp"
#include "tests/unit/compiler/random_program.hpp"
#include <algorithm>
#include <catch2/catch.hpp>

using namespace slisp;

namespace {

// Every place where the mutation makes sense, by (block, instruction).
template <class F> std::size_t mutants(const ir::Function& original, F mutate) {
  std::size_t count = 0;
  for (std::size_t b = 0; b < original.blocks.size(); ++b)
    for (std::size_t i = 0; i < original.blocks[b].instructions.size(); ++i) {
      ir::Function f;
      f.symbol = original.symbol;
      f.name = original.name;
      f.captures = original.captures;
      f.values = original.values;
      f.blocks = original.blocks;
      f.epochs = original.epochs;
      f.slots = original.slots;
      if (!mutate(f, b, i)) continue;
      ++count;
      bool rejected = !ir::check_ownership(f).empty();
      if (!rejected) {
        INFO("block " << b << ", instruction " << i << "\n" << ir::print(f));
        REQUIRE(rejected);
      }
    }
  return count;
}

std::vector<ir::Module> modules() {
  std::vector<ir::Module> out;
  for (std::uint64_t seed = 1; seed < 30; ++seed) {
    analyzer::Program program;
    test::RandomProgram(seed).make(program, 3, 40);
    reader::SourceMap sources;
    reader::Diagnostics diagnostics(sources);
    compiler::CompileContext context(diagnostics);
    context.options.level = 0;
    compiler::compile_program(context, program, out.emplace_back());
    // Whatever is unreachable proves nothing.
  }
  return out;
}

// Every block can reach an end: in a loop without a way out nothing has to be released.
bool ends(const ir::Function& f) {
  std::vector<char> good(f.blocks.size(), 0);
  for (bool changed = true; changed;) {
    changed = false;
    for (std::size_t b = 0; b < f.blocks.size(); ++b) {
      bool now = f.blocks[b].instructions.back().edges.empty();
      for (const ir::Edge& e : f.blocks[b].instructions.back().edges) now = now || good[e.target.index];
      if (now && !good[b]) good[b] = changed = true;
    }
  }
  return std::find(good.begin(), good.end(), 0) == good.end();
}

bool owned(const ir::Function& f, ir::ValueId v) { return f[v].ownership == ir::Ownership::Owned; }

}  // namespace

TEST_CASE("planted ownership faults are rejected") {
  std::size_t removed = 0, doubled = 0, undupped = 0, moved = 0;
  for (const ir::Module& module : modules())
    for (const ir::Function& original : module.functions) {
      REQUIRE(ir::check_ownership(original).empty());
      if (!ends(original)) continue;
      // A drop is left out.
      removed += mutants(original, [](ir::Function& f, std::size_t b, std::size_t i) {
        auto& list = f.blocks[b].instructions;
        if (list[i].op != ir::Op::Drop || !owned(f, list[i].operands[0])) return false;
        list.erase(list.begin() + static_cast<std::ptrdiff_t>(i));
        return true;
      });
      // A drop stands twice.
      doubled += mutants(original, [](ir::Function& f, std::size_t b, std::size_t i) {
        auto& list = f.blocks[b].instructions;
        if (list[i].op != ir::Op::Drop || !owned(f, list[i].operands[0])) return false;
        ir::Instruction again = list[i];
        list.insert(list.begin() + static_cast<std::ptrdiff_t>(i), std::move(again));
        return true;
      });
      // A dup is left out: its uses take the original.
      undupped += mutants(original, [](ir::Function& f, std::size_t b, std::size_t i) {
        auto& list = f.blocks[b].instructions;
        if (list[i].op != ir::Op::Dup) return false;
        ir::ValueId from = list[i].result, to = list[i].operands[0];
        if (f[to].ownership == ir::Ownership::Trivial) return false;
        list.erase(list.begin() + static_cast<std::ptrdiff_t>(i));
        for (ir::Block& block : f.blocks)
          for (ir::Instruction& k : block.instructions) {
            for (ir::ValueId& v : k.operands) v = v == from ? to : v;
            for (ir::Edge& e : k.edges)
              for (ir::ValueId& v : e.arguments) v = v == from ? to : v;
          }
        return true;
      });
      // A drop comes before an instruction of its block that still looks at the value.
      moved += mutants(original, [](ir::Function& f, std::size_t b, std::size_t i) {
        auto& list = f.blocks[b].instructions;
        if (list[i].op != ir::Op::Drop || !owned(f, list[i].operands[0]) || i == 0) return false;
        const auto& before = list[i - 1].operands;
        bool looks = std::find(before.begin(), before.end(), list[i].operands[0]) != before.end();
        if (!looks) return false;
        std::swap(list[i], list[i - 1]);
        return true;
      });
    }
  REQUIRE(removed > 500);
  REQUIRE(doubled > 500);
  REQUIRE(undupped > 50);
  REQUIRE(moved > 20);
}
