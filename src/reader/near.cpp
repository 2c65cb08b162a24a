// near.cpp: Damerau-Levenshtein distance (optimal string alignment), three rows at a time.
#include "src/reader/near.hpp"
#include <algorithm>

namespace slisp::reader {

std::size_t edit_distance(std::string_view a, std::string_view b, std::size_t limit) {
  if ((a.size() > b.size() ? a.size() - b.size() : b.size() - a.size()) > limit) return limit + 1;
  std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    std::size_t best = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0u : 1u)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = std::min(row[j], before[j - 2] + 1);
      best = std::min(best, row[j]);
    }
    if (best > limit) return limit + 1;
    std::swap(before, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

std::string nearest(std::string_view word, const std::vector<std::string>& known) {
  std::size_t limit = std::max<std::size_t>(1, word.size() / 3), best = limit + 1;
  std::string found;
  for (const std::string& candidate : known) {
    std::size_t distance = edit_distance(word, candidate, best - 1);
    if (distance < best) {
      best = distance;
      found = candidate;
      if (best == 0) break;
    }
  }
  return found;
}

}  // namespace slisp::reader
