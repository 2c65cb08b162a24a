// simple_keys.hpp: keys whose hash and equality are the runtime's own, cannot fail and run no code of the program.
#pragma once
#include "runtime/collections/small_set.hpp"

namespace slisp::rt {

// Vectors of such keys count too: [x y] is a frequent key.
inline bool is_simple_key(Word key, int depth = 0) {
  if (is_scalar(key)) return true;
  if (kind_of(key) != Kind::Vector || depth == 2) return false;
  const Header* h = header_of(key);
  const Word* slot = at<Inline>(key)->slot;
  for (unsigned i = 0; i < h->slots - meta_slots(h); ++i)
    if (!is_simple_key(slot[i], depth + 1)) return false;
  return true;
}

}  // namespace slisp::rt
