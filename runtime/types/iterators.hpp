// iterators.hpp: iterators that programs wrote, as seqs.
#pragma once
#include "runtime/types/types.hpp"

namespace slisp::rt::types {

// Consumes the iterator. A lazy seq of what it still gives.
Word iterator_seq(Word iterator);
// One step: true and an element, or false at the end or on failure.
bool iterator_next(Borrowed iterator, Owned& element, bool& failed);

}  // namespace slisp::rt::types
