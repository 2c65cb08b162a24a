// print_method.cpp: print-method and print-dup: methods that a program adds to the printer.
// In: rows that multifn_add and its kin lead here for the functions clojure.core/print-method and print-dup; a value, from the printer.
// Keeps: one MultiFn per function, made when it is first asked for; `slisp_print_hook` is null until a method was added, so that
//        printing costs one test more and a program without such methods contains nothing of this file.
// Idea: the dispatch value is the class, for print-method before that a keyword under :type in the metadata. What has no method is printed natively, and its
//       elements ask again. print-method itself is a plain function for the compiler, so that calls of it are direct.
#include "runtime/abi/functions.hpp"
#include "runtime/control/call.hpp"
#include "runtime/control/multimethods.hpp"
#include "runtime/io/stream.hpp"
#include "runtime/memory/threading.hpp"
#include "runtime/printing/printer.hpp"

extern "C" {
[[gnu::weak]] extern slisp::abi::Var* slisp_vars_begin[];
[[gnu::weak]] extern slisp::abi::Var* slisp_vars_end[];
}

namespace slisp::rt {
namespace {

enum Table { Method, Dup, k_tables };
Word g_multifns[k_tables] = {};                // 0: not made yet
constinit Lock g_lock;                         // guards it

void release_tables() {
  for (Word& multifn : g_multifns)
    if (multifn != 0) release(std::exchange(multifn, Word{0}));
  slisp_print_hook = nullptr;
}

// The var clojure.core/global-hierarchy, or an empty hierarchy where the program has none.
Owned hierarchy() {
  for (abi::Var** cell = slisp_vars_begin; cell != slisp_vars_end; ++cell)
    if (text_of(symbol_name((*cell)->name)) == "global-hierarchy" && text_of(symbol_name((*cell)->ns)) == "clojure.core")
      return Owned::copy(word_of(*cell));
  return empty_map();
}

HookAnswer ask(Borrowed value, Borrowed stream, bool dup);

void publish_tables() {
  for (Word multifn : g_multifns) publish(multifn);
}

MultiFnObject* table(Table which) {
  Locked hold(g_lock);
  if (g_multifns[which] == 0) {
    if (g_multifns[Method] == 0 && g_multifns[Dup] == 0) at_stop(release_tables);
    before_threads(publish_tables);
    const Owned name = make_string(which == Method ? "print-method" : "print-dup");
    slisp_print_hook = ask;
    g_multifns[which] = abi::slisp_multifn_new(Owned::copy(name).take(), abi::k_nil, keyword({}, "default").take(), hierarchy().take());
    publish(g_multifns[which]);
  }
  return reinterpret_cast<MultiFnObject*>(g_multifns[which]);
}

bool has_methods(Table which) {
  Locked hold(g_lock);
  if (g_multifns[which] == 0) return false;
  auto* multifn = reinterpret_cast<MultiFnObject*>(g_multifns[which]);
  return counted_size(load_cell(multifn, multifn->methods)) > 0;
}

Owned dispatch_value(Table which, Borrowed value) {
  if (value.is_nil()) return Owned();
  if (which == Method && is_pointer(value.word()) && (header_of(value.word())->flags & abi::k_flag_has_meta) != 0) {
    const Owned meta = Owned::adopt(abi::slisp_meta(value.word()));
    const Owned key = find_keyword({}, "type");
    if (!key.is_nil() && !meta.is_nil()) {
      Owned type = Owned::adopt(abi::slisp_get(meta.word(), key.word()));
      if (type.failed() || type.is(Kind::Keyword)) return type;
    }
  }
  return Owned::adopt(abi::slisp_class_of(value.word()));
}

// The program's method for a value; nil when there is none; failed() when an exception is pending.
Owned method_for(Table which, Borrowed value) {
  if (!has_methods(which)) return Owned();
  const Owned type = dispatch_value(which, value);
  if (type.failed()) return Owned::pending();
  return choose_method(table(which), type);
}

bool call_method(Borrowed method, Borrowed value, Borrowed stream) {
  Word arguments[] = {Owned::copy(value).take(), Owned::copy(stream).take()};
  return !invoke(method, arguments, 2).failed();
}

HookAnswer ask(Borrowed value, Borrowed stream, bool dup) {
  const Owned method = method_for(dup ? Dup : Method, value);
  if (method.failed()) return HookAnswer::Failed;
  if (method.is_nil()) return HookAnswer::Native;
  if (stream.is_nil()) return HookAnswer::Mine;               // the printer first writes what it has, then asks again
  return call_method(method, value, stream) ? HookAnswer::Mine : HookAnswer::Failed;
}

Word print_natively(Borrowed value, Borrowed stream, bool dup) {
  return print_to_stream(stream, value, PrintMode::Readable, dup ? FirstValue::NativeDup : FirstValue::Native) ? abi::k_nil : abi::k_pending;
}

Word call(Table which, Borrowed value, Borrowed stream) {
  const Owned method = method_for(which, value);
  if (method.failed()) return abi::k_pending;
  if (method.is_nil()) return print_natively(value, stream, which == Dup);
  return call_method(method, value, stream) ? abi::k_nil : abi::k_pending;
}

}  // namespace
}  // namespace slisp::rt

using namespace slisp::rt;
extern "C" {

// For multimethods.cpp: the MultiFn behind one of the two functions, or null for any other.
MultiFnObject* slisp_printing_multifn(const slisp::abi::FnDescriptor* descriptor) {
  const std::string_view name = descriptor->name;
  if (name == "clojure.core/print-method") return table(Method);
  if (name == "clojure.core/print-dup") return table(Dup);
  return nullptr;
}

Word slisp_print_method(Word value, Word stream) { return call(Method, value, stream); }
Word slisp_print_dup(Word value, Word stream) { return call(Dup, value, stream); }

Word slisp_print_native(Word value, Word stream) { return print_natively(value, stream, false); }
}
