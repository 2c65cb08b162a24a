// live_sets.hpp: sets of small numbers that share structure.
//
// A set is a binary trie over the bits of its numbers with 64-bit masks as leaves; equal tries are one node, so that equality is
// comparing two ids, and the union or difference of sets that differ little costs little, however large they are. Liveness needs just
// that: the cleanups of a thousand calls in a row keep almost the same thousand values alive.
#pragma once
#include <cstdint>
#include <vector>

namespace slisp::x64 {

class LiveSets {
 public:
  using Set = std::uint32_t;
  static constexpr Set k_empty = 0;

  explicit LiveSets(std::size_t numbers) {
    while ((std::size_t{64} << depth_) < numbers) ++depth_;
    nodes_.push_back({0, 0});                    // the empty set, at every depth
  }
  Set insert(Set set, std::uint32_t n) { return change(set, n, depth_, true); }
  Set remove(Set set, std::uint32_t n) { return change(set, n, depth_, false); }
  bool contains(Set set, std::uint32_t n) const {
    for (unsigned depth = depth_; depth > 0 && set != k_empty; --depth)
      set = static_cast<Set>((n >> (depth + 5)) & 1 ? nodes_[set].right : nodes_[set].left);
    return set != k_empty && ((nodes_[set].left >> (n & 63)) & 1) != 0;
  }
  Set unite(Set a, Set b) { return unite(a, b, depth_); }
  // visit(n) for each n in `a` that is not in `b`.
  template <class Visit> void difference(Set a, Set b, Visit visit) const { difference(a, b, depth_, 0, visit); }

 private:
  struct Node {
    std::uint64_t left, right;                   // ids of children; of a leaf: mask and a mark
    friend bool operator==(const Node&, const Node&) = default;
  };
  static constexpr std::uint64_t k_leaf = UINT64_MAX;

  static std::size_t hash(const Node& n) {
    std::uint64_t h = (n.left ^ (n.right * 0xc2b2ae3d27d4eb4fu)) * 0x9e3779b97f4a7c15u;
    h = (h ^ (h >> 32)) * 0x9e3779b97f4a7c15u;
    return h ^ (h >> 29);
  }
  Set intern(Node node) {
    if (node.left == 0 && (node.right == 0 || node.right == k_leaf)) return k_empty;
    if (2 * nodes_.size() >= table_.size()) grow();
    std::size_t i = hash(node) & (table_.size() - 1);
    for (; table_[i] != k_empty; i = (i + 1) & (table_.size() - 1))
      if (nodes_[table_[i]] == node) return table_[i];
    nodes_.push_back(node);
    return table_[i] = static_cast<Set>(nodes_.size() - 1);
  }
  void grow() {
    table_.assign(table_.empty() ? 64 : 2 * table_.size(), k_empty);
    for (Set id = 1; id < nodes_.size(); ++id) {
      std::size_t i = hash(nodes_[id]) & (table_.size() - 1);
      while (table_[i] != k_empty) i = (i + 1) & (table_.size() - 1);
      table_[i] = id;
    }
  }
  Set change(Set set, std::uint32_t n, unsigned depth, bool present) {
    Node node = nodes_[set];
    if (depth == 0) {
      std::uint64_t bit = std::uint64_t{1} << (n & 63);
      if (((node.left & bit) != 0) == present) return set;
      return intern({node.left ^ bit, k_leaf});
    }
    bool right = (n >> (depth + 5)) & 1;
    Set child = static_cast<Set>(right ? node.right : node.left);
    Set changed = change(child, n, depth - 1, present);
    if (changed == child) return set;
    (right ? node.right : node.left) = changed;
    return intern(node);
  }
  Set unite(Set a, Set b, unsigned depth) {
    if (a == b || b == k_empty) return a;
    if (a == k_empty) return b;
    Node x = nodes_[a], y = nodes_[b];
    if (depth == 0) return intern({x.left | y.left, k_leaf});
    Set left = unite(static_cast<Set>(x.left), static_cast<Set>(y.left), depth - 1);
    return intern({left, unite(static_cast<Set>(x.right), static_cast<Set>(y.right), depth - 1)});
  }
  template <class Visit> void difference(Set a, Set b, unsigned depth, std::uint32_t base, Visit& visit) const {
    if (a == b || a == k_empty) return;
    Node x = nodes_[a], y = nodes_[b];
    if (depth == 0) {
      for (std::uint64_t rest = x.left & ~y.left; rest != 0; rest &= rest - 1)
        visit(base + static_cast<std::uint32_t>(__builtin_ctzll(rest)));
      return;
    }
    difference(static_cast<Set>(x.left), static_cast<Set>(y.left), depth - 1, base, visit);
    difference(static_cast<Set>(x.right), static_cast<Set>(y.right), depth - 1, base + (32u << depth), visit);
  }

  unsigned depth_ = 0;
  std::vector<Node> nodes_;
  std::vector<Set> table_;                       // open addressing over node ids
};

}  // namespace slisp::x64
