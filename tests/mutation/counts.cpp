// counts.cpp: counts of objects along one way through a function.
// Idea: an object is a number; a value names one. What comes in or is made has the count 1, dup adds one, whoever consumes takes one away. Whatever
//   the caller keeps (captures, borrowed parameters) starts with one that must be there at the end. Static values have no object.
#include "tests/mutation/counts.hpp"
#include "runtime/abi/functions.hpp"
#include <map>
#include <optional>

namespace slisp::test {
namespace {

using namespace ir;
constexpr int k_none = -1;                       // no counted object
constexpr std::size_t k_most_steps = 4000;

class Way {
 public:
  Way(const Function& fn, std::mt19937_64& random) : fn_(fn), random_(random), object_(fn.values.size(), k_none) {}

  std::string run() {
    for (ValueId p : fn_.blocks[0].parameters) make(p, fn_[p].ownership == Ownership::Borrowed);
    BlockId at{0};
    for (std::size_t steps = 0; steps < k_most_steps && fault_.empty();) {
      std::optional<BlockId> next;
      for (const Instruction& i : fn_[at].instructions) {
        ++steps;
        next = step(i);
        if (!fault_.empty()) return fault_;
        if (ended_) return end();
      }
      if (!next) return {};
      at = *next;
    }
    return fault_;                               // a way that does not end in time proves nothing
  }

 private:
  void make(ValueId v, bool kept) {
    if (fn_[v].ownership == Ownership::Trivial) {
      object_[v.index] = k_none;
      return;
    }
    object_[v.index] = static_cast<int>(count_.size());
    count_.push_back(1);
    kept_.push_back(kept);
  }
  void look(ValueId v) {
    int o = object_[v.index];
    if (o != k_none && count_[static_cast<std::size_t>(o)] <= 0) fault("a look at what is gone: v" + std::to_string(v.index));
  }
  void consume(ValueId v) {
    look(v);
    if (int o = object_[v.index]; o != k_none) --count_[static_cast<std::size_t>(o)];
  }
  void fault(std::string what) {
    if (fault_.empty()) fault_ = std::move(what);
  }

  void define(const Instruction& i) {
    if (!i.result.valid()) return;
    const Value& v = fn_[i.result];
    if (v.ownership == Ownership::Borrowed && v.owner.valid()) object_[i.result.index] = object_[v.owner.index];
    else make(i.result, v.ownership == Ownership::Borrowed);
  }

  void call(const Instruction& i) {
    const auto& row = abi::runtime_function(static_cast<abi::RuntimeFunctionId>(i.id));
    for (std::size_t k = 0; k < i.operands.size(); ++k) {
      if (row.parameters[k] == abi::ParameterMode::Owned) consume(i.operands[k]);
      if (row.parameters[k] == abi::ParameterMode::Block) empty(slot_of_[i.operands[k]]);
    }
    for (std::size_t k = 0; k < i.operands.size(); ++k)
      if (row.parameters[k] == abi::ParameterMode::Borrowed) look(i.operands[k]);
  }
  void empty(std::uint32_t slot) {
    for (auto& [key, o] : words_)
      if (key.first == slot && o != k_none) {
        --count_[static_cast<std::size_t>(o)];
        o = k_none;
      }
  }

  std::optional<BlockId> step(const Instruction& i) {
    switch (i.op) {
      case Op::Shell:
      case Op::Drop: consume(i.operands[0]); break;
      case Op::Return:
        consume(i.operands[0]);
        ended_ = true;
        break;
      case Op::Unwind: ended_ = true; break;
      case Op::Dup:
        look(i.operands[0]);
        object_[i.result.index] = object_[i.operands[0].index];
        if (int o = object_[i.result.index]; o != k_none) ++count_[static_cast<std::size_t>(o)];
        return std::nullopt;
      case Op::SlotAddress: slot_of_[i.result] = i.id; break;
      case Op::SlotStore: {
        look(i.operands[1]);
        words_[{slot_of_[i.operands[0]], i.imm}] = object_[i.operands[1].index];
        break;
      }
      case Op::RtCall:
      case Op::TryRtCall: call(i); break;
      case Op::TryCallFn:
        for (std::size_t k = 0; k < i.operands.size(); ++k)
          if (!(static_cast<std::uint64_t>(i.imm) >> k & 1)) consume(i.operands[k]);
        for (std::size_t k = 0; k < i.operands.size(); ++k)
          if (static_cast<std::uint64_t>(i.imm) >> k & 1) look(i.operands[k]);
        break;
      case Op::TryCallAny:
        for (std::size_t k = 1; k < i.operands.size(); ++k) consume(i.operands[k]);
        look(i.operands[0]);
        break;
      default:
        for (ValueId v : i.operands) look(v);
        break;
    }
    if (i.edges.empty()) {
      if (i.op == Op::Unreachable) return std::nullopt;
      define(i);
      return std::nullopt;
    }
    std::size_t e = std::uniform_int_distribution<std::size_t>(0, i.edges.size() - 1)(random_);
    // Failures are rare on real ways, and end them.
    if (e == 1 && i.op != Op::Branch && std::uniform_int_distribution<int>(0, 3)(random_) != 0) e = 0;
    if (e == 0) define(i);
    const Edge& edge = i.edges[e];
    std::vector<int> carried;
    for (ValueId v : edge.arguments) {
      look(v);
      carried.push_back(object_[v.index]);
    }
    for (std::size_t k = 0; k < carried.size(); ++k) object_[fn_[edge.target].parameters[k].index] = carried[k];
    return edge.target;
  }

  std::string end() {
    for (std::size_t o = 0; o < count_.size(); ++o)
      if (count_[o] != (kept_[o] ? 1 : 0)) return "object " + std::to_string(o) + " ends with the count " + std::to_string(count_[o]);
    return fault_;
  }

  const Function& fn_;
  std::mt19937_64& random_;
  std::vector<int> object_;
  std::vector<int> count_;
  std::vector<bool> kept_;
  std::map<ValueId, std::uint32_t> slot_of_;
  std::map<std::pair<std::uint32_t, std::int64_t>, int> words_;
  bool ended_ = false;
  std::string fault_;
};

}  // namespace

std::string count_fault(const ir::Function& function, std::mt19937_64& random, int ways) {
  for (int n = 0; n < ways; ++n)
    if (std::string fault = Way(function, random).run(); !fault.empty()) return fault;
  return {};
}

}  // namespace slisp::test
