// construct.cpp: making arrays of lengths, of seqables, of other arrays.
#include "runtime/arrays/arrays.hpp"
#include "runtime/control/exceptions.hpp"
#include "runtime/collections/layouts.hpp"

namespace slisp::rt {
namespace {

// The length that a number means: as Number.intValue.
bool length_of(Borrowed number, std::int64_t& length) {
  const auto converted = abi::slisp_unchecked_int(number.word());
  length = converted.value;
  return converted.valid != 0;
}

// Stores the elements of a seqable from the front, as many as there is room for.
bool store_all(Array* array, Owned seqable, Store how) {
  SeqWalk walk(std::move(seqable));
  Owned element;
  for (std::uint64_t i = 0; i < array->length && walk.next(element); ++i) {
    if (!store_element(array, i, std::move(element), how)) return false;
  }
  return !walk.failed();
}

Owned array_of_seqable(ElementType type, const ClassObject* class_object, Owned seqable, Store how) {
  Owned elements = Owned::adopt(abi::slisp_seq(seqable.take()));
  if (elements.failed()) return elements;
  const auto size = abi::slisp_count(Owned::copy(elements).take());
  if (size.valid == 0) return Owned::pending();
  Array* made = asked_array(type, size.value, class_object);
  if (made == nullptr) return Owned::pending();
  Owned array = adopt_object(made);
  return store_all(array.as<Array>(), std::move(elements), how) ? std::move(array) : Owned::pending();
}

bool is_one_element(ElementType type, Borrowed x) {
  if (type == ElementType::Char) return is_character(x.word());
  if (type == ElementType::Boolean) return x.word() == abi::k_true || x.word() == abi::k_false;
  return is_number(x);
}

Owned array_of_class(const ClassObject* class_object, Owned elements);

// into-array without a class: of the class of the first element, which all others must have.
Owned array_like_first(Owned seqable) {
  Owned elements = Owned::adopt(abi::slisp_seq(seqable.take()));
  if (elements.failed()) return elements;
  const ClassObject* component = class_with_id(ClassId::Object);
  if (!elements.is_nil()) {
    const Owned first = Owned::adopt(abi::slisp_first(Owned::copy(elements).take()));
    if (first.failed()) return Owned::pending();
    if (!first.is_nil()) component = class_of_value(first);
  }
  return array_of_class(array_class(component), std::move(elements));
}

// As the JVM's reflection refuses what is no element.
Owned array_of_class(const ClassObject* class_object, Owned elements) {
  Owned array = array_of_seqable(ElementType::Object, class_object, std::move(elements), Store::Exact);
  if (!array.failed() || !is_instance(ClassId::ArrayStoreException, context().exception)) return array;
  return throw_new(ClassId::IllegalArgumentException, "array element type mismatch");
}

}  // namespace
}  // namespace slisp::rt

using namespace slisp::rt;
using slisp::abi::k_pending;

extern "C" {
Word slisp_array_new(std::int64_t type, std::int64_t length) {
  const auto element = static_cast<ElementType>(type);
  Array* array = asked_array(element, length, class_with_id(array_class_id(element)));
  return array == nullptr ? k_pending : word_of(array);
}

Word slisp_array_new_of(Word class_word, std::int64_t length) {
  if (!is_kind(class_word, Kind::Class)) return throw_cast(class_word, "java.lang.Class");
  const auto* component = reinterpret_cast<const ClassObject*>(class_word);
  Array* array = asked_array(primitive_type(component), length, array_class(component));
  return array == nullptr ? k_pending : word_of(array);
}

Word slisp_array_from(std::int64_t type_number, Word x) {
  Owned source = Owned::adopt(x);
  const auto type = static_cast<ElementType>(type_number);
  if (!is_number(source)) {
    return array_of_seqable(type, class_with_id(array_class_id(type)), std::move(source), Store::Number).take();
  }
  std::int64_t length = 0;
  return length_of(source, length) ? slisp_array_new(type_number, length) : k_pending;
}

Word slisp_array_fill_from(Word array_word, Word x) {
  Owned target = Owned::adopt(array_word), source = Owned::adopt(x);
  Array* array = array_of(target);
  if (array == nullptr) return throw_cast(target.word(), "[Ljava.lang.Object;");
  const ElementType type = element_type(array);
  if (!is_one_element(type, source)) return store_all(array, std::move(source), Store::Number) ? target.take() : k_pending;
  for (std::uint64_t i = 0; i < array->length; ++i) {
    if (!store_element(array, i, Owned::copy(source), Store::Number)) return k_pending;
  }
  return target.take();
}

Word slisp_array_into(Word class_word, Word seqable) {
  Owned source = Owned::adopt(seqable);
  if (class_word == slisp::abi::k_nil) return array_like_first(std::move(source)).take();
  if (!is_kind(class_word, Kind::Class)) return throw_cast(class_word, "java.lang.Class");
  const auto* component = reinterpret_cast<const ClassObject*>(class_word);
  if (primitive_type(component) == ElementType::Object) return array_of_class(array_class(component), std::move(source)).take();
  return array_of_seqable(primitive_type(component), array_class(component), std::move(source), Store::Cast).take();
}

// RT.toArray: collections, strings and arrays, nothing else.
Word slisp_array_to(Word x) {
  Owned source = Owned::adopt(x);
  const Array* array = array_of(source);
  if (array != nullptr && element_type(array) == ElementType::Object) return source.take();
  if (array == nullptr && slisp::abi::slisp_seqable_p(source.word()) == 0) {
    TextBuffer text;
    text.append("Unable to convert: class ");
    append_class_name_of(text, source);
    text.append(" to Object[]");
    return throw_string(ClassId::RuntimeException, text.finish()).take();
  }
  return array_of_seqable(ElementType::Object, class_with_id(ClassId::ObjectArray), std::move(source), Store::Exact).take();
}

Word slisp_array_clone(Word x) {
  const Array* array = array_of(x);
  if (x == slisp::abi::k_nil) return throw_null_pointer().take();
  if (array == nullptr) return throw_new(ClassId::IllegalArgumentException, "No matching method aclone found taking 1 args").take();
  return slisp::abi::slisp_array_copy_range(x, 0, static_cast<std::int64_t>(array->length));
}

// Behind the end of the source the copy has zeros.
Word slisp_array_copy_range(Word x, std::int64_t from, std::int64_t to) {
  Array* array = array_of(x);
  if (array == nullptr) return throw_cast(x, "[Ljava.lang.Object;");
  if (from > to) {
    TextBuffer text;
    text.append_long(from);
    text.append(" > ");
    text.append_long(to);
    return throw_string(ClassId::IllegalArgumentException, text.finish()).take();
  }
  const auto length = static_cast<std::int64_t>(array->length);
  if (from < 0 || from > length) {
    TextBuffer text;
    text.append("arraycopy: ");
    text.append(from < 0 ? "source index " : "length ");
    text.append_long(from < 0 ? from : length - from);
    if (from < 0) {
      text.append(" out of bounds for ");
      text.append(element_name(element_type(array)));
      text.append('[');
      text.append_long(length);
      text.append(']');
    } else {
      text.append(" is negative");
    }
    return throw_string(ClassId::ArrayIndexOutOfBoundsException, text.finish()).take();
  }
  const ElementType type = element_type(array);
  Array* copy = asked_array(type, to - from, static_cast<const ClassObject*>(array->class_object));
  if (copy == nullptr) return k_pending;
  const auto count = static_cast<std::uint64_t>((to < length ? to : length) - from);
  const std::size_t width = element_bytes(type);
  std::memcpy(copy->data, array->data + static_cast<std::size_t>(from) * width, count * width);
  if (type == ElementType::Object) {
    for (std::uint64_t i = 0; i < count; ++i) retain(elements_of<Word>(copy)[i]);
  }
  return word_of(copy);
}
}
