// updates.hpp: how often collections were changed in place, for SLISP_STATS=1.
// Idea: one count per operation, by the owner count of what it is given: 1, the operation may change it in place; more, or shared, it copies; 0,
//   a constant of the program, of which there is one to start from. Counted per thread, always: an increment is cheaper than asking whether to.
#pragma once
#include "runtime/memory/context.hpp"

namespace slisp::rt {

inline void note_update(Update operation, Word collection) {
  if (!is_pointer(collection)) return;
  const std::int32_t count = count_of(header_of(collection));
  const unsigned column = count == 1 ? 0u : count == 0 ? 2u : 1u;
  ++t_state.runtime.updates[static_cast<std::size_t>(operation)][column];
}
void update_report();                            // the lines of SLISP_STATS=1 on stderr

}  // namespace slisp::rt
