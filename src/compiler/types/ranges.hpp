// ranges.hpp: between which bounds the longs outside boxes lie, within one function.
#pragma once
#include "src/compiler/ir/cfg.hpp"
#include "src/compiler/ir/ir.hpp"
#include <cstdint>
#include <limits>
#include <vector>

namespace slisp::compiler {

struct Range {
  std::int64_t low = std::numeric_limits<std::int64_t>::max(), high = std::numeric_limits<std::int64_t>::min();
  bool empty() const { return low > high; }          // nothing comes here
  friend bool operator==(Range, Range) = default;
};
inline constexpr Range k_any_long{std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()};

// The exact bounds of an operation before it wraps; false: they may leave the longs.
bool bounds_of(ir::Op op, Range a, Range b, Range& out);

class Ranges {
 public:
  explicit Ranges(const ir::Function& function);
  // Of an i64 value, where this block uses it.
  Range at(ir::ValueId v, ir::BlockId block) const { return at(v, block, 0); }

 private:
  struct Fact {                                      // v CONDITION other, in this block and all that it dominates
    ir::BlockId block;
    ir::Condition condition;
    ir::ValueId other;
  };
  struct Argument { ir::BlockId from; ir::ValueId value; };
  Range at(ir::ValueId v, ir::BlockId block, int depth) const;
  std::uint32_t name(ir::ValueId v) const { return name_[v.index]; }
  void name_values();
  void collect_facts();
  Range result_of(const ir::Instruction& inst, ir::BlockId block) const;
  void grow();
  void narrow();

  const ir::Function& fn_;
  ir::Dominators dominators_;
  std::vector<ir::BlockId> order_;
  std::vector<std::uint32_t> name_;                  // values that are the same number share one
  std::vector<const ir::Instruction*> definition_;
  std::vector<Range> range_;                         // by name
  std::vector<std::vector<Fact>> facts_;             // by name
  std::vector<std::vector<Argument>> arguments_;     // of block parameters, by value
};

}  // namespace slisp::compiler
