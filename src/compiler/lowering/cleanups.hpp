// cleanups.hpp: the drops on cleanup edges. Lowering says which values each edge has to drop; the blocks that do it are built at the end
// of the function, when all edges are known and can share them.
#pragma once
#include "src/compiler/ir/builder.hpp"
#include <cstdint>
#include <map>
#include <span>
#include <vector>

namespace slisp::compiler {

class Cleanups {
 public:
  using SetId = std::uint32_t;

  // The set of `values` (sorted), dropped on the way to `base`. Equal sets have equal ids.
  SetId set(ir::BlockId base, std::span<const ir::ValueId> values);
  // Edge number `edge` of the terminator of `block` leads there; until build() its target does not matter.
  void lead(ir::BlockId block, std::size_t edge, SetId set) { edges_.push_back({block, edge, set}); }
  // Makes the blocks and gives the edges their targets.
  void build(ir::Builder& builder);

 private:
  struct Change {
    std::vector<ir::ValueId> added, removed;     // against the set before
  };
  struct Group {                                 // all sets on the way to one base, in order of their first edge
    std::vector<Change> changes;
    std::vector<SetId> ids;
    std::vector<ir::ValueId> last;
    std::map<std::pair<std::uint64_t, std::uint64_t>, std::size_t> by_content;
  };
  struct Edge {
    ir::BlockId block;
    std::size_t edge;
    SetId set;
  };

  std::vector<std::vector<ir::ValueId>> runs(const Group& group) const;
  std::size_t chain(const Group& group, ir::BlockId base, std::size_t limit, ir::Builder* builder);
  void tree(const Group& group, ir::BlockId base, const std::vector<std::vector<ir::ValueId>>& nodes, ir::Builder& builder);

  std::map<ir::BlockId, Group> groups_;
  std::vector<ir::BlockId> targets_;             // by set
  std::vector<Edge> edges_;
};

}  // namespace slisp::compiler
