// program.cpp: the top level: which forms leave code behind, and the function that runs it all.
// Out:  Module::init_symbol names the entry: of a program, what runs init functions of the library, then the forms, then -main; of a
//       library namespace, what runs its forms, or nothing when all of them are data; of a REPL form, what returns its value.
// Idea: each form that does something is a function of its own, so that a huge file does not become one huge function.
#include "src/compiler/lowering/lower.hpp"
#include "runtime/api.hpp"
#include "src/analyzer/annotate/children.hpp"
#include "src/compiler/lowering/function_lowering.hpp"
#include "src/compiler/symbols.hpp"

namespace slisp::compiler {

using namespace analyzer;

namespace {

class ProgramLowering {
 public:
  ProgramLowering(ModuleBuilder& module, Program& program) : module_(module), program_(program) {}

  void run() {
    bool repl = module_.mode() == Mode::Repl;
    for (TopLevel& form : program_.forms) {
      for_each_node(form.node, [&](Node* node) {
        if (auto* type = as<TypeNode>(node)) module_.note_type(*type);
      });
    }
    // Labels of functions that vars name come first: whoever refers to one finds it.
    for (VarInfo* var : module_.world().order)
      if (const VarPlan& plan = module_.world().plans.at(var); plan.function) module_.code_of(*plan.function, var);
    for (std::size_t i = 0; i < program_.forms.size(); ++i) form(program_.forms[i], repl && i + 1 == program_.forms.size());
    module_.emit_cells();
    entry();
  }

 private:
  // Definitions whose values stand in the file leave no code; their functions are lowered here.
  bool is_data(Node* node) {
    if (node->kind == NodeKind::Const || node->kind == NodeKind::TheVar) return true;
    if (node->kind == NodeKind::Type) return module_.mode() != Mode::Repl;
    auto* def = as<DefNode>(node);
    if (!def) return false;
    const VarPlan& plan = module_.world().plans.at(def->var);
    bool metadata_runs = def->metadata && def->metadata->kind != NodeKind::Const && plan.cell && plan.mentioned;
    return (!plan.at_run_time || !def->init) && !metadata_runs && module_.mode() != Mode::Repl;
  }

  void form(TopLevel& form, bool last) {
    if (auto* block = as<DoNode>(form.node); block && !last) {
      for (Node* n : block->body) one(n, form.ns, false);
    } else {
      one(form.node, form.ns, last);
    }
  }

  void one(Node* node, const std::string& ns, bool last) {
    if (auto* type = as<TypeNode>(node); type && is_data(node) && !last) {
      for (FnNode* method : type->methods) FunctionLowering::define(module_, *method);
      return;
    }
    if (is_data(node) && !last) {
      if (auto* def = as<DefNode>(node)) {
        const VarPlan& plan = module_.world().plans.at(def->var);
        bool gone = def->var->macro && !plan.cell;
        if (plan.function == def->init && plan.function && !gone) FunctionLowering::define(module_, *plan.function);
      }
      return;
    }
    if (auto* def = as<DefNode>(node); def && def->var->macro && !module_.world().plans.at(def->var).cell) return;
    std::string symbol = module_.local_label();
    FunctionLowering(module_).top_level(node, symbol, ns + "/top level", last ? Want::Return : Want::Effect);
    steps_.push_back({std::move(symbol), ns});
  }

  void entry() {
    ir::Module& module = module_.module();
    const Options& options = module_.context().options;
    bool library = module_.mode() == Mode::Library;
    if (library && steps_.empty()) return;
    ir::Function fn;
    ir::Builder b(fn);
    fn.symbol = library ? label('i', program_.main_ns) : options.entry_symbol;
    fn.name = program_.main_ns + "/top level";
    fn.global = true;
    ir::BlockId start = b.new_block(), unwind = b.new_block();
    b.position(unwind);
    b.unwind();
    b.position(start);
    ir::ValueId value = b.constant_word(abi::k_nil);
    auto step = [&](std::string symbol) {
      if (fn[value].ownership == ir::Ownership::Owned) b.plain(ir::Op::Drop, {value});
      value = b.try_direct(std::move(symbol), {}, unwind);
    };
    if (!library)
      for (const std::string& ns : options.init_namespaces) step(label('i', ns));
    std::string current;
    for (Step& s : steps_) {
      if (module_.mode() == Mode::Program && s.ns != current) enter_namespace(b, current = s.ns);
      step(std::move(s.symbol));
    }
    if (module_.mode() == Mode::Program && program_.main_ns != current) enter_namespace(b, program_.main_ns);
    // What is looked up by name must be referred to, or the linker drops it.
    for (VarInfo* var : module_.world().kept)
      b.call(abi::RuntimeFunctionId::var_bound_p, {b.with_id(ir::Op::Static, module_.var_cell(*var).index)});
    if (program_.main && module_.mode() == Mode::Program) {
      if (fn[value].ownership == ir::Ownership::Owned) b.plain(ir::Op::Drop, {value});
      value = call_main(b, unwind);
    }
    b.ret(value);
    module.functions.push_back(std::move(fn));
    module.init_symbol = module.functions.back().symbol;
  }

  // *ns* says where the program is, for those who ask.
  void enter_namespace(ir::Builder& b, const std::string& ns) {
    if (!module_.world().looks_at_ns) return;
    rt::Owned name = rt::symbol("", ns);
    ir::ValueId symbol = b.with_id(ir::Op::Static, module_.constant(name, {}).index);
    ir::ValueId object = b.call(abi::RuntimeFunctionId::ns_create, {symbol});
    ir::ValueId cell = b.with_id(ir::Op::Static, module_.external(label('v', "clojure.core/*ns*")).index);
    b.call(abi::RuntimeFunctionId::var_bind_root, {cell, object});
  }

  ir::ValueId call_main(ir::Builder& b, ir::BlockId unwind) {
    VarInfo& var = *program_.main;
    const VarPlan* plan = module_.world().find(&var);
    ir::ValueId arguments, callee;
    if (plan && plan->root == RootKind::Function && !var.open) {
      callee = b.with_id(ir::Op::Static, module_.code_of(*plan->function, &var).closure.index);
    } else {
      ir::ValueId cell = b.with_id(ir::Op::Static, module_.var_cell(var).index);
      callee = b.call(abi::RuntimeFunctionId::var_root, {cell});
    }
    arguments = b.call(abi::RuntimeFunctionId::command_line, {});
    if (b.function()[callee].ownership != ir::Ownership::Owned) return b.try_call(abi::RuntimeFunctionId::apply, {callee, arguments}, unwind);
    ir::BlockId before = b.current(), cleanup = b.new_block();
    b.position(cleanup);
    b.plain(ir::Op::Drop, {callee});
    b.jump(unwind);
    b.position(before);
    ir::ValueId result = b.try_call(abi::RuntimeFunctionId::apply, {callee, arguments}, cleanup);
    b.plain(ir::Op::Drop, {callee});
    return result;
  }

  ModuleBuilder& module_;
  Program& program_;
  struct Step {
    std::string symbol, ns;
  };
  std::vector<Step> steps_;
};

}  // namespace

bool lower_program(CompileContext& context, Program& program, ClosedWorld& world, ir::Module& module) {
  std::size_t errors = context.diagnostics.error_count();
  // Positions cost a map per quoted list: only where somebody can see them.
  module.keeps_positions = context.options.mode == Mode::Repl || (context.options.mode == Mode::Program && world.looks_at_metadata);
  ModuleBuilder builder(context, world, module);
  ProgramLowering(builder, program).run();
  return context.diagnostics.error_count() == errors;
}

}  // namespace slisp::compiler
