// cells.hpp: references to mutable state: the pieces that atoms and vars share.
#pragma once
#include "runtime/api.hpp"
#include "runtime/memory/threading.hpp"

namespace slisp::rt {

// Calls the validator (fn or nil) on a value; false: an exception is pending.
bool validate(Borrowed validator, Borrowed value);
// Calls every watch of the map as (f key reference old new); false: an exception is pending.
bool notify_watches(Borrowed watches, Borrowed reference, Borrowed old_value, Borrowed new_value);
// The slots of what has watches and a validator; false: it has none, nothing is pending.
struct ReferenceSlots {
  Header* cell;
  Word* watches;
  Word* validator;         // null: none
  Word* value;
};
bool reference_slots(Borrowed reference, ReferenceSlots& slots);
// A var has no slot for a validator, which few vars have: it stands among the watches, under a key that is no watch's.
Owned var_validator(Borrowed var);

}  // namespace slisp::rt
