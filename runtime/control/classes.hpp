// classes.hpp: the fixed hierarchy of class names as data, computed by the compiler.
#pragma once
#include "runtime/control/objects.hpp"
#include <array>
#include <string_view>

namespace slisp::rt {

inline constexpr std::size_t k_classes = static_cast<std::size_t>(ClassId::k_count);

struct ClassRow {
  std::string_view name;
  ClassId parent;
};
inline constexpr std::array<ClassRow, k_classes> k_class_rows = {{
#define SLISP_CLASS(id, name, parent) {name, ClassId::parent},
#include "runtime/abi/classes.def"
#undef SLISP_CLASS
}};

struct InterfaceRow {
  ClassId implementor;
  ClassId implemented;
};
inline constexpr InterfaceRow k_interface_rows[] = {
#define SLISP_IMPLEMENTS(implementor, implemented) {ClassId::implementor, ClassId::implemented},
#include "runtime/control/class_interfaces.def"
#undef SLISP_IMPLEMENTS
};

// A set of classes of the host, by ClassId.
inline constexpr std::size_t k_class_words = (k_classes + 63) / 64;
struct ClassSet {
  std::uint64_t bits[k_class_words] = {};
  constexpr bool has(std::size_t i) const { return (bits[i / 64] >> i % 64 & 1) != 0; }
  constexpr void add(std::size_t i) { bits[i / 64] |= std::uint64_t{1} << i % 64; }
  constexpr bool add_all(const ClassSet& other) {
    bool grew = false;
    for (std::size_t w = 0; w < k_class_words; ++w) {
      grew |= (other.bits[w] & ~bits[w]) != 0;
      bits[w] |= other.bits[w];
    }
    return grew;
  }
};
// The class itself and all it can stand for. Of a class of the host.
const ClassSet& ancestors_of(ClassId id);

// Class of a value that is not nil. For exceptions and objects of user types: the class they carry.
const ClassObject* class_of_value(Borrowed value);
bool class_assignable(const ClassObject* child, const ClassObject* parent);
bool is_instance(ClassId wanted, Borrowed value);
const ClassObject* class_with_id(ClassId id);
std::string_view class_name(const ClassObject* class_object);
// A class that the runtime does not know: its parent is Object, and nothing is an instance of it. For the compiler.
Owned make_class(std::string_view full_name);

}  // namespace slisp::rt
