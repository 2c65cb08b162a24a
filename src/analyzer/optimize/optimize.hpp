// optimize.hpp: the second floor of the analyzer: AST -> AST.
#pragma once
#include "src/analyzer/ast.hpp"
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace slisp::reader {
class Diagnostics;
}

namespace slisp::analyzer {

class Environment;

// Calls of functions that only call a runtime function become that runtime call; keywords as functions become lookups.
void inline_wrappers(Program& program);

// (assoc m k v l w), (< a b c) and their kin become operations on two.
void fold_arguments(Program& program);

// Functions that are given known functions, and local functions that are only called, take the place of their calls.
struct SpecialisationCounts {
  std::uint64_t calls = 0;               // of functions of the program that were given known functions, and became their bodies
  std::uint64_t functions = 0;           // that nobody sees any more: their bodies stand where they were called
  std::uint64_t core_calls = 0;          // of small functions of clojure.core
  std::uint64_t table_calls = 0;         // functions of tables that stand where the table is called
};
// Calls of what a table of functions holds ask for its keys first.
void place_table_calls(Program& program, SpecialisationCounts& counts, const std::function<void(const std::string&)>& explain);
void specialise_calls(Program& program, SpecialisationCounts& counts);
// Small functions of clojure.core stand where they are called. After fusion, which knows them by their names.
void expand_core_calls(Program& program, SpecialisationCounts& counts);

// Walks over chains of lazy seqs become loops; functions known where they are handed on become part of them.
struct FusionCounts {
  std::uint64_t loops = 0;               // that took the place of a walk
  std::uint64_t stages = 0;              // lazy seqs that are no longer made
  std::uint64_t in_chunks = 0;           // loops that go through their stages chunk by chunk
};
// `explain` is told each chain that becomes a loop, and each that does not.
void fuse_seqs(Program& program, FusionCounts& counts, const std::function<void(const std::string&)>& explain);
void count_ranges(Program& program, FusionCounts& counts);     // the part of it for doseq

// Calls of members ask no object for methods of a name that no type of the program has.
void drop_member_questions(Program& program);

// A program that mentions *command-line-args* sets its root when it starts.
void set_process_vars(Program& program);

// A program that looks names up, or carries an evaluator (always), finds the refers, aliases and imports of these namespaces, its own.
void set_up_names(Program& program, Environment& environment, const std::vector<std::string>& namespaces, bool always);
bool looks_up_names(const VarInfo& var);

// eval and its kin.
bool runs_text_or_form(const VarInfo& var);
// Where a test of the program (a function in a definition's metadata) comes to eval or its kin; null: none does.
const Node* test_that_reaches_eval(const Program& program);

// What is not offered, where code that can be reached has it: errors.
void report_refusals(Program& program, const Environment& environment, reader::Diagnostics& diagnostics, bool with_eval);

}  // namespace slisp::analyzer
