// lists.cpp: java.util.ArrayList, LinkedList, Vector, Stack, ArrayDeque.
// Keeps: element i stands at (head + i) modulo the length of an array of objects, which is a power of two; places that hold no
//        element are nil.
// Idea: one ring for all of them: both ends are cheap, the middle costs the shorter way to an end.
#include "runtime/arrays/arrays.hpp"
#include "runtime/host/host_hold.hpp"
#include "runtime/host/native.hpp"
#include "runtime/collections/layouts.hpp"
#include "runtime/seqs/seqs.hpp"

namespace slisp::rt {
namespace {

struct HostList {
  Header header;
  const NativeType* type;
  std::uint32_t head, size;
  Word ring;                   // array of objects
};
static_assert(offsetof(HostList, ring) == offsetof(NativeObject, slot));

Word* ring_of(const HostList* list) { return elements_of<Word>(at<Array>(list->ring)); }
std::uint32_t capacity_of(const HostList* list) { return static_cast<std::uint32_t>(at<Array>(list->ring)->length); }
Word& place(const HostList* list, std::int64_t i) {
  return ring_of(list)[(list->head + static_cast<std::uint64_t>(i)) & (capacity_of(list) - 1)];
}

std::int64_t list_count(Borrowed x) { return x.as<HostList>()->size; }

// What is walked is what stands there now.
Word list_seq(Borrowed x) {
  HostHold hold(x.word());
  const auto* list = x.as<HostList>();
  if (list->size == 0) return abi::k_nil;
  Array* copy = make_array(ElementType::Object, list->size);
  for (std::uint32_t i = 0; i < list->size; ++i) elements_of<Word>(copy)[i] = retained(place(list, i));
  return make_array_seq(word_of(copy));
}

Word list_element(Borrowed x, std::int64_t index) { return abi::slisp_list_get(x.word(), index); }

// [1, two, null]: AbstractCollection.toString.
bool list_text(TextBuffer& out, Borrowed x) {
  if (stack_exhausted()) return (void)throw_stack_overflow(), false;
  const auto* list = x.as<HostList>();
  out.append('[');
  for (std::uint32_t i = 0; i < list->size; ++i) {
    if (i > 0) out.append(", ");
    const Owned element = Owned::copy(place(list, i));
    if (element.is_nil()) out.append("null");
    else if (element.word() == x.word()) out.append("(this Collection)");
    else if (!append_str(out, element)) return false;
  }
  out.append(']');
  return true;
}

std::uint32_t list_hash(Borrowed x, bool& failed) {
  if (stack_exhausted()) return (void)throw_stack_overflow(), failed = true, 0;
  const auto* list = x.as<HostList>();
  std::uint32_t hash = 1;
  for (std::uint32_t i = 0; i < list->size && !failed; ++i) {
    const Owned element = Owned::copy(place(list, i));
    hash = 31 * hash + static_cast<std::uint32_t>(java_hash_code(element, failed));
  }
  return hash;
}

constexpr NativeType list_type(ClassId id, bool indexed, bool is_list = true) {
  NativeType type{};
  type.class_id = id;
  type.sort = NativeSort::List;
  type.shape = is_list ? NativeShape::List : NativeShape::Opaque;
  type.text = list_text;
  type.count = list_count;
  type.seq = list_seq;
  if (indexed) type.element = list_element;
  if (is_list) type.hash = list_hash;
  return type;
}
constexpr NativeType k_types[] = {
    list_type(ClassId::ArrayList, true),  list_type(ClassId::LinkedList, false),        list_type(ClassId::JavaVector, true),
    list_type(ClassId::JavaStack, true),  list_type(ClassId::ArrayDeque, false, false), list_type(ClassId::ArraysList, true),
};

HostList* list_of_host(Borrowed x) {
  const NativeType* type = native_type(x);
  return type >= std::begin(k_types) && type < std::end(k_types) ? x.as<HostList>() : nullptr;
}
HostList* wanted_list(Word x) {
  HostList* list = list_of_host(x);
  if (list == nullptr) throw_cast(x, "java.util.List");
  return list;
}

bool check_in(const HostList* list, std::int64_t index) {
  if (index >= 0 && index < list->size) return true;
  TextBuffer text;
  text.append("Index ");
  text.append_long(index);
  text.append(" out of bounds for length ");
  text.append_long(list->size);
  (void)throw_string(ClassId::IndexOutOfBoundsException, text.finish());
  return false;
}

void grow(HostList* list) {
  Array* larger = make_array(ElementType::Object, std::int64_t{2} * capacity_of(list));
  for (std::uint32_t i = 0; i < list->size; ++i) elements_of<Word>(larger)[i] = std::exchange(place(list, i), abi::k_nil);
  release(list->ring);
  list->ring = word_of(larger);
  list->head = 0;
}

}  // namespace
}  // namespace slisp::rt

using namespace slisp::rt;
using slisp::abi::k_nil;
using slisp::abi::k_pending;

extern "C" {
Word slisp_list_new(std::int64_t sort) {
  Owned ring = adopt_object(make_array(ElementType::Object, 8));
  auto* list = reinterpret_cast<HostList*>(make_native(k_types[sort], 1));
  list->ring = ring.take();
  return word_of(list);
}

Word slisp_list_insert(Word x, std::int64_t index, Word element) {
  HostHold hold(x, element);
  Owned value = Owned::adopt(element);
  HostList* list = wanted_list(x);
  if (list == nullptr) return k_pending;
  if (index < 0 || index > list->size) {
    TextBuffer text;
    text.append("Index: ");
    text.append_long(index);
    text.append(", Size: ");
    text.append_long(list->size);
    return throw_string(ClassId::IndexOutOfBoundsException, text.finish()).take();
  }
  if (list->size == capacity_of(list)) grow(list);
  if (index < list->size - index) {
    list->head = (list->head - 1) & (capacity_of(list) - 1);
    for (std::int64_t i = 0; i < index; ++i) place(list, i) = place(list, i + 1);
  } else {
    for (std::int64_t i = list->size; i > index; --i) place(list, i) = place(list, i - 1);
  }
  place(list, index) = value.take();
  ++list->size;
  return k_nil;
}

Word slisp_list_remove_at(Word x, std::int64_t index) {
  HostHold hold(x);
  HostList* list = wanted_list(x);
  if (list == nullptr || !check_in(list, index)) return k_pending;
  const Word element = place(list, index);
  if (index < list->size - 1 - index) {
    for (std::int64_t i = index; i > 0; --i) place(list, i) = place(list, i - 1);
    place(list, 0) = k_nil;
    list->head = (list->head + 1) & (capacity_of(list) - 1);
  } else {
    for (std::int64_t i = index; i + 1 < list->size; ++i) place(list, i) = place(list, i + 1);
    place(list, list->size - 1) = k_nil;
  }
  --list->size;
  return element;
}

Word slisp_list_get(Word x, std::int64_t index) {
  HostHold hold(x);
  const HostList* list = wanted_list(x);
  if (list == nullptr || !check_in(list, index)) return k_pending;
  return retained(place(list, index));
}

Word slisp_list_set(Word x, std::int64_t index, Word element) {
  HostHold hold(x, element);
  Owned value = Owned::adopt(element);
  HostList* list = wanted_list(x);
  if (list == nullptr || !check_in(list, index)) return k_pending;
  return std::exchange(place(list, index), value.take());
}

Word slisp_list_clear(Word x) {
  HostHold hold(x);
  HostList* list = wanted_list(x);
  if (list == nullptr) return k_pending;
  Owned old = Owned::adopt(std::exchange(list->ring, word_of(make_array(ElementType::Object, 8))));
  list->head = list->size = 0;
  return k_nil;
}
}
