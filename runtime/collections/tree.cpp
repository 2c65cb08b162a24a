// tree.cpp: weight-balanced search trees.
// Keeps: 3 * weight(one child) >= weight(the other) for every node, a weight being size + 1.
// Idea: Adams' trees with the parameters <3, 2> of Hirai & Yamamoto (2011). The size in each node also gives access by rank,
// so that
//       a seq of a tree is a rank and needs no stack. Nodes on the path are owned on the way down and changed in place.
#include "runtime/collections/tree.hpp"

namespace slisp::rt {
namespace {

std::uint64_t weight(Word node) { return tree_size(node) + 1; }
void resize(TreeNode* n) { n->size = tree_size(n->left) + tree_size(n->right) + 1; }

// Both take over *slot's node, whose respective child is owned.
void rotate_left(Word* slot) {
  auto* top = at<TreeNode>(*slot);
  Word right = top->right;
  top->right = at<TreeNode>(right)->left;
  at<TreeNode>(right)->left = *slot;
  *slot = right;
  resize(top);
  resize(at<TreeNode>(right));
}
void rotate_right(Word* slot) {
  auto* top = at<TreeNode>(*slot);
  Word left = top->left;
  top->left = at<TreeNode>(left)->right;
  at<TreeNode>(left)->right = *slot;
  *slot = left;
  resize(top);
  resize(at<TreeNode>(left));
}

// *slot's node is unique; its size is right, its balance may be off by one change.
void balance(Word* slot) {
  auto* n = at<TreeNode>(*slot);
  if (weight(n->right) > 3 * weight(n->left)) {
    auto* right = reinterpret_cast<TreeNode*>(own(&n->right));
    if (weight(right->left) >= 2 * weight(right->right)) {
      own(&right->left);
      rotate_right(&n->right);
    }
    rotate_left(slot);
  } else if (weight(n->left) > 3 * weight(n->right)) {
    auto* left = reinterpret_cast<TreeNode*>(own(&n->left));
    if (weight(left->right) >= 2 * weight(left->left)) {
      own(&left->right);
      rotate_left(&n->left);
    }
    rotate_right(slot);
  }
}

// Takes the node with the smallest key out of the tree at *slot and returns it, without children, unique.
Word take_first(Word* slot) {
  auto* n = reinterpret_cast<TreeNode*>(own(slot));
  if (n->left == abi::k_nil) {
    Word node = *slot;
    *slot = std::exchange(n->right, abi::k_nil);
    return node;
  }
  Word first = take_first(&n->left);
  --n->size;
  balance(slot);
  return first;
}

}  // namespace

const Word* tree_find(Word root, Word comparator, Word key, bool& failed, bool* alone) {
  while (root != abi::k_nil) {
    auto* n = at<TreeNode>(root);
    if (alone != nullptr) *alone = *alone && unique(root);
    const std::int64_t order = compare_by(comparator, key, n->key, failed);
    if (failed) return nullptr;
    if (order == 0) return &n->key;
    root = order < 0 ? n->left : n->right;
  }
  return nullptr;
}

template <unsigned S>
Change tree_insert(Word* slot, Word comparator, Word key, Word value) {
  if (*slot == abi::k_nil) {
    auto* n = allocate_as<TreeNode>(Kind::TreeNode, S == 2 ? sizeof(TreeNode) : sizeof(TreeNode) - 8, 2 + S);
    n->size = 1;
    n->left = n->right = abi::k_nil;
    n->key = key;
    if constexpr (S == 2) n->value = value;
    *slot = word_of(n);
    return Change::Added;
  }
  bool failed = false;
  const std::int64_t order = compare_by(comparator, key, at<TreeNode>(*slot)->key, failed);
  if (failed) return Change::Failed;
  if (order == 0) {
    if constexpr (S == 1) return Change::Same;
    auto* n = reinterpret_cast<TreeNode*>(own(slot));
    release(std::exchange(n->value, value));
    return Change::Replaced;
  }
  auto* n = reinterpret_cast<TreeNode*>(own(slot));
  const Change change = tree_insert<S>(order < 0 ? &n->left : &n->right, comparator, key, value);
  if (change != Change::Added) return change;
  ++n->size;
  balance(slot);
  return change;
}

template <unsigned S>
Change tree_remove(Word* slot, Word comparator, Word key) {
  bool failed = false;
  const std::int64_t order = compare_by(comparator, key, at<TreeNode>(*slot)->key, failed);
  if (failed) return Change::Failed;
  auto* n = reinterpret_cast<TreeNode*>(own(slot));
  if (order != 0) {
    Word* below = order < 0 ? &n->left : &n->right;
    if (*below == abi::k_nil) return Change::Same;
    const Change change = tree_remove<S>(below, comparator, key);
    if (change == Change::Removed) {
      --n->size;
      balance(slot);
    }
    return change;
  }
  Word node = *slot;
  if (n->left == abi::k_nil) {
    *slot = std::exchange(n->right, abi::k_nil);
  } else if (n->right == abi::k_nil) {
    *slot = std::exchange(n->left, abi::k_nil);
  } else {
    Word next = take_first(&n->right);
    auto* m = at<TreeNode>(next);
    m->left = std::exchange(n->left, abi::k_nil);
    m->right = std::exchange(n->right, abi::k_nil);
    resize(m);
    *slot = next;
    balance(slot);
  }
  release(node);
  return Change::Removed;
}

const Word* tree_at(Word root, std::uint64_t rank) {
  for (;;) {
    auto* n = at<TreeNode>(root);
    const std::uint64_t before = tree_size(n->left);
    if (rank == before) return &n->key;
    if (rank < before) {
      root = n->left;
    } else {
      rank -= before + 1;
      root = n->right;
    }
  }
}

std::uint64_t tree_rank(Word root, Word comparator, Word key, bool count_equal, bool& failed) {
  std::uint64_t rank = 0;
  while (root != abi::k_nil) {
    auto* n = at<TreeNode>(root);
    const std::int64_t order = compare_by(comparator, key, n->key, failed);
    if (failed) return 0;
    if (order > 0 || (order == 0 && count_equal)) {
      rank += tree_size(n->left) + 1;
      root = n->right;
    } else {
      root = n->left;
    }
  }
  return rank;
}

template Change tree_insert<1>(Word*, Word, Word, Word);
template Change tree_insert<2>(Word*, Word, Word, Word);
template Change tree_remove<1>(Word*, Word, Word);
template Change tree_remove<2>(Word*, Word, Word);

}  // namespace slisp::rt
