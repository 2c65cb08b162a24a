// process_vars.cpp: *command-line-args* gets its value when the program starts.
// In:   an expanded program.
// Out:  where the program mentions the var, a first form that sets its root.
#include "runtime/api.hpp"
#include "src/analyzer/annotate/children.hpp"
#include "src/analyzer/optimize/optimize.hpp"

namespace slisp::analyzer {

void set_process_vars(Program& program) {
  VarInfo* var = nullptr;
  auto note = [&](VarInfo* mentioned) {
    if (mentioned->name == "*command-line-args*" && mentioned->ns == "clojure.core") var = mentioned;
  };
  for (TopLevel& form : program.forms) {
    for_each_node(form.node, [&](Node* node) {
      if (auto* reference = as<VarRefNode>(node)) note(reference->var);
      if (auto* the_var = as<TheVarNode>(node)) note(the_var->var);
    });
  }
  if (var == nullptr) return;
  Span span = program.forms.front().node->span;
  auto* set = program.arena.make<RuntimeCallNode>(span, abi::RuntimeFunctionId::var_bind_root);
  set->arguments = {program.arena.make<TheVarNode>(span, var),
                    program.arena.make<RuntimeCallNode>(span, abi::RuntimeFunctionId::command_line)};
  program.forms.push_front({set, program.forms.front().ns, 0});
}

}  // namespace slisp::analyzer
