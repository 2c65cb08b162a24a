// tree.hpp: balanced search trees behind sorted maps (stride 2) and sorted sets (stride 1), addressed by key or by rank.
#pragma once
#include "runtime/collections/champ.hpp"

namespace slisp::rt {

inline std::uint64_t tree_size(Word node) { return node == abi::k_nil ? 0 : at<TreeNode>(node)->size; }

// Address of the key (value behind it), or null; failed when the comparator threw. `alone`: set to whether nobody else has the nodes on the way.
const Word* tree_find(Word root, Word comparator, Word key, bool& failed, bool* alone = nullptr);
// As Champ::insert: Added took key and value, Replaced the value.
template <unsigned S>
Change tree_insert(Word* slot, Word comparator, Word key, Word value);
// Removes the key, which is there.
template <unsigned S>
Change tree_remove(Word* slot, Word comparator, Word key);
const Word* tree_at(Word root, std::uint64_t rank);  // rank in range
// How many entries come before `key` (count_equal = false), or before and at it (true).
std::uint64_t tree_rank(Word root, Word comparator, Word key, bool count_equal, bool& failed);

extern template Change tree_insert<1>(Word*, Word, Word, Word);
extern template Change tree_insert<2>(Word*, Word, Word, Word);
extern template Change tree_remove<1>(Word*, Word, Word);
extern template Change tree_remove<2>(Word*, Word, Word);

}  // namespace slisp::rt
