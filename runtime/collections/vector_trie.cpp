// vector_trie.cpp: the 32-way trie behind large vectors that were updated while others had them.
// Keeps: size > 32; every leaf in the trie is a Vector of 32 elements without metadata; nodes have no empty slots between
//        children; the tail has room for 32 elements, so that appending never moves it.
// Idea: the path to a change is owned from the top (own() copies what is shared); a node copied because its parent was
//        shared counts its children, so that they are shared in turn and are copied as well.
#include "runtime/collections/vector_trie.hpp"
#include <algorithm>
#include "runtime/memory/context.hpp"

// runtime/control/generated_code_update.asm
static_assert(static_cast<int>(slisp::rt::Kind::Vector) == 21 && static_cast<int>(slisp::rt::Kind::LargeVector) == 22 &&
              static_cast<int>(slisp::rt::Kind::Transient) == 34);
static_assert(slisp::rt::k_flag_own_nodes == 4 && offsetof(slisp::rt::LargeVector, size) == 8 && offsetof(slisp::rt::LargeVector, shift) == 12 &&
              offsetof(slisp::rt::LargeVector, root) == 16 && offsetof(slisp::rt::LargeVector, tail) == 24 &&
              offsetof(slisp::rt::Transient, finished) == 8 && offsetof(slisp::rt::Transient, collection) == 16);
static_assert(offsetof(slisp::rt::ThreadState, runtime) + offsetof(slisp::abi::Runtime, updates) == 1136 &&
              static_cast<int>(slisp::rt::Update::Conj) == 0 && static_cast<int>(slisp::rt::Update::Assoc) == 1 &&
              static_cast<int>(slisp::rt::Update::Pop) == 4 && sizeof(slisp::rt::UpdateCounts) == 8 * 24);

namespace slisp::rt {
namespace {

Word new_tail(Word element) {
  Word tail = vector_with_room(k_branch);
  header_of(tail)->slots = 1;
  at<Inline>(tail)->slot[0] = element;
  return tail;
}
Word new_node(Word child) {
  auto* node = allocate_as<Inline>(Kind::VectorNode, sizeof(Header) + sizeof(Word) * k_branch, 1);
  node->slot[0] = child;
  return word_of(node);
}
Word new_trie(std::size_t size, unsigned shift, Word root, Word tail, bool own_nodes) {
  auto* t = allocate_as<LargeVector>(Kind::LargeVector, sizeof(LargeVector), 2);
  if (own_nodes) t->header.flags |= k_flag_own_nodes;
  t->size = static_cast<std::uint32_t>(size);
  t->shift = shift;
  t->root = root;
  t->tail = tail;
  return word_of(t);
}
// A unique node or tail with room for one more slot, not counted in `slots` yet.
Inline* own_with_room(Word* slot) {
  Header* h = header_of(*slot);
  const std::size_t full = sizeof(Header) + sizeof(Word) * k_branch;
  if (count_of(h) == 1 && usable_size(h) >= full) return reinterpret_cast<Inline*>(h);
  Header* copy = allocate(h->kind, full, h->slots, 0);
  Word* from = reinterpret_cast<Inline*>(h)->slot;
  Word* to = reinterpret_cast<Inline*>(copy)->slot;
  for (unsigned i = 0; i < h->slots; ++i) to[i] = retained(from[i]);
  release(*slot);
  *slot = word_of(copy);
  return reinterpret_cast<Inline*>(copy);
}
void push(Word* slot, Word child) {
  Inline* node = own_with_room(slot);
  node->slot[node->header.slots++] = child;
}
Word path_to(unsigned shift, Word leaf) {
  for (; shift > 0; shift -= 5) leaf = new_node(leaf);
  return leaf;
}
// Hang the full tail, whose elements start at `index`, into the node at *slot.
void push_leaf(Word* slot, unsigned shift, std::size_t index, Word leaf) {
  const unsigned child = (index >> shift) % k_branch;
  if (child == header_of(*slot)->slots) return push(slot, path_to(shift - 5, leaf));
  Header* node = own(slot);
  push_leaf(&reinterpret_cast<Inline*>(node)->slot[child], shift - 5, index, leaf);
}
void push_tail(LargeVector* t, Word element) {
  const std::size_t start = trie_tail_start(t);
  if (t->size >> 5 > std::size_t{1} << t->shift) {
    t->root = new_node(t->root);
    push(&t->root, path_to(t->shift, t->tail));
    t->shift += 5;
  } else {
    push_leaf(&t->root, t->shift, start, t->tail);
  }
  t->tail = new_tail(element);
}
// The node or leaf at *slot, which the unique trie t may write to.
Inline* own_node(const LargeVector* t, Word* slot) {
  return reinterpret_cast<Inline*>((t->header.flags & k_flag_own_nodes) != 0 ? header_of(*slot) : own(slot));
}
// Take the last leaf out of the node at *slot; `last` tells whether the node has no child left then.
Word pop_leaf(Word* slot, unsigned shift, bool& empty) {
  Inline* node = reinterpret_cast<Inline*>(own(slot));
  Word* last = &node->slot[node->header.slots - 1];
  Word leaf;
  bool child_empty = true;
  if (shift == 5) {
    leaf = *last;
  } else {
    leaf = pop_leaf(last, shift - 5, child_empty);
    if (child_empty) release(*last);
  }
  if (child_empty) --node->header.slots;
  empty = node->header.slots == 0;
  return leaf;
}

}  // namespace

Word make_trie(const Word* elements, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) retain(elements[i]);
  Word v = new_trie(k_branch + 1, 5, new_node(make_vector(elements, k_branch)), new_tail(elements[k_branch]), true);
  for (std::size_t done = k_branch + 1; done < count;) {
    auto* t = at<LargeVector>(v);
    auto* tail = at<Inline>(t->tail);
    std::size_t more = std::min<std::size_t>(k_branch - tail->header.slots, count - done);
    std::memcpy(tail->slot + tail->header.slots, elements + done, more * sizeof(Word));
    tail->header.slots = static_cast<std::uint16_t>(tail->header.slots + more);
    t->size += static_cast<std::uint32_t>(more);
    done += more;
    if (done < count) v = trie_conj(v, elements[done++]);
  }
  return v;
}

Word trie_conj(Word v, Word element) {
  auto* t = reinterpret_cast<LargeVector*>(own(&v));
  if (header_of(t->tail)->slots == k_branch)
    push_tail(t, element);
  else
    push(&t->tail, element);
  ++t->size;
  return v;
}

Word trie_put(Word v, std::size_t index, Word element) {
  auto* t = reinterpret_cast<LargeVector*>(own(&v));
  Word* slot = &t->tail;
  if (index < trie_tail_start(t)) {
    slot = &t->root;
    for (unsigned shift = t->shift; shift > 0; shift -= 5)
      slot = &own_node(t, slot)->slot[(index >> shift) % k_branch];
  }
  slot = &own_node(t, slot)->slot[index % k_branch];
  Word old = *slot;
  *slot = element;
  release(old);
  return v;
}

Word trie_pop(Word v) {
  auto* t = reinterpret_cast<LargeVector*>(own(&v));
  if (header_of(t->tail)->slots > 1) {
    Inline* tail = reinterpret_cast<Inline*>(own(&t->tail));
    Word last = tail->slot[--tail->header.slots];
    --t->size;
    release(last);
    return v;
  }
  bool empty;
  Word leaf = pop_leaf(&t->root, t->shift, empty);
  release(std::exchange(t->tail, leaf));
  if (--t->size == k_branch) {  // the leaf is all that is left
    Word meta = retained(meta_of(v));
    leaf = std::exchange(t->tail, abi::k_nil);
    release(v);
    if (meta == abi::k_nil) return leaf;
    return word_of(set_meta(own(&leaf), meta));
  }
  while (t->shift > 5 && header_of(t->root)->slots == 1) {
    Word child = retained(at<Inline>(t->root)->slot[0]);
    release(std::exchange(t->root, child));
    t->shift -= 5;
  }
  return v;
}

}  // namespace slisp::rt
