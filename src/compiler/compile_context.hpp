// compile_context.hpp: what one compilation carries along: options, diagnostics, and the frame memory of the function at hand.
// No global state: whoever needs one of these gets the context handed in.
#pragma once
#include "src/compiler/ir/ir.hpp"
#include "src/reader/diagnostics.hpp"
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace slisp::analyzer {
struct FusionCounts;                             // optimize/optimize.hpp
struct SpecialisationCounts;
struct ReplacementCounts;                        // annotate/annotate.hpp
}

namespace slisp::compiler {

struct TypeCounts;                               // types/unbox.hpp
struct InlineCounts;                             // passes/inline_calls.hpp

enum class Mode : std::uint8_t {
  Program,   // an executable: closed world, entry `slisp_program`
  Library,   // one library namespace: all vars global with cells, entry label('i', namespace) if anything must run
  Repl,      // one form typed at the prompt: every var open, the entry returns the form's value
};

struct Options {
  Mode mode = Mode::Program;
  int level = 2;                                 // -O
  bool verify = false;                           // verifier after each pass, ownership checker after lowering and at the end
  std::set<std::string, std::less<>> disabled;   // --no-PASS
  std::set<std::string, std::less<>> dump_after; // --dump-after=PASS
  bool with_eval = false;                        // the program carries an evaluator: every var stays open
  bool debug_info = false;                       // -g: files by the paths they were opened by, for debuggers
  std::string entry_symbol = "slisp_program";    // Program and Repl: the function that runs everything
  std::vector<std::string> init_namespaces;      // Program and Repl: linked-in namespaces with an init function, in order
};

// Frame memory by name. Epochs nest with expressions; a slot belongs to the epoch that was innermost when it was asked for and
// may be reused once that epoch is closed. Only the code generator's frame layout gives addresses.
// Invariant: `current` is the innermost open epoch; epochs close in the opposite order of their opening.
class FrameMemory {
 public:
  void begin_function(ir::Function& function) {
    function_ = &function;
    current_ = {};
  }
  ir::EpochId current() const { return current_; }
  ir::EpochId open() {
    ir::EpochId id{static_cast<std::uint32_t>(function_->epochs.size())};
    function_->epochs.push_back({current_});
    return current_ = id;
  }
  void close(ir::EpochId id);                    // must be the innermost open one
  // `words` consecutive words of the current epoch.
  ir::SlotId slot(std::uint32_t words) {
    ir::SlotId id{static_cast<std::uint32_t>(function_->slots.size())};
    function_->slots.push_back({current_, words});
    return id;
  }

 private:
  ir::Function* function_ = nullptr;
  ir::EpochId current_;
};

struct CompileContext {
  explicit CompileContext(reader::Diagnostics& d) : diagnostics(d) {}
  Options options;
  reader::Diagnostics& diagnostics;              // also knows the sources
  // Where dumps go; null: stderr.
  std::function<void(std::string_view pass, std::string_view text)> dump;
  TypeCounts* type_counts = nullptr;             // added to, if given
  InlineCounts* inline_counts = nullptr;
  analyzer::FusionCounts* fusion_counts = nullptr;
  analyzer::SpecialisationCounts* specialisation_counts = nullptr;
  analyzer::ReplacementCounts* replacement_counts = nullptr;
  std::uint64_t case_tables = 0;                 // cases that search for their clause
  std::function<void(const std::string&)> explain_inline;   // told each decision, if there is one

  bool enabled(std::string_view pass, int from_level) const {
    return options.level >= from_level && options.disabled.find(pass) == options.disabled.end();
  }
};

}  // namespace slisp::compiler
