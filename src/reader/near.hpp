// near.hpp: the known name nearest to a misspelt one, for hints.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace slisp::reader {

// Edits (insert, remove, replace, swap of neighbours) between two words; stops counting above `limit`.
std::size_t edit_distance(std::string_view a, std::string_view b, std::size_t limit);

// The known word at the smallest distance, at most a third of the word's length (at least 1); ties go to the first. Empty: none is near.
std::string nearest(std::string_view word, const std::vector<std::string>& known);

}  // namespace slisp::reader
