// members.cpp: (.name object) in programs whose types have no member of that name.
// In:   the expanded tree; Program::member_names complete.
// Out:  (let [... m (rt/method_find object 'name)] (if m (m object ...) other)) is (let [...] other) where no user's type has the name.
// Keeps: evaluation order. Not for the library and the prompt: types that come later may have the name.
#include "src/analyzer/annotate/children.hpp"
#include "src/analyzer/optimize/optimize.hpp"
#include "runtime/api.hpp"

namespace slisp::analyzer {
namespace {

void walk(Node*& node, const Program& program) {
  for_each_child(node, [&](Node*& child) { walk(child, program); });
  auto* let = as<LetNode>(node);
  if (let == nullptr || let->bindings.empty()) return;
  auto* question = as<RuntimeCallNode>(let->bindings.back().init);
  auto* choice = as<IfNode>(let->body);
  if (question == nullptr || choice == nullptr || question->function != abi::RuntimeFunctionId::method_find) return;
  auto* name = as<ConstNode>(question->arguments[1]);
  auto* test = as<LocalRefNode>(choice->test);
  if (name == nullptr || test == nullptr || test->local != let->bindings.back().local) return;
  if (program.member_names->count(rt::text_of(rt::symbol_name(name->value))) != 0) return;
  let->bindings.pop_back();
  let->body = choice->otherwise;
  if (let->bindings.empty()) node = let->body;
}

}  // namespace

void drop_member_questions(Program& program) {
  if (program.member_names == nullptr) return;
  for (TopLevel& form : program.forms) walk(form.node, program);
}

}  // namespace slisp::analyzer
