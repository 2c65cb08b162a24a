// meta.cpp: identity and metadata.
// Keeps: metadata is the last slot of an object flagged so; with-meta changes a unique object in place and copies any other.
#include "runtime/abi/functions.hpp"
#include "runtime/control/classes.hpp"
#include "runtime/control/exceptions.hpp"
#include "runtime/memory/context.hpp"
#include <cstring>

using namespace slisp::rt;
namespace abi = slisp::abi;
using abi::k_nil;
using abi::k_pending;

namespace {

std::size_t bytes_of(const Header* object) {
  return k_first_slot[static_cast<std::size_t>(object->kind)] + object->slots * sizeof(Word);
}

// A copy with the same slots, each counted once more.
Header* copy_object(const Header* object, unsigned more_slots) {
  std::size_t bytes = bytes_of(object);
  Header* copy = allocate(object->kind, bytes + more_slots * sizeof(Word), object->slots, object->flags);
  std::memcpy(reinterpret_cast<char*>(copy) + sizeof(Header), reinterpret_cast<const char*>(object) + sizeof(Header),
              bytes - sizeof(Header));
  for (unsigned i = 0; i < copy->slots; ++i) retain(*slot_of(copy, i));
  return copy;
}

Owned replace_meta(Owned target, Owned meta) {
  if (!target.unique()) target = adopt_object(copy_object(target.as<Header>(), 0));
  Header* object = target.as<Header>();
  Word* slot = slot_of(object, object->slots - 1u);
  release(std::exchange(*slot, meta.take()));
  return target;
}

Owned append_meta(Owned target, Owned meta) {
  if (meta.is_nil()) return target;
  std::size_t bytes = bytes_of(target.as<Header>());
  if (target.unique()) {
    target = adopt_object(reallocate(header_of(target.take()), bytes, bytes + sizeof(Word)));
  } else {
    target = adopt_object(copy_object(target.as<Header>(), 1));
  }
  Header* object = target.as<Header>();
  ++object->slots;
  object->flags |= abi::k_flag_has_meta;
  *slot_of(object, object->slots - 1u) = meta.take();
  return target;
}

}  // namespace

extern "C" {

std::uint32_t slisp_identical_p(Word a, Word b) { return a == b; }

Word slisp_meta(Word value) {
  if (!is_pointer(value)) return k_nil;
  Header* object = header_of(value);
  if (object->kind == Kind::Var) return abi::slisp_var_meta(value);
  if (object->kind == Kind::Namespace) return Owned::copy(reinterpret_cast<NamespaceObject*>(value)->meta).take();
  if ((object->flags & abi::k_flag_has_meta) == 0) return k_nil;
  return Owned::copy(*slot_of(object, object->slots - 1u)).take();
}

Word slisp_with_meta(Word value, Word meta_word) {
  Owned target = Owned::adopt(value), meta = Owned::adopt(meta_word);
  if (target.is_nil()) {
    return throw_new(ClassId::NullPointerException,
                     "Cannot invoke \"clojure.lang.IObj.withMeta(clojure.lang.IPersistentMap)\" because \"x\" is null").take();
  }
  if (!is_instance(ClassId::IObj, target)) return throw_class_cast(target, "clojure.lang.IObj").take();
  if (!meta.is_nil() && !is_instance(ClassId::IPersistentMap, meta)) {
    return throw_class_cast(meta, "clojure.lang.IPersistentMap").take();
  }
  if (target.is(Kind::LazySeq)) {
    // A copy of an unrealised cell would run its function twice.
    Owned seq = Owned::adopt(abi::slisp_seq(Owned::copy(target).take()));
    if (seq.failed()) return k_pending;
  }
  bool has_meta = (target.as<Header>()->flags & abi::k_flag_has_meta) != 0;
  return (has_meta ? replace_meta(std::move(target), std::move(meta)) : append_meta(std::move(target), std::move(meta))).take();
}

Word slisp_object_new() { return word_of(allocate(Kind::Object, sizeof(Header) + sizeof(Word), 0)); }

std::int64_t slisp_identity_hash(Word value) {
  // Addresses, mixed so that neighbours differ in all bits; non-negative 31 bits as on the JVM.
  return static_cast<std::int64_t>(value * 0x9e3779b97f4a7c15u >> 33);
}

}  // extern "C"
