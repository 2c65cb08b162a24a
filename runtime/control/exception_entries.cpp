// exception_entries.cpp: the entry points about exceptions: raising, taking, looking into them.
#include "runtime/abi/functions.hpp"
#include "runtime/control/classes.hpp"
#include "runtime/control/exceptions.hpp"

using namespace slisp::rt;
namespace abi = slisp::abi;
using abi::k_nil;

namespace {

ExceptionObject* exception_of(Word value) {
  return is_kind(value, Kind::Exception) ? reinterpret_cast<ExceptionObject*>(value) : nullptr;
}

// (str x) as a message; nil stays nil.
Owned message_text(Owned value) {
  if (value.is_nil() || value.is(Kind::String)) return value;
  TextBuffer out;
  append_shown(out, value);
  return out.finish();
}

Owned no_constructor(Borrowed class_word) {
  TextBuffer out;
  out.append("No matching ctor found for class ");
  out.append(class_name(class_word.as<ClassObject>()));
  return throw_string(ClassId::IllegalArgumentException, out.finish());
}

// (Exception. cause): the message is what the cause prints as.
Owned from_cause(Borrowed class_word, Owned cause) {
  const ExceptionObject* inner = cause.as<ExceptionObject>();
  TextBuffer out;
  out.append(class_name(reinterpret_cast<const ClassObject*>(inner->class_object)));
  if (inner->message != k_nil) {
    out.append(": ");
    append_shown(out, inner->message);
  }
  return make_exception(class_word, out.finish(), std::move(cause), Owned());
}

}  // namespace

extern "C" {

Word slisp_throw_value(Word value) {
  Owned thrown = Owned::adopt(value);
  if (thrown.is(Kind::Exception)) return raise(std::move(thrown)).take();
  if (thrown.is_nil()) return throw_new(ClassId::NullPointerException, "Cannot throw exception because \"null\" is null").take();
  return throw_class_cast(thrown, "java.lang.Throwable").take();
}

Word slisp_exception_take() { return std::exchange(context().exception, abi::k_pending); }

Word slisp_stack_overflow() { return throw_stack_overflow().take(); }

Word slisp_arity_error(std::int64_t descriptor, std::int64_t count) {
  return throw_arity(reinterpret_cast<const abi::FnDescriptor*>(descriptor)->name, count).take();
}

Word slisp_ex_info(Word message_word, Word data_word, Word cause_word) {
  Owned message = Owned::adopt(message_word), data = Owned::adopt(data_word), cause = Owned::adopt(cause_word);
  if (!message.is_nil() && !message.is(Kind::String)) return throw_class_cast(message, "java.lang.String").take();
  if (data.is_nil()) return throw_new(ClassId::IllegalArgumentException, "Additional data must be non-nil.").take();
  if (!is_instance(ClassId::IPersistentMap, data)) return throw_class_cast(data, "clojure.lang.IPersistentMap").take();
  if (!cause.is_nil() && !cause.is(Kind::Exception)) return throw_class_cast(cause, "java.lang.Throwable").take();
  return make_exception(class_object(ClassId::ExceptionInfo), std::move(message), std::move(cause), std::move(data)).take();
}

Word slisp_ex_message(Word value) {
  ExceptionObject* exception = exception_of(value);
  return exception == nullptr ? k_nil : Owned::copy(exception->message).take();
}

Word slisp_ex_data(Word value) {
  ExceptionObject* exception = exception_of(value);
  return exception == nullptr ? k_nil : Owned::copy(exception->data).take();
}

Word slisp_ex_cause(Word value) {
  ExceptionObject* exception = exception_of(value);
  return exception == nullptr ? k_nil : Owned::copy(exception->cause).take();
}

Word slisp_ex_extra(Word value) {
  ExceptionObject* exception = exception_of(value);
  return exception == nullptr ? k_nil : Owned::copy(exception->extra).take();
}

Word slisp_ex_set_extra(Word value, Word extra) {
  Owned given = Owned::adopt(extra);
  ExceptionObject* exception = exception_of(value);
  if (exception == nullptr) return throw_class_cast(value, "java.lang.Throwable").take();
  release(std::exchange(exception->extra, given.take()));
  return k_nil;
}

Word slisp_ex_set_cause(Word value, Word cause_word) {
  Owned cause = Owned::adopt(cause_word);
  ExceptionObject* exception = exception_of(value);
  if (exception == nullptr) return throw_class_cast(value, "java.lang.Throwable").take();
  if (!cause.is_nil() && !cause.is(Kind::Exception)) return throw_class_cast(cause, "java.lang.Throwable").take();
  if (exception->cause != k_nil) return throw_with_value(ClassId::IllegalStateException, "Can't overwrite cause with ", cause, "").take();
  if (cause.word() == value) return throw_with_value(ClassId::IllegalArgumentException, "Self-causation not permitted", k_nil, "").take();
  exception->cause = cause.take();
  return k_nil;
}

// The constructors that portable code uses: (E.), (E. message), (E. cause), (E. message cause), (AssertionError. any),
// (ExceptionInfo. message data), (ArityException. count name).
Word slisp_new_exception(Word class_word, Word message_word, Word cause_word) {
  Owned message = Owned::adopt(message_word), cause = Owned::adopt(cause_word);
  Borrowed wanted = class_word;
  if (!wanted.is(Kind::Class)) return throw_class_cast(wanted, "java.lang.Class").take();
  const auto* class_found = wanted.as<ClassObject>();
  if (!class_assignable(class_found, class_with_id(ClassId::Throwable))) return no_constructor(wanted).take();
  if (class_found->id == static_cast<std::uint32_t>(ClassId::ArityException) && is_long(message)) {
    TextBuffer name;
    append_shown(name, cause);
    TextBuffer out;
    out.append("Wrong number of args (");
    out.append_long(long_of(message));
    out.append(") passed to: ");
    out.append(name.view());
    return make_exception(wanted, out.finish(), Owned(), Owned()).take();
  }
  if (class_found->id == static_cast<std::uint32_t>(ClassId::ExceptionInfo) && is_instance(ClassId::IPersistentMap, cause)) {
    return make_exception(wanted, message_text(std::move(message)), Owned(), std::move(cause)).take();
  }
  if (!cause.is_nil() && !cause.is(Kind::Exception)) return no_constructor(wanted).take();
  if (cause.is_nil() && message.is(Kind::Exception)) return from_cause(wanted, std::move(message)).take();
  bool takes_any = class_found->id == static_cast<std::uint32_t>(ClassId::AssertionError);
  if (!takes_any && !message.is_nil() && !message.is(Kind::String)) return no_constructor(wanted).take();
  return make_exception(wanted, message_text(std::move(message)), std::move(cause), Owned()).take();
}

Word slisp_no_matching_clause(Word value) {
  Owned unmatched = Owned::adopt(value);
  TextBuffer out;
  out.append("No matching clause: ");
  if (!unmatched.is_nil()) append_shown(out, unmatched);
  return throw_string(ClassId::IllegalArgumentException, out.finish()).take();
}

Word slisp_class_cast(Word value, Word wanted) {
  Owned actual = Owned::adopt(value);
  if (!is_kind(wanted, Kind::Class)) return throw_class_cast(wanted, "java.lang.Class").take();
  return throw_class_cast(actual, class_name(reinterpret_cast<ClassObject*>(wanted))).take();
}

}  // extern "C"
