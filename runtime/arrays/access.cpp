// access.cpp: reading and writing single elements, and what programs ask about an array.
#include "runtime/arrays/arrays.hpp"
#include "runtime/collections/layouts.hpp"

namespace slisp::rt {
namespace {

// As the JVM's reflection refuses what is no array.
Owned throw_no_array(Borrowed x, std::string_view call, int arguments) {
  if (x.is_nil()) return throw_null_pointer();
  TextBuffer text;
  text.append("No matching method ");
  text.append(call);
  text.append(" found taking ");
  text.append_long(arguments);
  text.append(" args");
  return throw_string(ClassId::IllegalArgumentException, text.finish());
}

bool widens(ElementType from, ElementType to) {
  if (from == to) return true;
  if (from <= ElementType::Boolean || to <= ElementType::Byte) return false;
  return from < to && !(from == ElementType::Char && to == ElementType::Short);
}

bool in_range(const Array* array, std::int64_t index) {
  return index >= 0 && static_cast<std::uint64_t>(index) < array->length;
}

// The array that has such an element; null: an exception is pending.
const Array* looked_at(Word x, std::int64_t index) {
  const Array* array = array_of(x);
  if (array == nullptr) return (void)throw_no_array(x, "aget", 2), nullptr;
  if (!check_index(index)) return nullptr;
  if (!in_range(array, index)) return (void)throw_array_index(index, array->length), nullptr;
  return array;
}

}  // namespace
}  // namespace slisp::rt

using namespace slisp::rt;
using slisp::abi::k_pending;

extern "C" {
std::uint32_t slisp_array_p(Word x) { return is_kind(x, Kind::Array); }

std::uint32_t slisp_array_of_p(Word x, std::int64_t type) {
  const Array* array = array_of(x);
  return array != nullptr && static_cast<std::int64_t>(element_type(array)) == type;
}

Word slisp_array_cast(Word x, std::int64_t type) {
  if (x == slisp::abi::k_nil || slisp_array_of_p(x, type) != 0) return x;
  const Owned other = Owned::adopt(x);
  return throw_class_cast(other, class_name(class_with_id(array_class_id(static_cast<ElementType>(type))))).take();
}

slisp::abi::i64_or_failure slisp_array_length(Word x) {
  const Array* array = array_of(x);
  if (array == nullptr) return (void)throw_no_array(x, "alength", 1), i64_failure();
  return i64_of(static_cast<std::int64_t>(array->length));
}

Word slisp_array_get(Word x, std::int64_t index) {
  const Array* array = looked_at(x, index);
  return array == nullptr ? k_pending : load_element(array, static_cast<std::uint64_t>(index)).take();
}
Word slisp_array_get_widened(Word x, std::int64_t index) {
  const Array* array = looked_at(x, index);
  if (array == nullptr) return k_pending;
  switch (element_type(array)) {
    case ElementType::Byte: return from_fixnum(elements_of<std::int8_t>(array)[index]);
    case ElementType::Short: return from_fixnum(elements_of<std::int16_t>(array)[index]);
    case ElementType::Int: return from_fixnum(elements_of<std::int32_t>(array)[index]);
    default: return load_element(array, static_cast<std::uint64_t>(index)).take();
  }
}

Word slisp_array_set(Word x, std::int64_t index, Word element) {
  Owned value = Owned::adopt(element);
  Array* array = array_of(x);
  if (array == nullptr) return throw_no_array(x, "aset", 3).take();
  if (!check_index(index)) return k_pending;
  if (!in_range(array, index)) return throw_array_index(index, array->length).take();
  const auto place = static_cast<std::uint64_t>(index);
  const bool cut = element_type(array) == ElementType::Int && is_fixnum(element) && to_fixnum(element) != static_cast<std::int32_t>(to_fixnum(element));
  if (cut) return store_element(array, place, std::move(value), Store::Exact) ? load_element(array, place).take() : k_pending;   // the result
  return store_element(array, place, Owned::copy(value), Store::Exact) ? value.take() : k_pending;
}

// java.lang.reflect.Array.setInt and the like: a wider element type takes the value, a narrower one refuses it.
Word slisp_array_set_cast(Word x, std::int64_t index, Word element, std::int64_t type_number) {
  Owned value = Owned::adopt(element);
  Array* array = array_of(x);
  if (x == slisp::abi::k_nil) return throw_null_pointer().take();
  if (array == nullptr) return throw_new(ClassId::IllegalArgumentException, "Argument is not an array").take();
  if (!check_index(index)) return k_pending;
  if (!in_range(array, index)) return throw_string(ClassId::ArrayIndexOutOfBoundsException, Owned()).take();
  const auto given = static_cast<ElementType>(type_number);
  if (element_type(array) == ElementType::Object) return throw_new(ClassId::IllegalArgumentException, "Argument is not an array of primitive type").take();
  if (given == ElementType::Float && Owned::adopt(slisp::abi::slisp_to_float(value.word())).failed()) return k_pending;
  Owned converted = adopt_object(make_array(given, 1));
  if (!store_element(converted.as<Array>(), 0, Owned::copy(value), Store::Cast)) return k_pending;
  if (!widens(given, element_type(array))) return throw_new(ClassId::IllegalArgumentException, "argument type mismatch").take();
  Owned stored = load_element(converted.as<Array>(), 0);
  return store_element(array, static_cast<std::uint64_t>(index), std::move(stored), Store::Number) ? value.take() : k_pending;
}
}
