// in_program.cpp: the evaluator of a program that was compiled with --with-eval.
// In:   the library and the program's own vars, macros included, linked in; the program's name tables set up.
// Out:  eval and its kin work; at the end all counts are given back.
// Idea: the archive member is linked because the command line of ld asks for its symbol; the runtime finds it there, weakly, when the program
//       first evaluates something. All that is linked counts as library.
#include "runtime/api.hpp"
#include "src/analyzer/expand/analyzer.hpp"
#include "src/evaluator/evaluator.hpp"

namespace __gnu_cxx {
void __freeres();                // of libstdc++, in none of its headers
}

namespace slisp::evaluator {
namespace {

struct Host {
  Session session;
  Evaluator evaluator;
  Analyzer analyzer;

  explicit Host(Options options) : session(std::move(options)), evaluator(session, Owner::Program), analyzer(session, evaluator) {
    analyzer.program_runs();
  }
};

Host* g_host = nullptr;
rt::Lock g_starting;

void stop() {
  delete g_host;
  g_host = nullptr;
}

// What libstdc++ holds ready for exceptions thrown when memory is out goes last, so that nothing at all is left.
[[gnu::destructor]] void give_back() { __gnu_cxx::__freeres(); }

}  // namespace
}  // namespace slisp::evaluator

extern "C" void slisp_start_evaluator() {
  using namespace slisp::evaluator;
  slisp::rt::Locked hold(g_starting);
  if (g_host != nullptr) return;
  Options options;
  options.mode = Mode::Repl;
  g_host = new Host(std::move(options));
  slisp::rt::at_stop(stop);
}
