// vectors.cpp: inline vectors and sub-vectors, and the operations that choose between the three vector kinds.
// In:   owned vectors and elements; Out: owned vectors.
// Keeps: a unique vector is changed in place, also when it grows; a vector of up to 32 elements is always Kind::Vector.
#include "runtime/collections/vector_flat.hpp"
#include "runtime/collections/vector_trie.hpp"

namespace slisp::rt {

bool vector_index(Word key, std::int64_t& index) {
  if (is_fixnum(key)) {
    index = static_cast<std::int32_t>(to_fixnum(key));
    return true;
  }
  const Kind kind = kind_or_none(key);
  if (kind != Kind::Long && kind != Kind::Integer && kind != Kind::BigInt) return false;
  const auto number = abi::slisp_unchecked_int(key);
  index = number.valid ? number.value : -1;
  return true;
}

std::size_t sub_vector_size(Word v) { return at<SubVector>(v)->end - at<SubVector>(v)->start; }

const Word* vector_run(Word v, std::size_t index, std::size_t& count) {
  switch (kind_of(v)) {
    case Kind::Vector:
      count = inline_size(header_of(v)) - index;
      return at<Inline>(v)->slot + index;
    case Kind::SubVector: {
      auto* sub = at<SubVector>(v);
      const Word* run = vector_run(sub->vector, sub->start + index, count);
      const std::size_t left = sub->end - sub->start - index;
      if (count > left) count = left;
      return run;
    }
    default: {
      if (is_flat(at<LargeVector>(v))) {
        count = at<LargeVector>(v)->size - index;
        return element_place(v, index);
      }
      auto* leaf = at<Inline>(trie_leaf(v, index));
      const std::size_t offset = index % k_branch;
      count = inline_size(&leaf->header) - offset;
      return leaf->slot + offset;
    }
  }
}

Word shared_leaf(Word v, std::size_t index) {
  if (kind_of(v) == Kind::Vector) return retained(v);
  if (is_flat(at<LargeVector>(v))) return flat_leaf(v, index);
  share_nodes(header_of(v));
  return retained(trie_leaf(v, index));
}

Word vector_with_room(std::size_t room) { return word_of(allocate(Kind::Vector, sizeof(Header) + sizeof(Word) * room, 0)); }

Word make_vector(const Word* elements, std::size_t count) {
  if (count == 0) return word_of(&slisp_empty_vector);
  if (count > k_branch) return make_flat(elements, count);
  Header* h = allocate(Kind::Vector, sizeof(Header) + sizeof(Word) * count, static_cast<std::uint16_t>(count));
  std::memcpy(reinterpret_cast<Inline*>(h)->slot, elements, count * sizeof(Word));
  return word_of(h);
}

Word make_pair(Word key, Word value) {
  auto* pair = allocate_as<Inline>(Kind::Vector, sizeof(Header) + 2 * sizeof(Word), 2, abi::k_flag_map_entry);
  pair->slot[0] = key;
  pair->slot[1] = value;
  return word_of(pair);
}

namespace {
// A copy of an inline vector that has room for one more element.
Header* copy_with_room(Header* h, std::size_t size) {
  const unsigned slots = h->slots;
  std::size_t room = slots + 1;
  if (room < 4) room = 4;
  Header* copy = allocate(Kind::Vector, sizeof(Header) + sizeof(Word) * room, static_cast<std::uint16_t>(slots + 1),
                          static_cast<std::uint8_t>(h->flags & abi::k_flag_has_meta));
  Word* from = reinterpret_cast<Inline*>(h)->slot;
  Word* to = reinterpret_cast<Inline*>(copy)->slot;
  for (std::size_t i = 0; i < size; ++i) to[i] = retained(from[i]);
  if (slots > size) to[size + 1] = retained(from[size]);
  return copy;
}

Word inline_conj(Word v, Word element) {
  Header* h = header_of(v);
  const std::size_t size = inline_size(h);
  if (size == k_branch) return flat_of_full_vector(v, element);
  if (count_of(h) != 1) {
    Header* copy = copy_with_room(h, size);
    reinterpret_cast<Inline*>(copy)->slot[size] = element;
    release(v);
    return word_of(copy);
  }
  const std::size_t bytes = bytes_of(h);
  if (usable_size(h) < bytes + sizeof(Word)) {
    std::size_t room = h->slots < 4 ? 4 : std::size_t{2} * h->slots;
    if (room > k_branch + 1) room = k_branch + 1;
    h = reallocate(h, bytes, sizeof(Header) + sizeof(Word) * room);
  }
  Word* slot = reinterpret_cast<Inline*>(h)->slot;
  if (meta_slots(h)) slot[size + 1] = slot[size];
  slot[size] = element;
  ++h->slots;
  h->flags &= abi::k_flag_has_meta;  // no map entry any more
  return word_of(h);
}

// A sub-vector as its own object, at the same bounds; v consumed.
SubVector* own_sub(Word& v) { return reinterpret_cast<SubVector*>(own(&v)); }
}  // namespace

Word vec_conj(Word v, Word element) {
  switch (kind_of(v)) {
    case Kind::Vector:
      return inline_conj(v, element);
    case Kind::LargeVector:
      return is_flat(at<LargeVector>(v)) ? flat_conj(v, element) : trie_conj(v, element);
    default: {
      SubVector* sub = own_sub(v);
      if (sub->end < vector_size(sub->vector))
        sub->vector = vec_put(sub->vector, sub->end, element);
      else
        sub->vector = vec_conj(sub->vector, element);
      ++sub->end;
      return v;
    }
  }
}

Word vec_put(Word v, std::size_t index, Word element) {
  switch (kind_of(v)) {
    case Kind::Vector: {
      Header* h = own(&v);
      h->flags &= abi::k_flag_has_meta;
      Word* slot = reinterpret_cast<Inline*>(h)->slot + index;
      Word old = *slot;
      *slot = element;
      release(old);
      return v;
    }
    case Kind::LargeVector:
      return is_flat(at<LargeVector>(v)) ? flat_put(v, index, element) : trie_put(v, index, element);
    default: {
      SubVector* sub = own_sub(v);
      sub->vector = vec_put(sub->vector, sub->start + index, element);
      return v;
    }
  }
}

Word vec_pop(Word v) {
  switch (kind_of(v)) {
    case Kind::Vector: {
      Header* h = header_of(v);
      const std::size_t size = inline_size(h);
      if (size == 1 && !meta_slots(h)) {
        release(v);
        return word_of(&slisp_empty_vector);
      }
      h = own(&v);
      Word last = reinterpret_cast<Inline*>(h)->slot[size - 1];
      close_slots(h, static_cast<unsigned>(size - 1), 1);
      h->flags &= abi::k_flag_has_meta;
      release(last);
      return v;
    }
    case Kind::LargeVector:
      return is_flat(at<LargeVector>(v)) ? flat_pop(v) : trie_pop(v);
    default: {
      if (sub_vector_size(v) == 1) {
        release(v);
        return word_of(&slisp_empty_vector);
      }
      --own_sub(v)->end;
      return v;
    }
  }
}

Word vec_sub(Word v, std::size_t start, std::size_t end) {
  if (start == end) {
    release(v);
    return word_of(&slisp_empty_vector);
  }
  if (kind_of(v) == Kind::SubVector) {
    auto* outer = at<SubVector>(v);
    start += outer->start;
    end += outer->start;
    Word inner = retained(outer->vector);
    release(v);
    v = inner;
  }
  auto* sub = allocate_as<SubVector>(Kind::SubVector, sizeof(SubVector), 1);
  sub->start = start;
  sub->end = end;
  sub->vector = v;
  return word_of(sub);
}

Owned vector_of(std::span<Owned> elements) {
  if (elements.size() > k_branch) {
    Word v = word_of(&slisp_empty_vector);
    for (Owned& element : elements) v = vec_conj(v, element.take());
    return Owned::adopt(v);
  }
  Word words[k_branch];
  std::size_t count = 0;
  for (Owned& element : elements) words[count++] = element.take();
  return Owned::adopt(make_vector(words, count));
}
Owned vector_conj(Owned vector, Owned element) { return Owned::adopt(vec_conj(vector.take(), element.take())); }
Borrowed vector_at(Borrowed vector, std::size_t index) { return vector_ref(vector.word(), index); }

}  // namespace slisp::rt
