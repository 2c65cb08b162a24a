// chunks.cpp: ranges, repeated values, chunked seqs and chunk buffers. A chunk is a vector.
// Keeps: the chunk of a trie's seq is the leaf itself, no copy, when the seq stands at its start.
#include <algorithm>
#include "runtime/seqs/seqs.hpp"

namespace slisp::rt {
namespace {

// How many elements of a VectorSeq's vector belong to the chunk it stands in, from its index on.
std::size_t vector_chunk_size(const VectorSeq* s) {
  std::size_t count;
  vector_run(s->vector, s->index, count);
  return std::min<std::size_t>(count, k_branch - s->index % k_branch);
}

Word range_chunk(const Range* r) {
  const std::size_t size = r->count < static_cast<std::int64_t>(k_branch) ? static_cast<std::size_t>(r->count) : k_branch;
  Word chunk = vector_with_room(size);
  std::uint64_t value = static_cast<std::uint64_t>(r->start);
  for (std::size_t i = 0; i < size; ++i, value += static_cast<std::uint64_t>(r->step))
    at<Inline>(chunk)->slot[i] = make_long(static_cast<std::int64_t>(value)).take();
  header_of(chunk)->slots = static_cast<std::uint16_t>(size);
  return chunk;
}

bool is_chunked(Word seq) {
  switch (kind_or_none(seq)) {
    case Kind::ChunkedCons:
    case Kind::Range:
      return true;
    case Kind::VectorSeq:
      return kind_of(at<VectorSeq>(seq)->vector) != Kind::SubVector;
    default:
      return false;
  }
}

Word throw_not_chunked(Word x, std::string_view call) {
  throw_cast(x, "clojure.lang.IChunkedSeq", call, "s");
  release(x);
  return 0;
}

// What follows the first chunk: nil at the end.
Word after_chunk(Word s) {
  Word rest;
  switch (kind_of(s)) {
    case Kind::ChunkedCons:
      rest = retained(at<ChunkedCons>(s)->rest);
      release(s);
      return rest;
    case Kind::VectorSeq: {
      const std::size_t skip = vector_chunk_size(at<VectorSeq>(s));
      if (at<VectorSeq>(s)->index + skip >= vector_size(at<VectorSeq>(s)->vector)) break;
      Header* h = own(&s);
      if (meta_slots(h)) h = set_meta(h, abi::k_nil);
      reinterpret_cast<VectorSeq*>(h)->index += skip;
      return word_of(h);
    }
    default: {
      if (at<Range>(s)->count <= static_cast<std::int64_t>(k_branch)) break;
      Header* h = own(&s);
      if (meta_slots(h)) h = set_meta(h, abi::k_nil);
      auto* r = reinterpret_cast<Range*>(h);
      r->start =
          static_cast<std::int64_t>(static_cast<std::uint64_t>(r->start) + k_branch * static_cast<std::uint64_t>(r->step));
      r->count -= k_branch;
      return word_of(h);
    }
  }
  release(s);
  return abi::k_nil;
}

}  // namespace
}  // namespace slisp::rt

using namespace slisp::rt;
using slisp::abi::k_nil;

extern "C" {

Word slisp_range_long(std::int64_t start, std::int64_t end, std::int64_t step) {
  const bool empty = step > 0 ? start >= end : start <= end;
  if (empty || step == 0) return word_of(&slisp_empty_list);
  const auto distance = step > 0 ? static_cast<std::uint64_t>(end) - static_cast<std::uint64_t>(start)
                                 : static_cast<std::uint64_t>(start) - static_cast<std::uint64_t>(end);
  const auto stride = step > 0 ? static_cast<std::uint64_t>(step) : std::uint64_t{0} - static_cast<std::uint64_t>(step);
  std::uint64_t count = (distance - 1) / stride + 1;
  if (count > INT64_MAX) count = INT64_MAX;
  auto* r = allocate_as<Range>(Kind::Range, sizeof(Range), 0);
  r->start = start;
  r->step = step;
  r->count = static_cast<std::int64_t>(count);
  return word_of(r);
}

Word slisp_repeat_value(std::int64_t count, Word value) {
  if (count == 0) {
    release(value);
    return word_of(&slisp_empty_list);
  }
  auto* r = allocate_as<Repeat>(Kind::Repeat, sizeof(Repeat), 1);
  r->count = count;
  r->value = value;
  return word_of(r);
}

std::uint32_t slisp_chunked_p(Word x) { return is_chunked(x); }

Word slisp_chunk_first(Word s) {
  if (!is_chunked(s)) return throw_not_chunked(s, "chunkedFirst()");
  Word chunk;
  if (kind_of(s) == Kind::Range) {
    chunk = range_chunk(at<Range>(s));
  } else if (kind_of(s) == Kind::ChunkedCons) {
    auto* c = at<ChunkedCons>(s);
    chunk = retained(c->chunk);
    if (c->index > 0) chunk = vec_sub(chunk, c->index, vector_size(chunk));
  } else {
    auto* v = at<VectorSeq>(s);
    chunk = shared_leaf(v->vector, v->index);
    const std::size_t size = vector_size(chunk), count = vector_chunk_size(v);
    if (count < size) chunk = vec_sub(chunk, size - count, size);
  }
  release(s);
  return chunk;
}

Word slisp_chunk_rest(Word s) {
  if (!is_chunked(s)) return throw_not_chunked(s, "chunkedMore()");
  Word rest = after_chunk(s);
  return rest == k_nil ? word_of(&slisp_empty_list) : rest;
}

Word slisp_chunk_next(Word s) {
  if (!is_chunked(s)) return throw_not_chunked(s, "chunkedNext()");
  return seq_of(after_chunk(s));
}

Word slisp_chunk_buffer(std::int64_t capacity) {
  auto* b = allocate_as<ChunkBuffer>(Kind::ChunkBuffer, sizeof(ChunkBuffer), 1);
  b->capacity = capacity < 0 ? 0 : static_cast<std::uint64_t>(capacity);
  b->vector = vector_with_room(b->capacity < k_branch ? b->capacity : k_branch);
  return word_of(b);
}

Word slisp_chunk_append(Word buffer, Word element) {
  if (!is_kind(buffer, Kind::ChunkBuffer)) {
    throw_cast(buffer, "clojure.lang.ChunkBuffer", "add(Object)", "b");
    release(element);
    return 0;
  }
  auto* b = at<ChunkBuffer>(buffer);
  if (b->vector == k_nil) {  // chunk was called: the array is gone
    release(element);
    return failure(throw_null_pointer());
  }
  const std::size_t size = vector_size(b->vector);
  if (size >= b->capacity) {
    release(element);
    TextBuffer text;
    text.append("Index ");
    text.append_long(static_cast<std::int64_t>(size));
    text.append(" out of bounds for length ");
    text.append_long(static_cast<std::int64_t>(b->capacity));
    return failure(throw_string(ClassId::ArrayIndexOutOfBoundsException, text.finish()));
  }
  Header* flat = header_of(b->vector);
  if (flat->kind == Kind::Vector && count_of(flat) == 1 && size < k_branch) {  // made with room for all that fit a block
    reinterpret_cast<Inline*>(flat)->slot[size] = element;
    ++flat->slots;
    return k_nil;
  }
  Word vector = std::exchange(b->vector, k_nil);
  b->vector = vec_conj(vector, element);
  return k_nil;
}

Word slisp_chunk(Word buffer) {
  if (!is_kind(buffer, Kind::ChunkBuffer)) {
    throw_cast(buffer, "clojure.lang.ChunkBuffer", "chunk()", "b");
    release(buffer);
    return 0;
  }
  Word chunk = std::exchange(at<ChunkBuffer>(buffer)->vector, k_nil);
  release(buffer);
  if (chunk != k_nil && vector_size(chunk) == 0) {
    release(chunk);
    chunk = word_of(&slisp_empty_vector);
  }
  return chunk == k_nil ? failure(throw_null_pointer()) : chunk;
}

Word slisp_chunk_cons(Word chunk, Word rest) {
  if (chunk == k_nil) return rest;
  if (!is_vector(chunk)) {
    throw_cast(chunk, "clojure.lang.IChunk");
    release(chunk);
    release(rest);
    return 0;
  }
  if (vector_size(chunk) == 0) {
    release(chunk);
    return rest;
  }
  auto* c = allocate_as<ChunkedCons>(Kind::ChunkedCons, sizeof(ChunkedCons), 2);
  c->index = 0;
  c->chunk = chunk;
  c->rest = rest;
  return word_of(c);
}
}
