// pipeline.hpp: from the analyzed program to the IR module, pass by pass.
#pragma once
#include "src/analyzer/ast.hpp"
#include "src/compiler/compile_context.hpp"
#include "src/compiler/ir/ir.hpp"
#include <span>
#include <string>
#include <string_view>

namespace slisp::compiler {

// Runs all passes in order, on a copy of the tree: the evaluator may go on running the original. Sets VarInfo::open, is_function,
// arities and wrappers of the vars that the program defines. False: problems were reported to the diagnostics.
bool compile_program(CompileContext& context, analyzer::Program& program, ir::Module& module);

// What --emit=ast prints: the tree after the AST passes.
bool annotated_text(CompileContext& context, const analyzer::Program& program, std::string& text);

// Names of the passes that --no-PASS turns off, and of those that --dump-after knows.
std::span<const std::string_view> switchable_passes();
std::span<const std::string_view> dumpable_passes();

// Text of --emit=ir.
std::string module_text(const ir::Module& module);

}  // namespace slisp::compiler
