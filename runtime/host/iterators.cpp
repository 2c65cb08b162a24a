// iterators.cpp: java.util.Iterator over anything that is seqable, and over the lists of the host, which it may change on its way.
// Keeps: a collection of the host that grew or shrank otherwise meanwhile ends the walk with a ConcurrentModificationException.
#include "runtime/collections/layouts.hpp"
#include "runtime/collections/vectors.hpp"
#include "runtime/host/native.hpp"
#include "runtime/seqs/seqs.hpp"
#include "runtime/types/types.hpp"

namespace slisp::rt {

// There where users' objects are.
[[gnu::weak]] Owned call_method(Borrowed object, Method method);

namespace {

struct Iterator {
  Header header;
  const NativeType* type;
  std::int32_t index;          // lists: of the next element
  std::int32_t size;           // of the origin, as the iterator knows it; -1: it may change
  Word rest;                   // what is still to come; lists: nil
  Word origin;                 // what remove changes, or nil
  Word last;                   // what next gave last, for remove
  Word has_last;
};
static_assert(offsetof(Iterator, rest) == offsetof(NativeObject, slot));
constexpr unsigned k_slots = 4;

constexpr NativeType k_type = {.class_id = ClassId::Iterator, .sort = NativeSort::Iterator};

Iterator* iterator_of(Word x) { return reinterpret_cast<Iterator*>(native_or_throw(x, k_type)); }
// Linked only where lists of the host are.
std::int32_t size_of(Word origin) {
  const NativeType* type = native_type(origin);
  if (type == nullptr || (type->shape != NativeShape::List && type->shape != NativeShape::Map && type->shape != NativeShape::Set)) return -1;
  return type->class_id == ClassId::ConcurrentHashMap ? -1 : static_cast<std::int32_t>(known_count(origin));
}
bool walks_list(const Iterator* iterator) {
  return iterator->rest == abi::k_nil && is_kind(iterator->origin, Kind::Native) && native_type(iterator->origin)->sort == NativeSort::List;
}

// 0: failed; else whether there is more.
std::uint32_t has_next(Iterator* iterator) {
  if (walks_list(iterator)) return iterator->index < known_count(iterator->origin);
  if (iterator->rest == abi::k_nil) return 0;
  const Word rest = seq_of(std::exchange(iterator->rest, abi::k_nil));
  if (rest == 0) return abi::k_bool_failed;
  iterator->rest = rest;
  return rest != abi::k_nil;
}

}  // namespace
}  // namespace slisp::rt

extern "C" {
[[gnu::weak]] slisp::abi::Word slisp_list_get(slisp::abi::Word list, std::int64_t index);
[[gnu::weak]] slisp::abi::Word slisp_list_remove_at(slisp::abi::Word list, std::int64_t index);
[[gnu::weak]] slisp::abi::Word slisp_map_take(slisp::abi::Word map, slisp::abi::Word key);
}

using namespace slisp::rt;
using slisp::abi::k_nil;
using slisp::abi::k_pending;

extern "C" {
Word slisp_iterator_new(Word walked, Word origin) {
  Owned rest = Owned::adopt(walked), from = Owned::adopt(origin);
  const bool list = native_type(from) != nullptr && native_type(from)->sort == NativeSort::List;
  auto* iterator = reinterpret_cast<Iterator*>(make_native(k_type, k_slots));
  iterator->rest = list ? k_nil : rest.take();
  iterator->origin = from.take();
  iterator->size = size_of(iterator->origin);
  iterator->has_last = slisp::abi::k_false;
  return word_of(iterator);
}

std::uint32_t slisp_iterator_has_next(Word x) {
  if (user_is(x, ClassId::Iterator)) {
    const Owned more = call_method(x, Method::HasNext);
    return more.failed() ? slisp::abi::k_bool_failed : more.truthy();
  }
  Iterator* iterator = iterator_of(x);
  return iterator == nullptr ? slisp::abi::k_bool_failed : has_next(iterator);
}

Word slisp_iterator_next(Word x) {
  if (user_is(x, ClassId::Iterator)) return call_method(x, Method::Next).take();
  Iterator* iterator = iterator_of(x);
  if (iterator == nullptr) return k_pending;
  if (iterator->size != size_of(iterator->origin)) return throw_without_message(ClassId::ConcurrentModificationException);
  const std::uint32_t more = has_next(iterator);
  if (more == slisp::abi::k_bool_failed) return k_pending;
  if (more == 0) return throw_without_message(ClassId::NoSuchElementException);
  Word element;
  if (walks_list(iterator)) {
    element = slisp_list_get(iterator->origin, iterator->index++);
  } else {
    Word rest = std::exchange(iterator->rest, k_nil);
    element = seq_take_first(&rest);
    iterator->rest = rest;
  }
  if (element == 0) return k_pending;
  release(std::exchange(iterator->last, retained(element)));
  iterator->has_last = slisp::abi::k_true;
  return element;
}

Word slisp_iterator_remove(Word x) {
  Iterator* iterator = iterator_of(x);
  if (iterator == nullptr) return k_pending;
  if (iterator->origin == k_nil) return throw_without_message(ClassId::UnsupportedOperationException);
  if (iterator->has_last != slisp::abi::k_true) return throw_without_message(ClassId::IllegalStateException);
  iterator->has_last = slisp::abi::k_false;
  const Owned origin = Owned::copy(iterator->origin), last = Owned::copy(iterator->last);
  Owned gone;
  if (walks_list(iterator)) {
    gone = Owned::adopt(slisp_list_remove_at(origin.word(), --iterator->index));
  } else if (slisp_map_take != nullptr) {
    // An entry of a map goes by its key.
    const bool entry = is_map_entry(last.word()) && native_type(origin)->shape == NativeShape::Map;
    gone = Owned::adopt(slisp_map_take(origin.word(), entry ? at<slisp::abi::Inline>(last.word())->slot[0] : last.word()));
  }
  iterator->size = size_of(origin.word());
  return gone.failed() ? k_pending : k_nil;
}
}
