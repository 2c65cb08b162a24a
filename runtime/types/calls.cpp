// calls.cpp: users' objects as functions, references and things with metadata or a name.
#include "runtime/control/exceptions.hpp"
#include "runtime/types/answers.hpp"

namespace slisp::rt::types {
namespace {

// What stands where the JVM would say that the object is no X.
Word refuse(Word x, std::string_view wanted) { return throw_class_cast(x, wanted).take(); }

}  // namespace

Owned invoke(Word f, Word* block, std::int64_t count) {
  auto release_arguments = [&] {
    for (std::int64_t i = 0; i < count; ++i) release(block[i]);
  };
  if (!user_is(f, ClassId::IFn)) {
    release_arguments();
    return throw_class_cast(f, "clojure.lang.IFn");
  }
  const Word function = find_method(f, Method::Invoke);
  if (function == 0 || count > abi::k_max_fixed_arguments) {
    release_arguments();
    return call_method(f, Method::Invoke);               // says what is missing
  }
  Owned arguments[abi::k_max_fixed_arguments];
  for (std::int64_t i = 0; i < count; ++i) arguments[i] = Owned::adopt(block[i]);
  return call_method_block(f, Method::Invoke, {arguments, static_cast<std::size_t>(count)});
}

// applyTo where the class has it; else the arguments are handed to invoke.
Owned apply(Word f, Owned arguments) {
  if (!user_is(f, ClassId::IFn)) return throw_class_cast(f, "clojure.lang.IFn");
  if (object_has(f, Method::ApplyTo)) {
    Owned seq = Owned::adopt(abi::slisp_seq(arguments.take()));
    if (seq.failed()) return seq;
    return call_method(f, Method::ApplyTo, std::move(seq));
  }
  Owned block[abi::k_max_fixed_arguments];
  std::size_t count = 0;
  SeqWalk walk(std::move(arguments));
  Owned argument;
  while (walk.next(argument)) {
    if (count == abi::k_max_fixed_arguments) return throw_arity_of(f, abi::k_max_fixed_arguments + 1);
    block[count++] = std::move(argument);
  }
  if (walk.failed()) return Owned::pending();
  return call_method_block(f, Method::Invoke, {block, count});
}

Word deref(Word x) { return user_is(x, ClassId::IDeref) ? call_method(x, Method::Deref).take() : refuse(x, "java.util.concurrent.Future"); }

std::uint32_t realized(Word x) {
  const Owned answer = user_is(x, ClassId::IPending) ? call_method(x, Method::IsRealized) : throw_class_cast(x, "clojure.lang.IPending");
  return answer.failed() ? abi::k_bool_failed : answer.truthy();
}

Word meta(Word x) {
  if (!is_user_object(x)) return abi::k_nil;
  const bool native = is_kind(x, Kind::Record) || (class_of_object(x)->base.flags & k_class_reify) != 0;
  if (native && !object_has(x, Method::Meta)) return retained(meta_of(x));
  return object_is(x, ClassId::IMeta) ? call_method(x, Method::Meta).take() : abi::k_nil;
}

Word with_meta(Word x, Word meta) {
  Owned held = Owned::adopt(x), map = Owned::adopt(meta);
  if (!user_is(x, ClassId::IObj)) return refuse(x, "clojure.lang.IObj");
  const bool native = is_kind(x, Kind::Record) || (class_of_object(x)->base.flags & k_class_reify) != 0;
  if (!native || object_has(x, Method::WithMeta)) return call_method(held, Method::WithMeta, std::move(map)).take();
  if (!map.is_nil() && !is_instance(ClassId::IPersistentMap, map)) return refuse(map.word(), "clojure.lang.IPersistentMap");
  if (map.is_nil() && meta_slots(held.as<Header>()) == 0) return held.take();
  Word own_word = held.take();
  return word_of(set_meta(own(&own_word), map.take()));
}

Word name(Word x) { return user_is(x, ClassId::Named) ? call_method(x, Method::GetName).take() : refuse(x, "clojure.lang.Named"); }
Word name_space(Word x) { return user_is(x, ClassId::Named) ? call_method(x, Method::GetNamespace).take() : refuse(x, "clojure.lang.Named"); }

}  // namespace slisp::rt::types
