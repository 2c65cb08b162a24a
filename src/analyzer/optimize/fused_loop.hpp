// fused_loop.hpp: the loop that takes the place of a chain of lazy seqs.
#pragma once
#include "src/analyzer/optimize/chains.hpp"

namespace slisp::analyzer {

enum class Order : std::uint8_t {
  Elements,      // one element after the other through all stages
  Chunks,        // each lazy stage works on a whole chunk, as the seqs do
};

// Over the numbers of the chain's range. A reduced result ends the loop with `give_up`, if there is one.
Node* fused_range(const Chain& chain, Node* give_up, TreeBuilder& builder);
// Over a vector of the runtime's own, by index.
Node* fused_vector(const Chain& chain, Node* give_up, TreeBuilder& builder);
// Over the elements of `source`, a local or constant.
Node* fused_seq(const Chain& chain, Order order, Node* source, TreeBuilder& builder);

}  // namespace slisp::analyzer
