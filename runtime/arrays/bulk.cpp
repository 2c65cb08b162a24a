// bulk.cpp: whole stretches of arrays: System/arraycopy, Arrays/fill, Arrays/sort.
#include "runtime/arrays/arrays.hpp"
#include "runtime/memory/threading.hpp"
#include "runtime/collections/layouts.hpp"
#include <algorithm>
#include <bit>
#include <limits>

namespace slisp::rt {
namespace {

bool fail_with(ClassId id, TextBuffer& text) {
  (void)throw_string(id, text.finish());
  return false;
}

void append_bounds(TextBuffer& text, std::int64_t index, const Array* array) {
  text.append_long(index);
  text.append(" out of bounds for ");
  text.append(element_name(element_type(array)));
  text.append('[');
  text.append_long(static_cast<std::int64_t>(array->length));
  text.append(']');
}

// In the JVM's words: "arraycopy: last source index 5 out of bounds for int[3]".
bool check_stretch(const Array* array, std::int64_t from, std::int64_t count, std::string_view role) {
  TextBuffer text;
  text.append("arraycopy: ");
  if (from < 0) {
    text.append(role);
    text.append(" index ");
    append_bounds(text, from, array);
    return fail_with(ClassId::ArrayIndexOutOfBoundsException, text);
  }
  if (count >= 0 && from + count <= static_cast<std::int64_t>(array->length)) return true;
  text.append("last ");
  text.append(role);
  text.append(" index ");
  append_bounds(text, from + count, array);
  return fail_with(ClassId::ArrayIndexOutOfBoundsException, text);
}

bool check_is_array(Borrowed x, std::string_view role) {
  if (x.is(Kind::Array)) return true;
  TextBuffer text;
  text.append("arraycopy: ");
  text.append(role);
  text.append(" type ");
  text.append(class_name(class_of_value(x)));
  text.append(" is not an array");
  return fail_with(ClassId::ArrayStoreException, text);
}

bool check_types(const Array* source, const Array* target) {
  if (element_type(source) == element_type(target)) return true;
  TextBuffer text;
  text.append("arraycopy: type mismatch: can not copy ");
  for (const Array* array : {source, target}) {
    text.append(element_name(element_type(array)));
    text.append("[]");
    if (array == source) text.append(" into ");
  }
  return fail_with(ClassId::ArrayStoreException, text);
}

// References keep their counts right; the stretches may overlap.
bool copy_references(Array* source, std::int64_t from, Array* target, std::int64_t to, std::int64_t count) {
  const auto* target_class = static_cast<const ClassObject*>(target->class_object);
  const ClassObject* component = source->class_object == target->class_object ? nullptr : component_class(target_class);
  const bool backwards = source == target && from < to;
  for (std::int64_t k = 0; k < count; ++k) {
    const std::int64_t i = backwards ? count - 1 - k : k;
    Owned value = load_cell(source, elements_of<Word>(source)[from + i]);
    if (component != nullptr && !value.is_nil() && !class_assignable(class_of_value(value), component)) {
      TextBuffer text;
      text.append("arraycopy: element type mismatch: can not cast one of the elements of java.lang.Object[] to the type of the "
                  "destination array, ");
      text.append(class_name(component));
      return fail_with(ClassId::ArrayStoreException, text);
    }
    store_cell(target, elements_of<Word>(target)[to + i], std::move(value));
  }
  return true;
}

// Arrays.rangeCheck.
bool check_range(const Array* array, std::int64_t from, std::int64_t to) {
  TextBuffer text;
  if (from > to) {
    text.append("fromIndex(");
    text.append_long(from);
    text.append(") > toIndex(");
    text.append_long(to);
    text.append(")");
    return fail_with(ClassId::IllegalArgumentException, text);
  }
  const std::int64_t length = static_cast<std::int64_t>(array->length);
  if (from >= 0 && to <= length) return true;
  text.append("Array index out of range: ");
  text.append_long(from < 0 ? from : to);
  return fail_with(ClassId::ArrayIndexOutOfBoundsException, text);
}

template <class T> void sort_elements(Array* array, std::int64_t from, std::int64_t to) {
  std::sort(elements_of<T>(array) + from, elements_of<T>(array) + to);
}

// Double.compare: -0.0 before 0.0, NaN last.
template <class T, class Bits> void sort_floats(Array* array, std::int64_t from, std::int64_t to) {
  const auto rank = [](T x) {
    if (x != x) return std::numeric_limits<Bits>::max();
    const Bits bits = std::bit_cast<Bits>(x);
    return bits < 0 ? static_cast<Bits>(bits ^ std::numeric_limits<Bits>::max()) : bits;
  };
  std::sort(elements_of<T>(array) + from, elements_of<T>(array) + to, [&](T a, T b) { return rank(a) < rank(b); });
}

// The comparator is the program's: it runs on a copy, whose order is then taken over.
bool sort_references(Array* array, Borrowed comparator, std::int64_t from, std::int64_t to) {
  Owned copy = empty_vector();
  for (std::int64_t i = from; i < to; ++i) copy = vector_conj(std::move(copy), Owned::copy(elements_of<Word>(array)[i]));
  const Owned sorted = Owned::adopt(abi::slisp_sort_vector(Owned::copy(comparator).take(), copy.take()));
  if (sorted.failed()) return false;
  for (std::int64_t i = from; i < to; ++i) {
    if (!store_element(array, static_cast<std::uint64_t>(i), Owned::copy(vector_at(sorted, static_cast<std::size_t>(i - from))), Store::Exact))
      return false;
  }
  return true;
}

constinit Lock g_lock;          // what moves many elements of an array that several threads may see does so alone

}  // namespace
}  // namespace slisp::rt

using namespace slisp::rt;
using slisp::abi::k_nil;
using slisp::abi::k_pending;

extern "C" {
Word slisp_array_copy(Word source_word, std::int64_t from, Word target_word, std::int64_t to, std::int64_t count) {
  Locked hold(g_lock);
  if (is_kind(target_word, Kind::Array) && is_shared(header_of(target_word))) publish(source_word);
  if (source_word == k_nil || target_word == k_nil) return throw_null_pointer().take();
  if (!check_is_array(source_word, "source") || !check_is_array(target_word, "destination")) return k_pending;
  Array *source = array_of(source_word), *target = array_of(target_word);
  if (!check_types(source, target)) return k_pending;
  if (count < 0 && from >= 0 && to >= 0) {
    TextBuffer text;
    text.append("arraycopy: length ");
    text.append_long(count);
    text.append(" is negative");
    return throw_string(ClassId::ArrayIndexOutOfBoundsException, text.finish()).take();
  }
  if (!check_index(from) || !check_index(to) || !check_index(count)) return k_pending;
  if (!check_stretch(source, from, count, "source") || !check_stretch(target, to, count, "destination")) return k_pending;
  if (element_type(source) == ElementType::Object) return copy_references(source, from, target, to, count) ? k_nil : k_pending;
  const std::size_t width = element_bytes(element_type(source));
  std::memmove(target->data + static_cast<std::size_t>(to) * width, source->data + static_cast<std::size_t>(from) * width,
               static_cast<std::size_t>(count) * width);
  return k_nil;
}

Word slisp_array_fill(Word x, std::int64_t from, std::int64_t to, Word element) {
  Array* array = array_of(x);
  if (array == nullptr) return throw_cast(x, "[Ljava.lang.Object;");
  if (!check_range(array, from, to)) return k_pending;
  for (std::int64_t i = from; i < to; ++i) {
    if (!store_element(array, static_cast<std::uint64_t>(i), Owned::copy(element), Store::Cast)) return k_pending;
  }
  return k_nil;
}

Word slisp_array_sort(Word x, Word comparator, std::int64_t from, std::int64_t to) {
  Locked hold(g_lock);
  Array* array = array_of(x);
  if (array == nullptr) return throw_cast(x, "[Ljava.lang.Object;");
  if (!check_range(array, from, to)) return k_pending;
  switch (element_type(array)) {
    case ElementType::Object: return sort_references(array, comparator, from, to) ? k_nil : k_pending;
    case ElementType::Boolean: sort_elements<std::uint8_t>(array, from, to); break;
    case ElementType::Char: sort_elements<std::uint32_t>(array, from, to); break;
    case ElementType::Byte: sort_elements<std::int8_t>(array, from, to); break;
    case ElementType::Short: sort_elements<std::int16_t>(array, from, to); break;
    case ElementType::Int: sort_elements<std::int32_t>(array, from, to); break;
    case ElementType::Long: sort_elements<std::int64_t>(array, from, to); break;
    case ElementType::Float: sort_floats<float, std::int32_t>(array, from, to); break;
    case ElementType::Double: sort_floats<double, std::int64_t>(array, from, to); break;
  }
  return k_nil;
}
}
