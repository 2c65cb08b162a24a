// layouts.hpp: the objects of collections, seqs and transients, beside those in abi/layout.h, and the helpers that build,
// copy and own them.
//
// All counted references stand in slots (kinds.def); raw words hold sizes and positions only, so every object can be laid
// out as static data. Metadata, when flagged, is the last slot. Leaves and tail of a vector trie are plain Vectors of up to
// 32 elements, so that a chunk of a vector's seq is the leaf itself.
#pragma once
#include <cstring>
#include "runtime/api.hpp"

extern "C" {
extern slisp::abi::Header slisp_empty_vector;
extern slisp::abi::Header slisp_empty_map;
extern slisp::abi::Header slisp_empty_list;
}

namespace slisp::rt {

using abi::Inline;
using abi::List;

inline constexpr unsigned k_branch = 32;                // elements of a leaf, children of a trie node
inline constexpr unsigned k_array_map_limit = 8;        // entries an ArrayMap may grow to
inline constexpr unsigned k_array_map_maximum = 32000;  // entries that fit `Header::slots` when array-map makes one

// A large vector is built flat: all elements in one buffer, which is changed in place while the vector is unique. The first update that
// finds it shared makes a trie of the same elements, which the flat one keeps: new versions copy paths of that trie, looks into the flat
// one stay as they are. A trie never becomes flat again.
//
// Flag of a trie: nobody but it refers to a node or leaf below it, so that a unique one may write to them without a look at their counts.
// Cleared for good where one of them gets a second owner.
inline constexpr std::uint8_t k_flag_own_nodes = 4;
struct LargeVector {  // always more than 32 elements
  Header header;
  std::uint32_t size;
  std::uint32_t shift;  // of a trie's root: 5 when its children are leaves. 0: flat
  Word root;            // VectorNode; flat: VectorBuffer
  Word tail;            // Vector of 1 to 32 elements; flat: the trie of the same elements, or nil
};
struct VectorBuffer {  // of one LargeVector and its copies with other metadata
  Header header;
  std::uint32_t size;
  std::uint32_t capacity;
  Word slot[];
};
struct SubVector {
  Header header;
  std::uint64_t start;
  std::uint64_t end;
  Word vector;  // Vector or LargeVector
};
struct HashMap {  // HashSet has the same layout, unless it is small (small_set.hpp)
  Header header;
  std::uint32_t size;
  std::uint32_t hash;  // 0: not asked yet since the last change
  Word root;           // MapNode (SetNode), nil when empty
};
// Entries in order of their bits from the front, children from the back. Collision nodes (k_flag_collision) have entries
// alone and their common hash in `data`.
struct ChampNode {
  Header header;
  std::uint32_t data;
  std::uint32_t nodes;
  Word slot[];
};
inline constexpr std::uint8_t k_flag_collision = 4;
struct TreeMap {  // TreeSet has the same layout
  Header header;
  std::uint64_t size;
  Word root;        // TreeNode or nil
  Word comparator;  // function or nil
};
struct TreeNode {  // the value slot is missing in sets
  Header header;
  std::uint64_t size;  // entries of the whole subtree
  Word left;
  Word right;
  Word key;
  Word value;
};
struct Queue {
  Header header;
  std::uint64_t size;
  Word front;  // seq of the first elements, nil only when empty
  Word rear;   // vector of the last ones, or nil
};
struct Transient {
  Header header;
  std::uint64_t finished;  // 1: persistent! was called
  Word collection;
};
struct ChunkBuffer {
  Header header;
  std::uint64_t capacity;
  Word vector;
};

enum class LazyState : std::uint32_t {
  Unrealised,  // value: the thunk
  Running,     // value: nil; `runner` is the number of the thread that runs the thunk
  Valued,      // value: what the thunk gave, not yet a seq
  Realised,    // value: a non-empty seq or nil
  Failed,      // value: the exception, thrown again at every look
  k_interrupted   // no state of a cell: this thread was told to end while it waited for another one's thunk
};
struct LazySeq {
  Header header;
  LazyState state;
  std::uint32_t runner;
  Word value;
};
// Generated code makes them too: src/codegen/x86_64_linux/isel_allocation.cpp.
static_assert(sizeof(LazySeq) == 24 && offsetof(LazySeq, state) == 8 && offsetof(LazySeq, value) == 16 && static_cast<int>(LazyState::Unrealised) == 0);
struct ChunkedCons {
  Header header;
  std::uint64_t index;  // first element of the chunk that counts
  Word chunk;           // vector
  Word rest;            // any seqable or nil
};
struct VectorSeq {  // RSeq has the same layout: `index` is the element it stands on
  Header header;
  std::uint64_t index;
  Word vector;
};
enum class MapSeqMode : std::uint8_t { Entries, Keys, Values, Elements };
struct MapSeq {
  Header header;
  MapSeqMode mode;
  std::uint8_t descending;  // trees only
  std::uint16_t reserved;
  std::uint32_t remaining;  // elements from here on, at least 1
  std::uint64_t position;   // index (ArrayMap), rank (trees), path (see champ.hpp)
  Word collection;
};
struct StringSeq {
  Header header;
  std::uint32_t byte;   // offset of the current code point
  std::uint32_t index;  // its number
  Word string;
};
struct Range {
  Header header;
  std::int64_t start;
  std::int64_t step;
  std::int64_t count;  // at least 1
};
struct Repeat {
  Header header;
  std::int64_t count;   // at least 1, or k_for_ever
  Word value;
};
inline constexpr std::int64_t k_for_ever = -1;

inline constexpr std::uint8_t k_slot_offset[] = {
#define SLISP_KIND(name, first_slot, class_name) first_slot,
#include "runtime/abi/kinds.def"
#undef SLISP_KIND
};
#define SLISP_AT(Struct, kind, member) \
  static_assert(offsetof(Struct, member) == k_slot_offset[static_cast<unsigned>(Kind::kind)])
SLISP_AT(LargeVector, LargeVector, root);
SLISP_AT(VectorBuffer, VectorBuffer, slot);
SLISP_AT(SubVector, SubVector, vector);
SLISP_AT(HashMap, HashMap, root);
SLISP_AT(HashMap, HashSet, root);
SLISP_AT(ChampNode, MapNode, slot);
SLISP_AT(ChampNode, SetNode, slot);
SLISP_AT(TreeMap, TreeMap, root);
SLISP_AT(TreeMap, TreeSet, root);
SLISP_AT(TreeNode, TreeNode, left);
SLISP_AT(Queue, Queue, front);
SLISP_AT(Transient, Transient, collection);
SLISP_AT(ChunkBuffer, ChunkBuffer, vector);
SLISP_AT(LazySeq, LazySeq, value);
SLISP_AT(ChunkedCons, ChunkedCons, chunk);
SLISP_AT(VectorSeq, VectorSeq, vector);
SLISP_AT(VectorSeq, RSeq, vector);
SLISP_AT(MapSeq, MapSeq, collection);
SLISP_AT(StringSeq, StringSeq, string);
SLISP_AT(Repeat, Repeat, value);
#undef SLISP_AT

template <class T>
T* at(Word w) {
  return reinterpret_cast<T*>(w);
}
inline Kind kind_of(Word w) { return header_of(w)->kind; }
// Kind of a heap object; k_count for fixnums and immediates.
inline Kind kind_or_none(Word w) { return is_pointer(w) ? header_of(w)->kind : Kind::k_count; }
inline bool unique(Word w) { return count_of(header_of(w)) == 1; }
inline Word retained(Word w) {
  retain(w);
  return w;
}
inline Word* slots_of(Header* h) {
  return reinterpret_cast<Word*>(reinterpret_cast<char*>(h) + k_slot_offset[static_cast<unsigned>(h->kind)]);
}
inline unsigned meta_slots(const Header* h) { return h->flags & abi::k_flag_has_meta; }
inline std::size_t bytes_of(const Header* h) {
  return k_slot_offset[static_cast<unsigned>(h->kind)] + std::size_t{8} * h->slots;
}
inline Word meta_of(Word w) {  // borrowed
  Header* h = header_of(w);
  return meta_slots(h) ? slots_of(h)[h->slots - 1] : abi::k_nil;
}

// Something below a trie gets a further owner. Nothing is written to a trie that threads share or that is static: such a one is never unique again.
inline void share_nodes(Header* trie) {
  if (count_of(trie) > 0) trie->flags = static_cast<std::uint8_t>(trie->flags & ~k_flag_own_nodes);
}

// A copy with count 1; what it refers to is counted once more.
Header* copy_object(Header* object);
// Make *slot refer to an object that nobody else refers to: copies a shared or static one and gives up the count on it.
inline Header* own(Word* slot) {
  Header* h = header_of(*slot);
  if (count_of(h) == 1) return h;
  Header* copy = copy_object(h);
  release(*slot);
  *slot = word_of(copy);
  return copy;
}
// Set, replace or (nil) remove the metadata of a unique object; consumes meta. The object may move.
Header* set_meta(Header* object, Word meta);
inline Word with_meta_of(Word fresh, Word meta) {  // fresh: owned and unique; meta: borrowed, maybe nil
  return meta == abi::k_nil ? fresh : word_of(set_meta(header_of(fresh), retained(meta)));
}
// Insert `count` words at slot `index` of a unique object, uninitialised; the object may move. Grows by a quarter when it
// moves.
Header* open_slots(Header* object, unsigned index, unsigned count);
void close_slots(Header* object, unsigned index, unsigned count);  // the words there were moved out or released

// Give up a unique cell whose slots were moved out.
inline void free_cell(Word w) { free_memory(header_of(w)); }

// ---- exceptions; each returns 0
inline Word failure(Owned) { return abi::k_pending; }
Word throw_without_message(ClassId id);
Word throw_about_class(ClassId id, std::string_view prefix, Word value);         // prefix, then the full class name
Word throw_about_simple_class(ClassId id, std::string_view prefix, Word value);  // prefix, then its last part
Word throw_about_value(ClassId id, std::string_view prefix, Word value);         // prefix, then (str value)
Word throw_cast(Word value, std::string_view wanted);                            // nil: NullPointerException
// The same; for nil in the JVM's words: Cannot invoke "wanted.call" because "variable" is null.
Word throw_cast(Word value, std::string_view wanted, std::string_view call, std::string_view variable);
// Indices are ints on the JVM: ArithmeticException "integer overflow" for others.
bool check_index(std::int64_t index);
// What a transient (borrowed) is building, borrowed; 0: it was made persistent, IllegalAccessError is pending.
Word transient_content(Word transient);
inline abi::i64_or_failure i64_of(std::int64_t value) { return {value, 1}; }
inline abi::i64_or_failure i64_failure() { return {0, 0}; }

}  // namespace slisp::rt
