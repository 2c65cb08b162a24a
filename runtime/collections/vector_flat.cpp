// vector_flat.cpp: large vectors whose elements lie in one buffer, as long as nobody shares what is updated.
// Keeps: size > 32; a buffer that only one vector has is that vector's; the trie of a flat vector has the vector's elements, or is nil.
//        Looks never change a flat vector, so whoever walks its buffer may call a program's functions.
// Idea: most vectors are built and updated by one owner, and a buffer costs one look per element and no memory beside it. What was updated
//       while others had it will be again: so its trie is made once and kept, and every version after that copies a path of it, as
//       persistent vectors do. Making it costs as much as building the vector did.
#include "runtime/collections/vector_flat.hpp"
#include <algorithm>
#include <atomic>
#include "runtime/collections/vector_trie.hpp"
#include "runtime/memory/context.hpp"
#include "runtime/memory/threading.hpp"

static_assert(offsetof(slisp::rt::VectorBuffer, size) == sizeof(slisp::rt::Header));   // value_slots, runtime/memory/context.hpp
// runtime/control/large_vector.inc
static_assert(offsetof(slisp::rt::VectorBuffer, size) == 8 && offsetof(slisp::rt::VectorBuffer, capacity) == 12 &&
              offsetof(slisp::rt::VectorBuffer, slot) == 16);

// runtime/control/vector_seq.inc
static_assert(static_cast<int>(slisp::rt::Kind::VectorSeq) == 16 && static_cast<int>(slisp::rt::Kind::Vector) == 21 &&
              offsetof(slisp::rt::VectorSeq, index) == 8 && offsetof(slisp::rt::VectorSeq, vector) == 16);

// Defined by the compiler, and by programs compiled with --no-flat-vectors.
extern "C" [[gnu::weak]] const std::uint64_t slisp_tries_only;

namespace slisp::rt {
namespace {

constexpr std::size_t k_doubled = std::size_t{1} << 17;   // elements: larger buffers grow by half
constexpr std::size_t k_shrunk = 1024;                    // smaller buffers keep what they have

constexpr std::size_t buffer_bytes(std::size_t capacity) { return sizeof(VectorBuffer) + capacity * sizeof(Word); }

void set_size(VectorBuffer* buffer, std::size_t size) {
  buffer->size = static_cast<std::uint32_t>(size);
  buffer->header.slots = static_cast<std::uint16_t>(std::min<std::size_t>(size, UINT16_MAX));
}
void note_capacity(VectorBuffer* buffer) {
  const std::size_t slots = (usable_size(&buffer->header) - sizeof(VectorBuffer)) / sizeof(Word);
  buffer->capacity = static_cast<std::uint32_t>(std::min<std::size_t>(slots, UINT32_MAX));
}
// Without elements.
VectorBuffer* new_buffer(std::size_t capacity) {
  auto* buffer = allocate_as<VectorBuffer>(Kind::VectorBuffer, buffer_bytes(capacity), 0);
  buffer->size = 0;
  note_capacity(buffer);
  return buffer;
}
LargeVector* new_flat(VectorBuffer* buffer) {
  auto* v = allocate_as<LargeVector>(Kind::LargeVector, sizeof(LargeVector), 2);
  v->size = buffer->size;
  v->shift = 0;
  v->root = word_of(buffer);
  v->tail = abi::k_nil;
  return v;
}
VectorBuffer* grown(VectorBuffer* buffer) {
  const std::size_t capacity = std::size_t{buffer->capacity} + (buffer->capacity < k_doubled ? buffer->capacity : buffer->capacity / 2);
  auto* moved = reinterpret_cast<VectorBuffer*>(reallocate(&buffer->header, buffer_bytes(buffer->size), buffer_bytes(capacity)));
  note_capacity(moved);
  return moved;
}
// The buffer with one element more, which is consumed; it may move.
VectorBuffer* appended(VectorBuffer* buffer, Word element) {
  if (buffer->size == buffer->capacity) buffer = grown(buffer);
  buffer->slot[buffer->size] = element;
  set_size(buffer, std::size_t{buffer->size} + 1);
  return buffer;
}
// A buffer that is mostly room is replaced by one with as much room as elements.
void shrink(LargeVector* v) {
  VectorBuffer* buffer = buffer_of(v);
  if (buffer->capacity < k_shrunk || buffer->size > buffer->capacity / 4) return;
  VectorBuffer* smaller = new_buffer(std::size_t{2} * buffer->size);
  std::memcpy(smaller->slot, buffer->slot, buffer->size * sizeof(Word));
  set_size(smaller, buffer->size);
  set_size(buffer, 0);
  v->root = word_of(smaller);
  release(word_of(buffer));
}
// The vector that may be changed in place, or null: somebody else has it or its buffer.
LargeVector* changeable(Word v) {
  auto* flat = at<LargeVector>(v);
  if (!unique(v) || !unique(flat->root)) return nullptr;
  if (flat->tail != abi::k_nil) release(std::exchange(flat->tail, abi::k_nil));   // it will not have these elements any more
  return flat;
}
Word as_trie(Word v) {
  const Word trie = trie_version(v);
  release(v);
  return trie;
}
// The trie that a vector keeps, borrowed; 0: it may keep none, being static data.
Word kept_trie(LargeVector* flat) {
  if (count_of(&flat->header) == 0) return 0;
  if (!is_shared(&flat->header)) {
    if (flat->tail == abi::k_nil) flat->tail = make_trie(buffer_of(flat)->slot, flat->size);
    return flat->tail;
  }
  std::atomic_ref<Word> kept(flat->tail);
  Word trie = kept.load(std::memory_order_acquire);
  if (trie != abi::k_nil) return trie;
  const Word made = make_trie(buffer_of(flat)->slot, flat->size);
  publish(made);
  if (kept.compare_exchange_strong(trie, made, std::memory_order_acq_rel, std::memory_order_acquire)) return made;
  release(made);   // another thread was first
  return trie;
}

// The vector of a buffer, which is consumed.
Word vector_of(VectorBuffer* buffer) {
  if (&slisp_tries_only == nullptr) return word_of(new_flat(buffer));
  const Word trie = make_trie(buffer->slot, buffer->size);
  release(word_of(buffer));
  return trie;
}

}  // namespace

Word make_flat(const Word* elements, std::size_t count) {
  VectorBuffer* buffer = new_buffer(count);
  std::memcpy(buffer->slot, elements, count * sizeof(Word));
  set_size(buffer, count);
  return vector_of(buffer);
}

Word flat_of_full_vector(Word v, Word element) {
  VectorBuffer* buffer = new_buffer(std::size_t{2} * k_branch);
  const Word* from = at<Inline>(v)->slot;
  const bool moves = unique(v);
  for (unsigned i = 0; i < k_branch; ++i) buffer->slot[i] = moves ? from[i] : retained(from[i]);
  buffer->slot[k_branch] = element;
  set_size(buffer, k_branch + 1);
  Word flat = with_meta_of(vector_of(buffer), meta_of(v));
  if (moves) {
    if (meta_slots(header_of(v))) release(meta_of(v));
    free_cell(v);
  } else {
    release(v);
  }
  return flat;
}

Word flat_conj(Word v, Word element) {
  LargeVector* flat = changeable(v);
  if (flat == nullptr) return trie_conj(as_trie(v), element);
  flat->root = word_of(appended(buffer_of(flat), element));
  ++flat->size;
  return v;
}

Word flat_put(Word v, std::size_t index, Word element) {
  LargeVector* flat = changeable(v);
  if (flat == nullptr) return trie_put(as_trie(v), index, element);
  release(std::exchange(buffer_of(flat)->slot[index], element));
  return v;
}

Word flat_pop(Word v) {
  LargeVector* flat = changeable(v);
  if (flat == nullptr) return trie_pop(as_trie(v));
  VectorBuffer* buffer = buffer_of(flat);
  const Word last = buffer->slot[buffer->size - 1];
  set_size(buffer, buffer->size - 1);
  --flat->size;
  if (flat->size == k_branch) {
    Word small = with_meta_of(make_vector(buffer->slot, k_branch), meta_of(v));
    set_size(buffer, 0);
    release(v);
    v = small;
  } else {
    shrink(flat);
  }
  release(last);
  return v;
}

Word flat_leaf(Word v, std::size_t index) {
  const auto* flat = at<LargeVector>(v);
  const std::size_t start = index & ~std::size_t{k_branch - 1};
  const std::size_t count = std::min<std::size_t>(k_branch, flat->size - start);
  const Word* elements = buffer_of(flat)->slot + start;
  for (std::size_t i = 0; i < count; ++i) retain(elements[i]);
  return make_vector(elements, count);
}

VectorBuilder::VectorBuilder(std::size_t room) : buffer_(new_buffer(std::max<std::size_t>(room, k_branch))) {}

void VectorBuilder::add(Word element) { buffer_ = appended(buffer_, element); }

Word VectorBuilder::take() {
  if (buffer_->size > k_branch) return vector_of(std::exchange(buffer_, nullptr));
  const Word small = make_vector(buffer_->slot, buffer_->size);
  set_size(buffer_, 0);
  return small;
}

Word trie_version(Word v) {
  auto* flat = at<LargeVector>(v);
  Word trie = kept_trie(flat);
  trie = trie != 0 ? retained(trie) : make_trie(buffer_of(flat)->slot, flat->size);
  const Word meta = meta_of(v);
  return meta == abi::k_nil ? trie : word_of(set_meta(own(&trie), retained(meta)));
}

}  // namespace slisp::rt
