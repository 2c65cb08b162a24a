// steps.cpp: seq, first, next and rest of every kind that is seqable.
// Keeps: a cell with a count of one is reused (index bumped) or freed (contents moved out); a shared one is copied.
#include "runtime/host/native.hpp"
#include "runtime/seqs/seqs.hpp"
#include "runtime/types/operations.hpp"

namespace slisp::rt {
namespace {

// Leaves *slot's old contents to the caller when the cell is unique (the cell is freed by the caller), else counts it.
Word part_of(Word cell, Word part) { return unique(cell) ? part : retained(part); }

Word queue_seq(Word q) {
  auto* queue = at<Queue>(q);
  Word front = retained(queue->front);
  if (queue->rear == abi::k_nil || front == abi::k_nil) {
    release(q);
    return front;
  }
  Word all = word_of(&slisp_empty_vector);
  while (front && front != abi::k_nil) {
    Word element = seq_take_first(&front);
    all = vec_conj(all, element);
    front = seq_of(front);
  }
  Word rear = queue->rear;
  for (std::size_t i = 0, n = vector_size(rear); front && i < n; ++i) all = vec_conj(all, retained(vector_ref(rear, i)));
  release(q);
  if (front) return make_vector_seq(all, 0);
  release(all);
  return 0;
}

Word chunked_rest(ChunkedCons* c) { return c->rest == abi::k_nil ? word_of(&slisp_empty_list) : c->rest; }

unsigned code_point_bytes(unsigned char lead) { return lead < 0x80 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2; }
std::uint32_t code_point_at(const char* p) {
  const auto lead = static_cast<unsigned char>(*p);
  const unsigned length = code_point_bytes(lead);
  if (length == 1) return lead;
  std::uint32_t c = lead & (0xffu >> (length + 1));
  for (unsigned i = 1; i < length; ++i) c = c << 6 | (static_cast<unsigned char>(p[i]) & 0x3f);
  return c;
}

// Whether the cell's current element is its last.
bool at_end(Word seq) {
  switch (kind_of(seq)) {
    case Kind::VectorSeq:
      return at<VectorSeq>(seq)->index + 1 >= vector_size(at<VectorSeq>(seq)->vector);
    case Kind::ArraySeq:
      return at<VectorSeq>(seq)->index + 1 >= array_size(at<VectorSeq>(seq)->vector);
    case Kind::RSeq:
      return at<VectorSeq>(seq)->index == 0;
    case Kind::MapSeq:
      return at<MapSeq>(seq)->remaining == 1;
    case Kind::StringSeq:
      return at<StringSeq>(seq)->index + 1 == at<abi::String>(at<StringSeq>(seq)->string)->code_points;
    case Kind::Range:
      return at<Range>(seq)->count == 1;
    case Kind::Repeat:
      return at<Repeat>(seq)->count == 1;
    default:
      return false;
  }
}
// Step a cell that has an index; unique, not at its end. Seqs made by a step have no metadata.
void advance(Header* h) {
  switch (h->kind) {
    case Kind::VectorSeq:
    case Kind::ArraySeq:
      ++reinterpret_cast<VectorSeq*>(h)->index;
      break;
    case Kind::RSeq:
      --reinterpret_cast<VectorSeq*>(h)->index;
      break;
    case Kind::MapSeq:
      map_seq_advance(reinterpret_cast<MapSeq*>(h));
      break;
    case Kind::StringSeq: {
      auto* s = reinterpret_cast<StringSeq*>(h);
      s->byte += code_point_bytes(static_cast<unsigned char>(at<abi::String>(s->string)->data[s->byte]));
      ++s->index;
      break;
    }
    case Kind::Repeat: {
      auto* r = reinterpret_cast<Repeat*>(h);
      if (r->count != k_for_ever) --r->count;
      break;
    }
    default: {
      auto* r = reinterpret_cast<Range*>(h);
      r->start = static_cast<std::int64_t>(static_cast<std::uint64_t>(r->start) + static_cast<std::uint64_t>(r->step));
      --r->count;
    }
  }
}
// The rest of a cell with an index; `end` when nothing is left.
Word step(Word seq, Word end) {
  if (at_end(seq)) {
    release(seq);
    return end;
  }
  Header* h = own(&seq);
  if (meta_slots(h)) h = set_meta(h, abi::k_nil);
  advance(h);
  return word_of(h);
}

// The rest of a List, Cons or ChunkedCons as it is stored; nil for the end of a List.
Word cell_rest(Word seq) {
  Word rest;
  switch (kind_of(seq)) {
    case Kind::List:
    case Kind::Cons: {
      auto* cell = at<List>(seq);
      rest = part_of(seq, cell->rest);
      if (!unique(seq)) break;
      release(cell->first);
      release(meta_of(seq));
      free_cell(seq);
      return rest;
    }
    default: {
      auto* c = at<ChunkedCons>(seq);
      if (c->index + 1 < vector_size(c->chunk)) {
        Header* h = own(&seq);
        if (meta_slots(h)) h = set_meta(h, abi::k_nil);
        ++reinterpret_cast<ChunkedCons*>(h)->index;
        return word_of(h);
      }
      rest = retained(chunked_rest(c));
      break;
    }
  }
  release(seq);
  return rest;
}

bool has_cells(Kind k) { return is_cell_kind(k) || k == Kind::ChunkedCons; }

// First element, borrowed from the seq or made (owned = true).
Word first_of(Word seq, bool& owned) {
  owned = false;
  switch (kind_of(seq)) {
    case Kind::List:
    case Kind::Cons:
      return at<List>(seq)->first;
    case Kind::ChunkedCons:
      return vector_ref(at<ChunkedCons>(seq)->chunk, at<ChunkedCons>(seq)->index);
    case Kind::VectorSeq:
    case Kind::RSeq:
      return vector_ref(at<VectorSeq>(seq)->vector, at<VectorSeq>(seq)->index);
    case Kind::ArraySeq: {
      const auto* array = at<abi::Array>(at<VectorSeq>(seq)->vector);
      owned = true;
      return array->operations->element(array, at<VectorSeq>(seq)->index);
    }
    case Kind::StringSeq:
      return from_character(code_point_at(at<abi::String>(at<StringSeq>(seq)->string)->data + at<StringSeq>(seq)->byte));
    case Kind::Repeat:
      return at<Repeat>(seq)->value;
    case Kind::Range:
      owned = true;
      return make_long(at<Range>(seq)->start).take();
    default:
      owned = true;
      return map_seq_element(at<MapSeq>(seq));
  }
}

}  // namespace

Word make_vector_seq(Word vector, std::size_t index) {
  auto* s = allocate_as<VectorSeq>(Kind::VectorSeq, sizeof(VectorSeq), 1);
  s->index = index;
  s->vector = vector;
  return word_of(s);
}

Word make_array_seq(Word array) {
  if (array_size(array) == 0) {
    release(array);
    return abi::k_nil;
  }
  auto* s = allocate_as<VectorSeq>(Kind::ArraySeq, sizeof(VectorSeq), 1);
  s->index = 0;
  s->vector = array;
  return word_of(s);
}

Word seq_of(Word x) {
  if (x == abi::k_nil) return x;
  const Kind kind = kind_or_none(x);
  switch (kind) {
    case Kind::List:
    case Kind::Cons:
    case Kind::ChunkedCons:
    case Kind::VectorSeq:
    case Kind::MapSeq:
    case Kind::StringSeq:
    case Kind::Range:
    case Kind::Repeat:
    case Kind::RSeq:
    case Kind::ArraySeq:
      return x;
    case Kind::EmptyList:
      release(x);
      return abi::k_nil;
    case Kind::LazySeq: {
      auto* lazy = at<LazySeq>(x);
      Word seq = 0;
      if (realise(lazy)) {
        if (unique(x) && meta_slots(header_of(x)) == 0) {
          seq = lazy->value;
          free_cell(x);
          return seq;
        }
        seq = retained(lazy->value);
      }
      release(x);
      return seq;
    }
    case Kind::Vector:
    case Kind::LargeVector:
    case Kind::SubVector:
      if (vector_size(x) > 0) return make_vector_seq(x, 0);
      release(x);
      return abi::k_nil;
    case Kind::ArrayMap:
    case Kind::HashMap:
    case Kind::TreeMap:
      return make_map_seq(x, MapSeqMode::Entries);
    case Kind::HashSet:
    case Kind::TreeSet:
      return make_map_seq(x, MapSeqMode::Elements);
    case Kind::Queue:
      return queue_seq(x);
    case Kind::String: {
      if (at<abi::String>(x)->bytes == 0) {
        release(x);
        return abi::k_nil;
      }
      auto* s = allocate_as<StringSeq>(Kind::StringSeq, sizeof(StringSeq), 1);
      s->byte = s->index = 0;
      s->string = x;
      return word_of(s);
    }
    case Kind::Array:
      return make_array_seq(x);
    case Kind::Native:
      if (at<NativeObject>(x)->type->seq != nullptr) {
        Word seq = at<NativeObject>(x)->type->seq(x);
        release(x);
        return seq;
      }
      break;
    default:
      break;
  }
  if (x == 0) return 0;  // the rest of a user's seq, which failed
  if (asks_type(x)) {
    const Word seq = slisp_type_operations.seq(x);
    release(x);
    return seq;
  }
  throw_about_class(ClassId::IllegalArgumentException, "Don't know how to create ISeq from: ", x);
  release(x);
  return 0;
}

namespace {
// One question to a user's seq, which is given up.
Word ask_seq(Word seq, Word (*question)(Word)) {
  const Word answer = question(seq);
  release(seq);
  return answer;
}
}  // namespace

Word seq_first(Word seq) {
  if (is_kind(seq, Kind::Object)) return ask_seq(seq, slisp_type_operations.first);
  bool owned;
  Word first = first_of(seq, owned);
  if (!owned) retain(first);
  release(seq);
  return first;
}

Word seq_next(Word seq) {
  const Kind kind = kind_of(seq);
  if (kind == Kind::Object) return ask_seq(seq, slisp_type_operations.next);
  if (!has_cells(kind)) return step(seq, abi::k_nil);
  return seq_of(cell_rest(seq));
}

Word seq_rest(Word seq) {
  const Kind kind = kind_of(seq);
  if (kind == Kind::Object) return ask_seq(seq, slisp_type_operations.more);
  if (!has_cells(kind)) return step(seq, word_of(&slisp_empty_list));
  Word rest = cell_rest(seq);
  return rest == abi::k_nil ? word_of(&slisp_empty_list) : rest;
}

Word seq_take_first(Word* seq) {
  Word s = *seq;
  const Kind kind = kind_of(s);
  if (kind == Kind::Object) {
    const Word first = slisp_type_operations.first(s);
    *seq = first == 0 ? abi::k_nil : slisp_type_operations.more(s);
    release(s);
    return first;
  }
  if (unique(s) && is_cell_kind(kind)) {
    const Word first = at<List>(s)->first, rest = at<List>(s)->rest;
    release(meta_of(s));
    free_cell(s);
    *seq = rest;
    return first;
  }
  bool owned;
  Word first = first_of(s, owned);
  if (!owned) retain(first);
  *seq = has_cells(kind) ? cell_rest(s) : step(s, abi::k_nil);
  return first;
}

}  // namespace slisp::rt
