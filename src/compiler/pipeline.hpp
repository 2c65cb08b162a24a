// pipeline.hpp: from the analyzed program to the IR module, pass by pass.
#pragma once
#include "src/analyzer/ast.hpp"
#include "src/compiler/compile_context.hpp"
#include "src/compiler/ir/ir.hpp"
#include <span>
#include <string>
#include <string_view>

namespace slisp::compiler {

// Runs all passes in order. False: problems were reported to the diagnostics. The tree is rewritten on the way (after this the
// evaluator must not run it any more).
bool compile_program(CompileContext& context, analyzer::Program& program, ir::Module& module);

// The AST passes alone (what --emit=ast prints).
bool annotate_program(CompileContext& context, analyzer::Program& program);

// Names of the passes that --no-PASS turns off, and of those that --dump-after knows.
std::span<const std::string_view> switchable_passes();
std::span<const std::string_view> dumpable_passes();

// Text of --emit=ir.
std::string module_text(const ir::Module& module);

}  // namespace slisp::compiler
