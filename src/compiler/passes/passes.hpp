// passes.hpp: IR -> IR, one function at a time. Each returns whether it changed something.
#pragma once
#include "src/compiler/ir/ir.hpp"
#include <cstdint>

namespace slisp::compiler {

// branch on a constant becomes a jump.                                                     fold_branches.cpp
bool fold_branches(ir::Function& function);
// A jump to a block that only jumps on goes there at once; a block with one way in joins it. thread_jumps.cpp
bool thread_jumps(ir::Function& function);
// A test whose answer an earlier one gave is not made.                                      thread_tests.cpp
bool thread_tests(ir::Function& function);
// Checks of longs that their bounds decide; gives how many.                                 drop_checks.cpp
std::uint64_t drop_checks(ir::Function& function);
// dup and drop of the same object within a block cancel.                                    cancel_counts.cpp
bool cancel_counts(ir::Function& function);
// A copy that is only looked at is the value it was made of.                                cancel_copies.cpp
bool cancel_copies(ir::Function& function);
// A runtime function that only looks borrows what its caller keeps.                         borrow_arguments.cpp
bool borrow_arguments(ir::Function& function);
// Functions borrow the parameters that they only look at; over a whole module.              borrow_parameters.cpp
bool borrow_parameters(ir::Module& module);
// The last look at an element moves it out.                                                 take_fields.cpp
bool take_fields(const ir::Module& module, ir::Function& function);
// What dies becomes what is made next.                                                       reuse.cpp
bool reuse(ir::Function& function);

}  // namespace slisp::compiler
