// inline_calls.cpp: small functions take the place of their calls.
// In:   verified IR of a module.
// Out:  the same without many of its direct calls; functions that nobody reaches any more are gone.
// Keeps: evaluation order, ownership (arguments are the callee's, its result the caller's), and stack traces: the callee's failing ways append
//   its own sites, and where it would have returned to the caller's cleanup edge they go on there. Recursive functions are not inlined; the
//   caller's stack check serves for both.
// Idea: callees first, over Tarjan's components. A callee is taken by its size: always when it is hardly more than the call, up to some more
//   in loops or when it is the only call. A budget per caller bounds the work, so the whole is linear.
#include "src/compiler/passes/inline_calls.hpp"
#include "src/compiler/ir/cfg.hpp"
#include "src/compiler/passes/inline_body.hpp"
#include "src/compiler/types/exposure.hpp"
#include <algorithm>
#include <unordered_map>

namespace slisp::compiler {
namespace {

using namespace ir;
constexpr std::size_t k_always = 12, k_in_loop = 40, k_only_call = 80, k_budget = 600;

class Inliner {
 public:
  Inliner(Module& module, InlineCounts& counts, const std::function<void(const std::string&)>& explain)
      : module_(module), counts_(counts), explain_(explain) {}

  void run() {
    for (std::size_t f = 0; f < module_.functions.size(); ++f) by_symbol_.emplace(module_.functions[f].symbol, f);
    for (Function& f : module_.functions) call_known_closures(f);
    exposed_ = exposed_functions(module_);
    find_components();
    calls_.assign(module_.functions.size(), 0);
    sizes_.resize(module_.functions.size());
    for (std::size_t f = 0; f < module_.functions.size(); ++f) {
      sizes_[f] = inline_size(module_.functions[f]);
      for (const Block& b : module_.functions[f].blocks)
        if (std::size_t to = callee(b.instructions.back()); to != SIZE_MAX) ++calls_[to];
    }
    for (std::size_t f : order_) inline_into(f);
    drop_unreached_functions(module_);
  }

 private:
  std::size_t callee(const Instruction& inst) const {
    if (inst.op != Op::TryCallFn) return SIZE_MAX;
    auto at = by_symbol_.find(inst.symbol);
    return at == by_symbol_.end() ? SIZE_MAX : at->second;
  }

  // (f x) where f is a closure without captures that stands in the file.
  void call_known_closures(Function& fn) {
    std::unordered_map<std::uint32_t, std::uint32_t> closures;     // value -> descriptor
    for (const Block& b : fn.blocks)
      for (const Instruction& inst : b.instructions)
        if (inst.op == Op::Static && module_.statics[inst.id].kind == StaticKind::Closure)
          closures[inst.result.index] = module_.statics[inst.id].descriptor.index;
    if (closures.empty()) return;
    for (Block& b : fn.blocks) {
      Instruction& inst = b.instructions.back();
      if (inst.op != Op::TryCallAny) continue;
      auto at = closures.find(inst.operands[0].index);
      if (at == closures.end()) continue;
      for (const auto& entry : module_.descriptors[at->second].fixed) {
        if (entry.arity != inst.operands.size() - 1) continue;
        inst.op = Op::TryCallFn;
        inst.id = static_cast<std::uint32_t>(Type::Any);
        inst.symbol = entry.symbol;
        inst.operands.erase(inst.operands.begin());
        ++counts_.direct;
        break;
      }
    }
  }

  // Tarjan's components without recursion; order_ has callees first, recursive_ what may reach itself.
  void find_components() {
    std::size_t n = module_.functions.size();
    std::vector<std::vector<std::size_t>> next(n);
    for (std::size_t f = 0; f < n; ++f)
      for (const Block& b : module_.functions[f].blocks)
        if (std::size_t to = callee(b.instructions.back()); to != SIZE_MAX) next[f].push_back(to);
    std::vector<std::size_t> index(n, SIZE_MAX), low(n), stack;
    std::vector<bool> on_stack(n);
    recursive_.assign(n, false);
    struct Frame { std::size_t function, edge; };
    std::vector<Frame> path;
    std::size_t clock = 0;
    auto enter = [&](std::size_t f) {
      index[f] = low[f] = clock++;
      stack.push_back(f);
      on_stack[f] = true;
      path.push_back({f, 0});
    };
    for (std::size_t start = 0; start < n; ++start) {
      if (index[start] != SIZE_MAX) continue;
      enter(start);
      while (!path.empty()) {
        auto [f, edge] = path.back();
        if (edge < next[f].size()) {
          ++path.back().edge;
          std::size_t to = next[f][edge];
          if (to == f) recursive_[f] = true;
          if (index[to] == SIZE_MAX) enter(to);
          else if (on_stack[to]) low[f] = std::min(low[f], index[to]);
          continue;
        }
        path.pop_back();
        if (!path.empty()) low[path.back().function] = std::min(low[path.back().function], low[f]);
        if (low[f] != index[f]) continue;
        bool several = stack.back() != f;
        for (;;) {
          std::size_t member = stack.back();
          stack.pop_back();
          on_stack[member] = false;
          if (several) recursive_[member] = true;
          order_.push_back(member);
          if (member == f) break;
        }
      }
    }
  }

  void inline_into(std::size_t f) {
    Function& fn = module_.functions[f];
    std::size_t budget = k_budget;
    std::vector<std::uint8_t> in_loop, epoch_open;
    bool looked = false;
    std::size_t blocks = fn.blocks.size();                 // calls of what was inlined were decided when that was compiled
    bool changed = false;
    for (std::size_t b = 0; b < blocks; ++b) {
      std::size_t to = callee(fn.blocks[b].instructions.back());
      if (to == SIZE_MAX) continue;
      if (!looked) look_at_blocks(fn, in_loop, epoch_open);
      looked = true;
      const char* reason = decide(f, to, in_loop[b], epoch_open[b], budget);
      bool yes = reason[0] != '-';
      if (explain_)
        explain_(fn.name + (yes ? " takes " : " calls ") + module_.functions[to].name + " (" + std::to_string(sizes_[to]) + "): " + (yes ? reason : reason + 1));
      if (!yes) {
        ++counts_.kept;
        continue;
      }
      ++counts_.inlined;
      budget -= std::min(budget, sizes_[to]);
      --calls_[to];
      inline_body(fn, BlockId{static_cast<std::uint32_t>(b)}, module_.functions[to]);
      changed = true;
    }
    if (!changed) return;
    remove_dead_blocks(fn);
    sizes_[f] = inline_size(fn);
  }

  // The reason; with a '-' in front: why not.
  const char* decide(std::size_t f, std::size_t to, bool loop, bool open, std::size_t budget) const {
    const Function& callee = module_.functions[to];
    if (to == f || recursive_[to]) return "-recursive";
    if (callee.blocks.empty() || callee.captures > 0 || reads_closure(callee)) return "-needs its closure";
    if (open) return "-between the words of an argument block";
    if (sizes_[to] > budget) return "-the caller is big enough";
    if (sizes_[to] <= k_always) return "small";
    if (loop && sizes_[to] <= k_in_loop) return "in a loop";
    if (calls_[to] == 1 && !exposed_[to] && sizes_[to] <= k_only_call) return "its only call";
    return "-too big";
  }
  Module& module_;
  InlineCounts& counts_;
  const std::function<void(const std::string&)>& explain_;
  std::unordered_map<std::string_view, std::size_t> by_symbol_;
  std::vector<bool> exposed_, recursive_;
  std::vector<std::size_t> sizes_, calls_, order_;
};

}  // namespace

void inline_calls(Module& module, InlineCounts& counts, const std::function<void(const std::string&)>& explain) {
  Inliner(module, counts, explain).run();
}

}  // namespace slisp::compiler
