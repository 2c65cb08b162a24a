// arrays.hpp: what the array files share.
// Keeps: an array's element type never changes; its class object lives until the runtime stops; a char is a code point.
#pragma once
#include "runtime/control/classes.hpp"
#include "runtime/numbers/numbers.hpp"

namespace slisp::rt {

using abi::Array;
using abi::ElementType;

inline constexpr int k_element_types = 9;

inline ElementType element_type(const Array* array) {
  return static_cast<ElementType>(array->header.flags >> abi::k_element_type_shift);
}
inline Array* array_of(Borrowed x) { return x.is(Kind::Array) ? x.as<Array>() : nullptr; }
template <class T> T* elements_of(Array* array) { return reinterpret_cast<T*>(array->data); }
template <class T> const T* elements_of(const Array* array) { return reinterpret_cast<const T*>(array->data); }
std::size_t element_bytes(ElementType type);

// The class of primitive arrays, or of arrays of objects, of this element type; the class of a primitive element; its name ("int").
ClassId array_class_id(ElementType type);
std::string_view element_name(ElementType type);
// Which primitive type a class stands for; Object for all others.
ElementType primitive_type(const ClassObject* class_object);
// The class of arrays whose elements have this class; made on first use.
const ClassObject* array_class(const ClassObject* component);
// null: the class is no class of arrays.
const ClassObject* component_class(const ClassObject* class_object);

// Zeros (nil, false). The program's lengths are asked for: null with NegativeArraySizeException or OutOfMemoryError pending.
Array* asked_array(ElementType type, std::int64_t length, const ClassObject* class_object);
Array* make_array(ElementType type, std::int64_t length, const ClassObject* class_object);
inline Array* make_array(ElementType type, std::int64_t length) { return make_array(type, length, class_with_id(array_class_id(type))); }

Owned load_element(const Array* array, std::uint64_t index);
// How a value becomes an element. Each returns false with an exception pending; the value is consumed.
enum class Store {
  Exact,   // aset: numbers of the type's own kind only; longs wrap
  Number,  // int-array: as Number.intValue
  Cast,    // aset-int, Arrays/fill: as (int x), range checked
};
bool store_element(Array* array, std::uint64_t index, Owned value, Store how);
Owned throw_array_index(std::int64_t index, std::uint64_t length);

}  // namespace slisp::rt
