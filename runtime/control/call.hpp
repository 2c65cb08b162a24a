// call.hpp: calling with a block of raw words, as generated code holds them.
#pragma once
#include "runtime/api.hpp"

namespace slisp::rt {

Owned invoke(Borrowed f, Word* block, std::int64_t count);   // consumes the block's words

}  // namespace slisp::rt
