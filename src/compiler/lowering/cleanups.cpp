// cleanups.cpp: few blocks for many cleanup edges.
// In:   for each edge, the set of values that it drops on its way to a base (a handler, or the block that unwinds).
// Out:  blocks of drops; sets that have drops in common share them.
// Keeps: each edge drops exactly its set; a block drops only values that every way into it holds.
// Idea: usually values come and go like a stack. Then a chain from old to young, one block per value and rest, shares everything: n
//   values need n blocks. But (+ (f a) (f b) ... ) over n live names lets the old ones die while young ones are born: n different
//   sets of n values, and the chain has n * n blocks (a let of 1000 maps read once each: a million drops, 227 MB of assembler). There a
//   segment tree over the edges, in program order, does better: a value goes to the O(log n) nodes that cover the edges that hold it, and
//   an edge drops what stands on its way from leaf to root. The smaller of the two is built; sizes are computed first.
#include "src/compiler/lowering/cleanups.hpp"
#include <algorithm>
#include <unordered_map>

namespace slisp::compiler {

using ir::BlockId;
using ir::ValueId;

namespace {

std::uint64_t mix(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

void apply(std::vector<ValueId>& set, const std::vector<ValueId>& added, const std::vector<ValueId>& removed) {
  for (ValueId v : removed) set.erase(std::lower_bound(set.begin(), set.end(), v));
  for (ValueId v : added) set.insert(std::lower_bound(set.begin(), set.end(), v), v);
}

// Calls f(node) for the nodes of the segment tree that cover [from, to) exactly; `leaves` is a power of two, leaf i is node leaves + i.
template <class F> void cover(std::size_t leaves, std::size_t from, std::size_t to, F f) {
  for (std::size_t l = from + leaves, r = to + leaves; l < r; l /= 2, r /= 2) {
    if (l & 1) f(l++);
    if (r & 1) f(--r);
  }
}

std::size_t power_of_two(std::size_t n) {
  std::size_t p = 1;
  while (p < n) p *= 2;
  return p;
}

}  // namespace

Cleanups::SetId Cleanups::set(BlockId base, std::span<const ValueId> values) {
  Group& group = groups_[base];
  std::pair<std::uint64_t, std::uint64_t> key{values.size(), 0};
  for (ValueId v : values) {
    key.first += mix(v.index + 0x9e3779b97f4a7c15u);
    key.second += mix(v.index * 0xd6e8feb86659fd93u + 1);
  }
  auto [known, is_new] = group.by_content.try_emplace(key, group.ids.size());
  if (!is_new) return group.ids[known->second];
  Change change;
  std::set_difference(values.begin(), values.end(), group.last.begin(), group.last.end(), std::back_inserter(change.added));
  std::set_difference(group.last.begin(), group.last.end(), values.begin(), values.end(), std::back_inserter(change.removed));
  group.changes.push_back(std::move(change));
  group.last.assign(values.begin(), values.end());
  group.ids.push_back(static_cast<SetId>(targets_.size()));
  targets_.emplace_back();
  return group.ids.back();
}

// What each node of the segment tree drops; [0] is unused.
std::vector<std::vector<ValueId>> Cleanups::runs(const Group& group) const {
  std::size_t leaves = power_of_two(group.changes.size());
  std::vector<std::vector<ValueId>> nodes(2 * leaves);
  std::map<ValueId, std::size_t> since;            // ordered: the same program gives the same blocks
  auto close = [&](ValueId v, std::size_t from, std::size_t to) {
    cover(leaves, from, to, [&](std::size_t node) { nodes[node].push_back(v); });
  };
  for (std::size_t i = 0; i < group.changes.size(); ++i) {
    for (ValueId v : group.changes[i].removed) {
      close(v, since.at(v), i);
      since.erase(v);
    }
    for (ValueId v : group.changes[i].added) since[v] = i;
  }
  for (auto [v, from] : since) close(v, from, group.changes.size());
  return nodes;
}

// The chain's blocks, made when there is a builder, else only counted; gives up counting beyond the limit.
std::size_t Cleanups::chain(const Group& group, BlockId base, std::size_t limit, ir::Builder* builder) {
  std::map<std::pair<BlockId, ValueId>, BlockId> blocks;           // (what follows, value)
  std::vector<ValueId> set;
  std::vector<BlockId> path;                       // block that drops set[i] and all before it
  std::uint32_t counted = 0x80000000u;             // names of blocks that are only counted
  for (std::size_t i = 0; i < group.changes.size(); ++i) {
    const Change& change = group.changes[i];
    ValueId first{UINT32_MAX};
    for (const auto* list : {&change.added, &change.removed})
      if (!list->empty()) first = std::min(first, list->front());
    std::size_t same = static_cast<std::size_t>(std::lower_bound(set.begin(), set.end(), first) - set.begin());
    apply(set, change.added, change.removed);
    path.resize(std::min(same, path.size()));
    for (std::size_t k = path.size(); k < set.size(); ++k) {
      BlockId next = k ? path[k - 1] : base;
      auto [at, is_new] = blocks.try_emplace({next, set[k]});
      if (is_new && builder) {
        at->second = builder->new_block();
        builder->position(at->second);
        builder->plain(ir::Op::Drop, {set[k]});
        builder->jump(next);
      } else if (is_new) {
        at->second = BlockId{counted++};
      }
      path.push_back(at->second);
    }
    if (blocks.size() > limit) break;
    if (builder) targets_[group.ids[i]] = path.empty() ? base : path.back();
  }
  return blocks.size();
}

void Cleanups::tree(const Group& group, BlockId base, const std::vector<std::vector<ValueId>>& nodes, ir::Builder& builder) {
  std::vector<BlockId> entry(nodes.size(), base);  // where the drops of a node and all above it begin
  for (std::size_t node = 1; node < nodes.size(); ++node) {
    BlockId above = node > 1 ? entry[node / 2] : base;
    entry[node] = above;
    if (nodes[node].empty()) continue;
    entry[node] = builder.new_block();
    builder.position(entry[node]);
    for (std::size_t k = nodes[node].size(); k-- > 0;) builder.plain(ir::Op::Drop, {nodes[node][k]});
    builder.jump(above);
  }
  for (std::size_t i = 0; i < group.ids.size(); ++i) targets_[group.ids[i]] = entry[nodes.size() / 2 + i];
}

void Cleanups::build(ir::Builder& builder) {
  builder.set_line({});
  for (auto& [base, group] : groups_) {
    auto nodes = runs(group);
    std::size_t drops = 0;
    for (const auto& node : nodes) drops += node.size();
    if (chain(group, base, drops, nullptr) <= drops) chain(group, base, SIZE_MAX, &builder);
    else tree(group, base, nodes, builder);
  }
  for (const Edge& e : edges_)
    builder.function()[e.block].instructions.back().edges[e.edge].target = targets_[e.set];
}

}  // namespace slisp::compiler
