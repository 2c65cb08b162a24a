// transient.cpp: transients: a cell that holds the collection being built.
// Idea: persistent updates work in place where a collection is unique, and the cell's collection is; so conj! is conj on
// what the cell holds,
//       whoever else refers to the cell.
// Keeps: after persistent! every use throws IllegalAccessError; an update that Clojure refuses leaves the transient usable.
#include "runtime/memory/threading.hpp"
#include "runtime/seqs/seqs.hpp"
#include "runtime/types/operations.hpp"

namespace slisp::rt {

Word transient_content(Word transient) {
  auto* t = at<Transient>(transient);
  if (!t->finished) return t->collection;
  return failure(throw_new(ClassId::IllegalAccessError, "Transient used after persistent! call"));
}

namespace {

bool is_editable(Word x) {
  switch (kind_or_none(x)) {
    case Kind::Vector:
      return !is_map_entry(x);
    case Kind::LargeVector:
    case Kind::ArrayMap:
    case Kind::HashMap:
    case Kind::HashSet:
      return true;
    default:
      return user_is(x, ClassId::IEditableCollection);
  }
}

// `call` and `variable` tell, in the JVM's words, what nil cannot do.
// The content of x when x is a live transient whose content satisfies `accepts`; 0: exception pending.
Word content_of(Word x, bool (*accepts)(Word), std::string_view wanted, std::string_view call, std::string_view variable) {
  if (!is_kind(x, Kind::Transient)) return throw_cast(x, wanted, call, variable);
  Word content = transient_content(x);
  if (content && !accepts(content)) return throw_cast(x, wanted);
  return content;
}

// A transient that was handed to another thread is changed by one at a time.
constinit Lock g_lock;

// Replace x's content by what `update` makes of it. 0: failed; x is consumed, and other references find it finished.
template <class Update>
Word updated(Word x, Update update) {
  auto* t = at<Transient>(x);
  Word result = update(std::exchange(t->collection, abi::k_nil));
  if (result) {
    if (is_shared(&t->header)) publish(result);
    t->collection = result;
    return x;
  }
  t->finished = 1;
  release(x);
  return 0;
}

Word fail(Word x, Word a, Word b) {
  release(x);
  release(a);
  release(b);
  return 0;
}

}  // namespace
}  // namespace slisp::rt

using namespace slisp::rt;
using slisp::abi::k_nil;

extern "C" {

std::uint32_t slisp_editable_p(Word x) { return is_editable(x); }
std::uint32_t slisp_transient_p(Word x) { return is_kind(x, Kind::Transient) || user_is(x, ClassId::TransientCollection); }

Word slisp_transient(Word x) {
  if (asks_type(x)) return slisp_type_operations.transient(x);
  if (!is_editable(x)) {
    throw_cast(x, "clojure.lang.IEditableCollection", "asTransient()", "coll");
    release(x);
    return 0;
  }
  if (meta_slots(header_of(x))) x = word_of(set_meta(own(&x), k_nil));
  auto* t = allocate_as<Transient>(Kind::Transient, sizeof(Transient), 1);
  t->finished = 0;
  t->collection = x;
  return word_of(t);
}

Word slisp_persistent(Word x) {
  if (asks_type(x)) return slisp_type_operations.persistent(x);
  Locked hold(g_lock);
  Word content = content_of(
      x, [](Word) { return true; }, "clojure.lang.ITransientCollection", "persistent()", "coll");
  if (!content) return fail(x, k_nil, k_nil);
  auto* t = at<Transient>(x);
  t->collection = k_nil;
  t->finished = 1;
  release(x);
  return content;
}

Word slisp_conj_transient(Word x, Word element) {
  if (asks_type(x)) return slisp_type_operations.conj_transient(x, element);
  Locked hold(g_lock);
  Word content = content_of(
      x, [](Word) { return true; }, "clojure.lang.ITransientCollection", "conj(Object)", "coll");
  if (!content) return fail(x, element, k_nil);
  if (is_map(content) && is_vector(element) && vector_size(element) != 2) {
    (void)throw_new(ClassId::IllegalArgumentException, "Vector arg to map conj must be a pair");
    return fail(x, element, k_nil);
  }
  return updated(x, [element](Word collection) { return slisp::abi::slisp_conj(collection, element); });
}

Word slisp_assoc_transient(Word x, Word key, Word value) {
  if (asks_type(x)) return slisp_type_operations.assoc_transient(x, key, value);
  Locked hold(g_lock);
  Word content = content_of(
      x, [](Word c) { return is_map(c) || is_vector(c); }, "clojure.lang.ITransientAssociative", "assoc(Object, Object)",
      "coll");
  if (!content) return fail(x, key, value);
  if (is_vector(content)) {  // refuse before the content is taken
    std::int64_t index = 0;
    if (!vector_index(key, index)) {
      (void)throw_new(ClassId::IllegalArgumentException, "Key must be integer");
      return fail(x, key, value);
    }
    if (index < 0 || static_cast<std::uint64_t>(index) > vector_size(content)) {
      throw_without_message(ClassId::IndexOutOfBoundsException);
      return fail(x, key, value);
    }
  }
  return updated(x, [key, value](Word collection) { return slisp::abi::slisp_assoc(collection, key, value); });
}

Word slisp_dissoc_transient(Word x, Word key) {
  if (asks_type(x)) return slisp_type_operations.dissoc_transient(x, key);
  Locked hold(g_lock);
  Word content = content_of(x, is_map, "clojure.lang.ITransientMap", "without(Object)", "map");
  if (!content) return fail(x, k_nil, k_nil);
  return updated(x, [key](Word collection) { return map_remove_transient(collection, key); });
}

Word slisp_disj_transient(Word x, Word element) {
  if (asks_type(x)) return slisp_type_operations.disj_transient(x, element);
  Locked hold(g_lock);
  Word content = content_of(x, is_set, "clojure.lang.ITransientSet", "disjoin(Object)", "set");
  if (!content) return fail(x, k_nil, k_nil);
  return updated(x, [element](Word collection) { return set_remove(collection, element); });
}

Word slisp_pop_transient(Word x) {
  if (asks_type(x)) return slisp_type_operations.pop_transient(x);
  Locked hold(g_lock);
  Word content = content_of(x, is_vector, "clojure.lang.ITransientVector", "pop()", "coll");
  if (!content) return fail(x, k_nil, k_nil);
  if (vector_size(content) == 0) {
    (void)throw_new(ClassId::IllegalStateException, "Can't pop empty vector");
    return fail(x, k_nil, k_nil);
  }
  return updated(x, vec_pop);
}
}
