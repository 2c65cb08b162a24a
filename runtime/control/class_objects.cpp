// class_objects.cpp: the static class objects slisp_class_<Id>, and the way from a ClassId to its object.
// Keeps: immortal data, laid out by the compiler of the runtime; nothing runs to make them.
#include "runtime/control/classes.hpp"
#include "runtime/types/types.hpp"

namespace slisp::rt {
namespace {

template <std::size_t N> struct StaticName {
  abi::Header header;
  std::uint32_t bytes, code_points, capacity, hash, hashed, utf16_units;
  char data[N];
};
template <std::size_t N> consteval StaticName<N> static_name(const char (&text)[N]) {
  StaticName<N> name{{0, Kind::String, abi::k_flag_ascii, 0}, N - 1, N - 1, N - 1, 0, 0, N - 1, {}};
  for (std::size_t i = 0; i < N; ++i) name.data[i] = text[i];
  return name;
}

#define SLISP_CLASS(id, name, parent) constinit StaticName<sizeof(name)> name_of_##id = static_name(name);
#include "runtime/abi/classes.def"
#undef SLISP_CLASS

}  // namespace
}  // namespace slisp::rt

extern "C" {
#define SLISP_CLASS(id, name, parent) extern slisp::rt::ClassObject slisp_class_##id;
#include "runtime/abi/classes.def"
#undef SLISP_CLASS
#define SLISP_CLASS(id, name, parent)                                                                              \
  slisp::rt::ClassObject slisp_class_##id = {{0, slisp::abi::Kind::Class, 0, 2},                                   \
                                             static_cast<std::uint32_t>(slisp::rt::ClassId::id),                   \
                                             0,                                                                    \
                                             &slisp::rt::name_of_##id,                                             \
                                             slisp::rt::ClassId::id == slisp::rt::ClassId::parent                  \
                                                 ? reinterpret_cast<const void*>(slisp::abi::k_nil)                \
                                                 : static_cast<const void*>(&slisp_class_##parent)};
#include "runtime/abi/classes.def"
#undef SLISP_CLASS
}

namespace slisp::rt {

static ClassObject* const k_class_objects[] = {
#define SLISP_CLASS(id, name, parent) &slisp_class_##id,
#include "runtime/abi/classes.def"
#undef SLISP_CLASS
};

const ClassObject* class_with_id(ClassId id) { return k_class_objects[static_cast<std::size_t>(id)]; }

Borrowed class_object(ClassId id) { return word_of(class_with_id(id)); }

// A class that slisp does not offer: an interface that nothing implements, so that programs may name it where they make types.
Owned make_class(std::string_view full_name) {
  auto* made = allocate_as<UserClass>(Kind::Class, sizeof(UserClass), k_user_class_slots);
  made->base.id = k_user_class_id;
  made->base.flags = k_class_interface | k_class_absent;
  made->base.name = reinterpret_cast<const void*>(make_string(full_name).take());
  made->base.parent = class_with_id(ClassId::Object);
  made->interfaces = made->fields = empty_vector().take();
  made->keys = abi::k_nil;
  made->methods = word_of(allocate(Kind::VectorNode, sizeof(abi::Header), 0));
  made->known[0] = made->known[1] = 0;
  made->ancestors = ancestors_of(ClassId::Object);
  made->type_hash = made->reserved = 0;
  return Owned::adopt(word_of(made));
}

std::string_view class_name(const ClassObject* class_object) {
  const auto* name = static_cast<const abi::String*>(class_object->name);
  return {name->data, name->bytes};
}

}  // namespace slisp::rt
