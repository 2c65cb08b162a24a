// exceptions.hpp: what the parts of control and names share about raising.
#pragma once
#include "runtime/control/objects.hpp"

namespace slisp::rt {

Owned make_exception(Borrowed class_object, Owned message, Owned cause, Owned data);
Owned raise(Owned exception);                    // leaves it pending; returns Owned::pending()
Owned throw_arity(std::string_view name, std::int64_t count);
Owned throw_arity_of(Borrowed callee, std::int64_t count);
// Throws `before`, then (str value), then `after`.
Owned throw_with_value(ClassId exception, std::string_view before, Borrowed value, std::string_view after);
void append_shown(TextBuffer& out, Borrowed value);    // as String.valueOf shows it: (str value), nil as "null"; a failure inside is swallowed
void append_class_name_of(TextBuffer& out, Borrowed value);   // as the JVM names it: functions by their own class

// System/exit on its way: pending like an exception, but nothing catches it.
extern ExceptionObject k_exit_token;
bool exit_is_pending();
int exit_status();

void report_uncaught(Borrowed exception);        // on stderr

}  // namespace slisp::rt
