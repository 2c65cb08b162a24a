// vector_trie.hpp: vectors of more than 32 elements: a 32-way trie of full leaves, and a tail of 1 to 32 elements.
// Everything owned is consumed; nothing can throw.
#pragma once
#include "runtime/collections/vectors.hpp"

namespace slisp::rt {

Word make_trie(const Word* elements, std::size_t count);  // more than 32
Word trie_of_full_vector(Word v, Word element);           // Vector of 32, and the 33rd
Word trie_conj(Word v, Word element);
Word trie_put(Word v, std::size_t index, Word element);
Word trie_pop(Word v);  // a Vector when 32 elements are left

}  // namespace slisp::rt
