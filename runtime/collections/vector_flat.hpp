// vector_flat.hpp: large vectors as they are built: all elements in one buffer.
// Everything owned is consumed; nothing can throw.
#pragma once
#include "runtime/collections/vectors.hpp"

namespace slisp::rt {

Word make_flat(const Word* elements, std::size_t count);  // more than 32
Word flat_of_full_vector(Word v, Word element);           // Vector of 32, and the 33rd
Word flat_conj(Word v, Word element);
Word flat_put(Word v, std::size_t index, Word element);
Word flat_pop(Word v);  // a Vector when 32 elements are left
// A copy of the elements that differ from `index` in its last five bits alone. v borrowed.
Word flat_leaf(Word v, std::size_t index);
// The same vector as a trie, metadata included; owned. v borrowed.
Word trie_version(Word v);

// Collects elements into a vector of any size.
class VectorBuilder {
 public:
  explicit VectorBuilder(std::size_t room);
  ~VectorBuilder() {
    if (buffer_ != nullptr) release(word_of(buffer_));
  }
  VectorBuilder(const VectorBuilder&) = delete;
  VectorBuilder& operator=(const VectorBuilder&) = delete;
  void add(Word element);   // consumed
  Word take();              // the vector, once

 private:
  VectorBuffer* buffer_;
};

}  // namespace slisp::rt
