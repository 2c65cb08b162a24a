// call.cpp: calling a value, whatever it is.
// In:   callee (borrowed), arguments (consumed on every path).
// Keeps: functions are entered through their descriptor, whose entries check arity themselves; everything else that is callable is
//        one lookup; the rest raises what the JVM raises.
#include "runtime/control/call.hpp"
#include "runtime/abi/functions.hpp"
#include "runtime/control/classes.hpp"
#include "runtime/control/exceptions.hpp"
#include "runtime/types/operations.hpp"

extern "C" slisp::abi::Word slisp_enter(slisp::abi::Code code, slisp::abi::Word self, const slisp::abi::Word* registers, std::int64_t count,
                            slisp::abi::ThreadContext* context);
// Only programs with multimethods, or with promises and the like, contain them.
extern "C" [[gnu::weak]] slisp::abi::Word slisp_sync_invoke(slisp::abi::Word object, slisp::abi::Word* block, std::int64_t count);
extern "C" [[gnu::weak]] slisp::abi::Word slisp_multifn_invoke(slisp::abi::Word multifn, slisp::abi::Word* block, std::int64_t count);

namespace slisp::rt {
namespace {

using abi::slisp_get;
using abi::slisp_get_default;

void release_block(Word* block, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) release(block[i]);
}

Owned call_fn(Borrowed f, Word* block, std::int64_t count) {
  const abi::FnDescriptor& descriptor = *f.as<abi::Fn>()->descriptor;
  if (count <= abi::k_register_arguments) return enter(descriptor.entry[count], f.word(), block, static_cast<int>(count));
  if (count <= abi::k_max_fixed_arguments) return enter(descriptor.entry_many, f.word(), block, static_cast<int>(count));
  if (descriptor.variadic_fixed < 0) {
    release_block(block, count);
    return throw_arity_of(f, count);
  }
  int fixed = descriptor.variadic_fixed;
  Word arguments[abi::k_max_fixed_arguments + 1];
  for (int i = 0; i < fixed; ++i) arguments[i] = block[i];
  arguments[fixed] = abi::slisp_rest_list(block + fixed, count - fixed);
  return enter(descriptor.variadic, f.word(), arguments, fixed + 1);
}

// (key coll), (key coll default), and the other way round for maps.
Owned look_up(Borrowed callee, Borrowed collection, Borrowed key, Word* block, std::int64_t count) {
  if (count == 2) {
    Word found = slisp_get_default(collection.word(), key.word(), block[1]);
    release(block[0]);
    return Owned::adopt(found);
  }
  if (count == 1) {
    Word found = slisp_get(collection.word(), key.word());
    release(block[0]);
    return Owned::adopt(found);
  }
  release_block(block, count);
  return throw_arity_of(callee, count);
}

Owned call_vector(Borrowed vector, Word* block, std::int64_t count) {
  if (count != 1) {
    release_block(block, count);
    return throw_arity_of(vector, count);
  }
  Owned index = Owned::adopt(block[0]);
  if (!is_long(index)) return throw_new(ClassId::IllegalArgumentException, "Key must be integer");
  return Owned::adopt(abi::slisp_vector_nth(vector.word(), long_of(index)));
}

Owned call_var(Borrowed var, Word* block, std::int64_t count) {
  Owned value = Owned::adopt(abi::slisp_var_get(var.word()));
  if (value.failed()) {
    release_block(block, count);
    return value;
  }
  return Owned::adopt(abi::slisp_invoke(value.word(), block, count));
}

Owned not_callable(Borrowed callee, Word* block, std::int64_t count) {
  release_block(block, count);
  if (callee.is(Kind::Unbound)) {
    return throw_with_value(ClassId::IllegalStateException, "Attempting to call unbound fn: ", callee.as<UnboundObject>()->var, "");
  }
  if (!callee.is_nil()) return throw_class_cast(callee, "clojure.lang.IFn");
  TextBuffer out;
  out.append("Cannot invoke \"clojure.lang.IFn.invoke(");
  for (std::int64_t i = 0; i < count && i < abi::k_max_fixed_arguments; ++i) out.append(i == 0 ? "Object" : ", Object");
  out.append(")\" because the function is null");
  return throw_string(ClassId::NullPointerException, out.finish());
}

}  // namespace

Owned enter(abi::Code code, Word self, const Word* arguments, int count) {
  abi::ThreadContext& thread = context();
  Word registers[abi::k_register_arguments] = {};
  for (int i = 0; i < count; ++i) (i < abi::k_register_arguments ? registers[i] : thread.arguments[i - abi::k_register_arguments]) = arguments[i];
  return Owned::adopt(slisp_enter(code, self, registers, count, &thread));
}

Owned invoke(Borrowed f, Word* block, std::int64_t count) {
  if (f.is(Kind::Fn)) return call_fn(f, block, count);
  if (!is_pointer(f.word())) return not_callable(f, block, count);
  switch (f.as<Header>()->kind) {
    case Kind::Keyword:
    case Kind::Symbol:
      return look_up(f, count > 0 ? block[0] : abi::k_nil, f, block, count);
    case Kind::ArrayMap:
    case Kind::HashMap:
    case Kind::TreeMap:
      return look_up(f, f, count > 0 ? block[0] : abi::k_nil, block, count);
    case Kind::HashSet:
    case Kind::TreeSet:
      if (count == 1) return look_up(f, f, block[0], block, count);
      release_block(block, count);
      return throw_arity_of(f, count);
    case Kind::Transient:
      return look_up(f, f, count > 0 ? block[0] : abi::k_nil, block, count);
    case Kind::Vector:
    case Kind::LargeVector:
    case Kind::SubVector:
      return call_vector(f, block, count);
    case Kind::Var:
      return call_var(f, block, count);
    case Kind::MultiFn:
      if (slisp_multifn_invoke != nullptr) return Owned::adopt(slisp_multifn_invoke(f.word(), block, count));
      return not_callable(f, block, count);
    case Kind::Sync:
      if (slisp_sync_invoke != nullptr && is_instance(ClassId::IFn, f)) return Owned::adopt(slisp_sync_invoke(f.word(), block, count));
      return not_callable(f, block, count);
    default:
      if (user_is(f.word(), ClassId::IFn)) return slisp_type_operations.invoke(f.word(), block, count);
      return not_callable(f, block, count);
  }
}

Owned call(Borrowed f) { return invoke(f, nullptr, 0); }
Owned call(Borrowed f, Owned a) {
  Word block[] = {a.take()};
  return invoke(f, block, 1);
}
Owned call(Borrowed f, Owned a, Owned b) {
  Word block[] = {a.take(), b.take()};
  return invoke(f, block, 2);
}
Owned call(Borrowed f, Owned a, Owned b, Owned c) {
  Word block[] = {a.take(), b.take(), c.take()};
  return invoke(f, block, 3);
}
Owned call_block(Borrowed f, std::span<Owned> arguments) {
  // Owned is one word; the block's counts go to the callee.
  static_assert(sizeof(Owned) == sizeof(Word));
  constexpr std::size_t k_on_stack = 32;
  Word small[k_on_stack];
  Word* block = arguments.size() <= k_on_stack ? small : static_cast<Word*>(scratch_allocate(arguments.size() * sizeof(Word)));
  for (std::size_t i = 0; i < arguments.size(); ++i) block[i] = arguments[i].take();
  Owned result = invoke(f, block, static_cast<std::int64_t>(arguments.size()));
  if (block != small) scratch_free(block);
  return result;
}

}  // namespace slisp::rt

using namespace slisp::rt;

extern "C" {

Word slisp_invoke(Word f, Word* block, std::int64_t count) { return invoke(f, block, count).take(); }

Word slisp_arity_missing_block(Word f, Word* block, std::int64_t count) {
  release_block(block, count);
  return throw_arity_of(f, count).take();
}

Word slisp_alloc_fn(std::int64_t descriptor, Word* captured, std::int64_t count) {
  auto* fn = allocate_as<slisp::abi::Fn>(Kind::Fn, sizeof(slisp::abi::Fn) + static_cast<std::size_t>(count) * sizeof(Word),
                                         static_cast<std::uint16_t>(count));
  fn->descriptor = reinterpret_cast<const slisp::abi::FnDescriptor*>(descriptor);
  for (std::int64_t i = 0; i < count; ++i) fn->captured[i] = captured[i];
  return word_of(fn);
}

Word slisp_capture_take(Word closure, std::int64_t index) {
  auto* fn = reinterpret_cast<slisp::abi::Fn*>(closure);
  if (count_of(&fn->header) == 1) return std::exchange(fn->captured[index], slisp::abi::k_nil);
  return Owned::copy(fn->captured[index]).take();
}

std::uint32_t slisp_fn_p(Word value) { return is_kind(value, Kind::Fn); }

std::uint32_t slisp_ifn_p(Word value) { return is_instance(ClassId::IFn, value); }

}  // extern "C"
