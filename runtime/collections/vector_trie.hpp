// vector_trie.hpp: vectors of more than 32 elements: a 32-way trie of full leaves, and a tail of 1 to 32 elements.
// Everything owned is consumed; nothing can throw.
#pragma once
#include "runtime/collections/vectors.hpp"

namespace slisp::rt {

inline std::size_t trie_tail_start(const VectorTrie* t) { return (t->size - 1) & ~std::size_t{k_branch - 1}; }
inline Word trie_leaf(Word v, std::size_t index) {       // borrowed
  auto* t = at<VectorTrie>(v);
  if (index >= trie_tail_start(t)) return t->tail;
  Word node = t->root;
  for (unsigned shift = t->shift; shift > 0; shift -= 5) node = at<Inline>(node)->slot[(index >> shift) % k_branch];
  return node;
}
Word make_trie(const Word* elements, std::size_t count); // more than 32
Word trie_of_full_vector(Word v, Word element);          // Vector of 32, and the 33rd
Word trie_conj(Word v, Word element);
Word trie_put(Word v, std::size_t index, Word element);
Word trie_pop(Word v);                                   // a Vector when 32 elements are left

}  // namespace slisp::rt
