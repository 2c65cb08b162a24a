// walk_lists.cpp: a loop along a list that somebody else has does not count the cells that it comes by.
// In:   verified IR; first, rest, next, seq and empty? are calls that consume, loop variables are owned.
// Out:  loops with a variable that only steps along a list (first, rest, next, seq, empty? of it, and its own rest as its next value) stand twice. In
//       front of them is asked whether the list has another owner. If so the second way is taken: it owns the head, borrows each cell from it, and
//       leaves for the first way, with a count of its own, where the list ends or goes on as something else (a lazy seq, a vector's seq).
// Keeps: cells do not change, and an owner of the head keeps all of them, so what is borrowed stays. Of a list without another owner cells are still
//       taken apart and given back as the loop goes: that is the first way, and asked at run time. The head is released where the loop is left.
// Idea: a step along a counted list writes twice, to the cell it comes to and to the one it leaves; a list that is only read needs neither.
//       Bounded by the size of a loop and the growth of a function.
#include "src/compiler/passes/walk_lists.hpp"
#include "src/compiler/ir/builder.hpp"
#include "src/compiler/ir/cfg.hpp"
#include "src/compiler/passes/clone_region.hpp"
#include "src/compiler/passes/consumption.hpp"
#include "src/compiler/passes/join_values.hpp"
#include "src/compiler/passes/value_names.hpp"
#include <algorithm>
#include <optional>

namespace slisp::compiler {
namespace {

using namespace ir;
using Rt = abi::RuntimeFunctionId;

constexpr std::size_t k_largest_loop = 200, k_most_growth = 600;   // instructions

enum class Part : std::uint8_t { None, Cell, Behind };             // of the list: the cell at hand; or what stands behind it, or either

bool is_call_of(const Instruction& i, Rt function) { return i.op == Op::TryRtCall && static_cast<Rt>(i.id) == function; }
bool gives_behind(const Instruction& i) { return is_call_of(i, Rt::rest) || is_call_of(i, Rt::next); }
bool is_step(const Instruction& i) {
  return gives_behind(i) || is_call_of(i, Rt::first) || is_call_of(i, Rt::seq) || is_call_of(i, Rt::empty_p);
}

// A natural loop, and the blocks behind the normal way out of its calls, whose results are defined there.
struct Loop {
  BlockId head;
  std::vector<bool> holds;                       // by block
  std::vector<BlockId> region;                   // in reverse postorder
  std::size_t size = 0;
};

class Walks {
 public:
  explicit Walks(Function& fn) : fn_(fn) {}

  std::uint64_t run() {
    std::uint64_t made = 0;
    std::vector<bool> done;
    std::size_t growth = 0;
    for (bool changed = true; changed;) {
      changed = false;
      done.resize(fn_.blocks.size());
      for (const Loop& loop : loops()) {
        if (done[loop.head.index]) continue;
        done[loop.head.index] = true;
        if (loop.size > k_largest_loop || growth + loop.size > k_most_growth) continue;
        const std::optional<std::size_t> parameter = walked(loop);
        if (!parameter) continue;
        std::vector<JoinedValue> joined;
        if (!find_joined(loop, joined)) continue;
        growth += loop.size;
        ++made;
        const RegionCopy copy = stand_twice(loop, *parameter, joined);
        done.resize(fn_.blocks.size());
        for (BlockId b : loop.region) done[copy(b).index] = done[b.index];
        changed = true;
        break;                                   // the graph is another now
      }
    }
    return made;
  }

 private:
  // ---- what there is

  // Inner loops before those around them.
  std::vector<Loop> loops() const {
    const Dominators dominators(fn_);
    const auto preds = predecessors(fn_);
    const auto order = reverse_postorder(fn_);
    std::vector<std::uint32_t> place(fn_.blocks.size());
    for (std::uint32_t i = 0; i < order.size(); ++i) place[order[i].index] = i;
    std::vector<Loop> found;
    for (auto h = order.rbegin(); h != order.rend(); ++h) {
      std::vector<BlockId> back;
      for (BlockId p : preds[h->index])
        if (dominators.dominates(*h, p)) back.push_back(p);
      if (back.empty()) continue;
      Loop loop{*h, std::vector<bool>(fn_.blocks.size()), {*h}, 0};
      auto take = [&](BlockId b) {
        if (loop.holds[b.index]) return;
        loop.holds[b.index] = true;
        loop.region.push_back(b);
      };
      loop.holds[h->index] = true;
      for (BlockId b : back) take(b);
      for (std::size_t i = 1; i < loop.region.size(); ++i)
        for (BlockId p : preds[loop.region[i].index]) take(p);
      for (std::size_t i = 0; i < loop.region.size(); ++i) {
        const Instruction& last = fn_[loop.region[i]].instructions.back();
        if (defines_at_edge(last.op) || last.op == Op::StackCheck) take(last.edges[0].target);
        loop.size += fn_[loop.region[i]].instructions.size();
      }
      std::sort(loop.region.begin(), loop.region.end(), [&](BlockId x, BlockId y) { return place[x.index] < place[y.index]; });
      found.push_back(std::move(loop));
    }
    return found;
  }

  // Which of the head's parameters only walks along a list; part_ then tells what each value is.
  std::optional<std::size_t> walked(const Loop& loop) {
    const auto& parameters = fn_[loop.head].parameters;
    for (std::size_t k = 0; k < parameters.size(); ++k) {
      if (fn_[parameters[k]].type != Type::Any || fn_[parameters[k]].ownership != Ownership::Owned) continue;
      if (walks(loop, k)) return k;
    }
    return std::nullopt;
  }
  bool walks(const Loop& loop, std::size_t k) {
    const ValueId list = fn_[loop.head].parameters[k];
    // Parameters of joins are thought to be parts of the list until an argument is something else.
    std::vector<bool> join(fn_.values.size());
    for (BlockId b : loop.region)
      if (b != loop.head)
        for (ValueId p : fn_[b].parameters) join[p.index] = fn_[p].type == Type::Any && fn_[p].ownership == Ownership::Owned;
    for (bool again = true; again;) {
      again = false;
      find_parts(loop, list, join);
      for (BlockId b : loop.region)
        for (const Edge& e : fn_[b].instructions.back().edges)
          for (std::size_t i = 0; i < e.arguments.size(); ++i) {
            const ValueId p = fn_[e.target].parameters[i];
            if (!join[p.index] || part_[e.arguments[i].index] != Part::None) continue;
            join[p.index] = false;
            again = true;
          }
    }
    bool steps = false;
    next_ = false;
    for (BlockId b : loop.region) {
      const Instruction& last = fn_[b].instructions.back();
      for (const Edge& e : last.edges)
        for (std::size_t i = 0; i < e.arguments.size(); ++i) {
          const ValueId a = e.arguments[i];
          const bool part = part_[a.index] != Part::None;
          if (e.target == loop.head && i == k) {
            if (!part) return false;
            steps = steps || part_[a.index] == Part::Behind;
          } else if (part && !may_give(loop, last.op, e, i)) {
            return false;
          }
        }
      if (is_call_of(last, Rt::next) && part_[last.operands[0].index] == Part::Cell) next_ = true;
    }
    return steps;
  }
  // Who takes a part along this edge, and where would it be counted?
  bool may_give(const Loop& loop, Op op, const Edge& e, std::size_t i) const {
    const ValueId p = fn_[e.target].parameters[i];
    if (!loop.holds[e.target.index]) return fn_[p].ownership == Ownership::Owned;       // its owner ends at the exit
    return op == Op::Jump || part_[p.index] != Part::None || fn_[p].ownership == Ownership::Borrowed;
  }
  void find_parts(const Loop& loop, ValueId list, const std::vector<bool>& join) {
    part_.assign(fn_.values.size(), Part::None);
    for (std::size_t v = 0; v < join.size(); ++v)
      if (join[v]) part_[v] = Part::Behind;
    part_[list.index] = Part::Cell;
    for (BlockId b : loop.region)
      for (const Instruction& i : fn_[b].instructions) {
        if (!i.result.valid() || i.operands.empty()) continue;
        const Part of = part_[i.operands[0].index];
        if (i.op == Op::Dup) part_[i.result.index] = of;
        else if (of == Part::Cell && is_call_of(i, Rt::seq)) part_[i.result.index] = Part::Cell;
        else if (of == Part::Cell && gives_behind(i)) part_[i.result.index] = Part::Behind;
      }
  }

  // Values of the region that are looked at elsewhere. False: one of them cannot come along two ways.
  bool find_joined(const Loop& loop, std::vector<JoinedValue>& joined) const {
    std::vector<bool> seen(fn_.values.size());
    auto outside = [&](ValueId v) {
      if (seen[v.index] || !fn_[v].block.valid() || !loop.holds[fn_[v].block.index]) return true;
      seen[v.index] = true;
      joined.push_back({v, {}, {}});
      return fn_[v].type != Type::Block && fn_[v].ownership != Ownership::Borrowed;
    };
    for (std::uint32_t b = 0; b < fn_.blocks.size(); ++b) {
      if (loop.holds[b]) continue;
      for (const Instruction& i : fn_.blocks[b].instructions) {
        for (ValueId v : i.operands)
          if (!outside(v)) return false;
        for (const Edge& e : i.edges)
          for (ValueId v : e.arguments)
            if (!outside(v)) return false;
      }
    }
    for (const Value& v : fn_.values)            // what is borrowed from one of them would have two owners
      if (v.owner.valid() && v.block.valid() && !loop.holds[v.block.index] && seen[v.owner.index]) return false;
    return true;
  }

  // ---- the second way

  RegionCopy stand_twice(const Loop& loop, std::size_t k, std::vector<JoinedValue>& joined) {
    std::vector<std::vector<bool>> live;         // per joined value
    std::vector<bool> only_dropped;
    for (const JoinedValue& j : joined) {
      live.push_back(live_blocks(fn_, j.original));
      only_dropped.push_back(is_only_dropped(loop, j.original));
    }
    const SourceLine line = fn_[loop.head].instructions.front().line;
    const RegionCopy copy = clone_region(fn_, loop.region);
    const BlockId head = copy(loop.head);
    Builder build(fn_);
    build.set_line(line);

    // Who comes from outside is asked for the list's owners.
    const BlockId asks = build.new_block(), shared = build.new_block(), alone = build.new_block();
    std::vector<ValueId> given;
    for (ValueId p : fn_[loop.head].parameters) {
      Value made = fn_[p];
      made.block = asks;
      given.push_back(ValueId{static_cast<std::uint32_t>(fn_.values.size())});
      fn_.values.push_back(made);
    }
    fn_[asks].parameters = given;
    const ValueId owner = given[k];
    for (std::uint32_t b = 0; b < asks.index; ++b) {
      if ((b < loop.holds.size() && loop.holds[b]) || b >= head_of_copies(copy)) continue;
      for (Edge& e : fn_.blocks[b].instructions.back().edges)
        if (e.target == loop.head) e.target = asks;
    }
    build.position(asks);
    build.branch(build.plain(Op::IsShared, {owner}), shared, alone);
    build.position(shared);
    build.jump(head, given);
    build.position(alone);
    build.jump(loop.head, given);

    borrow_parts(loop, copy, owner);
    leave_at_the_end(loop, head, k, owner, line);
    leave_at_exits(loop, copy, owner, live, only_dropped, joined);
    join_values(fn_, joined);
    return copy;
  }
  static std::uint32_t head_of_copies(const RegionCopy& copy) { return static_cast<std::uint32_t>(copy.block.size()); }

  bool is_only_dropped(const Loop& loop, ValueId v) const {
    for (std::uint32_t b = 0; b < fn_.blocks.size(); ++b) {
      if (loop.holds[b]) continue;
      for (const Instruction& i : fn_.blocks[b].instructions) {
        if (i.op != Op::Drop && std::find(i.operands.begin(), i.operands.end(), v) != i.operands.end()) return false;
        for (const Edge& e : i.edges)
          if (std::find(e.arguments.begin(), e.arguments.end(), v) != e.arguments.end()) return false;
      }
    }
    return true;
  }

  // The copies borrow what they step along; what they give away gets a count of its own.
  void borrow_parts(const Loop& loop, const RegionCopy& copy, ValueId owner) {
    names_ = ValueNames(fn_.values.size() + 16 * loop.size);
    std::vector<Part> part(fn_.values.size(), Part::None);
    for (std::size_t v = 0; v < part_.size(); ++v)
      if (part_[v] != Part::None && copy.value[v].valid()) part[copy.value[v].index] = part_[v];
    for (BlockId original : loop.region)
      for (ValueId p : fn_[copy(original)].parameters)
        if (part[p.index] != Part::None) {
          fn_[p].ownership = Ownership::Borrowed;
          fn_[p].owner = owner;
        }
    auto is_part = [&](ValueId v) { return v.index < part.size() && part[v.index] != Part::None; };
    for (BlockId original : loop.region) {
      const BlockId at = copy(original);
      std::vector<Instruction> old;
      old.swap(fn_[at].instructions);
      Builder build(fn_);
      build.position(at);
      for (Instruction& i : old) {
        build.set_line(i.line);
        if (i.op == Op::Drop && is_part(i.operands[0])) continue;
        if (i.op == Op::Dup && is_part(i.operands[0])) {
          names_.give(i.result, i.operands[0]);
          continue;
        }
        if ((i.op == Op::Truthy || i.op == Op::IsNil) && is_part(i.operands[0]) && part[i.operands[0].index] == Part::Cell) {
          i.imm = i.op == Op::Truthy ? 1 : 0;
          i.op = Op::ConstBool;
          i.operands.clear();
        }
        if (is_step(i) && is_part(i.operands[0]) && part[i.operands[0].index] == Part::Cell) {
          step(build, i, at);
          continue;
        }
        for (std::size_t n = 0; n < i.operands.size(); ++n)
          if (is_part(i.operands[n]) && consumes_operand(i, n)) i.operands[n] = build.plain(Op::Dup, {names_(i.operands[n])});
        if (i.op == Op::Jump && loop_holds(loop, copy, i.edges[0].target))
          for (std::size_t n = 0; n < i.edges[0].arguments.size(); ++n)
            if (ValueId& a = i.edges[0].arguments[n]; is_part(a) && takes_count(part, fn_[i.edges[0].target].parameters[n])) a = build.plain(Op::Dup, {names_(a)});
        if (i.op == Op::Return || i.op == Op::Unwind) build.plain(Op::Drop, {owner});
        fn_[at].instructions.push_back(std::move(i));
      }
    }
    names_.resolve(fn_);
  }
  bool takes_count(const std::vector<Part>& part, ValueId p) const {
    return fn_[p].ownership == Ownership::Owned && (p.index >= part.size() || part[p.index] == Part::None);
  }
  static bool loop_holds(const Loop& loop, const RegionCopy& copy, BlockId target) {
    return target.index >= head_of_copies(copy) && target.index < head_of_copies(copy) + loop.region.size();
  }
  // Of a cell that is known to be one: what it gives is read, and nothing fails.
  void step(Builder& build, const Instruction& i, BlockId at) {
    const ValueId cell = names_(i.operands[0]);
    const BlockId on = i.edges[0].target;
    auto put = [&](Op op, std::vector<ValueId> operands, std::int64_t imm) {
      Instruction made;
      made.op = op;
      made.result = i.result;
      made.operands = std::move(operands);
      made.imm = imm;
      made.line = i.line;
      fn_[i.result].block = at;
      fn_[at].instructions.push_back(std::move(made));
    };
    switch (static_cast<Rt>(i.id)) {
      case Rt::first: put(Op::Dup, {build.plain(Op::CellFirst, {cell})}, 0); break;
      case Rt::rest:
      case Rt::next:
        put(Op::CellRest, {cell}, static_cast<Rt>(i.id) == Rt::next ? 1 : 0);
        fn_[i.result].ownership = Ownership::Borrowed;
        fn_[i.result].owner = cell;
        break;
      case Rt::empty_p: put(Op::ConstBool, {}, 0); break;
      default: names_.give(i.result, cell); break;               // seq
    }
    build.jump(on);
  }

  // What is no cell goes on the first way.
  void leave_at_the_end(const Loop& loop, BlockId head, std::size_t k, ValueId owner, SourceLine line) {
    Builder build(fn_);
    build.set_line(line);
    const BlockId body = build.new_block(), leave = build.new_block();
    fn_[body].instructions.swap(fn_[head].instructions);
    for (const Instruction& i : fn_[body].instructions)
      if (i.result.valid() && fn_[i.result].block == head) fn_[i.result].block = body;
    const auto parameters = fn_[head].parameters;
    build.position(head);
    build.branch(build.plain(Op::IsCell, {parameters[k]}, next_ ? 1 : 0), body, leave);
    build.position(leave);
    auto arguments = parameters;
    arguments[k] = build.plain(Op::Dup, {parameters[k]});
    build.plain(Op::Drop, {owner});
    build.jump(loop.head, arguments);
  }

  // Whoever leaves the copies gives up the list's head.
  void leave_at_exits(const Loop& loop, const RegionCopy& copy, ValueId owner, const std::vector<std::vector<bool>>& live,
                      const std::vector<bool>& only_dropped, std::vector<JoinedValue>& joined) {
    Builder build(fn_);
    for (BlockId original : loop.region) {
      BlockId at = copy(original);
      if (original == loop.head) at = body_of_head(at);
      for (std::size_t n = 0; n < fn_[at].instructions.back().edges.size(); ++n) {
        const Edge edge = fn_[at].instructions.back().edges[n];
        if (edge.target.index >= head_of_copies(copy)) continue;
        const BlockId exit = build.new_block();
        fn_[at].instructions.back().edges[n] = {exit, {}};
        build.position(exit);
        build.set_line(fn_[at].instructions.back().line);
        std::vector<ValueId> arguments;
        for (ValueId a : edge.arguments) arguments.push_back(counted(build, a));
        bool given_up = false;
        for (std::size_t j = 0; j < joined.size(); ++j) {
          if (!live[j][edge.target.index]) continue;
          ValueId now = names_(copy(joined[j].original));
          if (fn_[now].ownership == Ownership::Borrowed) {
            // Who only drops it may as well drop the head.
            if (only_dropped[j] && !given_up) {
              now = owner;
              given_up = true;
            } else {
              now = build.plain(Op::Dup, {now});
            }
          }
          joined[j].blocks.push_back(exit);
          joined[j].values.push_back(now);
        }
        if (!given_up) build.plain(Op::Drop, {owner});
        build.jump(edge.target, arguments);
      }
    }
  }
  BlockId body_of_head(BlockId head) const { return fn_[head].instructions.back().edges[0].target; }
  ValueId counted(Builder& build, ValueId v) { return fn_[v].ownership == Ownership::Borrowed ? build.plain(Op::Dup, {v}) : v; }

  Function& fn_;
  std::vector<Part> part_;                       // by value of the original
  bool next_ = false;                            // it steps by next
  ValueNames names_{0};
};

}  // namespace

std::uint64_t walk_lists(Function& function) { return Walks(function).run(); }

}  // namespace slisp::compiler
