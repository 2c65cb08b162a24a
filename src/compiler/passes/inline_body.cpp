// inline_body.cpp: one function's body in the place of one call of it.
// In:   verified IR of caller and callee.
// Out:  the caller, whose call became a jump into a copy of the callee's blocks.
// Keeps: arguments are the callee's, its result the caller's; where the callee would have returned to the caller's cleanup edge it goes on
//   there. The caller's stack check serves for both.
#include "src/compiler/passes/inline_body.hpp"
#include "src/compiler/ir/cfg.hpp"

namespace slisp::compiler {

using namespace ir;
using Rt = abi::RuntimeFunctionId;

std::size_t inline_size(const Function& fn) {
  std::size_t size = 0;
  for (const Block& b : fn.blocks)
    for (const Instruction& inst : b.instructions) switch (inst.op) {
        case Op::ConstWord:
        case Op::ConstI64:
        case Op::ConstF64:
        case Op::ConstBool:
        case Op::Static:
        case Op::Site:
        case Op::Drop:
        case Op::Jump:
        case Op::Unwind:
        case Op::Return:
        case Op::StackCheck:
        case Op::EpochOpen:
        case Op::EpochClose: break;
        case Op::RtCall: size += static_cast<Rt>(inst.id) == Rt::trace ? 0 : 2; break;
        case Op::TryRtCall:
        case Op::TryCallFn: size += 2; break;
        case Op::TryCallAny: size += 4; break;
        default: ++size;
      }
  return size;
}

bool reads_closure(const Function& fn) {
  for (const Block& b : fn.blocks)
    for (const Instruction& inst : b.instructions)
      if (inst.op == Op::Self || inst.op == Op::Capture) return true;
  return false;
}

void look_at_blocks(const Function& fn, std::vector<std::uint8_t>& in_loop, std::vector<std::uint8_t>& epoch_open) {
  in_loop.assign(fn.blocks.size(), 0);
  epoch_open.assign(fn.blocks.size(), 0);
  std::vector<BlockId> order = reverse_postorder(fn);
  std::vector<std::size_t> place(fn.blocks.size());
  for (std::size_t i = 0; i < order.size(); ++i) place[order[i].index] = i;
  std::vector<std::pair<std::size_t, std::size_t>> spans;
  std::vector<std::uint8_t> at_entry(fn.blocks.size(), 0);
  for (BlockId b : order) {
    std::uint8_t open = at_entry[b.index];
    for (const Instruction& inst : fn[b].instructions) {
      if (inst.op == Op::EpochOpen) ++open;
      if (inst.op == Op::EpochClose) --open;
    }
    epoch_open[b.index] = open;
    for (const Edge& e : successors(fn[b])) {
      at_entry[e.target.index] = open;
      if (place[e.target.index] <= place[b.index]) spans.emplace_back(place[e.target.index], place[b.index]);
    }
  }
  std::vector<int> depth(order.size() + 1, 0);
  for (auto [from, to] : spans) {
    ++depth[from];
    --depth[to + 1];
  }
  int now = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    now += depth[i];
    in_loop[order[i].index] = now > 0;
  }
}

void inline_body(Function& fn, BlockId at, const Function& callee) {
  auto first_value = static_cast<std::uint32_t>(fn.values.size()), first_block = static_cast<std::uint32_t>(fn.blocks.size()),
       first_epoch = static_cast<std::uint32_t>(fn.epochs.size()), first_slot = static_cast<std::uint32_t>(fn.slots.size());
  auto value = [&](ValueId v) { return v.valid() ? ValueId{v.index + first_value} : v; };
  auto block = [&](BlockId b) { return b.valid() ? BlockId{b.index + first_block} : b; };
  Instruction call = std::move(fn[at].instructions.back());
  BlockId after = call.edges[0].target, cleanup = call.edges[1].target;
  for (const Value& v : callee.values) fn.values.push_back({v.type, v.ownership, value(v.owner), block(v.block)});
  for (Epoch e : callee.epochs) fn.epochs.push_back({e.parent.valid() ? EpochId{e.parent.index + first_epoch} : EpochId{}});
  for (Slot s : callee.slots) fn.slots.push_back({EpochId{s.epoch.index + first_epoch}, s.words});
  for (const Block& b : callee.blocks) {
    Block& copy = fn.blocks.emplace_back();
    for (ValueId p : b.parameters) copy.parameters.push_back(value(p));
    for (const Instruction& original : b.instructions) {
      Instruction inst = original;
      inst.result = value(inst.result);
      for (ValueId& v : inst.operands) v = value(v);
      for (Edge& e : inst.edges) {
        e.target = block(e.target);
        for (ValueId& v : e.arguments) v = value(v);
      }
      switch (inst.op) {
        case Op::EpochOpen:
        case Op::EpochClose: inst.id += first_epoch; break;
        case Op::SlotAddress: inst.id += first_slot; break;
        case Op::Return:
          inst.op = Op::Jump;
          inst.edges = {{after, std::move(inst.operands)}};
          inst.operands.clear();
          break;
        case Op::Unwind:
          inst.op = Op::Jump;
          inst.edges = {{cleanup, {}}};
          break;
        case Op::StackCheck:
          if (&b != callee.blocks.data()) break;         // of a loop that stands for calls
          inst.op = Op::Jump;
          inst.edges.resize(1);
          break;
        default: break;
      }
      copy.instructions.push_back(std::move(inst));
    }
  }
  fn[after].parameters = {call.result};
  Instruction jump;
  jump.op = Op::Jump;
  jump.line = call.line;
  jump.edges = {{BlockId{first_block}, std::move(call.operands)}};
  fn[at].instructions.back() = std::move(jump);
}

}  // namespace slisp::compiler
