// passes_test.cpp: runs tests/passes/PASS/CASE.ir: what stands before `; expect:` goes through the passes of `; run:`, the result must be
// what stands after it. SLISP_REFRESH=1 rewrites the expectations; read the diff like code.
#include "src/compiler/ir/cfg.hpp"
#include "src/compiler/ir/ownership_checker.hpp"
#include "src/compiler/ir/text.hpp"
#include "src/compiler/ir/verifier.hpp"
#include "src/compiler/passes/inline_calls.hpp"
#include "src/compiler/passes/passes.hpp"
#include "src/compiler/passes/walk_lists.hpp"
#include "src/compiler/types/raw_comparisons.hpp"
#include "src/compiler/types/speculate.hpp"
#include "src/compiler/types/unbox.hpp"
#include "tests/unit/compiler/cases.hpp"

using namespace slisp;

namespace {

std::string run(const std::string& pass, ir::Module& module) {
  std::vector<std::string> problems;
  if (pass == "verify") problems = ir::verify(module);
  if (pass == "check-ownership") problems = ir::check_ownership(module);
  compiler::TypeCounts types;
  if (pass == "unbox") compiler::unbox(module, types);
  compiler::InlineCounts calls;
  if (pass == "inline") compiler::inline_calls(module, calls, nullptr);
  if (pass == "inline-recursion") compiler::inline_recursion(module, calls, nullptr);
  if (pass == "speculate") {
    std::uint64_t entries = 0;
    compiler::speculate(module, true, entries);
  }
  if (pass == "borrow") compiler::borrow_parameters(module);
  for (ir::Function& f : module.functions) {
    if (pass == "fold-branches") compiler::fold_branches(f);
    if (pass == "thread-jumps") compiler::thread_jumps(f);
    if (pass == "thread-tests") compiler::thread_tests(f);
    if (pass == "raw-comparisons") compiler::compare_raw(f);
    if (pass == "walk-lists") compiler::walk_lists(f);
    if (pass == "ranges") compiler::drop_checks(f);
    if (pass == "cancel-counts") compiler::cancel_counts(f);
    if (pass == "cancel-copies") compiler::cancel_copies(f);
    if (pass == "borrow-arguments") compiler::borrow_arguments(f);
    if (pass == "take-fields") compiler::take_fields(module, f);
    if (pass == "reuse") compiler::reuse(f);
    if (pass == "dead-blocks") ir::remove_dead_blocks(f);
  }
  std::string out;
  for (const std::string& p : problems) out += p + "\n";
  return out;
}

}  // namespace

TEST_CASE("pass tests") {
  test::run_cases(".ir", [](const std::string& names, const std::string& input) {
    std::istringstream passes(names);
    ir::Module module;
    std::string error;
    bool parsed = ir::parse(input, module, error);
    INFO(error);
    REQUIRE(parsed);
    std::string answer;
    bool checks = false;
    for (std::string pass; passes >> pass;) {
      checks = pass == "verify" || pass == "check-ownership";
      answer += run(pass, module);
    }
    if (checks) return answer.empty() ? std::string("good\n") : answer;
    auto problems = ir::verify(module);
    if (problems.empty()) problems = ir::check_ownership(module);
    INFO((problems.empty() ? "" : problems[0]));
    REQUIRE(problems.empty());
    return ir::print(module);
  });
}
