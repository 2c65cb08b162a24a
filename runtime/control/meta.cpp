// meta.cpp: metadata of everything that carries it.
// Keeps: a user's object is asked; of all others metadata is the last slot of an object flagged so; with-meta changes a unique object in place and copies any other.
#include "runtime/abi/functions.hpp"
#include "runtime/collections/layouts.hpp"
#include "runtime/control/classes.hpp"
#include "runtime/memory/threading.hpp"
#include "runtime/types/operations.hpp"

using namespace slisp::rt;
namespace abi = slisp::abi;
using abi::k_nil;
using abi::k_pending;

extern "C" {

Word slisp_meta(Word value) {
  if (!is_pointer(value)) return k_nil;
  if (is_kind(value, Kind::Var)) return abi::slisp_var_meta(value);
  if (asks_type(value)) return slisp_type_operations.meta(value);
  Header* object = header_of(value);
  if (meta_slots(object) == 0) return k_nil;
  const Word& meta = slots_of(object)[object->slots - 1];
  // Of references it may change under other threads' hands.
  if (object->kind == Kind::Atom || object->kind == Kind::Namespace || object->kind == Kind::Sync) return load_cell(object, meta).take();
  return retained(meta);
}

Word slisp_with_meta(Word value, Word meta_word) {
  if (asks_type(value)) return slisp_type_operations.with_meta(value, meta_word);
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
    // A copy of an unrealised cell would run its function twice; as on the JVM the seq is taken, not the thunk.
    Owned seq = Owned::adopt(abi::slisp_seq(Owned::copy(target).take()));
    if (seq.failed()) return k_pending;
  }
  if (meta.is_nil() && meta_slots(target.as<Header>()) == 0) return target.take();
  Word own_word = target.take();
  return word_of(set_meta(own(&own_word), meta.take()));
}

}  // extern "C"
