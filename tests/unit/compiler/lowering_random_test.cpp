// lowering_random_test.cpp: whatever the tree, the IR is well-formed and every owned value is consumed once on every path.
#include "src/analyzer/annotate/printer.hpp"
#include "src/compiler/ir/ownership_checker.hpp"
#include "src/compiler/ir/text.hpp"
#include "src/compiler/ir/verifier.hpp"
#include "src/compiler/pipeline.hpp"
#include "tests/unit/compiler/random_program.hpp"
#include <catch2/catch.hpp>
#include <cstdlib>

using namespace slisp;

namespace {

std::uint64_t first_seed() {
  const char* text = std::getenv("SLISP_SEED");
  return text ? std::strtoull(text, nullptr, 10) : 1;
}
std::uint64_t seeds() {
  const char* text = std::getenv("SLISP_SEEDS");
  return text ? std::strtoull(text, nullptr, 10) : 400;
}

// Whether vars are open is found out on the way.
std::string without_open(std::string text) {
  for (std::size_t at; (at = text.find(" {open}")) != std::string::npos;) text.erase(at, 7);
  return text;
}

}  // namespace

TEST_CASE("random trees lower to IR that verifier and ownership checker accept") {
  for (std::uint64_t seed = first_seed(); seed < first_seed() + seeds(); ++seed) {
    for (compiler::Mode mode : {compiler::Mode::Program, compiler::Mode::Library, compiler::Mode::Repl}) {
      for (int level : {0, 2}) {
        analyzer::Program program;
        test::RandomProgram(seed).make(program, 4, 60);
        reader::SourceMap sources;
        reader::Diagnostics diagnostics(sources);
        compiler::CompileContext context(diagnostics);
        context.options.mode = mode;
        context.options.level = level;
        context.options.verify = std::getenv("SLISP_SHOW") != nullptr;   // then the pass at fault is named
        ir::Module module;
        std::string before = without_open(analyzer::print_tree(program));
        if (std::getenv("SLISP_SHOW")) {
          std::string text;
          compiler::annotated_text(context, program, text);
          std::fprintf(stderr, "seed %llu\n%s\n", static_cast<unsigned long long>(seed), text.c_str());
        }
        bool good = compiler::compile_program(context, program, module);
        INFO("seed " << seed << ", level " << level);
        REQUIRE(good);
        REQUIRE((without_open(analyzer::print_tree(program)) == before));
        auto problems = ir::verify(module);
        if (problems.empty()) problems = ir::check_ownership(module);
        if (!problems.empty()) {
          INFO(problems[0] << "\n" << before);
          INFO(ir::print(module));
          REQUIRE(problems.empty());
        }
        if (seed % 16 == 0) {
          std::string text = ir::print(module), error;
          ir::Module again;
          bool parsed = ir::parse(text, again, error);
          INFO(error);
          REQUIRE(parsed);
          REQUIRE(ir::print(again) == text);
        }
      }
    }
  }
}
