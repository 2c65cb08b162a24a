// sort.cpp: stable merge sort of a vector by compare or by a comparator function.
// Keeps: a comparator that throws leaves no element behind; elements are only moved, so it may look at anything.
// Idea: runs of 8 by insertion, then merging between two buffers; fixnums alone are compared as words.
#include "runtime/collections/vectors.hpp"
#include "runtime/memory/updates.hpp"
#include "runtime/seqs/seqs.hpp"

// Defined by programs compiled with --no-sort-in-place.
extern "C" [[gnu::weak]] const std::uint64_t slisp_sort_copies;

namespace slisp::rt {
namespace {

constexpr std::size_t k_run = 8;

// Order: is `later`, which stands behind `earlier`, to go before it? false and failed: an exception is pending.
template <class Before>
bool sort_words(Word*& words, Word*& spare, std::size_t size, Before before) {
  bool failed = false;
  for (std::size_t start = 0; start < size; start += k_run) {
    const std::size_t end = start + k_run < size ? start + k_run : size;
    for (std::size_t i = start + 1; i < end; ++i) {
      const Word word = words[i];
      std::size_t j = i;
      while (j > start && before(word, words[j - 1], failed)) --j;
      if (failed) return false;
      std::memmove(words + j + 1, words + j, (i - j) * sizeof(Word));
      words[j] = word;
    }
  }
  for (std::size_t width = k_run; width < size; width *= 2) {
    for (std::size_t start = 0; start < size; start += 2 * width) {
      const std::size_t middle = start + width < size ? start + width : size;
      const std::size_t end = middle + width < size ? middle + width : size;
      std::size_t left = start, right = middle, out = start;
      const bool sorted = right == end || !before(words[right], words[right - 1], failed);
      if (failed) return false;
      if (sorted) {
        std::memcpy(spare + start, words + start, (end - start) * sizeof(Word));
        continue;
      }
      while (left < middle && right < end) {
        const bool take_right = before(words[right], words[left], failed);
        if (failed) return false;  // `words` still holds every element
        spare[out++] = take_right ? words[right++] : words[left++];
      }
      std::memcpy(spare + out, words + left, (middle - left) * sizeof(Word));
      out += middle - left;
      std::memcpy(spare + out, words + right, (end - right) * sizeof(Word));
    }
    std::swap(words, spare);
  }
  return true;
}

bool all_fixnums(const Word* words, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i)
    if (!is_fixnum(words[i])) return false;
  return true;
}

// A failed comparison says "not before", which ends the inner loops at once.
bool sort_by(Word comparator, Word*& words, Word*& spare, std::size_t size) {
  if (comparator != abi::k_nil) {
    return sort_words(words, spare, size, [comparator](Word later, Word earlier, bool& failed) {
      return compare_by(comparator, later, earlier, failed) < 0;
    });
  }
  if (all_fixnums(words, size)) {
    return sort_words(words, spare, size, [](Word later, Word earlier, bool&) {
      return static_cast<std::int64_t>(later) < static_cast<std::int64_t>(earlier);
    });
  }
  return sort_words(words, spare, size,
                    [](Word later, Word earlier, bool& failed) { return compare_values(later, earlier, failed) < 0; });
}

// Does nobody else have the vector, nor any of its nodes? Sorting gives the metadata up, so there is none.
bool is_mine(Word v, std::size_t size) {
  if (&slisp_sort_copies != nullptr || !unique(v) || kind_of(v) == Kind::SubVector || meta_slots(header_of(v)) != 0) return false;
  if (kind_of(v) == Kind::Vector) return true;
  for (std::size_t i = 0; i < size; i += k_branch)
    if (!alone_down_to(v, i)) return false;
  return true;
}

void put_back(Word v, const Word* words, std::size_t size) {
  for (std::size_t i = 0; i < size;) {
    std::size_t n;
    auto* run = const_cast<Word*>(vector_run(v, i, n));
    std::memcpy(run, words + i, n * sizeof(Word));
    i += n;
  }
  if (kind_of(v) == Kind::Vector) header_of(v)->flags &= abi::k_flag_has_meta;   // no map entry any more
}

}  // namespace
}  // namespace slisp::rt

using namespace slisp::rt;

extern "C" Word slisp_sort_vector(Word comparator, Word x) {
  Word vector = is_vector(x) ? x : slisp::abi::slisp_to_vector(x);
  if (!vector) {
    release(comparator);
    return 0;
  }
  const std::size_t size = vector_size(vector);
  // A vector that nobody else has is sorted in place: its elements move to the buffer and back.
  const bool mine = is_mine(vector, size);
  note_update(Update::Sort, vector);
  auto* buffer = static_cast<Word*>(scratch_allocate(2 * sizeof(Word) * (size + 1)));
  Word *words = buffer, *spare = buffer + size;
  for (std::size_t i = 0; i < size;) {
    std::size_t n;
    const Word* run = vector_run(vector, i, n);
    for (std::size_t j = 0; j < n; ++j) words[i + j] = mine ? run[j] : retained(run[j]);
    i += n;
  }
  Word result = 0;
  const bool sorted = sort_by(comparator, words, spare, size);
  if (mine) {                                            // after a failure too: in whatever order, each is there once
    put_back(vector, words, size);
    if (sorted) result = vector;
    else release(vector);
  } else {
    release(vector);
    if (sorted) result = make_vector(words, size);
    else for (std::size_t i = 0; i < size; ++i) release(words[i]);
  }
  scratch_free(buffer);
  release(comparator);
  return result;
}
