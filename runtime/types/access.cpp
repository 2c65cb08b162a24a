// access.cpp: get, contains?, find, nth, count, peek, key and val of users' objects, as RT.java asks for them.
#include "runtime/collections/maps.hpp"
#include "runtime/seqs/seqs.hpp"
#include "runtime/types/answers.hpp"
#include "runtime/types/protocol.hpp"
#include "runtime/types/record.hpp"

namespace slisp::rt::types {
namespace {

// A protocol as the map that it is in Clojure, for one question.
template <class Ask> auto of_protocol(Word x, Ask ask) { return ask(protocol_map(at<const ProtocolObject>(x)).word()); }

// The method with one parameter or, where the class has none such, with the missing value too.
Word val_at(Word x, Word key, Word missing) {
  if (missing == abi::k_nil) {
    const Word function = find_method(x, Method::ValAt);
    if (function == 0 || !is_kind(function, Kind::Fn) || (at<abi::Fn>(function)->descriptor->arity_mask & 4) != 0)
      return call_method(x, Method::ValAt, Owned::copy(key)).take();
  }
  return call_method(x, Method::ValAt, Owned::copy(key), Owned::copy(missing)).take();
}

std::uint32_t boolean(Word x, Method method, Word argument) {
  bool failed = false;
  const bool answer = call_predicate(x, method, Owned::copy(argument), failed);
  return failed ? abi::k_bool_failed : answer;
}

}  // namespace

abi::i64_or_failure int_answer(Word x, Method method) {
  bool failed = false;
  const std::int32_t answer = call_int(x, method, failed);
  return failed ? i64_failure() : i64_of(answer);
}

Word get(Word x, Word key, Word missing) {
  if (is_kind(x, Kind::Record)) return record_get(x, key, missing);
  if (is_kind(x, Kind::Protocol)) return of_protocol(x, [&](Word map) { return abi::slisp_get_default(map, key, retained(missing)); });
  if (object_is(x, ClassId::ILookup)) return val_at(x, key, missing);
  const bool set = object_is(x, ClassId::IPersistentSet) || object_is(x, ClassId::ITransientSet);
  if (!set && !object_is(x, ClassId::JavaMap)) return retained(missing);
  if (missing != abi::k_nil) {
    const std::uint32_t there = boolean(x, set ? Method::Contains : Method::ContainsKey, key);
    if (there == abi::k_bool_failed) return 0;
    if (there == 0) return retained(missing);
  }
  return call_method(x, Method::Get, Owned::copy(key)).take();
}

std::uint32_t contains(Word x, Word key) {
  if (is_kind(x, Kind::Record)) {
    bool failed = false;
    const bool there = record_contains(x, key, failed);
    return failed ? abi::k_bool_failed : there;
  }
  if (is_kind(x, Kind::Protocol)) return of_protocol(x, [&](Word map) { return abi::slisp_contains_p(map, key); });
  if (object_is(x, ClassId::Associative)) return boolean(x, Method::ContainsKey, key);
  if (object_is(x, ClassId::IPersistentSet)) return boolean(x, Method::Contains, key);
  if (object_is(x, ClassId::JavaMap)) return boolean(x, Method::ContainsKey, key);
  if (object_is(x, ClassId::JavaSet) || object_is(x, ClassId::ITransientSet)) return boolean(x, Method::Contains, key);
  throw_about_class(ClassId::IllegalArgumentException, "contains? not supported on type: ", x);
  return abi::k_bool_failed;
}

Word find(Word x, Word key) {
  if (is_kind(x, Kind::Record)) return record_find(x, key);
  if (is_kind(x, Kind::Protocol)) return of_protocol(x, [&](Word map) { return abi::slisp_find(map, key); });
  if (object_is(x, ClassId::Associative)) return call_method(x, Method::EntryAt, Owned::copy(key)).take();
  if (!object_is(x, ClassId::JavaMap)) return throw_about_class(ClassId::IllegalArgumentException, "find not supported on type: ", x);
  const std::uint32_t there = boolean(x, Method::ContainsKey, key);
  if (there != 1) return there == 0 ? abi::k_nil : 0;
  const Word value = call_method(x, Method::Get, Owned::copy(key)).take();
  return value == 0 ? 0 : abi::slisp_map_entry(retained(key), value);
}

Word nth(Word x, std::int64_t n, Word missing) {
  if (is_user_object(x)) {
    if (object_is(x, ClassId::Indexed)) {
      if (missing == 0) return call_method(x, Method::Nth, make_long(n)).take();
      return call_method(x, Method::Nth, make_long(n), Owned::copy(missing)).take();
    }
    if (object_is(x, ClassId::RandomAccess)) {
      if (missing != 0) {
        const abi::i64_or_failure size = int_answer(x, Method::Size);
        if (!size.valid) return 0;
        if (n < 0 || n >= size.value) return retained(missing);
      }
      return call_method(x, Method::Get, make_long(n)).take();
    }
    if (object_is(x, ClassId::JavaMapEntry)) {
      if (n == 0 || n == 1) return entry_part(x, static_cast<unsigned>(n));
      return missing != 0 ? retained(missing) : throw_without_message(ClassId::IndexOutOfBoundsException);
    }
    if (object_is(x, ClassId::Sequential)) {
      Word s = n < 0 ? abi::k_nil : seq(x);
      for (; s != 0 && s != abi::k_nil; --n) {
        if (n == 0) return seq_first(s);
        s = seq_next(s);
      }
      if (s == 0) return 0;
      return missing != 0 ? retained(missing) : throw_without_message(ClassId::IndexOutOfBoundsException);
    }
  }
  return throw_about_simple_class(ClassId::UnsupportedOperationException, "nth not supported on this type: ", x);
}

abi::i64_or_failure count(Word x) {
  if (is_kind(x, Kind::Record)) return i64_of(static_cast<std::int64_t>(record_count(x)));
  if (is_kind(x, Kind::Protocol)) return of_protocol(x, [](Word map) { return abi::slisp_count(retained(map)); });
  if (object_is(x, ClassId::Counted)) return int_answer(x, Method::Count);
  if (object_is(x, ClassId::IPersistentCollection)) {
    // Count by walking; what is counted on the way ends it.
    std::int64_t passed = 0;
    Word s = seq(x);
    for (; s != 0 && s != abi::k_nil; ++passed) {
      if (!is_user_object(s) || object_is(s, ClassId::Counted)) {
        abi::i64_or_failure rest = abi::slisp_count(s);
        rest.value += passed;
        return rest;
      }
      s = seq_next(s);
    }
    return s == 0 ? i64_failure() : i64_of(passed);
  }
  if (object_is(x, ClassId::CharSequence)) return int_answer(x, Method::Length);
  if (object_is(x, ClassId::Collection) || object_is(x, ClassId::JavaMap)) return int_answer(x, Method::Size);
  if (object_is(x, ClassId::JavaMapEntry)) return i64_of(2);
  throw_about_simple_class(ClassId::UnsupportedOperationException, "count not supported on this type: ", x);
  return i64_failure();
}

Word peek(Word x) {
  if (user_is(x, ClassId::IPersistentStack)) return call_method(x, Method::Peek).take();
  return throw_cast(x, "clojure.lang.IPersistentStack");
}

Word entry_part(Word x, unsigned part) {
  if (!user_is(x, ClassId::JavaMapEntry)) return throw_cast(x, "java.util.Map$Entry");
  const bool own_name = !object_has(x, part == 0 ? Method::GetKey : Method::GetValue) && object_has(x, part == 0 ? Method::Key : Method::Val);
  return call_method(x, part == 0 ? (own_name ? Method::Key : Method::GetKey) : (own_name ? Method::Val : Method::GetValue)).take();
}

}  // namespace slisp::rt::types
