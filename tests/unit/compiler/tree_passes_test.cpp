// tree_passes_test.cpp: runs tests/passes/PASS/CASE.slisp: forms (special forms and rt/NAME only, there is no library here) go through the
// passes up to that of `; run:`; what is printed must be what stands behind `; expect:`. `lower` prints the IR after all passes at -O0.
// SLISP_REFRESH=1 rewrites the expectations.
#include "src/analyzer/annotate/annotate.hpp"
#include "src/analyzer/annotate/printer.hpp"
#include "src/analyzer/expand/analyzer.hpp"
#include "src/compiler/closed_world.hpp"
#include "src/compiler/ir/ownership_checker.hpp"
#include "src/compiler/ir/text.hpp"
#include "src/compiler/ir/verifier.hpp"
#include "src/compiler/pipeline.hpp"
#include "tests/unit/compiler/cases.hpp"

using namespace slisp;

namespace {

// No macros here.
class NoHost : public analyzer::MacroHost {
 public:
  rt::Owned call_macro(analyzer::VarInfo&, std::span<rt::Owned>) override { return rt::Owned(); }
  bool top_level(analyzer::TopLevel&) override { return true; }
  rt::Owned evaluate(const analyzer::TopLevel&) override { return rt::Owned(); }
  void forms_were_run() override {}
  analyzer::Span failure_span() const override { return {}; }
};

std::string run(const std::string& pass, const std::string& text) {
  analyzer::Options options;
  options.mode = analyzer::Mode::Bootstrap;
  options.library_root = "library";                // rt/NAME is the library's privilege
  analyzer::Session session(options);
  NoHost host;
  analyzer::Analyzer analyzer(session, host);
  analyzer::Program program;
  bool good = analyzer.analyze_main(*session.sources.add_text("library/case.slisp", text), program);
  INFO(session.diagnostics.render(reader::Colour::Never));
  REQUIRE(good);
  compiler::CompileContext context(session.diagnostics);
  context.options.level = 0;
  if (pass == "lower") {
    ir::Module module;
    REQUIRE(compiler::compile_program(context, program, module));
    auto problems = ir::verify(module);
    if (problems.empty()) problems = ir::check_ownership(module);
    INFO((problems.empty() ? "" : problems[0]));
    REQUIRE(problems.empty());
    return ir::print(module);
  }
  // Locals are numbered in the order of their making; the copy starts at 1.
  analyzer::Program copy;
  analyzer::copy_program(program, copy);
  compiler::close_world(context, copy);
  analyzer::to_a_normal_form(copy);
  if (pass == "look-ahead") analyzer::look_ahead(copy);
  if (pass == "captures" || pass == "ownership") analyzer::resolve_captures(copy);
  if (pass == "ownership") analyzer::mark_ownership(copy);
  return analyzer::print_tree(copy);
}

}  // namespace

TEST_CASE("tree pass tests") { test::run_cases(".slisp", run); }
