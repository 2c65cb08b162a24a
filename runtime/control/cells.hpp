// cells.hpp: references to mutable state: the pieces that atoms and vars share.
#pragma once
#include "runtime/api.hpp"

namespace slisp::rt {

// Calls the validator (fn or nil) on a value; false: an exception is pending.
bool validate(Borrowed validator, Borrowed value);
// Calls every watch of the map as (f key reference old new); false: an exception is pending.
bool notify_watches(Borrowed watches, Borrowed reference, Borrowed old_value, Borrowed new_value);
// A replaced value of a cell: the new one is stored before the old one is released, whose release may look at the cell.
inline void store(Word& cell, Owned value) {
  Word old = cell;
  cell = value.take();
  release(old);
}

}  // namespace slisp::rt
