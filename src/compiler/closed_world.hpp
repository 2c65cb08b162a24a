// closed_world.hpp: what each var of a compilation turns into.
#pragma once
#include "src/analyzer/ast.hpp"
#include "src/compiler/compile_context.hpp"
#include <unordered_map>
#include <vector>

namespace slisp::compiler {

enum class RootKind : std::uint8_t {
  Runtime,     // set by running its def; read from the cell
  Function,    // a closure without captures: static, called directly
  Constant,    // a literal: its uses become the value
  Stream,      // one of the standard streams, a static object of the runtime
};

struct VarPlan {
  RootKind root = RootKind::Runtime;
  analyzer::DefNode* definition = nullptr;   // the one with an init, when there is exactly one; else null
  analyzer::FnNode* function = nullptr;      // Function
  rt::Owned constant;                        // Constant
  const char* stream = nullptr;              // Stream: its symbol
  bool cell = false;                         // a cell is needed: somebody asks for the var itself, or its root changes
  bool at_run_time = true;                   // its def runs; false: the root stands in the cell, or uses need no cell
  // Scratch of the analysis.
  std::uint32_t definitions = 0;
  bool nested = false, mentioned = false;
};

struct ClosedWorld {
  std::unordered_map<const analyzer::VarInfo*, VarPlan> plans;   // vars that this compilation defines
  std::vector<analyzer::VarInfo*> order;                         // the same, in order of definition
  std::vector<analyzer::VarInfo*> kept;                          // must be there for a lookup by name while the program runs

  bool looks_at_ns = false;                                      // the program asks for *ns*, or looks names up in it

  bool looks_at_metadata = false;                                // the program may ask a constant for its metadata

  const VarPlan* find(const analyzer::VarInfo* var) const {
    auto at = plans.find(var);
    return at == plans.end() ? nullptr : &at->second;
  }
};

// Also sets VarInfo::open, is_function, arities and wrappers of the vars that `program` defines, and VarInfo::open of the others.
ClosedWorld close_world(const CompileContext& context, analyzer::Program& program);

// Can be laid out as data in the executable: immutable, no functions, no cells, nothing lazy.
bool is_layable(rt::Borrowed value);

}  // namespace slisp::compiler
