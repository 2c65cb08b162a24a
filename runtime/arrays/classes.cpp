// classes.cpp: classes of arrays: "[J", "[Ljava.lang.String;", "[[D".
// Keeps: one class object per component class; those that classes.def does not know are made on first use and given back when the
//        runtime stops.
// Idea: a made class has the class of arrays of objects as its parent, so that it is assignable to it as on the JVM.
#include "runtime/arrays/arrays.hpp"
#include "runtime/memory/threading.hpp"

namespace slisp::rt {
namespace {

struct TypeRow {
  ClassId primitive, array;
  std::string_view name;
  char letter;
  std::uint8_t bytes;
};
constexpr TypeRow k_types[k_element_types] = {
    {ClassId::Object, ClassId::ObjectArray, "object array", 'L', 8},
    {ClassId::PrimitiveBoolean, ClassId::BooleanArray, "boolean", 'Z', 1},
    {ClassId::PrimitiveChar, ClassId::CharArray, "char", 'C', 4},
    {ClassId::PrimitiveByte, ClassId::ByteArray, "byte", 'B', 1},
    {ClassId::PrimitiveShort, ClassId::ShortArray, "short", 'S', 2},
    {ClassId::PrimitiveInt, ClassId::IntArray, "int", 'I', 4},
    {ClassId::PrimitiveLong, ClassId::LongArray, "long", 'J', 8},
    {ClassId::PrimitiveFloat, ClassId::FloatArray, "float", 'F', 4},
    {ClassId::PrimitiveDouble, ClassId::DoubleArray, "double", 'D', 8},
};
const TypeRow& row_of(ElementType type) { return k_types[static_cast<std::size_t>(type)]; }

struct MadeClass {
  const ClassObject* component;
  ClassObject* array;
  MadeClass* next;
};
MadeClass* g_made = nullptr;
constinit Lock g_lock;             // guards it

void release_made_classes() {
  while (g_made != nullptr) {
    MadeClass* made = g_made;
    g_made = made->next;
    release(word_of(made->array));
    scratch_free(made);
  }
}

bool has_id(const ClassObject* class_object, ClassId id) { return class_object->id == static_cast<std::uint32_t>(id); }

}  // namespace

std::size_t element_bytes(ElementType type) { return row_of(type).bytes; }
ClassId array_class_id(ElementType type) { return row_of(type).array; }
std::string_view element_name(ElementType type) { return row_of(type).name; }

ElementType primitive_type(const ClassObject* class_object) {
  for (int i = 1; i < k_element_types; ++i) {
    if (has_id(class_object, k_types[i].primitive)) return static_cast<ElementType>(i);
  }
  return ElementType::Object;
}

const ClassObject* array_class(const ClassObject* component) {
  for (const TypeRow& row : k_types) {
    if (has_id(component, row.primitive)) return class_with_id(row.array);
  }
  Locked hold(g_lock);
  for (const MadeClass* made = g_made; made != nullptr; made = made->next) {
    if (made->component == component) return made->array;
  }
  const std::string_view inner = class_name(component);
  TextBuffer name;
  name.append('[');
  if (!inner.starts_with('[')) name.append('L');
  name.append(inner);
  if (!inner.starts_with('[')) name.append(';');
  auto* made = allocate_as<ClassObject>(Kind::Class, sizeof(ClassObject), 2);
  // Everything that a class of a program's own type has besides, it has not.
  *reinterpret_cast<ClassObject*>(made) = ClassObject{made->header, static_cast<std::uint32_t>(ClassId::k_count), 0,
                                                      reinterpret_cast<const void*>(name.finish().take()),
                                                      class_with_id(ClassId::ObjectArray)};
  if (g_made == nullptr) {
    at_stop(release_made_classes);
    before_threads([] {
      for (const MadeClass* each = g_made; each != nullptr; each = each->next) publish(word_of(each->array));
    });
  }
  publish(word_of(made));
  auto* entry = static_cast<MadeClass*>(scratch_allocate(sizeof(MadeClass)));
  *entry = {component, made, g_made};
  g_made = entry;
  return made;
}

const ClassObject* component_class(const ClassObject* class_object) {
  for (const TypeRow& row : k_types) {
    if (has_id(class_object, row.array)) return class_with_id(row.primitive);
  }
  Locked hold(g_lock);
  for (const MadeClass* made = g_made; made != nullptr; made = made->next) {
    if (made->array == class_object) return made->component;
  }
  return nullptr;
}

namespace {

const ClassObject* class_named(std::string_view name) {
  if (!name.starts_with('[')) return nullptr;
  std::string_view inner = name.substr(1);
  for (const TypeRow& row : k_types) {
    if (row.primitive != ClassId::Object && inner.size() == 1 && inner[0] == row.letter) return class_with_id(row.array);
  }
  if (inner.starts_with('[')) {
    const ClassObject* component = class_named(inner);
    return component == nullptr ? nullptr : array_class(component);
  }
  if (!inner.starts_with('L') || !inner.ends_with(';')) return nullptr;
  const Owned text = make_string(inner.substr(1, inner.size() - 2));
  const Owned component = Owned::adopt(abi::slisp_class_find(text.word()));
  return component.is(Kind::Class) ? array_class(component.as<ClassObject>()) : nullptr;
}

Word class_or_nil(const ClassObject* class_object) {
  return class_object == nullptr ? abi::k_nil : Owned::copy(word_of(class_object)).take();
}

}  // namespace
}  // namespace slisp::rt

using namespace slisp::rt;
extern "C" {
Word slisp_array_component(Word x) {
  return is_kind(x, Kind::Class) ? class_or_nil(component_class(reinterpret_cast<ClassObject*>(x))) : slisp::abi::k_nil;
}

Word slisp_array_class(Word x) {
  return is_kind(x, Kind::Class) ? class_or_nil(array_class(reinterpret_cast<ClassObject*>(x))) : slisp::abi::k_nil;
}

Word slisp_array_class_named(Word name) {
  if (!is_kind(name, Kind::String)) return slisp::abi::k_nil;
  if (text_of(name).size() > 255) return slisp::abi::k_nil;       // as many dimensions as the JVM allows
  return class_or_nil(class_named(text_of(name)));
}
}
