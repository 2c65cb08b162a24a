// layouts.cpp: copying, growing and shrinking of objects by their slots; the static empties; messages about classes.
// Keeps: an object is consistent before and after each function; only unique objects are written to.
#include "runtime/collections/layouts.hpp"
#include "runtime/control/exceptions.hpp"
#include <atomic>

namespace slisp::rt {

namespace {
// Another thread may give a flat vector that both have its trie meanwhile (kept_trie, vector_flat.cpp): the tail is read once, atomically.
Header* copy_large_vector(LargeVector* vector) {
  const Header* h = &vector->header;
  auto* copy = reinterpret_cast<LargeVector*>(allocate(Kind::LargeVector, bytes_of(h), h->slots, h->flags));
  copy->size = vector->size;
  copy->shift = vector->shift;
  copy->root = retained(vector->root);
  copy->tail = retained(std::atomic_ref(vector->tail).load(std::memory_order_acquire));
  if (meta_slots(h)) slots_of(&copy->header)[h->slots - 1] = retained(meta_of(word_of(vector)));
  share_nodes(&vector->header);
  share_nodes(&copy->header);
  return &copy->header;
}
}  // namespace

Header* copy_object(Header* object) {
  if (object->kind == Kind::LargeVector) return copy_large_vector(reinterpret_cast<LargeVector*>(object));
  const std::size_t bytes = bytes_of(object);
  Header* copy = allocate(object->kind, bytes, object->slots, object->flags);
  std::memcpy(reinterpret_cast<char*>(copy) + sizeof(Header), reinterpret_cast<char*>(object) + sizeof(Header),
              bytes - sizeof(Header));
  Word* slots = slots_of(copy);
  for (unsigned i = 0; i < copy->slots; ++i) retain(slots[i]);
  return copy;
}

Header* open_slots(Header* object, unsigned index, unsigned count) {
  const std::size_t bytes = bytes_of(object), wanted = bytes + std::size_t{8} * count;
  if (usable_size(object) < wanted) {
    const std::size_t grown = bytes + std::size_t{8} * (object->slots / 4);
    object = reallocate(object, bytes, grown > wanted ? grown : wanted);
  }
  Word* slots = slots_of(object);
  std::memmove(slots + index + count, slots + index, (object->slots - index) * sizeof(Word));
  object->slots = static_cast<std::uint16_t>(object->slots + count);
  return object;
}

void close_slots(Header* object, unsigned index, unsigned count) {
  Word* slots = slots_of(object);
  std::memmove(slots + index, slots + index + count, (object->slots - index - count) * sizeof(Word));
  object->slots = static_cast<std::uint16_t>(object->slots - count);
}

Header* set_meta(Header* object, Word meta) {
  if (meta_slots(object)) {
    Word* last = slots_of(object) + object->slots - 1;
    release(*last);
    *last = meta;
    if (meta != abi::k_nil) return object;
    --object->slots;
    object->flags = static_cast<std::uint8_t>(object->flags & ~abi::k_flag_has_meta);
    return object;
  }
  if (meta == abi::k_nil) return object;
  const unsigned last = object->slots;
  object = open_slots(object, last, 1);
  slots_of(object)[last] = meta;
  object->flags |= abi::k_flag_has_meta;
  return object;
}

Word throw_without_message(ClassId id) {
  Word exception = abi::slisp_new_exception(class_object(id).word(), abi::k_nil, abi::k_nil);
  return exception ? abi::slisp_throw_value(exception) : 0;
}

namespace {
void append_class(TextBuffer& text, Word value, bool simple) {
  if (value == abi::k_nil) return text.append("null");
  TextBuffer name;
  append_class_name_of(name, value);
  std::string_view full = name.view();
  if (simple) {
    std::size_t cut = full.find_last_of(kind_or_none(value) == Kind::Fn ? "." : ".$");
    if (cut != std::string_view::npos) full.remove_prefix(cut + 1);
  }
  text.append(full);
}
}  // namespace

Word throw_about_class(ClassId id, std::string_view prefix, Word value) {
  TextBuffer text;
  text.append(prefix);
  append_class(text, value, false);
  return failure(throw_string(id, text.finish()));
}
Word throw_about_simple_class(ClassId id, std::string_view prefix, Word value) {
  TextBuffer text;
  text.append(prefix);
  append_class(text, value, true);
  return failure(throw_string(id, text.finish()));
}
Word throw_about_value(ClassId id, std::string_view prefix, Word value) {
  TextBuffer text;
  text.append(prefix);
  if (value == abi::k_nil)
    text.append("null");
  else if (!append_str(text, value))
    return 0;
  return failure(throw_string(id, text.finish()));
}
Word throw_cast(Word value, std::string_view wanted) {
  return failure(value == abi::k_nil ? throw_null_pointer() : throw_class_cast(value, wanted));
}
Word throw_cast(Word value, std::string_view wanted, std::string_view call, std::string_view variable) {
  if (value != abi::k_nil) return failure(throw_class_cast(value, wanted));
  TextBuffer text;
  text.append("Cannot invoke \"");
  text.append(wanted);
  text.append(".");
  text.append(call);
  text.append("\" because \"");
  text.append(variable);
  text.append("\" is null");
  return failure(throw_string(ClassId::NullPointerException, text.finish()));
}

bool check_index(std::int64_t index) {
  if (index == static_cast<std::int32_t>(index)) return true;
  (void)throw_new(ClassId::ArithmeticException, "integer overflow");
  return false;
}

Owned empty_vector() { return Owned::adopt(word_of(&slisp_empty_vector)); }
Owned empty_map() { return Owned::adopt(word_of(&slisp_empty_map)); }
Owned empty_list() { return Owned::adopt(word_of(&slisp_empty_list)); }

}  // namespace slisp::rt

extern "C" {
alignas(8) slisp::abi::Header slisp_empty_vector{0, slisp::abi::Kind::Vector, 0, 0};
alignas(8) slisp::abi::Header slisp_empty_map{0, slisp::abi::Kind::ArrayMap, 0, 0};
alignas(8) slisp::abi::Header slisp_empty_list{0, slisp::abi::Kind::EmptyList, 0, 0};
}
