// classes.cpp: which class a value has, and which classes and interfaces that makes it an instance of.
// Keeps: the hierarchy is the JVM's, restricted to the names of classes.def; it is closed transitively at compile time.
// Idea: one bit set per class. A user's class has such a set too (runtime/types/types.hpp); the interfaces that programs make are found
//       by walking what it declares.
#include "runtime/control/fn_classes.hpp"
#include "runtime/control/classes.hpp"
#include "runtime/abi/functions.hpp"
#include "runtime/collections/layouts.hpp"
#include "runtime/host/native.hpp"
#include "runtime/io/stream.hpp"
#include "runtime/numbers/numbers.hpp"
#include "runtime/types/operations.hpp"

namespace slisp::rt {
namespace {

constexpr auto close_hierarchy() {
  std::array<ClassSet, k_classes> sets{};
  for (std::size_t i = 0; i < k_classes; ++i) sets[i].add(i);
  for (bool grew = true; grew;) {
    grew = false;
    for (std::size_t i = 0; i < k_classes; ++i) {
      std::size_t parent = static_cast<std::size_t>(k_class_rows[i].parent);
      grew |= sets[i].add_all(sets[parent]);
    }
    for (const InterfaceRow& row : k_interface_rows) {
      grew |= sets[static_cast<std::size_t>(row.implementor)].add_all(sets[static_cast<std::size_t>(row.implemented)]);
    }
  }
  return sets;
}
constexpr auto k_ancestors = close_hierarchy();

constexpr std::size_t k_kinds = static_cast<std::size_t>(Kind::k_count);
constexpr ClassId class_named(std::string_view name) {
  for (std::size_t i = 0; i < k_classes; ++i) {
    if (k_class_rows[i].name == name) return static_cast<ClassId>(i);
  }
  return ClassId::Object;   // inner nodes, which no program holds
}
constexpr std::array<ClassId, k_kinds> k_class_of_kind = {
#define SLISP_KIND(name, first_slot, class_name) class_named(class_name),
#include "runtime/abi/kinds.def"
#undef SLISP_KIND
};

ClassId class_of_map_seq(const MapSeq* seq) {
  switch (seq->mode) {
    case MapSeqMode::Keys:
    case MapSeqMode::Elements:
      return ClassId::KeySeq;
    case MapSeqMode::Values:
      return ClassId::ValSeq;
    case MapSeqMode::Entries:
      break;
  }
  Borrowed map = seq->collection;
  return map.is(Kind::ArrayMap) ? ClassId::ArrayMapSeq : map.is(Kind::HashMap) ? ClassId::NodeSeq : ClassId::TreeSeq;
}

ClassId class_of_array_seq(const VectorSeq* seq) {
  static constexpr ClassId k_classes_by_element[] = {ClassId::ArraySeq,     ClassId::ArraySeqBoolean, ClassId::ArraySeqChar,
                                                     ClassId::ArraySeqByte, ClassId::ArraySeqShort,   ClassId::ArraySeqInt,
                                                     ClassId::ArraySeqLong, ClassId::ArraySeqFloat,   ClassId::ArraySeqDouble};
  return k_classes_by_element[header_of(seq->vector)->flags >> abi::k_element_type_shift];
}

ClassId class_of_transient(const Transient* transient) {
  switch (kind_or_none(transient->collection)) {
    case Kind::ArrayMap: return ClassId::TransientArrayMap;
    case Kind::HashMap: return ClassId::TransientHashMap;
    case Kind::HashSet: return ClassId::TransientHashSet;
    default: return ClassId::TransientVector;
  }
}

ClassId class_of_sync(SyncSort sort) {
  switch (sort) {
    case SyncSort::Promise: return ClassId::Promise;
    case SyncSort::Future: return ClassId::ClojureFuture;
    case SyncSort::Thread: return ClassId::Thread;
    case SyncSort::ThreadLocal: return ClassId::ThreadLocal;
    case SyncSort::Latch: return ClassId::CountDownLatch;
    case SyncSort::Executor: return ClassId::ThreadPoolExecutor;
    case SyncSort::Agent: return ClassId::Agent;
    case SyncSort::Ref: return ClassId::Ref;
  }
  return ClassId::Object;
}

ClassId class_id_of(Borrowed value) {
  Word w = value.word();
  if (is_fixnum(w)) return ClassId::Long;
  if (is_character(w)) return ClassId::Character;
  if (!is_pointer(w)) return ClassId::Boolean;
  const Header* object = header_of(w);
  // Kinds that stand for several classes of the JVM.
  if (object->kind == Kind::Vector && (object->flags & abi::k_flag_map_entry) != 0) return ClassId::MapEntry;
  if (is_float(value)) return ClassId::Float;
  if (object->kind == Kind::Integer && object->flags != 0)
    return (object->flags & abi::k_flag_byte) != 0 ? ClassId::Byte : ClassId::Short;
  if (object->kind == Kind::BigInt && (object->flags & k_flag_biginteger) != 0) return ClassId::BigInteger;
  if (object->kind == Kind::Transient) return class_of_transient(value.as<Transient>());
  if (object->kind == Kind::MapSeq) return class_of_map_seq(value.as<MapSeq>());
  if (object->kind == Kind::ArraySeq) return class_of_array_seq(value.as<VectorSeq>());
  if (object->kind == Kind::Native) return value.as<NativeObject>()->type->class_id;
  if (object->kind == Kind::Stream) return value.as<Stream>()->class_id;
  if (object->kind == Kind::Sync) return class_of_sync(value.as<SyncObject>()->sort);
  return k_class_of_kind[static_cast<std::size_t>(object->kind)];
}

const ClassObject* parent_of(const ClassObject* class_object) {
  Word parent = word_of(class_object->parent);
  return is_pointer(parent) ? reinterpret_cast<const ClassObject*>(parent) : nullptr;
}

const ClassObject* find_class(std::string_view name) {
  // The primitive ones have no name that finds them.
  for (std::size_t i = 0; i < k_classes && name.find_first_of(".[") != std::string_view::npos; ++i) {
    if (k_class_rows[i].name == name) return class_with_id(static_cast<ClassId>(i));
  }
  constexpr std::string_view java_lang = "java.lang.";
  for (std::size_t i = 0; i < k_classes; ++i) {
    std::string_view full = k_class_rows[i].name;
    if (full.size() == java_lang.size() + name.size() && full.starts_with(java_lang) && full.ends_with(name)) {
      return class_with_id(static_cast<ClassId>(i));
    }
  }
  return &slisp_type_operations != nullptr ? slisp_type_operations.class_named(name) : nullptr;
}

Owned owned_class(const ClassObject* class_object) { return Owned::copy(word_of(class_object)); }

// Does the user's class declare the user's interface, or one that extends it? As deep as the program's interfaces extend one another.
bool declares(const UserClass* child, const ClassObject* wanted) {
  const Word interfaces = child->interfaces;
  for (std::size_t i = 0, n = static_cast<std::size_t>(counted_size(interfaces)); i < n; ++i) {
    const auto* interface = vector_at(interfaces, i).as<const ClassObject>();
    if (interface == wanted || (is_user_class(interface) && declares(user_class(interface), wanted))) return true;
  }
  return false;
}

}  // namespace

const ClassObject* class_of_value(Borrowed value) {
  // The exit token is an exception without a class.
  if (value.is(Kind::Exception) && is_pointer(value.as<ExceptionObject>()->class_object)) {
    return reinterpret_cast<const ClassObject*>(value.as<ExceptionObject>()->class_object);
  }
  if (value.is(Kind::Array)) return static_cast<const ClassObject*>(value.as<abi::Array>()->class_object);
  if (is_user_object(value)) return &class_of_object(value.word())->base;
  return class_with_id(class_id_of(value));
}

const ClassSet& ancestors_of(ClassId id) { return k_ancestors[static_cast<std::size_t>(id)]; }

bool class_assignable(const ClassObject* child, const ClassObject* parent) {
  if (child == parent) return true;
  if (is_user_class(child)) return parent->id < k_classes ? user_class(child)->ancestors.has(parent->id) : declares(user_class(child), parent);
  if (child->id < k_classes && parent->id < k_classes) return k_ancestors[child->id].has(parent->id);
  // A class of arrays that was made while running: what its parent is.
  const ClassObject* above = child->id == k_classes ? parent_of(child) : nullptr;
  if (above != nullptr && above->id != static_cast<std::uint32_t>(ClassId::Object)) return class_assignable(above, parent);
  return parent->id == static_cast<std::uint32_t>(ClassId::Object);
}

bool is_instance(ClassId wanted, Borrowed value) {
  return !value.is_nil() && class_assignable(class_of_value(value), class_with_id(wanted));
}

}  // namespace slisp::rt

using namespace slisp::rt;
using slisp::abi::k_nil;

extern "C" {

Word slisp_class_of(Word value) {
  if (value == k_nil) return k_nil;
  if (is_kind(value, Kind::Fn)) return class_of_function(*Borrowed(value).as<slisp::abi::Fn>()->descriptor).take();
  return owned_class(class_of_value(value)).take();
}

std::uint32_t slisp_instance_p(Word class_word, Word value) {
  if (!is_kind(class_word, Kind::Class) || value == k_nil) return 0;
  return class_assignable(class_for_dispatch(value), reinterpret_cast<ClassObject*>(class_word));
}

std::uint32_t slisp_class_p(Word value) { return is_kind(value, Kind::Class); }

Word slisp_class_name(Word class_word) {
  if (!is_kind(class_word, Kind::Class)) return k_nil;
  return Owned::copy(word_of(reinterpret_cast<ClassObject*>(class_word)->name)).take();
}

Word slisp_class_super(Word class_word) {
  if (!is_kind(class_word, Kind::Class)) return k_nil;
  const ClassObject* parent = parent_of(reinterpret_cast<ClassObject*>(class_word));
  return parent == nullptr ? k_nil : owned_class(parent).take();
}

// The superclass, then the interfaces in the table's order; an interface has no superclass worth naming.
Word slisp_class_bases(Word class_word) {
  if (!is_kind(class_word, Kind::Class)) return k_nil;
  auto* class_object = reinterpret_cast<ClassObject*>(class_word);
  constexpr std::size_t most = 64;
  Owned bases[most];
  std::size_t count = 0;
  const ClassObject* parent = is_interface(class_object) ? nullptr : parent_of(class_object);
  if (parent != nullptr) bases[count++] = owned_class(parent);
  if (is_user_class(class_object)) {
    const Word interfaces = user_class(class_object)->interfaces;
    for (std::size_t i = 0, n = static_cast<std::size_t>(counted_size(interfaces)); i < n && count < most; ++i)
      bases[count++] = Owned::copy(vector_at(interfaces, i));
    // What each record, type or reify stands for besides.
    for (ClassId id : own_interfaces(class_object->flags)) {
      bool declared = false;
      for (std::size_t i = 0; i < count; ++i) declared |= bases[i].word() == word_of(class_with_id(id));
      if (!declared && count < most) bases[count++] = owned_class(class_with_id(id));
    }
  }
  for (const InterfaceRow& row : k_interface_rows) {
    if (static_cast<std::uint32_t>(row.implementor) == class_object->id && count < most) {
      bases[count++] = owned_class(class_with_id(row.implemented));
    }
  }
  if (count == 0) return k_nil;
  return list_of({bases, count}).take();
}

Word slisp_class_find(Word name) {
  std::string_view text;
  if (is_kind(name, Kind::String)) {
    text = text_of(name);
  } else if (is_kind(name, Kind::Symbol) && symbol_ns(name).is_nil()) {
    text = text_of(symbol_name(name));
  } else {
    return k_nil;
  }
  const ClassObject* found = find_class(text);
  return found == nullptr ? k_nil : owned_class(found).take();
}

std::uint32_t slisp_class_assignable(Word child, Word parent) {
  if (!is_kind(child, Kind::Class) || !is_kind(parent, Kind::Class)) return 0;
  return class_assignable(reinterpret_cast<ClassObject*>(child), reinterpret_cast<ClassObject*>(parent));
}

}  // extern "C"
