// evaluation.cpp: eval. Within the compiler it leads to the evaluator; an executable contains none.
#include "runtime/control/evaluation.hpp"
#include "runtime/abi/functions.hpp"

namespace slisp::rt {
namespace {

Evaluate evaluate_form = nullptr;
void* evaluate_context = nullptr;

}  // namespace

void set_evaluate(Evaluate evaluate, void* context) {
  evaluate_form = evaluate;
  evaluate_context = context;
}

}  // namespace slisp::rt

extern "C" slisp::abi::Word slisp_eval(slisp::abi::Word form) {
  using namespace slisp::rt;
  if (evaluate_form == nullptr) {
    return throw_new(ClassId::UnsupportedOperationException, "eval is not offered: an executable contains no compiler").take();
  }
  return evaluate_form(evaluate_context, form).take();
}
