// host_symbols.hpp: see host_symbols.cpp.
#pragma once
#include <cstddef>
#include <iterator>

namespace slisp::x64 {
std::size_t host_symbols();    // how many there are; calling it is what links them in
}
