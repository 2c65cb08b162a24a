// speculate.cpp: functions of unknown arguments get a version for longs.
// In:   verified IR of a module.
// Out:  where parameters or captured values may be anything, but arithmetic with longs is done on them, the body stands twice: behind tests that
//       all of them are longs, and behind any that fails. So does what follows a call whose result a loop computes with.
// Keeps: both versions are the function as it was; the tests look at kinds alone, so nothing can be told from outside.
// Idea: arguments that come through closures, collections or text have no known kind, yet most numbers are longs. One test at the entry
//   pays for all operations behind it: inference reads the tests, and the version behind them comes out raw. Bounded by the size of a function
//   and by a budget for the module, both in instructions. Where direct calls are seen to pass longs, long_entries.cpp makes the version a
//   function of its own.
#include "src/compiler/types/speculate.hpp"
#include "src/compiler/ir/builder.hpp"
#include "src/compiler/passes/clone_region.hpp"
#include "src/compiler/passes/inline_body.hpp"
#include "src/compiler/types/inference.hpp"
#include "src/compiler/types/long_entries.hpp"
#include <algorithm>
#include <map>
#include <optional>

namespace slisp::compiler {
namespace {

using namespace ir;
using namespace kind;
using Rt = abi::RuntimeFunctionId;

constexpr std::size_t k_largest = 400, k_budget = 40'000;
constexpr std::uint32_t k_enough = 2, k_in_loop = 3;

// Does the function do with longs what raw longs do better?
bool likes_longs(Rt function) {
  switch (function) {
    case Rt::add:
    case Rt::subtract:
    case Rt::multiply:
    case Rt::inc:
    case Rt::dec:
    case Rt::quot:
    case Rt::rem:
    case Rt::mod:
    case Rt::less:
    case Rt::less_equal:
    case Rt::greater:
    case Rt::greater_equal:
    case Rt::numeric_equal:
    case Rt::equal:
    case Rt::zero_p:
    case Rt::pos_p:
    case Rt::neg_p:
    case Rt::even_p:
    case Rt::bit_and:
    case Rt::bit_or:
    case Rt::bit_xor:
    case Rt::bit_shift_left:
    case Rt::bit_shift_right:
    case Rt::unsigned_bit_shift_right:
    case Rt::to_long: return true;
    default: return false;
  }
}

class Speculation {
 public:
  Speculation(Function& fn, FunctionKinds& kinds) : fn_(fn), kinds_(kinds) {}

  // How many instructions a second version adds; 0: nothing is to be gained.
  std::size_t look() {
    if (fn_.blocks.empty() || fn_[BlockId{0}].instructions.back().op != Op::StackCheck) return 0;
    std::size_t size = 0;
    for (const Block& b : fn_.blocks) size += b.instructions.size();
    if (size > k_largest) return 0;
    weigh();
    choose();
    return parameters_.empty() && captures_.empty() && results_.empty() ? 0 : size;
  }
  // Which parameters are longs in the second version, if it depends on nothing else.
  std::optional<ParameterSet> parameters_alone() const {
    if (!captures_.empty() || parameters_.empty()) return std::nullopt;
    ParameterSet set = 0;
    const auto& all = fn_[BlockId{0}].parameters;
    for (ValueId p : parameters_) {
      auto place = static_cast<std::size_t>(std::find(all.begin(), all.end(), p) - all.begin());
      if (place >= k_most_parameters) return std::nullopt;
      set |= ParameterSet{1} << place;
    }
    return set;
  }

  void split_body() {
    for (ValueId v : results_) split_behind(v);
    if (results_.empty()) split_at_entry();
  }

 private:
  // What follows the call that gives v stands twice.
  void split_behind(ValueId v) {
    const BlockId at = fn_[v].block;
    Builder builder(fn_);
    const BlockId rest = builder.move_to_new_block(at);
    builder.set_line(fn_[rest].instructions.front().line);
    region_.clear();
    const BlockId copy = copy_reached(rest);
    builder.position(at);
    builder.branch_on(Rt::long_p, v, rest, copy);
  }

  void split_at_entry() {
    BlockId body = fn_[BlockId{0}].instructions.back().edges[0].target;
    Builder builder(fn_);
    builder.set_line(fn_[BlockId{0}].instructions.back().line);
    std::map<std::int64_t, ValueId> captured;
    BlockId copy = copy_reached(body);
    // Tests in front of the body; the last leads into it, the others on; each that fails leads to the copy.
    std::vector<std::pair<ValueId, std::int64_t>> tested;
    for (ValueId p : parameters_) tested.emplace_back(p, -1);
    for (std::int64_t c : captures_) tested.emplace_back(ValueId{}, c);
    BlockId first{static_cast<std::uint32_t>(fn_.blocks.size())};
    for (std::size_t i = 0; i < tested.size(); ++i) {
      const BlockId at = builder.new_block();
      builder.position(at);
      auto [v, index] = tested[i];
      if (!v.valid()) {
        v = builder.plain(Op::Capture, {}, index);
        captured[index] = v;
      }
      builder.branch_on(Rt::long_p, v, i + 1 < tested.size() ? BlockId{at.index + 1} : body, copy);
    }
    fn_[BlockId{0}].instructions.back().edges[0].target = first;
    read_once(captured);
  }

  bool unknown(KindSet k) const { return (k & k_long) != 0 && k != k_long; }

  // How much arithmetic each value sees, also by the way of loop variables.
  void weigh() {
    weight_.assign(fn_.values.size(), 0);
    looped_.assign(fn_.blocks.size(), false);
    for (BlockId b : kinds_.order())
      for (const Edge& e : fn_[b].instructions.back().edges)
        if (kinds_.dominators().dominates(e.target, b)) mark_loop(e.target);
    for (BlockId b : kinds_.order()) {
      const Instruction& last = fn_[b].instructions.back();
      if (last.op != Op::TryRtCall || !likes_longs(static_cast<Rt>(last.id)) || last.operands.size() > 2) continue;
      for (std::size_t i = 0; i < last.operands.size(); ++i) {
        if (fn_[last.operands[i]].type != Type::Any) continue;
        bool fits = last.operands.size() < 2 || (kinds_.at(last.operands[1 - i], b) & k_long) != 0;
        // = of anything: only beside something that is a long.
        if (static_cast<Rt>(last.id) == Rt::equal) fits = fits && kinds_.at(last.operands[1 - i], b) == k_long;
        if (fits) weight_[key(last.operands[i])] += looped_[b.index] ? k_in_loop : 1;
      }
    }
    for (int round = 0; round < 3; ++round)
      for (BlockId b : kinds_.order())
        for (const Edge& e : fn_[b].instructions.back().edges)
          for (std::size_t i = 0; i < e.arguments.size(); ++i) {
            std::uint32_t& w = weight_[key(e.arguments[i])];
            w = std::max(w, weight_[key(fn_[e.target].parameters[i])]);
          }
  }
  // Blocks that only the loop's head leads to and that lead back: by dominance, near enough.
  void mark_loop(BlockId head) {
    for (BlockId b : kinds_.order())
      if (kinds_.dominators().dominates(head, b)) looped_[b.index] = true;
  }
  // All reads of a captured value count as one.
  std::uint32_t key(ValueId v) {
    ValueId root = kinds_.root(v);
    const Instruction* definition = kinds_.definition(root);
    if (definition == nullptr || definition->op != Op::Capture) return root.index;
    return first_read_.try_emplace(definition->imm, root.index).first->second;
  }

  void choose() {
    constexpr std::size_t k_most = 4;
    for (ValueId p : fn_[BlockId{0}].parameters)
      if (fn_[p].type == Type::Any && unknown(kinds_.of(p)) && weight_[p.index] >= k_enough && parameters_.size() < k_most) parameters_.push_back(p);
    for (auto [index, read] : first_read_)
      if (unknown(kinds_.captures[static_cast<std::size_t>(index)]) && weight_[read] >= k_enough && captures_.size() < k_most)
        captures_.push_back(index);
    if (parameters_.empty() && captures_.empty()) choose_results();
  }
  // What calls gave before a loop that computes with it.
  void choose_results() {
    constexpr std::size_t k_most = 2;
    for (BlockId b : kinds_.order()) {
      const Instruction& last = fn_[b].instructions.back();
      if (!last.result.valid() || last.edges.size() != 2 || fn_[last.result].type != Type::Any || looped_[b.index] || results_.size() >= k_most) continue;
      if (weight_[last.result.index] >= k_in_loop && unknown(kinds_.of(last.result))) results_.push_back(last.result);
    }
  }

  // In the version for longs every read of a tested captured value is the one that was tested.
  void read_once(const std::map<std::int64_t, ValueId>& captured) {
    if (captured.empty()) return;
    std::vector<ValueId> renamed(fn_.values.size());
    for (BlockId b : region_)
      std::erase_if(fn_[b].instructions, [&](const Instruction& inst) {
        if (inst.op != Op::Capture) return false;
        auto at = captured.find(inst.imm);
        if (at == captured.end()) return false;
        renamed[inst.result.index] = at->second;
        return true;
      });
    for (std::size_t b = 0; b < fn_.blocks.size(); ++b) {
      if (b >= copy_from_ && b < copy_to_) continue;
      for (Instruction& inst : fn_.blocks[b].instructions) {
        for (ValueId& v : inst.operands)
          if (renamed[v.index].valid()) v = renamed[v.index];
        for (Edge& e : inst.edges)
          for (ValueId& v : e.arguments)
            if (renamed[v.index].valid()) v = renamed[v.index];
      }
    }
    for (Value& v : fn_.values)
      if (v.owner.valid() && renamed[v.owner.index].valid()) v.owner = renamed[v.owner.index];
  }

  // A second copy of all that is reached from `body`.
  BlockId copy_reached(BlockId body) {
    std::vector<bool> seen(fn_.blocks.size());
    std::vector<BlockId> work{body};
    seen[body.index] = true;
    while (!work.empty()) {
      BlockId b = work.back();
      work.pop_back();
      region_.push_back(b);
      for (const Edge& e : fn_[b].instructions.back().edges)
        if (!seen[e.target.index]) {
          seen[e.target.index] = true;
          work.push_back(e.target);
        }
    }
    std::sort(region_.begin(), region_.end());
    // A block that only failing takes (the unwinding of the stack check) may also be reached from the entry: the copy has its own.
    copy_from_ = fn_.blocks.size();
    const BlockId copy = clone_region(fn_, region_)(body);
    copy_to_ = fn_.blocks.size();
    return copy;
  }

  Function& fn_;
  FunctionKinds& kinds_;
  std::vector<std::uint32_t> weight_;
  std::map<std::int64_t, std::uint32_t> first_read_;      // captured index -> the value that stands for all its reads
  std::vector<ValueId> parameters_;
  std::vector<std::int64_t> captures_;
  std::vector<ValueId> results_;                          // of calls, where it depends on nothing else
  std::vector<bool> looped_;
  std::vector<BlockId> region_;
  std::size_t copy_from_ = 0, copy_to_ = 0;
};

}  // namespace

std::uint64_t speculate(Module& module, bool entries, std::uint64_t& long_entries) {
  std::vector<LongEntry> wanted;
  std::uint64_t made = 0;
  {
    Inference inference(module);
    inference.run();
    std::vector<ParameterSet> seen;
    if (entries) seen = longs_in_direct_calls(module, inference);
    std::size_t budget = k_budget;
    for (std::size_t f = 0; f < module.functions.size() && budget > 0; ++f) {
      Speculation speculation(module.functions[f], inference.kinds(f));
      std::size_t added = speculation.look();
      if (added == 0) continue;
      ++made;
      budget -= std::min(budget, added);
      auto parameters = speculation.parameters_alone();
      if (entries && parameters && (seen[f] & *parameters) == *parameters && !reads_closure(module.functions[f])) wanted.push_back({f, *parameters});
      else speculation.split_body();
    }
  }
  if (!wanted.empty()) long_entries += make_long_entries(module, wanted);
  return made;
}

}  // namespace slisp::compiler
