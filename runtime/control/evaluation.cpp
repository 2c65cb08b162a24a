// evaluation.cpp: eval. Within the compiler it leads to the evaluator, and in an executable that carries one; others contain none.
#include "runtime/control/evaluation.hpp"
#include "runtime/abi/functions.hpp"

extern "C" {
// In executables that carry an evaluator: it is made when first asked for.
[[gnu::weak]] void slisp_start_evaluator();
}

namespace slisp::rt {
namespace {

const Evaluation* g_evaluation = nullptr;
void* g_context = nullptr;

bool ready() {
  if (g_evaluation == nullptr && slisp_start_evaluator != nullptr) slisp_start_evaluator();
  return g_evaluation != nullptr;
}

Word not_offered(std::string_view what) {
  TextBuffer out;
  out.append(what);
  out.append(" is not offered: this executable was compiled without --with-eval");
  return throw_string(ClassId::UnsupportedOperationException, out.finish()).take();
}

}  // namespace

void set_evaluation(const Evaluation* evaluation, void* context) {
  g_evaluation = evaluation;
  g_context = context;
}

}  // namespace slisp::rt

using namespace slisp::rt;

extern "C" {

Word slisp_eval(Word form) { return ready() ? g_evaluation->form(g_context, form).take() : not_offered("eval"); }

Word slisp_eval_text(Word text, Word name) {
  if (!is_kind(text, Kind::String)) return throw_class_cast(text, "java.lang.String").take();
  return ready() ? g_evaluation->text(g_context, text, name).take() : not_offered("load");
}

// nil: nobody in this process reads files.
Word slisp_eval_library(Word name, bool again) {
  return ready() ? g_evaluation->library(g_context, name, again).take() : slisp::abi::k_nil;
}

}  // extern "C"
