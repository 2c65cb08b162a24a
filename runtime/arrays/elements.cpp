// elements.cpp: one element of an array as a value, and a value as an element, by the rules of aset, of aset-int and of int-array.
#include "runtime/arrays/arrays.hpp"
#include "runtime/collections/layouts.hpp"
#include <unistd.h>
#include "runtime/memory/threading.hpp"

namespace slisp::rt {
namespace {

// A number as Number.intValue and the like give it.
bool low_long(Borrowed number, std::int64_t& value) {
  const auto converted = abi::slisp_unchecked_long(number.word());
  value = converted.value;
  return converted.valid != 0;
}
bool low_int(Borrowed number, std::int64_t& value) {
  const auto converted = abi::slisp_unchecked_int(number.word());
  value = converted.value;
  return converted.valid != 0;
}

bool no_match() {
  (void)throw_new(ClassId::IllegalArgumentException, "No matching method aset found taking 3 args");
  return false;
}

struct TypeNames {
  std::string_view wanted, call;
};
// What the JVM asks of an element that is to become one of the type.
TypeNames names_of(ElementType type) {
  switch (type) {
    case ElementType::Boolean: return {"java.lang.Boolean", "booleanValue()"};
    case ElementType::Char: return {"java.lang.Character", "charValue()"};
    case ElementType::Byte: return {"java.lang.Number", "byteValue()"};
    case ElementType::Short: return {"java.lang.Number", "shortValue()"};
    case ElementType::Int: return {"java.lang.Number", "intValue()"};
    case ElementType::Long: return {"java.lang.Number", "longValue()"};
    case ElementType::Float: return {"java.lang.Number", "floatValue()"};
    default: return {"java.lang.Number", "doubleValue()"};
  }
}

bool wrong_element(ElementType type, Borrowed value) {
  const TypeNames names = names_of(type);
  if (!value.is_nil()) {
    (void)throw_class_cast(value, names.wanted);
    return false;
  }
  TextBuffer message;
  message.append("Cannot invoke \"");
  message.append(names.wanted);
  message.append('.');
  message.append(names.call);
  message.append("\" because the return value of \"clojure.lang.ISeq.first()\" is null");
  (void)throw_string(ClassId::NullPointerException, message.finish());
  return false;
}

bool is_integer_type(ElementType type) { return type >= ElementType::Byte && type <= ElementType::Long; }

// The long that an element of an integer type becomes before it is cut to its width.
bool integer_value(ElementType type, Borrowed value, Store how, std::int64_t& n) {
  switch (how) {
    case Store::Exact:
      if (!is_long(value)) return no_match();
      n = long_of(value);
      // There are no bytes and shorts of their own: what does not fit is refused as a long is on the JVM.
      return type >= ElementType::Int || (type == ElementType::Byte ? n == static_cast<std::int8_t>(n) : n == static_cast<std::int16_t>(n)) ||
             no_match();
    case Store::Number:
      if (!is_number(value)) return wrong_element(type, value);
      return type == ElementType::Long ? low_long(value, n) : low_int(value, n);
    case Store::Cast: {
      const Word x = value.word();
      const abi::i64_or_failure cast = type == ElementType::Byte    ? abi::slisp_to_byte(x)
                                       : type == ElementType::Short ? abi::slisp_to_short(x)
                                       : type == ElementType::Int   ? abi::slisp_to_int(x)
                                                                    : abi::slisp_to_long(x);
      n = cast.value;
      return cast.valid != 0;
    }
  }
  return false;
}

bool float_value(ElementType type, Borrowed value, Store how, double& n) {
  if (how == Store::Exact && !value.is(Kind::Double)) return no_match();
  if (how == Store::Number && !is_number(value)) return wrong_element(type, value);
  const auto converted = abi::slisp_to_double(value.word());
  n = converted.value;
  return converted.valid != 0;
}

bool store_reference(Array* array, std::uint64_t index, Owned value) {
  const auto* class_object = static_cast<const ClassObject*>(array->class_object);
  const ClassObject* component = component_class(class_object);
  if (component != nullptr && !value.is_nil() && !class_assignable(class_of_value(value), component)) {
    TextBuffer name;
    name.append(class_name(class_of_value(value)));
    (void)throw_string(ClassId::ArrayStoreException, name.finish());
    return false;
  }
  Word& slot = elements_of<Word>(array)[index];
  store_cell(array, slot, std::move(value));
  return true;
}

Word operation_element(const Array* array, std::uint64_t index) { return load_element(array, index).take(); }
// Only beyond this is it worth asking whether there is so much memory.
constexpr std::uint64_t k_always_there = std::uint64_t{1} << 28;
std::uint64_t physical_memory() {
  return static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES)) * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

constexpr abi::ArrayOperations k_operations = {operation_element};

}  // namespace

Owned load_element(const Array* array, std::uint64_t i) {
  switch (element_type(array)) {
    case ElementType::Object: return load_cell(array, elements_of<Word>(array)[i]);
    case ElementType::Boolean: return Owned::adopt(from_bool(elements_of<std::uint8_t>(array)[i] != 0));
    case ElementType::Char: return Owned::adopt(from_character(elements_of<std::uint32_t>(array)[i]));
    case ElementType::Byte: return make_integer(abi::k_flag_byte, elements_of<std::int8_t>(array)[i]);
    case ElementType::Short: return make_integer(abi::k_flag_short, elements_of<std::int16_t>(array)[i]);
    case ElementType::Int: return make_integer(0, elements_of<std::int32_t>(array)[i]);
    case ElementType::Long: return make_long(elements_of<std::int64_t>(array)[i]);
    case ElementType::Float: return make_float(elements_of<float>(array)[i]);
    case ElementType::Double: return make_double(elements_of<double>(array)[i]);
  }
  return Owned();
}

bool store_element(Array* array, std::uint64_t i, Owned value, Store how) {
  const ElementType type = element_type(array);
  if (type == ElementType::Object) return store_reference(array, i, std::move(value));
  if (is_integer_type(type)) {
    std::int64_t n = 0;
    if (!integer_value(type, value, how, n)) return false;
    if (type == ElementType::Byte) elements_of<std::int8_t>(array)[i] = static_cast<std::int8_t>(n);
    if (type == ElementType::Short) elements_of<std::int16_t>(array)[i] = static_cast<std::int16_t>(n);
    if (type == ElementType::Int) elements_of<std::int32_t>(array)[i] = static_cast<std::int32_t>(n);
    if (type == ElementType::Long) elements_of<std::int64_t>(array)[i] = n;
    return true;
  }
  if (type == ElementType::Boolean) {
    const bool truth = value.word() == abi::k_true || value.word() == abi::k_false;
    if (!truth && how == Store::Exact) return no_match();
    if (!truth && how == Store::Number) return wrong_element(type, value);
    elements_of<std::uint8_t>(array)[i] = value.truthy();
    return true;
  }
  if (type == ElementType::Char) {
    if (!is_character(value.word())) {
      if (how == Store::Exact) return no_match();
      if (how == Store::Number) return wrong_element(type, value);
      value = Owned::adopt(abi::slisp_to_char(value.word()));
      if (value.failed()) return false;
    }
    elements_of<std::uint32_t>(array)[i] = to_character(value.word());
    return true;
  }
  double n = 0;
  if (!float_value(type, value, how, n)) return false;
  if (type == ElementType::Float) elements_of<float>(array)[i] = static_cast<float>(n);
  else elements_of<double>(array)[i] = n;
  return true;
}

Array* asked_array(ElementType type, std::int64_t length, const ClassObject* class_object) {
  if (length < 0) {
    TextBuffer text;
    text.append_long(length);
    (void)throw_string(ClassId::NegativeArraySizeException, text.finish());
    return nullptr;
  }
  const std::uint64_t bytes = static_cast<std::uint64_t>(length) * element_bytes(type);
  if (bytes > k_always_there && bytes > physical_memory()) {
    (void)throw_new(ClassId::OutOfMemoryError, "Java heap space");
    return nullptr;
  }
  return make_array(type, length, class_object);
}

Array* make_array(ElementType type, std::int64_t length, const ClassObject* class_object) {
  const auto count = static_cast<std::uint64_t>(length);
  const bool references = type == ElementType::Object;
  const auto slots = static_cast<std::uint16_t>(!references ? 0 : count < UINT16_MAX ? count : UINT16_MAX);
  const auto flags = static_cast<std::uint8_t>(static_cast<unsigned>(type) << abi::k_element_type_shift);
  if (references) cell_made();
  auto* array = allocate_as<Array>(Kind::Array, sizeof(Array) + count * element_bytes(type), slots, flags);
  array->length = count;
  array->operations = &k_operations;
  array->class_object = class_object;
  if (references) {
    for (std::uint64_t i = 0; i < count; ++i) elements_of<Word>(array)[i] = abi::k_nil;
  } else {
    std::memset(array->data, 0, count * element_bytes(type));
  }
  return array;
}

Owned throw_array_index(std::int64_t index, std::uint64_t length) {
  TextBuffer text;
  text.append("Index ");
  text.append_long(index);
  text.append(" out of bounds for length ");
  text.append_long(static_cast<std::int64_t>(length));
  return throw_string(ClassId::ArrayIndexOutOfBoundsException, text.finish());
}

}  // namespace slisp::rt
