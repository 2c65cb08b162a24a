// inline_recursion.cpp: a small function that calls itself takes its own body in, a bounded number of times.
// In:   verified IR of a module.
// Out:  the same; calls of a function by itself became copies of its body, to a depth of two.
// Keeps: what inline_body keeps; the calls that are left check the stack as before, so recursion without end still ends in an exception.
// Idea: a call costs more than a small body does. Each depth multiplies the body by the number of its calls, so size decides how deep it goes,
//   and a budget for the module bounds what all of them may add.
#include "src/compiler/ir/cfg.hpp"
#include "src/compiler/passes/inline_body.hpp"
#include "src/compiler/passes/inline_calls.hpp"

namespace slisp::compiler {
namespace {

using namespace ir;

constexpr std::size_t k_largest = 40, k_unrolled = 120, k_module = 20'000;
constexpr int k_depth = 2;

// Blocks from `first` on that end in a call of the function by itself and may take a body.
std::vector<BlockId> own_calls(const Function& fn, std::size_t first) {
  std::vector<BlockId> calls;
  for (std::size_t b = first; b < fn.blocks.size(); ++b) {
    const Instruction& last = fn.blocks[b].instructions.back();
    if (last.op == Op::TryCallFn && last.symbol == fn.symbol) calls.push_back(BlockId{static_cast<std::uint32_t>(b)});
  }
  if (calls.empty()) return calls;
  std::vector<std::uint8_t> in_loop, epoch_open;
  look_at_blocks(fn, in_loop, epoch_open);
  std::erase_if(calls, [&](BlockId b) { return epoch_open[b.index] != 0; });
  return calls;
}

}  // namespace

void inline_recursion(Module& module, InlineCounts& counts, const std::function<void(const std::string&)>& explain) {
  std::size_t budget = k_module;
  for (Function& fn : module.functions) {
    if (fn.blocks.empty() || fn.captures > 0) continue;
    std::vector<BlockId> calls = own_calls(fn, 0);
    if (calls.empty()) continue;
    std::size_t size = inline_size(fn), total = size;
    auto say = [&](const std::string& what) {
      if (explain) explain(fn.name + what);
    };
    if (size > k_largest || reads_closure(fn)) {
      say(" calls itself (" + std::to_string(size) + "): too big, or needs its closure");
      continue;
    }
    const Function body = fn;
    for (int depth = 0; depth < k_depth && !calls.empty(); ++depth) {
      std::size_t added = calls.size() * size;
      if (total + added > k_unrolled || added > budget) break;
      std::size_t first = fn.blocks.size();
      for (BlockId b : calls) inline_body(fn, b, body);
      counts.recursion += calls.size();
      total += added;
      budget -= added;
      say(" takes itself (" + std::to_string(size) + "): " + std::to_string(calls.size()) + " calls at depth " + std::to_string(depth + 1));
      calls = own_calls(fn, first);
    }
    if (fn.blocks.size() != body.blocks.size()) remove_dead_blocks(fn);
  }
}

}  // namespace slisp::compiler
