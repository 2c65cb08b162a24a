// update.cpp: conj, assoc, dissoc, disj, pop, empty and the transient operations of users' objects.
// Keeps: x is consumed. The method gets the object with a count of its own, so a user's code never changes in place what others see.
#include "runtime/collections/maps.hpp"
#include "runtime/types/answers.hpp"

namespace slisp::rt::types {
namespace {

// x's method with the arguments, when its class declares the interface; x is given up.
Word ask(Word x, ClassId interface, std::string_view name, Method method, Owned* arguments, std::size_t count) {
  const Owned held = Owned::adopt(x);
  if (!user_is(x, interface)) return throw_cast(x, name);
  return call_method_block(held, method, {arguments, count}).take();
}
Word ask(Word x, ClassId interface, std::string_view name, Method method) { return ask(x, interface, name, method, nullptr, 0); }
Word ask(Word x, ClassId interface, std::string_view name, Method method, Owned a) { return ask(x, interface, name, method, &a, 1); }
Word ask(Word x, ClassId interface, std::string_view name, Method method, Owned a, Owned b) {
  Owned arguments[] = {std::move(a), std::move(b)};
  return ask(x, interface, name, method, arguments, 2);
}

}  // namespace

Word conj(Word x, Word element) {
  if (is_kind(x, Kind::Record)) return record_conj(x, element);
  return ask(x, ClassId::IPersistentCollection, "clojure.lang.IPersistentCollection", Method::Cons, Owned::adopt(element));
}

Word assoc(Word x, Word key, Word value) {
  if (is_kind(x, Kind::Record)) return record_assoc(x, key, value);
  return ask(x, ClassId::Associative, "clojure.lang.Associative", Method::Assoc, Owned::adopt(key), Owned::adopt(value));
}

Word dissoc(Word x, Word key) {
  if (is_kind(x, Kind::Record)) return record_dissoc(x, key);
  return ask(x, ClassId::IPersistentMap, "clojure.lang.IPersistentMap", Method::Without, Owned::copy(key));
}

Word disj(Word x, Word element) {
  return ask(x, ClassId::IPersistentSet, "clojure.lang.IPersistentSet", Method::Disjoin, Owned::copy(element));
}

Word pop(Word x) { return ask(x, ClassId::IPersistentStack, "clojure.lang.IPersistentStack", Method::Pop); }

Word empty(Word x) {
  const Owned held = Owned::adopt(x);
  if (held.is(Kind::Record)) {
    TextBuffer text;
    text.append("Can't create empty: ");
    text.append(class_name(&class_of_object(x)->base));
    return throw_string(ClassId::UnsupportedOperationException, text.finish()).take();
  }
  if (!user_is(x, ClassId::IPersistentCollection)) return abi::k_nil;
  return call_method(held, Method::Empty).take();
}

Word transient(Word x) { return ask(x, ClassId::IEditableCollection, "clojure.lang.IEditableCollection", Method::AsTransient); }
Word persistent(Word x) { return ask(x, ClassId::TransientCollection, "clojure.lang.ITransientCollection", Method::Persistent); }
Word conj_transient(Word x, Word element) {
  return ask(x, ClassId::TransientCollection, "clojure.lang.ITransientCollection", Method::Conj, Owned::adopt(element));
}
Word assoc_transient(Word x, Word key, Word value) {
  return ask(x, ClassId::ITransientAssociative, "clojure.lang.ITransientAssociative", Method::Assoc, Owned::adopt(key), Owned::adopt(value));
}
Word dissoc_transient(Word x, Word key) {
  return ask(x, ClassId::ITransientMap, "clojure.lang.ITransientMap", Method::Without, Owned::copy(key));
}
Word disj_transient(Word x, Word element) {
  return ask(x, ClassId::ITransientSet, "clojure.lang.ITransientSet", Method::Disjoin, Owned::copy(element));
}
Word pop_transient(Word x) { return ask(x, ClassId::ITransientVector, "clojure.lang.ITransientVector", Method::Pop); }

}  // namespace slisp::rt::types
