// trace.hpp: reading the trace of an exception.
#pragma once
#include "runtime/control/objects.hpp"

namespace slisp::rt {

inline constexpr std::size_t k_most_frames = 128;
// The frames kept, innermost first, and how many stood between the 64th and the 65th of them.
std::size_t trace_frames(const ExceptionObject* exception, const abi::TraceSite* (&frames)[k_most_frames], std::uint64_t& skipped);

}  // namespace slisp::rt
