// codegen.hpp: from an ir::Module to assembler text, object files, libraries, executables, and code mapped into this process.
// In:   a verified ir::Module (src/compiler/ir/verifier.hpp).
// Out:  files, written by rename into place; what stood there stays untouched when anything fails.
// Keeps: nothing of nasm or ld is ever shown; the same module and options give the same bytes.
#pragma once
#include "src/compiler/ir/ir.hpp"
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace slisp::x64 {

struct RegisterSwitches {
  bool allocate = true;              // --no-regalloc: every value in its slot, nothing cached in registers
  bool promote = true;               // --no-promote: no callee-saved registers
  bool belady = true;                // --no-belady: drive out any value, not the one used last
  bool slot_forwarding = true;       // --no-slot-forwarding: reload what a register still holds, keep stores that nobody reads
  bool slot_coloring = true;         // --no-slot-coloring: a slot for each value and each argument block alone
  bool remat = true;                 // --no-remat: a constant is a value like any other, kept in a register or slot until its last use
  bool free_result = true;           // --no-free-result: what may leave by an exit makes its result in r11 first
};

// What the register allocator did, over all functions of a compilation (--stats).
struct AllocationCounts {
  std::uint64_t functions[4] = {};   // served by each rung of the ladder, see allocate.hpp
  std::uint64_t stores = 0, reloads = 0;          // moves between registers and slots that it added
  std::uint64_t evictions = 0;                    // of them, because registers were short
  std::uint64_t promotions = 0;                   // values moved to a callee-saved register in front of a call
  std::uint64_t callee_saved = 0;                 // callee-saved registers in use, summed over functions
  std::uint64_t constants = 0;                    // loads of constants in front of what needs them in a register
  std::uint64_t free_results = 0;                 // results made where they stay, although an exit may stop them
  std::uint64_t forwarded = 0;                    // reads of slots that read a register instead
  std::uint64_t dead_stores = 0;                  // stores to slots that nobody reads, or that hold it already
  std::uint64_t slots_shared = 0;                 // spilled values less their slots
  std::uint64_t words_shared = 0;                 // words of argument blocks less those of the frames
};

struct Options {
  int optimize = 2;                  // 0: no inline fast paths
  bool flat_vectors = true;          // --no-flat-vectors: large vectors are tries from the start
  bool cells_in_place = true;        // --no-cells-in-place: swap! and vswap! of known updates copy what the cell holds
  bool sort_in_place = true;         // --no-sort-in-place: sort copies its vector
  bool inline_access = true;         // --no-inline-access: looks into vectors and lists are calls
  bool join_looks = true;            // --no-join-looks: each look at a list's cell asks anew what it is
  bool inline_allocation = true;     // --no-inline-allocation: small objects are made by calls
  bool align_loops = true;           // --no-align-loops: innermost loops begin anywhere
  RegisterSwitches registers;
  bool inline_division = true;       // --no-inline-division: quot, rem and mod of unknown numbers are calls
  bool inline_equality = true;       // --no-inline-equality: = with a keyword, character, nil or boolean is a call
  bool inline_caches = true;         // --no-inline-caches: every lookup of a keyword is a call
  bool debug_info = false;           // -g: source lines for gdb, perf, valgrind
  bool verify = false;               // run the slot checker on every function
  bool with_eval = false;            // the whole library, analyzer and evaluator
  bool debug_heap = false;           // link dynamically, with one malloc block per object
  AllocationCounts* counts = nullptr;   // added to, if given
};

// Why a step failed. status is the exit status of the command: 1 the surroundings (a tool is missing, the output cannot be
// written), 70 a fault of slisp. message is one line, complete but for "slisp: error: "; details is what a tool said (never shown to
// users; tests and --verify may look).
struct Failure {
  int status = 70;
  std::string message;
  std::string details;
};
using Outcome = std::optional<Failure>;   // nothing: success

struct AssemblyFile {
  std::string name;                  // stem, without folder and suffix
  std::string text;
};

// ---- text and objects
// A text as a file, by rename; what is no plain file (a device, a pipe) is written to.
Outcome write_text(std::string_view text, const std::filesystem::path& output);
// The module as one NASM file that defines all it needs but keywords and the library (--emit=asm).
Outcome assembly_text(const ir::Module& module, const Options& options, std::string& text);
// The same as one relocatable object (--emit=obj).
Outcome write_object(const ir::Module& module, const Options& options, const std::filesystem::path& output);

// ---- executables
struct Program {
  const ir::Module* module = nullptr;
  // Functions of no arguments that run before `module->init_symbol`, in order: init functions of required library namespaces.
  // Ignored when the module defines slisp_program itself; else slisp_program is made of them and module->init_symbol.
  std::vector<std::string> init_symbols;
  std::vector<std::string> keep_symbols;   // further roots of the link: vars that resolve may ask for
};
Outcome link_executable(const Program& program, const Options& options, const std::filesystem::path& output);

// ---- libraries (the stdlib stage): one or several objects per namespace, and one that defines all keywords.
struct LibraryModule {
  std::string name;                  // namespace, used for file names
  const ir::Module* module = nullptr;
};
// Writes *.o into `folder` (made if need be), keywords.o, keywords.list (read by later links), and objects.list: all objects in order,
// one path a line, for ar. Files of an earlier run are removed first.
Outcome write_library(std::span<const LibraryModule> modules, const Options& options, const std::filesystem::path& folder);

// ---- the REPL: link against the running program and map the result into it, for good.
struct LoadedCode {
  abi::Code init = nullptr;          // entry of module->init_symbol: no arguments, result as of every slisp function
  std::size_t bytes = 0;
};
// `host` is the running executable, "" means /proc/self/exe. Keywords and vars that the host lacks are entered into the runtime's tables.
Outcome load_into_process(const ir::Module& module, const Options& options, const std::filesystem::path& host, LoadedCode& code);

// ---- surroundings
struct ToolReport {
  std::string name;                  // "nasm", "ld", "libslisp_runtime.a", ...
  std::string path;                  // where it was found; empty: missing
  std::string remedy;                // one shell line that mends it
};
std::vector<ToolReport> inspect_toolchain();                      // slisp doctor
std::filesystem::path library_folder();                           // lib/slisp, found relative to the running binary
std::string codegen_fingerprint();                                // part of the run cache's key: the archives. Not the tools: what is cached needs none

// Temporary folders of running compiles are removed; async-signal-safe enough to be called by the cli's SIGINT and SIGTERM handler,
// which ends the process afterwards.
void remove_temporary_folders_now();

}  // namespace slisp::x64
