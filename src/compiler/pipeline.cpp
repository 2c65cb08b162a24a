// pipeline.cpp: every pass, in order.
#include "src/compiler/pipeline.hpp"
#include "src/analyzer/annotate/annotate.hpp"
#include "src/analyzer/annotate/printer.hpp"
#include "src/analyzer/optimize/optimize.hpp"
#include "src/compiler/check.hpp"
#include "src/compiler/closed_world.hpp"
#include "src/compiler/ir/cfg.hpp"
#include "src/compiler/ir/ownership_checker.hpp"
#include "src/compiler/ir/text.hpp"
#include "src/compiler/ir/verifier.hpp"
#include "src/compiler/lowering/lower.hpp"
#include "src/compiler/passes/inline_calls.hpp"
#include "src/compiler/passes/passes.hpp"
#include "src/compiler/passes/walk_lists.hpp"
#include "src/compiler/types/raw_comparisons.hpp"
#include "src/compiler/types/speculate.hpp"
#include "src/compiler/types/unbox.hpp"
#include <cstdio>
#include <cstdlib>

namespace slisp::compiler {

using analyzer::Program;

namespace {

void dump(const CompileContext& context, std::string_view pass, const std::string& text) {
  if (context.dump) context.dump(pass, text);
  else std::fprintf(stderr, "; after %.*s\n%s", static_cast<int>(pass.size()), pass.data(), text.c_str());
}

void after_ast(const CompileContext& context, std::string_view pass, const Program& program) {
  if (context.options.dump_after.count(pass)) dump(context, pass, analyzer::print_tree(program));
}

void must_be_empty(std::string_view pass, const std::vector<std::string>& problems, const ir::Module& module, bool whole) {
  if (problems.empty()) return;
  std::string context;
  for (const std::string& p : problems) context += p + '\n';
  if (whole) context += ir::print(module);
  internal_error(pass, "the IR is wrong", context);
}

void after_ir(const CompileContext& context, std::string_view pass, const ir::Module& module) {
  if (context.options.dump_after.count(pass)) dump(context, pass, ir::print(module));
#ifdef NDEBUG
  if (!context.options.verify) return;                   // debug builds always look
#endif
  must_be_empty(pass, ir::verify(module), module, true);
  must_be_empty(pass, ir::check_ownership(module), module, true);
}

// What makes the graph of blocks simpler, wherever branches have become known.
void simplify_branches(const CompileContext& context, ir::Module& module) {
  const bool folds = context.enabled("fold-branches", 2), threads = context.enabled("thread-jumps", 2), tests = context.enabled("thread-tests", 2);
  for (ir::Function& f : module.functions) {
    if (folds) fold_branches(f);
    if (threads) thread_jumps(f);
    if (tests && thread_tests(f)) {
      if (folds) fold_branches(f);
      if (threads) thread_jumps(f);
    }
  }
}

template <class Pass> void per_function(ir::Module& module, Pass pass) {
  for (ir::Function& f : module.functions) pass(f);
}

ClosedWorld annotate(CompileContext& context, Program& program) {
  ClosedWorld world = close_world(context, program);
  analyzer::SpecialisationCounts uncounted;
  analyzer::SpecialisationCounts& specialised = context.specialisation_counts ? *context.specialisation_counts : uncounted;
  const bool specialises = context.enabled("specialize", 2) && context.enabled("inline", 2) && context.options.mode == Mode::Program;
  if (specialises) {
    if (context.enabled("guard-calls", 2) && !context.options.with_eval) analyzer::place_table_calls(program, specialised, context.explain_inline);
    analyzer::specialise_calls(program, specialised);
    after_ast(context, "specialize", program);
  }
  if (context.enabled("fusion", 2) && context.options.mode == Mode::Program) {
    analyzer::FusionCounts unseen;
    analyzer::fuse_seqs(program, context.fusion_counts ? *context.fusion_counts : unseen, context.explain_inline);
    after_ast(context, "fusion", program);
  }
  if (specialises) analyzer::expand_core_calls(program, specialised);
  if (context.enabled("inline-wrappers", 1)) {
    if (context.options.mode == Mode::Program && !context.options.with_eval) analyzer::drop_member_questions(program);
    analyzer::inline_wrappers(program);
  }
  if (context.enabled("fold-arguments", 1)) analyzer::fold_arguments(program);
  after_ast(context, "inline-wrappers", program);
  analyzer::to_a_normal_form(program);
  after_ast(context, "anf", program);
  if (context.enabled("scalar-replacement", 2)) {
    analyzer::ReplacementCounts uncounted_replacements;
    analyzer::replace_collections(program, context.replacement_counts ? *context.replacement_counts : uncounted_replacements);
  }
  after_ast(context, "scalar-replacement", program);
  if (context.enabled("look-ahead", 2)) analyzer::look_ahead(program);
  after_ast(context, "look-ahead", program);
  analyzer::resolve_captures(program);
  after_ast(context, "captures", program);
  analyzer::mark_ownership(program);
  after_ast(context, "ownership", program);
  return world;
}

constexpr std::string_view k_switchable[] = {
    "specialize", "fusion", "inline-wrappers", "fold-arguments", "case-tables", "scalar-replacement", "look-ahead", "fold-branches",
    "thread-jumps", "thread-tests", "guard-calls", "inline", "infer", "speculate", "long-entries", "inline-recursion", "unbox",
    "raw-comparisons", "ranges", "walk-lists", "cancel-counts", "cancel-copies", "borrow-arguments", "borrow", "take-fields", "reuse",
    "inline-access", "flat-vectors", "cells-in-place", "sort-in-place", "regalloc", "promote", "belady", "slot-forwarding", "slot-coloring", "remat", "free-result", "align-loops", "inline-caches",
    "inline-equality", "inline-division", "join-looks", "inline-allocation"};
constexpr std::string_view k_dumpable[] = {
    "specialize", "fusion", "inline-wrappers", "anf", "scalar-replacement", "look-ahead", "captures", "ownership", "lower", "fold-branches",
    "thread-jumps", "thread-tests", "guard-calls", "inline", "speculate", "inline-recursion", "unbox", "raw-comparisons", "ranges",
    "walk-lists", "cancel-counts", "cancel-copies", "borrow-arguments", "borrow", "take-fields", "reuse", "dead-blocks"};

}  // namespace

bool compile_program(CompileContext& context, Program& original, ir::Module& module) {
  Program program;                                       // the evaluator keeps the original
  analyzer::copy_program(original, program);
  ClosedWorld world = annotate(context, program);

  if (!lower_program(context, program, world, module)) return false;
  after_ir(context, "lower", module);

  InlineCounts uncounted_calls;
  InlineCounts& inlined = context.inline_counts ? *context.inline_counts : uncounted_calls;
  TypeCounts uncounted_types;
  TypeCounts& types = context.type_counts ? *context.type_counts : uncounted_types;
  if (context.enabled("fold-branches", 2)) per_function(module, fold_branches);
  after_ir(context, "fold-branches", module);
  if (context.enabled("thread-jumps", 2)) per_function(module, thread_jumps);
  after_ir(context, "thread-jumps", module);
  if (context.enabled("thread-tests", 2)) simplify_branches(context, module);
  after_ir(context, "thread-tests", module);
  if (context.enabled("inline", 2) && context.options.mode != Mode::Repl) {
    if (context.enabled("guard-calls", 2) && context.options.mode == Mode::Program && !context.options.with_eval)
      guard_calls(module, inlined, context.explain_inline);
    after_ir(context, "guard-calls", module);
    inline_calls(module, inlined, context.explain_inline);
    after_ir(context, "inline", module);
    simplify_branches(context, module);
  }
  if (context.enabled("infer", 2) && context.enabled("speculate", 2) && context.enabled("unbox", 2) && context.options.mode == Mode::Program) {
    types.versions += speculate(module, context.enabled("long-entries", 2), types.long_entries) + speculate_doubles(module);
    after_ir(context, "speculate", module);
  }
  if (context.enabled("inline", 2) && context.enabled("inline-recursion", 2) && context.options.mode == Mode::Program) {
    inline_recursion(module, inlined, context.explain_inline);
    after_ir(context, "inline-recursion", module);
  }
  if (context.enabled("infer", 2)) {
    if (context.enabled("unbox", 2)) unbox(module, types);
    else decide_tests(module, types);
    after_ir(context, "unbox", module);
    if (context.enabled("unbox", 2) && context.enabled("raw-comparisons", 2))
      per_function(module, [&types](ir::Function& f) { types.comparisons += compare_raw(f); });
    after_ir(context, "raw-comparisons", module);
    if (context.enabled("ranges", 2) && context.enabled("unbox", 2)) per_function(module, [&types](ir::Function& f) { types.checks += drop_checks(f); });
    after_ir(context, "ranges", module);
    simplify_branches(context, module);
  }
  if (context.enabled("walk-lists", 2) && context.options.mode == Mode::Program) {
    per_function(module, [&types](ir::Function& f) { types.walks += walk_lists(f); });
    simplify_branches(context, module);
  }
  after_ir(context, "walk-lists", module);
  if (context.enabled("cancel-counts", 2)) per_function(module, cancel_counts);
  after_ir(context, "cancel-counts", module);
  if (context.enabled("cancel-copies", 2)) per_function(module, cancel_copies);
  after_ir(context, "cancel-copies", module);
  if (context.enabled("borrow-arguments", 2)) per_function(module, borrow_arguments);
  after_ir(context, "borrow-arguments", module);
  if (context.enabled("borrow", 2)) borrow_parameters(module);
  after_ir(context, "borrow", module);
  if (context.enabled("take-fields", 2)) per_function(module, [&module](ir::Function& f) { take_fields(module, f); });
  after_ir(context, "take-fields", module);
  if (context.enabled("reuse", 2)) per_function(module, reuse);
  after_ir(context, "reuse", module);
  per_function(module, ir::remove_dead_blocks);
  after_ir(context, "dead-blocks", module);
  return true;
}

bool annotated_text(CompileContext& context, const Program& original, std::string& text) {
  Program program;
  analyzer::copy_program(original, program);
  annotate(context, program);
  text = analyzer::print_tree(program);
  return !context.diagnostics.has_errors();
}

std::span<const std::string_view> switchable_passes() { return k_switchable; }
std::span<const std::string_view> dumpable_passes() { return k_dumpable; }
std::string module_text(const ir::Module& module) { return ir::print(module); }

}  // namespace slisp::compiler
