// small_set.hpp: hash sets of few scalars: the elements stand in the set's own block.
// Keeps: at most k_small_set_limit elements, all scalars: their hash and equality are the runtime's own, cannot fail, run no code of the program
//        and cost a few instructions. They stand in the order in which a trie would be walked (champ.hpp), those of one hash in the order of
//        their insertion, nil first; so the JVM's order of iteration is the order of the slots, and equal sets are equal slot by slot.
//        A set that outgrows this becomes a trie for good.
// Idea: a literal is one allocation, a look is a walk along a cache line, `=` is a walk of pairs.
#pragma once
#include "runtime/collections/layouts.hpp"

namespace slisp::rt {

inline constexpr std::uint8_t k_flag_small_set = 4;     // HashSet
inline constexpr unsigned k_small_set_limit = 8;

struct SmallSet {  // its size and hash stand where a HashMap has them
  Header header;
  std::uint32_t size;
  std::uint32_t hash;
  Word element[];
};
static_assert(offsetof(SmallSet, size) == offsetof(HashMap, size) && offsetof(SmallSet, hash) == offsetof(HashMap, hash));
static_assert(offsetof(SmallSet, element) == k_slot_offset[static_cast<unsigned>(Kind::HashSet)]);

inline bool is_small_set(const Header* h) { return h->kind == Kind::HashSet && (h->flags & k_flag_small_set) != 0; }
inline bool is_small_set(Word set) { return is_small_set(header_of(set)); }

constexpr std::uint64_t kind_bit(Kind kind) { return std::uint64_t{1} << static_cast<unsigned>(kind); }
inline bool is_scalar(Word key) {
  constexpr std::uint64_t k_scalars = kind_bit(Kind::Keyword) | kind_bit(Kind::String) | kind_bit(Kind::Symbol) | kind_bit(Kind::Long) | kind_bit(Kind::Double);
  return !is_pointer(key) || (k_scalars >> static_cast<unsigned>(kind_of(key)) & 1) != 0;
}

// The element equal to `key`, or null. `key` need be no scalar.
const Word* small_set_find(Word set, Word key, bool& failed);
// A scalar that is not there goes into a set with room for it; both are consumed.
Word small_set_add(Word set, std::uint32_t hash, Word element);
// Takes the element at this address out.
Word small_set_take_out(Word set, const Word* place);
// A set of scalars that may be equal; 0, and `duplicate` the index of the first that was there before. Consumes them if it succeeds.
Word small_set_of(const Word* elements, unsigned count, unsigned& duplicate);
// The trie of the same elements; consumes the set.
Word small_set_to_trie(Word set);
bool small_sets_equal(Word a, Word b);

}  // namespace slisp::rt
