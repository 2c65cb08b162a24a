// passes_test.cpp: runs tests/passes/PASS/CASE.ir: what stands before `; expect:` goes through the passes of `; run:`, the result must be
// what stands after it. SLISP_REFRESH=1 rewrites the expectations; read the diff like code.
#include "src/compiler/ir/cfg.hpp"
#include "src/compiler/ir/ownership_checker.hpp"
#include "src/compiler/ir/text.hpp"
#include "src/compiler/ir/verifier.hpp"
#include "src/compiler/passes/passes.hpp"
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

using namespace slisp;
namespace fs = std::filesystem;

namespace {

const fs::path k_folder = fs::path(__FILE__).parent_path().parent_path().parent_path() / "passes";

std::string run(const std::string& pass, ir::Module& module) {
  std::vector<std::string> problems;
  if (pass == "verify") problems = ir::verify(module);
  if (pass == "check-ownership") problems = ir::check_ownership(module);
  for (ir::Function& f : module.functions) {
    if (pass == "fold-branches") compiler::fold_branches(f);
    if (pass == "thread-jumps") compiler::thread_jumps(f);
    if (pass == "cancel-counts") compiler::cancel_counts(f);
    if (pass == "dead-blocks") ir::remove_dead_blocks(f);
  }
  std::string out;
  for (const std::string& p : problems) out += p + "\n";
  return out;
}

}  // namespace

TEST_CASE("pass tests") {
  std::vector<fs::path> cases;
  for (const auto& entry : fs::recursive_directory_iterator(k_folder))
    if (entry.path().extension() == ".ir") cases.push_back(entry.path());
  std::sort(cases.begin(), cases.end());
  REQUIRE(!cases.empty());
  for (const fs::path& path : cases) {
    INFO(path);
    std::ifstream file(path);
    std::stringstream content;
    content << file.rdbuf();
    std::string text = content.str(), marker = "; expect:\n";
    std::size_t at = text.find(marker);
    REQUIRE(at != std::string::npos);
    std::string input = text.substr(0, at), expected = text.substr(at + marker.size());
    REQUIRE(input.rfind("; run: ", 0) == 0);
    std::istringstream passes(input.substr(7, input.find('\n') - 7));
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
    if (!checks) {
      auto problems = ir::verify(module);
      if (problems.empty()) problems = ir::check_ownership(module);
      INFO((problems.empty() ? "" : problems[0]));
      REQUIRE(problems.empty());
      answer = ir::print(module);
    } else if (answer.empty()) {
      answer = "good\n";
    }
    if (std::getenv("SLISP_REFRESH") && answer != expected) {
      std::ofstream(path) << input << marker << answer;
      continue;
    }
    REQUIRE(answer == expected);
  }
}
