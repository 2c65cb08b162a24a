// champ.cpp: the hash tries behind HashMap and HashSet.
// Keeps: no node below the root has fewer than two entries in its subtree; a failed update leaves the trie as it was in
// value. Idea: CHAMP (Steindorfer & Vinju 2015) with the JVM's order of iteration, see champ.hpp.
#include "runtime/collections/champ.hpp"

namespace slisp::rt {
namespace {
ChampNode* new_node(Kind kind, std::uint32_t data, std::uint32_t nodes, unsigned slots, std::uint8_t flags = 0) {
  auto* n = allocate_as<ChampNode>(kind, sizeof(ChampNode) + sizeof(Word) * slots, static_cast<std::uint16_t>(slots), flags);
  n->data = data;
  n->nodes = nodes;
  return n;
}
}  // namespace

template <unsigned S>
Word Champ<S>::node_of_one(std::uint32_t hash, Word key, Word value) {
  ChampNode* n = new_node(k_kind, bit_of(hash, 0), 0, S);
  put(n->slot, key, value);
  return word_of(n);
}

template <unsigned S>
const Word* Champ<S>::find(Word root, std::uint32_t hash, Word key, bool& failed) {
  if (root == abi::k_nil) return nullptr;
  auto* n = at<ChampNode>(root);
  for (unsigned shift = 0;; shift += 5) {
    if (is_collision(n)) {
      if (n->data != hash) return nullptr;
      for (Word *p = n->slot, *end = p + n->header.slots; p < end; p += S) {
        if (key_equal(key, *p, failed)) return p;
        if (failed) return nullptr;
      }
      return nullptr;
    }
    const std::uint32_t bit = bit_of(hash, shift);
    if (n->data & bit) {
      const Word* p = n->slot + bits_below(n->data, bit) * S;
      return key_equal(key, *p, failed) ? p : nullptr;
    }
    if (!(n->nodes & bit)) return nullptr;
    n = at<ChampNode>(child(n, bit));
    // Which slot comes next stands in the bitmaps: fetch the slots' lines along with them. A third off a lookup among 10^6
    // keys.
    __builtin_prefetch(reinterpret_cast<const char*>(n) + 64);
    __builtin_prefetch(reinterpret_cast<const char*>(n) + 128);
    __builtin_prefetch(reinterpret_cast<const char*>(n) + 192);
  }
}

template <unsigned S>
Word Champ<S>::node_of_two(unsigned shift, std::uint32_t hash, Word key, Word value, std::uint32_t other_hash,
                           Word other_key, Word other_value) {
  if (hash == other_hash) {
    ChampNode* n = new_node(k_kind, hash, 0, 2 * S, k_flag_collision);
    const bool nil_last = other_key == abi::k_nil;
    put(n->slot + (nil_last ? S : 0), key, value);
    put(n->slot + (nil_last ? 0 : S), other_key, other_value);
    return word_of(n);
  }
  const std::uint32_t bit = bit_of(hash, shift), other_bit = bit_of(other_hash, shift);
  if (bit == other_bit) {
    Word below = node_of_two(shift + 5, hash, key, value, other_hash, other_key, other_value);
    ChampNode* n = new_node(k_kind, 0, bit, 1);
    n->slot[0] = below;
    return word_of(n);
  }
  ChampNode* n = new_node(k_kind, bit | other_bit, 0, 2 * S);
  put(n->slot + (bit < other_bit ? 0 : S), key, value);
  put(n->slot + (bit < other_bit ? S : 0), other_key, other_value);
  return word_of(n);
}

template <unsigned S>
Change Champ<S>::insert_collision(Word* slot, unsigned shift, std::uint32_t hash, Word key, Word value) {
  auto* n = at<ChampNode>(*slot);
  if (n->data != hash) {  // put a node above it that tells the two hashes apart
    ChampNode* above = new_node(k_kind, 0, bit_of(n->data, shift), 1);
    above->slot[0] = *slot;
    *slot = word_of(above);
    return insert(slot, shift, hash, key, value);
  }
  for (unsigned i = 0; i < n->header.slots; i += S) {
    bool failed = false;
    if (key_equal(key, n->slot[i], failed)) {
      if constexpr (S == 1) return Change::Same;
      n = reinterpret_cast<ChampNode*>(own(slot));
      release(std::exchange(n->slot[i + 1], value));
      return Change::Replaced;
    }
    if (failed) return Change::Failed;
  }
  if (n->header.slots + S > UINT16_MAX) {
    (void)throw_new(ClassId::UnsupportedOperationException, "Too many keys with the same hash");
    return Change::Failed;
  }
  Header* h = own(slot);
  const unsigned index = key == abi::k_nil ? 0 : h->slots;
  h = open_slots(h, index, S);
  *slot = word_of(h);
  put(reinterpret_cast<ChampNode*>(h)->slot + index, key, value);
  return Change::Added;
}

template <unsigned S>
Change Champ<S>::insert(Word* slot, unsigned shift, std::uint32_t hash, Word key, Word value) {
  auto* n = at<ChampNode>(*slot);
  if (is_collision(n)) return insert_collision(slot, shift, hash, key, value);
  const std::uint32_t bit = bit_of(hash, shift);
  if (n->nodes & bit) {
    n = reinterpret_cast<ChampNode*>(own(slot));
    return insert(&child(n, bit), shift + 5, hash, key, value);
  }
  const unsigned index = bits_below(n->data, bit) * S;
  if (!(n->data & bit)) {
    Header* h = open_slots(own(slot), index, S);
    *slot = word_of(h);
    n = reinterpret_cast<ChampNode*>(h);
    n->data |= bit;
    put(n->slot + index, key, value);
    return Change::Added;
  }
  bool failed = false;
  if (key_equal(key, n->slot[index], failed)) {
    if constexpr (S == 1) return Change::Same;
    n = reinterpret_cast<ChampNode*>(own(slot));
    release(std::exchange(n->slot[index + 1], value));
    return Change::Replaced;
  }
  if (failed) return Change::Failed;
  const std::uint32_t other_hash = key_hash(n->slot[index], failed);
  if (failed) return Change::Failed;
  // The entry moves down into a node of two.
  n = reinterpret_cast<ChampNode*>(own(slot));
  Word below = node_of_two(shift + 5, other_hash, n->slot[index], S == 2 ? n->slot[index + 1] : 0, hash, key, value);
  close_slots(&n->header, index, S);
  n->data &= ~bit;
  const unsigned place = n->header.slots - bits_below(n->nodes, bit);
  Header* h = open_slots(&n->header, place, 1);
  *slot = word_of(h);
  n = reinterpret_cast<ChampNode*>(h);
  n->nodes |= bit;
  n->slot[place] = below;
  return Change::Added;
}

template <unsigned S>
Change Champ<S>::remove(Word* slot, unsigned shift, std::uint32_t hash, Word key) {
  auto* n = reinterpret_cast<ChampNode*>(own(slot));
  if (is_collision(n)) {
    for (unsigned i = 0; i < n->header.slots; i += S) {
      bool failed = false;
      if (!key_equal(key, n->slot[i], failed)) {
        if (failed) return Change::Failed;
        continue;
      }
      Word old_key = n->slot[i], old_value = S == 2 ? n->slot[i + 1] : abi::k_nil;
      close_slots(&n->header, i, S);
      if (n->header.slots == S) {  // one left: an ordinary node again
        n->header.flags = 0;
        n->data = bit_of(hash, shift);
      }
      release(old_key);
      release(old_value);
      return Change::Removed;
    }
    return Change::Same;
  }
  const std::uint32_t bit = bit_of(hash, shift);
  if (n->data & bit) {
    const unsigned index = bits_below(n->data, bit) * S;
    Word old_key = n->slot[index], old_value = S == 2 ? n->slot[index + 1] : abi::k_nil;
    n->data &= ~bit;
    close_slots(&n->header, index, S);
    release(old_key);
    release(old_value);
    return Change::Removed;
  }
  Word* below = &child(n, bit);
  Change change = remove(below, shift + 5, hash, key);
  if (change != Change::Removed) return change;
  auto* m = at<ChampNode>(*below);
  if (m->header.slots != S || is_collision(m) || m->nodes) return change;
  // One entry is left below: it moves up. (The node below is unique: remove() owned it.)
  Word lone_key = m->slot[0], lone_value = S == 2 ? m->slot[1] : 0;
  free_cell(*below);
  close_slots(&n->header, static_cast<unsigned>(below - n->slot), 1);
  n->nodes &= ~bit;
  const unsigned index = bits_below(n->data, bit) * S;
  Header* h = open_slots(&n->header, index, S);
  *slot = word_of(h);
  n = reinterpret_cast<ChampNode*>(h);
  n->data |= bit;
  put(n->slot + index, lone_key, lone_value);
  return change;
}

// ---- positions
namespace {
constexpr unsigned k_depth_shift = 35, k_index_shift = 38;
unsigned depth_of(std::uint64_t p) { return static_cast<unsigned>(p >> k_depth_shift) & 7; }
unsigned digit_of(std::uint64_t p, unsigned level) { return static_cast<unsigned>(p >> (5 * level)) & 31; }
// From node n at `level`, whose digits above are in `position`: down to its first entry.
template <unsigned S>
std::uint64_t leftmost(ChampNode* n, unsigned level, std::uint64_t position) {
  for (;; ++level) {
    if (is_collision(n)) return position | std::uint64_t{level} << k_depth_shift;
    const std::uint32_t all = n->data | n->nodes;
    const auto digit = static_cast<unsigned>(std::countr_zero(all));
    position |= std::uint64_t{digit} << (5 * level);
    if (n->data >> digit & 1) return position | std::uint64_t{level} << k_depth_shift;
    n = at<ChampNode>(Champ<S>::child(n, 1u << digit));
  }
}
}  // namespace

template <unsigned S>
bool Champ<S>::first_position(Word root, std::uint64_t& position) {
  position = leftmost<S>(at<ChampNode>(root), 0, 0);
  return true;
}

template <unsigned S>
bool Champ<S>::next_position(Word root, std::uint64_t& position) {
  ChampNode* path[8];
  const unsigned depth = depth_of(position);
  path[0] = at<ChampNode>(root);
  for (unsigned level = 0; level < depth; ++level)
    path[level + 1] = at<ChampNode>(child(path[level], 1u << digit_of(position, level)));
  unsigned level = depth;
  if (is_collision(path[depth])) {
    const std::uint64_t index = (position >> k_index_shift) + 1;
    if (index < entries(path[depth])) {
      position += std::uint64_t{1} << k_index_shift;
      return true;
    }
    if (level == 0) return false;
    --level;
  }
  for (;; --level) {
    ChampNode* n = path[level];
    const unsigned digit = digit_of(position, level);
    const std::uint32_t above = digit == 31 ? 0 : (n->data | n->nodes) & (~std::uint32_t{0} << (digit + 1));
    if (above) {
      const auto found = static_cast<unsigned>(std::countr_zero(above));
      const std::uint64_t upper = position & ((std::uint64_t{1} << (5 * level)) - 1);
      position = upper | std::uint64_t{found} << (5 * level);
      if (n->data >> found & 1)
        position |= std::uint64_t{level} << k_depth_shift;
      else
        position = leftmost<S>(at<ChampNode>(child(n, 1u << found)), level + 1, position);
      return true;
    }
    if (level == 0) return false;
  }
}

template <unsigned S>
const Word* Champ<S>::entry_at(Word root, std::uint64_t position) {
  auto* n = at<ChampNode>(root);
  const unsigned depth = depth_of(position);
  for (unsigned level = 0; level < depth; ++level) n = at<ChampNode>(child(n, 1u << digit_of(position, level)));
  if (is_collision(n)) return n->slot + (position >> k_index_shift) * S;
  return n->slot + bits_below(n->data, 1u << digit_of(position, depth)) * S;
}

template <unsigned S>
const Word* Champ<S>::next(Word root, MapCursor& cursor) {
  if (!cursor.started) {
    cursor.started = true;
    if (root == abi::k_nil) return nullptr;
    cursor.depth = 0;
    cursor.node[0] = root;
    cursor.index[0] = 0;
  }
  while (cursor.depth >= 0) {
    auto* n = at<ChampNode>(cursor.node[cursor.depth]);
    std::uint32_t& index = cursor.index[cursor.depth];
    if (is_collision(n)) {
      if (index < entries(n)) return n->slot + S * index++;
      --cursor.depth;
      continue;
    }
    const std::uint32_t left = index >= 32 ? 0 : (n->data | n->nodes) >> index;
    if (left == 0) {
      --cursor.depth;
      continue;
    }
    index += static_cast<std::uint32_t>(std::countr_zero(left)) + 1;
    const std::uint32_t bit = 1u << (index - 1);
    if (n->data & bit) return n->slot + bits_below(n->data, bit) * S;
    ++cursor.depth;
    cursor.node[cursor.depth] = child(n, bit);
    cursor.index[cursor.depth] = 0;
  }
  return nullptr;
}

template struct Champ<1>;
template struct Champ<2>;

}  // namespace slisp::rt
