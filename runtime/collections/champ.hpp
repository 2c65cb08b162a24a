// champ.hpp: hash tries for maps (stride 2: key, value) and sets (stride 1), and positions in them.
//
// Each node has a bitmap of entries and one of children, entries in order of their bits from the front, children from the
// back; an entry stands as high as its hash digits allow. Walking a node by ascending bit, entries and children merged,
// gives the order of the digits of the hash from the lowest up: the order in which the JVM's PersistentHashMap iterates,
// whatever shape its nodes have. Entries with one and the same hash share a collision node, in the order of their insertion.
// nil hashes to 0, so it is first of all, and goes to the front of its collision node.
//
// A position is a path in one word: five bits a level from the lowest up, its depth in bits 35-37, and above them the index
// in a collision node.
#pragma once
#include "runtime/collections/layouts.hpp"
#include "runtime/equality/equality.hpp"

namespace slisp::rt {

enum class Change : std::uint8_t { Failed, Same, Added, Replaced, Removed };

inline bool is_collision(const ChampNode* n) { return (n->header.flags & k_flag_collision) != 0; }
// Without the POPCNT instruction, which the oldest x86-64 lacks, std::popcount is a call.
inline unsigned count_bits(std::uint32_t bits) {
  bits -= bits >> 1 & 0x55555555;
  bits = (bits & 0x33333333) + (bits >> 2 & 0x33333333);
  return ((bits + (bits >> 4)) & 0x0f0f0f0f) * 0x01010101 >> 24;
}
// The bit of a hash in the bitmaps of a node at this depth.
inline std::uint32_t bit_of(std::uint32_t hash, unsigned shift) { return shift > 31 ? 1u : 1u << ((hash >> shift) & 31); }
inline unsigned bits_below(std::uint32_t map, std::uint32_t bit) { return count_bits(map & (bit - 1)); }

template <unsigned S>
struct Champ {
  static constexpr Kind k_kind = S == 2 ? Kind::MapNode : Kind::SetNode;

  static unsigned entries(const ChampNode* n) { return is_collision(n) ? n->header.slots / S : count_bits(n->data); }
  // Children stand at the end, the one of the lowest bit last: found by one count of bits.
  static Word& child(ChampNode* n, std::uint32_t bit) { return n->slot[n->header.slots - 1 - bits_below(n->nodes, bit)]; }

  // The entry with this key (address of the key; the value is behind it), or null. Root may be nil.
  static const Word* find(Word root, std::uint32_t hash, Word key, bool& failed);
  // Add or replace below *slot (a node). Added: key and value were taken; Replaced: the value was taken; else neither.
  static Change insert(Word* slot, unsigned shift, std::uint32_t hash, Word key, Word value);
  // Remove the entry with this key, which is there. Afterwards *slot may be a node with one entry, or with none.
  static Change remove(Word* slot, unsigned shift, std::uint32_t hash, Word key);

  static Word node_of_one(std::uint32_t hash, Word key, Word value);
  // The position of the first entry, and the one after `position`; false: there is none. Root not nil.
  static bool first_position(Word root, std::uint64_t& position);
  static bool next_position(Word root, std::uint64_t& position);
  static const Word* entry_at(Word root, std::uint64_t position);
  // As MapCursor needs it.
  static const Word* next(Word root, MapCursor& cursor);

 private:
  static Word node_of_two(unsigned shift, std::uint32_t hash, Word key, Word value, std::uint32_t other_hash, Word other_key,
                          Word other_value);
  static Change insert_collision(Word* slot, unsigned shift, std::uint32_t hash, Word key, Word value);
  static void put(Word* to, Word key, Word value) {
    to[0] = key;
    if constexpr (S == 2) to[1] = value;
  }
};

extern template struct Champ<1>;
extern template struct Champ<2>;

}  // namespace slisp::rt
