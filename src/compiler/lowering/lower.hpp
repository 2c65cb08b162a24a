// lower.hpp: annotated AST -> IR.
#pragma once
#include "src/analyzer/ast.hpp"
#include "src/compiler/closed_world.hpp"
#include "src/compiler/compile_context.hpp"
#include "src/compiler/ir/ir.hpp"

namespace slisp::compiler {

// False: problems were reported.
bool lower_program(CompileContext& context, analyzer::Program& program, ClosedWorld& world, ir::Module& module);

}  // namespace slisp::compiler
