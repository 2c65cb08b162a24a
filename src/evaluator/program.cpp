// program.cpp: a whole program in the evaluator: what the compiled program does, for differential tests.
#include "src/evaluator/evaluator.hpp"
#include "runtime/api.hpp"
#include "runtime/control/exceptions.hpp"
#include "runtime/control/runtime.hpp"
#include <cstdlib>

namespace slisp::evaluator {
namespace {

// Vars that macros already needed begin anew.
void unbind(Program& program) {
  for (auto& var : program.vars) {
    auto* cell = var->object.as<abi::Var>();
    if (var->from_library || var->definitions.empty() || cell->header.count == 0) continue;
    Word old = std::exchange(cell->root, abi::k_unbound_root);
    rt::release(old);
  }
}

Owned run_forms(Evaluator& evaluator, Program& program) {
  std::string ns;
  for (const TopLevel& form : program.forms) {
    if (form.ns != ns && !evaluator.enter_namespace(ns = form.ns)) return Owned::pending();
    Owned value = evaluator.evaluate(form);
    if (value.failed()) return value;
  }
  if (program.main == nullptr) return Owned();
  if (ns != program.main_ns && !evaluator.enter_namespace(program.main_ns)) return Owned::pending();
  Owned main = Owned::adopt(abi::slisp_var_get(program.main->object.word()));
  if (main.failed()) return main;
  return Owned::adopt(abi::slisp_apply(main.word(), abi::slisp_command_line()));
}

}  // namespace

namespace {

// The status, and whether the program came to its end by itself.
int run(Evaluator& evaluator, Program& program, bool& returned) {
  evaluator.forget_pending();
  unbind(program);
  Owned result = run_forms(evaluator, program);
  if (rt::exit_is_pending()) {
    int status = rt::exit_status();
    rt::context().exception = abi::k_pending;
    return status;
  }
  if (result.failed()) {
    rt::flush_standard_streams();
    Owned exception = Owned::adopt(abi::slisp_exception_take());
    rt::report_uncaught(exception);
    return 1;
  }
  returned = true;
  return program.main != nullptr && rt::is_long(result) ? static_cast<int>(rt::long_of(result) & 0xff) : 0;
}

}  // namespace

int evaluate_program(Evaluator& evaluator, Program& program) {
  bool returned = false;
  int status = run(evaluator, program, returned);
  if (rt::end_threads(returned, status)) return status;
  // Some thread runs on: nothing may be taken down under it.
  rt::flush_standard_streams();
  std::_Exit(status);
}

}  // namespace slisp::evaluator
