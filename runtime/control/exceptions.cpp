// exceptions.cpp: exception objects and the ways to raise one.
// Keeps: at most one exception is pending; raising another releases the first. Messages are the JVM's own.
#include "runtime/control/exceptions.hpp"
#include "runtime/abi/functions.hpp"
#include "runtime/control/classes.hpp"
#include "runtime/memory/threading.hpp"

// The trace lies outside the slots.
extern "C" void slisp_finalize_exception(slisp::abi::Header* object) {
  slisp::rt::scratch_free(reinterpret_cast<slisp::rt::ExceptionObject*>(object)->trace);
}

namespace slisp::rt {
namespace {

std::string_view module_of(std::string_view class_name) {
  if (class_name.starts_with('[')) {                       // arrays: where their elements are
    class_name.remove_prefix(class_name.find_first_not_of('['));
    if (class_name.starts_with('L')) class_name.remove_prefix(1);
    else class_name = "java.lang.Object";
  }
  return class_name.starts_with("java.") ? "module java.base of loader 'bootstrap'" : "unnamed module of loader 'app'";
}

}  // namespace

Owned make_exception(Borrowed class_object, Owned message, Owned cause, Owned data) {
  auto* exception = allocate_as<ExceptionObject>(Kind::Exception, sizeof(ExceptionObject), 5);
  exception->trace = nullptr;
  exception->reserved = 0;
  exception->class_object = Owned::copy(class_object).take();
  exception->message = message.take();
  exception->cause = cause.take();
  exception->data = data.take();
  exception->extra = abi::k_nil;
  return adopt_object(exception);
}

Owned raise(Owned exception) {
  Word old = context().exception;
  context().exception = exception.take();
  release(old);
  return Owned::pending();
}

bool exception_pending() { return context().exception != abi::k_pending; }

Owned throw_new(ClassId exception, std::string_view message) { return throw_string(exception, make_string(message)); }

Owned throw_string(ClassId exception, Owned message) {
  return raise(make_exception(class_object(exception), std::move(message), Owned(), Owned()));
}

void append_class_name_of(TextBuffer& out, Borrowed value) {
  if (value.is(Kind::Fn)) return append_function_class_name(out, *value.as<abi::Fn>()->descriptor);
  if (value.is_nil()) return out.append("nil");
  out.append(class_name(class_of_value(value)));
}

Owned throw_class_cast(Borrowed value, std::string_view wanted) {
  if (value.is_nil()) return throw_null_pointer();
  TextBuffer out, actual;
  append_class_name_of(actual, value);
  std::string_view actual_module = module_of(actual.view()), wanted_module = module_of(wanted);
  out.append("class ");
  out.append(actual.view());
  out.append(" cannot be cast to class ");
  out.append(wanted);
  out.append(" (");
  out.append(actual.view());
  if (actual_module == wanted_module) {
    out.append(" and ");
    out.append(wanted);
    out.append(" are in ");
  } else {
    out.append(" is in ");
    out.append(actual_module);
    out.append("; ");
    out.append(wanted);
    out.append(" is in ");
  }
  out.append(wanted_module);
  out.append(")");
  return throw_string(ClassId::ClassCastException, out.finish());
}

Owned throw_null_pointer() { return throw_string(ClassId::NullPointerException, Owned()); }

// When the process ends, all threads find their stacks exhausted.
Owned throw_stack_overflow() {
  if (g_threading != nullptr && g_threading->exiting()) return raise(Owned::adopt(word_of(&k_exit_token)));
  return throw_string(ClassId::StackOverflowError, Owned());
}

Owned throw_arity(std::string_view name, std::int64_t count) {
  TextBuffer out;
  out.append("Wrong number of args (");
  out.append_long(count);
  out.append(") passed to: ");
  out.append(name);
  return throw_string(ClassId::ArityException, out.finish());
}

Owned throw_arity_of(Borrowed callee, std::int64_t count) {
  TextBuffer name;
  if (callee.is(Kind::Fn)) {
    name.append(callee.as<abi::Fn>()->descriptor->name);
  } else if (callee.is(Kind::Keyword)) {
    append_shown(name, callee);
  } else {
    append_class_name_of(name, callee);
  }
  return throw_arity(name.view(), count);
}

void append_shown(TextBuffer& out, Borrowed value) {
  if (value.is_nil()) return out.append("null");
  if (!append_str(out, value)) {
    Word failure = context().exception;
    if (failure == word_of(&k_exit_token)) return;
    context().exception = abi::k_pending;
    release(failure);
  }
}

Owned throw_with_value(ClassId exception, std::string_view before, Borrowed value, std::string_view after) {
  TextBuffer out;
  out.append(before);
  append_shown(out, value);
  out.append(after);
  return throw_string(exception, out.finish());
}

// "user/foo-bar" is the JVM's class user$foo_bar, "user/foo/fn" what stands in it; the usual characters are spelled out as Compiler.munge does.
void append_function_class_name(TextBuffer& out, const abi::FnDescriptor& descriptor) {
  struct Spelling { char c; std::string_view text; };
  static constexpr Spelling spellings[] = {
      {'-', "_"}, {':', "_COLON_"}, {'+', "_PLUS_"}, {'>', "_GT_"}, {'<', "_LT_"}, {'=', "_EQ_"}, {'~', "_TILDE_"},
      {'!', "_BANG_"}, {'@', "_CIRCA_"}, {'#', "_SHARP_"}, {'\'', "_SINGLEQUOTE_"}, {'"', "_DOUBLEQUOTE_"},
      {'%', "_PERCENT_"}, {'^', "_CARET_"}, {'&', "_AMPERSAND_"}, {'*', "_STAR_"}, {'|', "_BAR_"}, {'{', "_LBRACE_"},
      {'}', "_RBRACE_"}, {'[', "_LBRACK_"}, {']', "_RBRACK_"}, {'/', "_SLASH_"}, {'\\', "_BSLASH_"}, {'?', "_QMARK_"}};
  std::string_view name = descriptor.name == nullptr ? "fn" : descriptor.name;
  bool in_namespace = name.find('/') != std::string_view::npos && name.size() > 1;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    const bool within = c == '/' && i + 1 < name.size() && name[i - (i > 0)] != '/';     // not the function /
    if (c == '/' && (in_namespace || within)) {
      in_namespace = false;
      out.append("$");
      continue;
    }
    const Spelling* found = nullptr;
    for (const Spelling& spelling : spellings) {
      if (spelling.c == c) found = &spelling;
    }
    if (found != nullptr) {
      out.append(found->text);
    } else {
      out.append(c);
    }
  }
}

}  // namespace slisp::rt
