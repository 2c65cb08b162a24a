// errors.cpp: problems in words.
#include "runtime/control/exceptions.hpp"
#include "src/analyzer/expand/expander.hpp"

namespace slisp::analyzer {
namespace {

// What a macro throws to refuse its form is told of in other words than what happens to it.
std::string_view phase_of_macro_failure(Borrowed exception) {
  for (rt::ClassId refusal : {rt::ClassId::IllegalArgumentException, rt::ClassId::IllegalStateException, rt::ClassId::ExceptionInfo}) {
    if (abi::slisp_instance_p(rt::class_object(refusal).word(), exception.word()) == 1) return "macro-syntax-check";
  }
  return "macroexpansion";
}

}  // namespace


// Of a form that a macro of the program made, the macro's place belongs to the problem as much as the call's.
std::vector<reader::DiagnosticNote> Expander::notes_here() const {
  if (made_by_ == nullptr || made_by_->definitions.empty()) return {};
  return {{made_by_->definitions.back()->span, "the macro " + made_by_->ns + "/" + made_by_->name + ", defined here, made this form"}};
}

std::nullptr_t Expander::error(std::string_view code, std::string what, std::string why, std::string hint) {
  note_problem("compile-syntax-check", code, what, Owned());
  session_.diagnostics.error(code, span_, std::move(what), std::move(why), std::move(hint), notes_here());
  return nullptr;
}

std::nullptr_t Expander::error_at(Borrowed form, std::string_view code, std::string what, std::string why, std::string hint) {
  Restore<Span> where(span_, narrow(form));
  Restore<const VarInfo*> maker(made_by_, is_written(form) ? nullptr : made_by_);
  return error(code, std::move(what), std::move(why), std::move(hint));
}

void Expander::warning(std::string_view code, std::string what, std::string why, std::string hint) {
  session_.diagnostics.warning(code, span_, std::move(what), std::move(why), std::move(hint));
}

bool Expander::exception_is(std::string_view class_name) const {
  const abi::Word pending = rt::context().exception;
  if (pending == abi::k_pending || abi::slisp_exit_pending() != 0) return false;
  const Owned type = Owned::adopt(abi::slisp_class_of(pending));
  if (type.is_nil()) return false;
  const Owned name = Owned::adopt(abi::slisp_class_name(type.word()));
  return rt::text_of(name) == class_name;
}

std::string Expander::take_exception_text() {
  if (abi::slisp_exit_pending() != 0) {
    rt::context().exception = abi::k_pending;              // the token is static
    return "System/exit was called";
  }
  Owned exception = Owned::adopt(abi::slisp_exception_take());
  Owned type = Owned::adopt(abi::slisp_class_of(exception.word()));
  std::string out;
  if (!type.is_nil()) {
    Owned name = Owned::adopt(abi::slisp_class_name(type.word()));
    std::string_view text = rt::text_of(name);
    out = text.substr(text.rfind('.') + 1);
  }
  Owned message = Owned::adopt(abi::slisp_ex_message(exception.word()));
  if (is_string(message)) out.append(": ").append(rt::text_of(message));
  return out;
}

std::nullptr_t Expander::pending_error(std::string_view code, const std::string& before, std::string why,
                                       std::vector<reader::DiagnosticNote> notes) {
  if (evaluating_ && abi::slisp_exit_pending() == 0) {
    Owned exception = Owned::adopt(abi::slisp_exception_take());
    const std::string_view phase = code == "e-macro" ? phase_of_macro_failure(exception) : "compile-syntax-check";
    note_problem(phase, code, "", Owned::copy(exception));
    (void)rt::raise(std::move(exception));
  }
  std::string text = take_exception_text();
  session_.diagnostics.error(code, span_, before + text, std::move(why), {}, std::move(notes));
  return nullptr;
}

}  // namespace slisp::analyzer
