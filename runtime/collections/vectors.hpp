// vectors.hpp: Vector, LargeVector (flat or a trie) and SubVector through one set of functions over raw words.
// Words named `v` and elements are owned and consumed unless said otherwise. Nothing here can throw.
#pragma once
#include "runtime/collections/layouts.hpp"

namespace slisp::rt {

inline bool is_vector_kind(Kind k) { return k == Kind::Vector || k == Kind::LargeVector || k == Kind::SubVector; }
inline bool is_vector(Word w) { return is_vector_kind(kind_or_none(w)); }
inline bool is_map_entry(Word w) { return is_kind(w, Kind::Vector) && (header_of(w)->flags & abi::k_flag_map_entry) != 0; }
inline std::size_t inline_size(const Header* h) { return h->slots - meta_slots(h); }
// A key as index: false unless it is an integer; then its low 32 bits, as on the JVM. Key borrowed.
bool vector_index(Word key, std::int64_t& index);
std::size_t sub_vector_size(Word v);
inline std::size_t vector_size(Word v) {
  Header* h = header_of(v);
  if (h->kind == Kind::Vector) return inline_size(h);
  if (h->kind == Kind::LargeVector) return at<LargeVector>(v)->size;
  return sub_vector_size(v);
}
// The elements from `index` on that lie together in memory: their address and how many. v borrowed, index in range.
const Word* vector_run(Word v, std::size_t index, std::size_t& count);
inline bool is_flat(const LargeVector* v) { return v->shift == 0; }
inline VectorBuffer* buffer_of(const LargeVector* flat) { return at<VectorBuffer>(flat->root); }
inline std::size_t trie_tail_start(const LargeVector* t) { return (t->size - 1) & ~std::size_t{k_branch - 1}; }
// The leaf of a trie that holds `index`; borrowed.
inline Word trie_leaf(Word v, std::size_t index) {
  auto* t = at<LargeVector>(v);
  if (index >= trie_tail_start(t)) return t->tail;
  Word node = t->root;
  for (unsigned shift = t->shift; shift > 0; shift -= 5) node = at<Inline>(node)->slot[(index >> shift) % k_branch];
  return node;
}
// Where element `index` stands; v borrowed, no SubVector, index in range.
inline Word* element_place(Word v, std::size_t index) {
  if (kind_of(v) == Kind::Vector) return at<Inline>(v)->slot + index;
  if (is_flat(at<LargeVector>(v))) return buffer_of(at<LargeVector>(v))->slot + index;
  return at<Inline>(trie_leaf(v, index))->slot + index % k_branch;
}
// Element `index`, borrowed; v borrowed, index in range.
inline Word vector_ref(Word v, std::size_t index) {
  if (kind_of(v) != Kind::SubVector) return *element_place(v, index);
  std::size_t count;
  return *vector_run(v, index, count);
}
// Does nobody else have the buffer or the nodes that lead from a unique vector to this element? Of a SubVector nobody knows.
inline bool alone_down_to(Word v, std::size_t index) {
  if (kind_of(v) != Kind::LargeVector) return kind_of(v) == Kind::Vector;
  const auto* t = at<LargeVector>(v);
  if (is_flat(t)) return unique(t->root) && t->tail == abi::k_nil;
  if (index >= trie_tail_start(t)) return unique(t->tail);
  Word node = t->root;
  for (unsigned shift = t->shift; shift > 0; shift -= 5) {
    if (!unique(node)) return false;
    node = at<Inline>(node)->slot[(index >> shift) % k_branch];
  }
  return unique(node);
}
// A Vector of the elements that stand together with `index`: those whose indices differ in the last five bits alone. Owned; not for
// SubVectors. v borrowed.
Word shared_leaf(Word v, std::size_t index);

Word make_vector(const Word* elements, std::size_t count);  // consumes the elements
Word make_pair(Word key, Word value);                       // a map entry
Word vector_with_room(std::size_t room);                    // empty and unique; room for at most 32
Word vec_conj(Word v, Word element);
Word vec_put(Word v, std::size_t index, Word element);     // index in range
Word vec_pop(Word v);                                      // not empty
Word vec_sub(Word v, std::size_t start, std::size_t end);  // in range

}  // namespace slisp::rt
