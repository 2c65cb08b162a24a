// walk.cpp: walking seqables to their end: SeqWalk, counting, keys and vals of seqs of entries.
// Keeps: a walk releases what it has passed, so a seq that nobody else holds takes constant memory.
#include "runtime/host/native.hpp"
#include "runtime/seqs/seqs.hpp"
#include "runtime/types/operations.hpp"

namespace slisp::rt {

bool SeqWalk::next(Owned& element) {
  if (failed_) return false;
  if (!started_) {
    started_ = true;
    if (!is_vector(rest_.word())) rest_ = Owned::adopt(seq_of(rest_.take()));
  }
  if (is_vector(rest_.word())) {  // vectors are walked by index, without a cell
    if (index_ >= vector_size(rest_.word())) {
      rest_ = Owned();
      return false;
    }
    element = Owned::copy(vector_ref(rest_.word(), index_++));
    return true;
  }
  if (rest_.is_nil()) return false;
  if (rest_.failed()) {
    failed_ = true;
    rest_ = Owned();
    return false;
  }
  Word rest = rest_.take();
  const Kind kind = kind_or_none(rest);
  if (!is_true_seq_kind(kind)) {  // the rest of a cell, looked at only now
    rest = seq_of(rest);
    if (rest == 0) failed_ = true;
    if (rest == 0 || rest == abi::k_nil) return false;
  }
  element = Owned::adopt(seq_take_first(&rest));
  if (element.failed()) {
    failed_ = true;
    return false;
  }
  rest_ = Owned::adopt(rest);
  if (is_vector(rest)) rest_ = Owned::adopt(seq_of(rest_.take()));  // (chunk-cons c [1 2]): index_ is taken
  return true;
}

std::int64_t known_count(Word x) {
  if (x == abi::k_nil) return 0;
  switch (kind_or_none(x)) {
    case Kind::EmptyList:
      return 0;
    case Kind::List:
      return static_cast<std::int64_t>(at<List>(x)->size);
    case Kind::ChunkBuffer:
      return at<ChunkBuffer>(x)->vector == abi::k_nil ? 0 : static_cast<std::int64_t>(vector_size(at<ChunkBuffer>(x)->vector));
    case Kind::VectorSeq:
      return static_cast<std::int64_t>(vector_size(at<VectorSeq>(x)->vector) - at<VectorSeq>(x)->index);
    case Kind::RSeq:
      return static_cast<std::int64_t>(at<VectorSeq>(x)->index + 1);
    case Kind::MapSeq:
      return at<MapSeq>(x)->remaining;
    case Kind::StringSeq:
      return at<abi::String>(at<StringSeq>(x)->string)->code_points - at<StringSeq>(x)->index;
    case Kind::Range:
      return at<Range>(x)->count;
    case Kind::Repeat:
      return at<Repeat>(x)->count;   // -1: for ever
    case Kind::Vector:
    case Kind::LargeVector:
    case Kind::SubVector:
      return static_cast<std::int64_t>(vector_size(x));
    case Kind::ArrayMap:
    case Kind::HashMap:
    case Kind::TreeMap:
      return static_cast<std::int64_t>(map_size(x));
    case Kind::HashSet:
    case Kind::TreeSet:
      return static_cast<std::int64_t>(set_size(x));
    case Kind::Queue:
      return static_cast<std::int64_t>(at<Queue>(x)->size);
    case Kind::String:
      return at<abi::String>(x)->code_points;
    case Kind::ArraySeq:
      return static_cast<std::int64_t>(array_size(at<VectorSeq>(x)->vector) - at<VectorSeq>(x)->index);
    case Kind::Array:
      return static_cast<std::int64_t>(array_size(x));
    case Kind::Native:
      return at<NativeObject>(x)->type->count != nullptr ? at<NativeObject>(x)->type->count(x) : -1;
    default:
      return -1;
  }
}
std::int64_t counted_size(Borrowed collection) { return collection.is_nil() ? -1 : known_count(collection.word()); }

namespace {
// Count by walking, up to `bound`; -1: failed.
std::int64_t walk_count(Word x, std::int64_t bound) {
  Word seq = seq_of(x);
  std::int64_t count = 0;
  while (seq != 0 && seq != abi::k_nil && count < bound) {
    const std::int64_t known = known_count(seq);
    if (known >= 0) {
      release(seq);
      return count + known;
    }
    ++count;
    const Word element = seq_take_first(&seq);
    release(element);
    if (element == 0) return -1;
    seq = seq_of(seq);
  }
  release(seq);
  return seq == 0 ? -1 : count;
}

Word entry_parts(Word x, MapSeqMode mode) {
  const Kind kind = kind_or_none(x);
  if (is_map_kind(kind)) return make_map_seq(x, mode);
  if (kind == Kind::MapSeq && at<MapSeq>(x)->mode == MapSeqMode::Entries) {
    Header* h = own(&x);
    if (meta_slots(h)) h = set_meta(h, abi::k_nil);
    reinterpret_cast<MapSeq*>(h)->mode = mode;
    return word_of(h);
  }
  Word seq = seq_of(x);
  if (seq == 0 || seq == abi::k_nil) return seq;
  Word parts = word_of(&slisp_empty_vector);
  while (seq != 0 && seq != abi::k_nil) {
    Word entry = seq_take_first(&seq);
    const Word part = entry == 0 ? 0 : mode == MapSeqMode::Keys ? abi::slisp_key(entry) : abi::slisp_val(entry);
    release(entry);
    if (part == 0) {
      release(seq);
      seq = 0;
      break;
    }
    parts = vec_conj(parts, part);
    seq = seq_of(seq);
  }
  if (seq == 0) {
    release(parts);
    return 0;
  }
  return make_vector_seq(parts, 0);
}
}  // namespace
}  // namespace slisp::rt

using namespace slisp::rt;

extern "C" {

slisp::abi::i64_or_failure slisp_count(Word x) {
  std::int64_t count = known_count(x);
  if (count >= 0) {
    release(x);
    return i64_of(count);
  }
  const Kind kind = kind_or_none(x);
  if (is_seq_kind(kind)) {
    count = walk_count(x, INT64_MAX);
    return count < 0 ? i64_failure() : i64_of(count);
  }
  if (kind == Kind::Transient) {
    Word collection = transient_content(x);
    count = collection ? known_count(collection) : -1;
    release(x);
    return collection ? i64_of(count) : i64_failure();
  }
  if (asks_type(x)) {
    const slisp::abi::i64_or_failure answer = slisp_type_operations.count(x);
    release(x);
    return answer;
  }
  throw_about_simple_class(ClassId::UnsupportedOperationException, "count not supported on this type: ", x);
  release(x);
  return i64_failure();
}

slisp::abi::i64_or_failure slisp_bounded_count(Word x, std::int64_t bound) {
  const std::int64_t known = slisp::abi::slisp_counted_p(x) ? known_count(x) : -1;
  if (known >= 0) {
    release(x);
    return i64_of(known);
  }
  const std::int64_t count = walk_count(x, bound);
  return count < 0 ? i64_failure() : i64_of(count);
}

std::uint32_t slisp_empty_p(Word x) {
  if (!is_kind(x, Kind::LazySeq) && !is_kind(x, Kind::Queue)) {
    const std::int64_t known = known_count(x);
    if (known >= 0) {
      release(x);
      return known == 0;
    }
  }
  Word seq = seq_of(x);
  release(seq);
  return seq == 0 ? slisp::abi::k_bool_failed : seq == slisp::abi::k_nil;
}

Word slisp_keys(Word x) { return entry_parts(x, MapSeqMode::Keys); }
Word slisp_vals(Word x) { return entry_parts(x, MapSeqMode::Values); }
}
