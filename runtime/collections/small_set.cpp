// small_set.cpp: hash sets of few scalars, see small_set.hpp.
#include "runtime/collections/small_set.hpp"
#include "runtime/collections/champ.hpp"

namespace slisp::rt {
namespace {

std::uint32_t scalar_hash(Word element) {
  bool failed = false;                                   // never
  return key_hash(element, failed);
}
bool scalars_equal(Word a, Word b) {
  bool failed = false;
  return key_equal(a, b, failed);
}

// Does a trie lead to the first hash before the second? It takes five bits a level, the lowest first.
inline bool stands_before(std::uint32_t a, std::uint32_t b) {
  const std::uint32_t difference = a ^ b;
  if (difference == 0) return false;
  const unsigned shift = static_cast<unsigned>(std::countr_zero(difference)) * 205 >> 10;  // divided by 5
  return (a >> 5 * shift & 31) < (b >> 5 * shift & 31);
}

unsigned place_of(const SmallSet* s, std::uint32_t hash, Word element) {
  unsigned place = 0;
  for (; place < s->size; ++place) {
    const std::uint32_t other = scalar_hash(s->element[place]);
    if (stands_before(hash, other) || (element == abi::k_nil && hash == other)) break;
  }
  return place;
}

}  // namespace

const Word* small_set_find(Word set, Word key, bool& failed) {
  const auto* s = at<SmallSet>(set);
  const Word *element = s->element, *end = element + s->size;
  for (const Word* p = element; p < end; ++p)
    if (*p == key) return p;
  if (!is_pointer(key) || kind_of(key) == Kind::Keyword) return nullptr;    // equal to themselves alone
  const std::uint32_t hash = key_hash(key, failed);
  if (failed) return nullptr;
  for (const Word* p = element; p < end; ++p) {
    if (scalar_hash(*p) != hash) continue;
    if (key_equal(key, *p, failed)) return p;
    if (failed) return nullptr;
  }
  return nullptr;
}

Word small_set_add(Word set, std::uint32_t hash, Word element) {
  Header* h = header_of(set);
  const unsigned place = place_of(at<SmallSet>(set), hash, element);
  if (count_of(h) == 1) {
    h = open_slots(h, place, 1);
  } else {
    Header* copy = allocate(Kind::HashSet, bytes_of(h) + sizeof(Word), static_cast<std::uint16_t>(h->slots + 1), h->flags);
    const Word* from = slots_of(h);
    Word* to = slots_of(copy);
    for (unsigned i = 0; i < h->slots; ++i) to[i + (i >= place)] = retained(from[i]);
    reinterpret_cast<SmallSet*>(copy)->size = at<SmallSet>(set)->size;
    release(set);
    h = copy;
  }
  auto* s = reinterpret_cast<SmallSet*>(h);
  s->element[place] = element;
  ++s->size;
  s->hash = 0;
  return word_of(s);
}

Word small_set_take_out(Word set, const Word* place) {
  const auto index = static_cast<unsigned>(place - at<SmallSet>(set)->element);
  auto* s = reinterpret_cast<SmallSet*>(own(&set));
  const Word element = s->element[index];
  close_slots(&s->header, index, 1);
  --s->size;
  s->hash = 0;
  release(element);
  return set;
}

Word small_set_of(const Word* elements, unsigned count, unsigned& duplicate) {
  std::uint32_t hashes[k_small_set_limit];
  auto* s = allocate_as<SmallSet>(Kind::HashSet, sizeof(SmallSet) + count * sizeof(Word), static_cast<std::uint16_t>(count), k_flag_small_set);
  for (unsigned i = 0; i < count; ++i) {
    const Word element = elements[i];
    const std::uint32_t hash = scalar_hash(element);
    unsigned place = i;
    for (; place > 0; --place) {
      const std::uint32_t other = hashes[place - 1];
      if (other == hash) {
        for (unsigned j = place; j-- > 0 && hashes[j] == hash;) {
          if (!scalars_equal(element, s->element[j])) continue;
          duplicate = i;
          free_cell(word_of(s));
          return 0;
        }
        if (element != abi::k_nil) break;
      } else if (!stands_before(hash, other)) {
        break;
      }
      hashes[place] = other;
      s->element[place] = s->element[place - 1];
    }
    hashes[place] = hash;
    s->element[place] = element;
  }
  s->size = count;
  s->hash = 0;
  return word_of(s);
}

Word small_set_to_trie(Word set) {
  auto* trie = allocate_as<HashMap>(Kind::HashSet, sizeof(HashMap), 1);
  trie->size = at<SmallSet>(set)->size;
  trie->hash = 0;
  trie->root = abi::k_nil;
  for (unsigned i = 0; i < trie->size; ++i) {
    const Word element = retained(at<SmallSet>(set)->element[i]);
    const std::uint32_t hash = scalar_hash(element);
    if (trie->root == abi::k_nil)
      trie->root = Champ<1>::node_of_one(hash, element, 0);
    else
      Champ<1>::insert(&trie->root, 0, hash, element, 0);
  }
  const Word result = with_meta_of(word_of(trie), meta_of(set));
  release(set);
  return result;
}

bool small_sets_equal(Word a, Word b) {
  const auto *x = at<SmallSet>(a), *y = at<SmallSet>(b);
  if (x->size != y->size) return false;
  for (unsigned i = 0; i < x->size; ++i) {
    const Word p = x->element[i], q = y->element[i];
    if (p == q) continue;
    const std::uint32_t hash = scalar_hash(p);
    if (hash != scalar_hash(q)) return false;
    if (scalars_equal(p, q)) continue;
    bool found = false, failed = false;                  // several elements of one hash may stand in any order
    for (unsigned j = 0; j < y->size && !found; ++j) found = key_equal(p, y->element[j], failed);
    if (!found) return false;
  }
  return true;
}

}  // namespace slisp::rt
