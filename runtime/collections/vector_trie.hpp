// vector_trie.hpp: large vectors that others may share: a 32-way trie of full leaves, and a tail of 1 to 32 elements.
// Everything owned is consumed; nothing can throw.
#pragma once
#include "runtime/collections/vectors.hpp"

namespace slisp::rt {

Word make_trie(const Word* elements, std::size_t count);  // more than 32; the elements are borrowed
Word trie_conj(Word v, Word element);
Word trie_put(Word v, std::size_t index, Word element);
Word trie_pop(Word v);  // a Vector when 32 elements are left

}  // namespace slisp::rt
