// checks.cpp: what libstdc++'s headers call when a precondition is broken (string_view::substr beyond the end).
// Keeps: programs link no libstdc++; in the compiler, which does, its own definition wins over these weak ones.
#include "runtime/memory/context.hpp"

namespace std {
[[noreturn, gnu::weak]] void __throw_out_of_range_fmt(const char*, ...);
void __throw_out_of_range_fmt(const char*, ...) { slisp::rt::fatal("internal error: an index into a text is out of range"); }
}  // namespace std
