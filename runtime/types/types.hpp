// types.hpp: users' classes and their objects, and how the runtime asks such an object.
//
// A user's class is a ClassObject with more behind it (UserClass). deftype and reify make objects of kind Object: slot 0 the class, then
// the fields; a reify's fields are its methods, closures over what it saw. defrecord makes objects of kind Record: class, fields, a
// map of further entries or nil. Metadata, where flagged, is the last slot, as everywhere.
//
// Methods: one function per name, whose first parameter is the object. Names of methods.def stand first in the class's table, in the
// order of Method, and a bit set says which of them there are: the runtime's question is a count of bits.
//
// Generic operations reach all of this through `slisp_type_operations`, a weak table: only what makes a class, an object of one, a
// record or a protocol brings it into a program. Where is_user_object() holds, the table is there.
#pragma once
#include "runtime/collections/layouts.hpp"
#include "runtime/control/classes.hpp"
#include "runtime/memory/threading.hpp"
#include <bit>

namespace slisp::rt {

enum class Method : std::uint8_t {
#define SLISP_METHOD(id, interface, name, result, parameters) id,
#include "runtime/abi/methods.def"
#undef SLISP_METHOD
  k_count
};
inline constexpr std::size_t k_methods = static_cast<std::size_t>(Method::k_count);
static_assert(k_methods <= 128);

inline constexpr std::uint32_t k_class_record = 1;
inline constexpr std::uint32_t k_class_interface = 2;    // of a protocol, or of definterface
inline constexpr std::uint32_t k_class_reify = 4;
inline constexpr std::uint32_t k_class_absent = 8;       // named by a program, not offered: not found by name

struct UserClass {
  ClassObject base;
  Word interfaces;                                       // slot 2: vector of classes, as declared
  Word fields;                                           // slot 3: vector of symbols
  Word keys;                                             // slot 4: the fields of a record as keywords, a VectorNode
  Word methods;                                          // slot 5: name, function, name, function ...: a VectorNode
  std::uint64_t known[2];                                // which of methods.def are there
  ClassSet ancestors;                                    // all classes of the host that it can stand for
  std::uint32_t type_hash;                               // hasheq of its name as a symbol: part of a record's hash
  std::uint32_t reserved;
};
inline constexpr std::uint16_t k_user_class_slots = 6;
inline constexpr std::uint32_t k_user_class_id = static_cast<std::uint32_t>(ClassId::k_count) + 1;

// What Clojure makes a class with these flags stand for, besides what the program declares.
inline std::span<const ClassId> own_interfaces(std::uint32_t flags) {
  static constexpr ClassId k_of_record[] = {ClassId::IRecord,        ClassId::IHashEq,        ClassId::IObj,    ClassId::ILookup,
                                            ClassId::IKeywordLookup, ClassId::IPersistentMap, ClassId::JavaMap, ClassId::Serializable};
  static constexpr ClassId k_of_reify[] = {ClassId::IObj}, k_of_type[] = {ClassId::IType};
  if ((flags & k_class_interface) != 0) return {};
  if ((flags & k_class_record) != 0) return k_of_record;
  if ((flags & k_class_reify) != 0) return k_of_reify;
  return k_of_type;
}

inline bool is_user_class(const ClassObject* c) { return c->id == k_user_class_id; }
bool is_interface(const ClassObject* c);
inline const UserClass* user_class(const ClassObject* c) { return reinterpret_cast<const UserClass*>(c); }

// An object of a user's class; not the plain (Object.), which has no slots.
inline bool is_user_object(Word w) {
  if (!is_pointer(w)) return false;
  const Header* h = header_of(w);
  return h->kind == Kind::Record || (h->kind == Kind::Object && h->slots != 0);
}
inline bool is_user_object(Borrowed value) { return is_user_object(value.word()); }
// One of those, or a protocol: the generic operations hand it to slisp_type_operations.
inline bool asks_type(Word w) { return is_user_object(w) || is_kind(w, Kind::Protocol); }
inline const UserClass* class_of_object(Word object) { return reinterpret_cast<const UserClass*>(slots_of(header_of(object))[0]); }

// A field's value, owned. Those of a record never change; those of other types may, under another thread's hands too.
inline Word field_of(Header* object, std::int64_t index) {
  const Word& slot = slots_of(object)[1 + index];
  return object->kind == Kind::Record ? retained(slot) : load_cell(object, slot).take();
}

inline bool class_has(const UserClass* c, Method m) {
  const auto i = static_cast<unsigned>(m);
  return (c->known[i / 64] >> i % 64 & 1) != 0;
}
inline bool implements(const UserClass* c, ClassId interface) { return c->ancestors.has(static_cast<std::size_t>(interface)); }
// Does the user's object stand for that class of the host?
inline bool object_is(Word object, ClassId id) { return implements(class_of_object(object), id); }
// The same of any value; false for what is no user's object.
inline bool user_is(Word w, ClassId id) { return is_user_object(w) && object_is(w, id); }
inline bool object_has(Word object, Method m) { return class_has(class_of_object(object), m); }

// The function that answers, borrowed, or 0.
Word find_method(Borrowed object, Method method);
Word find_method_named(Borrowed object, Borrowed symbol);
// Calls it; AbstractMethodError when the class lacks the method or this arity of it. The object is borrowed, arguments are consumed.
Owned call_method(Borrowed object, Method method);
Owned call_method(Borrowed object, Method method, Owned a);
Owned call_method(Borrowed object, Method method, Owned a, Owned b);
Owned call_method_block(Borrowed object, Method method, std::span<Owned> arguments);
bool call_predicate(Borrowed object, Method method, Owned a, bool& failed);
std::int32_t call_int(Borrowed object, Method method, bool& failed);          // Number.intValue of the answer

}  // namespace slisp::rt
