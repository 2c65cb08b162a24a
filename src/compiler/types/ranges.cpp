// ranges.cpp: bounds of raw longs.
// In:   verified IR of one function, numbers unboxed.
// Out:  a range per long and place; the IR is not touched.
// Keeps: a range holds on every way that reaches the place. An operation that throws when it overflows has not overflowed behind itself.
// Idea: abstract interpretation over intervals (Cousot & Cousot): ranges grow by what flows into block parameters, bounds that keep growing are
//   given up at once (widening), then all is computed twice more from above (narrowing). Comparisons are facts of the block they lead to and of
//   all that it dominates; asking intersects them.
#include "src/compiler/types/ranges.hpp"
#include <algorithm>
#include <unordered_map>

namespace slisp::compiler {

using namespace ir;

namespace {

using Wide = __int128;

Range join(Range a, Range b) {
  if (a.empty()) return b;
  if (b.empty()) return a;
  return {std::min(a.low, b.low), std::max(a.high, b.high)};
}
Range meet(Range a, Range b) { return {std::max(a.low, b.low), std::min(a.high, b.high)}; }

Range clamped(Wide low, Wide high) {
  return {static_cast<std::int64_t>(std::clamp<Wide>(low, k_any_long.low, k_any_long.high)),
          static_cast<std::int64_t>(std::clamp<Wide>(high, k_any_long.low, k_any_long.high))};
}

void exact(Op op, Range a, Range b, Wide& low, Wide& high) {
  switch (op) {
    case Op::AddI64:
    case Op::TryAddI64:
      low = Wide{a.low} + b.low;
      high = Wide{a.high} + b.high;
      return;
    case Op::SubtractI64:
    case Op::TrySubtractI64:
      low = Wide{a.low} - b.high;
      high = Wide{a.high} - b.low;
      return;
    default: {
      const Wide corners[] = {Wide{a.low} * b.low, Wide{a.low} * b.high, Wide{a.high} * b.low, Wide{a.high} * b.high};
      low = *std::min_element(std::begin(corners), std::end(corners));
      high = *std::max_element(std::begin(corners), std::end(corners));
    }
  }
}

// |result| < |divisor|, and on the dividend's side of zero, or the divisor's.
Range remainder(Op op, Range a, Range b) {
  if (b.low == k_any_long.low) return k_any_long;
  const std::int64_t most = std::max(b.high < 0 ? -b.high : b.high, b.low < 0 ? -b.low : b.low) - 1;
  if (most < 0) return k_any_long;
  if (op == Op::TryModulusI64) return {b.low > 0 ? 0 : -most, b.high < 0 ? 0 : most};
  return {a.low >= 0 ? 0 : std::max(-most, a.low), a.high <= 0 ? 0 : std::min(most, a.high)};
}

Range quotient(Range a, Range b) {
  if (b.low <= 0) return a.low > k_any_long.low && b.low == -1 && b.high == -1 ? Range{-a.high, -a.low} : k_any_long;
  return {a.low >= 0 ? a.low / b.high : a.low / b.low, a.high >= 0 ? a.high / b.low : a.high / b.high};
}

Range allowed(Range r, Condition c, Range other) {
  if (other.empty()) return r;
  switch (c) {
    case Condition::Less:
      if (other.high == k_any_long.low) return Range{};
      return meet(r, {k_any_long.low, other.high - 1});
    case Condition::LessEqual: return meet(r, {k_any_long.low, other.high});
    case Condition::Greater:
      if (other.low == k_any_long.high) return Range{};
      return meet(r, {other.low + 1, k_any_long.high});
    case Condition::GreaterEqual: return meet(r, {other.low, k_any_long.high});
    case Condition::Equal: return meet(r, other);
    case Condition::NotEqual:
      if (other.low != other.high || r.empty()) return r;
      if (r.low == other.low && r.low < r.high) ++r.low;
      else if (r.high == other.low && r.low < r.high) --r.high;
      return r;
  }
  return r;
}

}  // namespace

bool bounds_of(Op op, Range a, Range b, Range& out) {
  if (a.empty() || b.empty()) return false;
  Wide low, high;
  exact(op, a, b, low, high);
  out = clamped(low, high);
  return low == out.low && high == out.high;
}

Ranges::Ranges(const Function& function)
    : fn_(function), dominators_(function), order_(reverse_postorder(function)), name_(function.values.size()),
      definition_(definitions(function)), range_(function.values.size()), facts_(function.values.size()), arguments_(function.values.size()) {
  name_values();
  collect_facts();
  grow();
  narrow();
  narrow();
}

// The number in one box is one number; a dup is the same box.
void Ranges::name_values() {
  for (std::uint32_t v = 0; v < name_.size(); ++v) name_[v] = v;
  std::unordered_map<std::uint32_t, std::uint32_t> in_box;
  for (BlockId b : order_)
    for (const Instruction& inst : fn_[b].instructions) {
      if (inst.op == Op::Dup) name_[inst.result.index] = name_[inst.operands[0].index];
      if (inst.op == Op::UnboxI64) name_[inst.result.index] = in_box.try_emplace(name_[inst.operands[0].index], inst.result.index).first->second;
    }
}

void Ranges::collect_facts() {
  std::vector<std::uint32_t> ways_in(fn_.blocks.size(), 0);
  for (BlockId b : order_)
    for (const Edge& e : successors(fn_[b])) {
      ++ways_in[e.target.index];
      for (std::size_t i = 0; i < e.arguments.size(); ++i)
        if (ValueId p = fn_[e.target].parameters[i]; fn_[p].type == Type::I64) arguments_[p.index].push_back({b, e.arguments[i]});
    }
  for (BlockId b : order_) {
    const Instruction& last = fn_[b].instructions.back();
    if (last.op != Op::Branch) continue;
    bool holds = true;
    const Instruction* test = definition_[last.operands[0].index];
    while (test != nullptr && test->op == Op::Not) {
      holds = !holds;
      test = definition_[test->operands[0].index];
    }
    if (test == nullptr || test->op != Op::CompareI64) continue;
    const auto condition = static_cast<Condition>(test->imm);
    for (int way = 0; way < 2; ++way) {
      const BlockId to = last.edges[static_cast<std::size_t>(way)].target;
      if (ways_in[to.index] != 1) continue;
      const Condition c = (way == 0) == holds ? condition : opposite(condition);
      facts_[name(test->operands[0])].push_back({to, c, test->operands[1]});
      facts_[name(test->operands[1])].push_back({to, mirrored(c), test->operands[0]});
    }
  }
}

Range Ranges::at(ValueId v, BlockId block, int depth) const {
  constexpr std::size_t k_most = 64;                 // a value that is compared a thousand times is not looked at more closely
  constexpr int k_deepest = 2;
  Range r = range_[name(v)];
  const auto& facts = facts_[name(v)];
  for (std::size_t i = 0; i < facts.size() && i < k_most && !r.empty(); ++i)
    if (dominators_.dominates(facts[i].block, block))
      r = allowed(r, facts[i].condition, depth < k_deepest ? at(facts[i].other, facts[i].block, depth + 1) : range_[name(facts[i].other)]);
  return r;
}

Range Ranges::result_of(const Instruction& inst, BlockId block) const {
  auto operand = [&](std::size_t i) { return at(inst.operands[i], block); };
  switch (inst.op) {
    case Op::ConstI64: return {inst.imm, inst.imm};
    case Op::AddI64:
    case Op::SubtractI64:
    case Op::MultiplyI64:
    case Op::TryAddI64:
    case Op::TrySubtractI64:
    case Op::TryMultiplyI64: {
      Range a = operand(0), b = operand(1), out;
      if (a.empty() || b.empty()) return {};
      const bool stays = bounds_of(inst.op, a, b, out);
      return stays || defines_at_edge(inst.op) ? out : k_any_long;
    }
    case Op::AndI64: {
      Range a = operand(0), b = operand(1);
      if (a.empty() || b.empty()) return {};
      if (a.low < 0 && b.low < 0) return k_any_long;
      if (a.low >= 0 && b.low >= 0) return {0, std::min(a.high, b.high)};
      return {0, a.low >= 0 ? a.high : b.high};
    }
    case Op::ShiftRightI64: {
      Range a = operand(0);
      return a.empty() ? a : Range{a.low >> inst.imm, a.high >> inst.imm};
    }
    case Op::ShiftRightU64: {
      Range a = operand(0);
      if (a.empty()) return a;
      if (a.low >= 0) return {a.low >> inst.imm, a.high >> inst.imm};
      return inst.imm == 0 ? k_any_long : Range{0, static_cast<std::int64_t>(~std::uint64_t{0} >> inst.imm)};
    }
    case Op::TryRemainderI64:
    case Op::TryModulusI64: {
      Range a = operand(0), b = operand(1);
      return a.empty() || b.empty() ? Range{} : remainder(inst.op, a, b);
    }
    case Op::TryQuotientI64: {
      Range a = operand(0), b = operand(1);
      return a.empty() || b.empty() ? Range{} : quotient(a, b);
    }
    default: return k_any_long;
  }
}

void Ranges::grow() {
  constexpr int k_patience = 3, k_rounds = 40;
  for (BlockId b : order_)
    for (ValueId p : fn_[b].parameters)
      if (b.index == 0 && fn_[p].type == Type::I64) range_[p.index] = k_any_long;
  bool changed = true;
  int round = 0;
  auto widen = [&](std::uint32_t n, Range r) {
    Range before = range_[n], now = join(before, r);
    if (now == before) return;
    if (round >= k_patience && !before.empty()) {
      if (now.low < before.low) now.low = k_any_long.low;
      if (now.high > before.high) now.high = k_any_long.high;
    }
    range_[n] = now;
    changed = true;
  };
  for (; changed && round < k_rounds; ++round) {
    changed = false;
    for (BlockId b : order_) {
      for (ValueId p : fn_[b].parameters)
        for (const Argument& a : arguments_[p.index]) widen(p.index, at(a.value, a.from));
      for (const Instruction& inst : fn_[b].instructions)
        if (inst.result.valid() && fn_[inst.result].type == Type::I64) widen(name(inst.result), result_of(inst, b));
    }
  }
  if (changed) std::fill(range_.begin(), range_.end(), k_any_long);
}

void Ranges::narrow() {
  for (BlockId b : order_) {
    for (ValueId p : fn_[b].parameters) {
      if (b.index == 0 || fn_[p].type != Type::I64) continue;
      Range all;
      for (const Argument& a : arguments_[p.index]) all = join(all, at(a.value, a.from));
      range_[p.index] = meet(range_[p.index], all);
    }
    for (const Instruction& inst : fn_[b].instructions)
      if (inst.result.valid() && fn_[inst.result].type == Type::I64 && inst.op != Op::UnboxI64)
        range_[name(inst.result)] = meet(range_[name(inst.result)], result_of(inst, b));
  }
}

}  // namespace slisp::compiler
