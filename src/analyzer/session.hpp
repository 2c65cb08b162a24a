// session.hpp: what the rooms behind the reader share during one run of the compiler: options, texts, problems, names.
#pragma once
#include "src/analyzer/environment.hpp"
#include "src/reader/diagnostics.hpp"
#include "src/reader/source.hpp"
#include <string>
#include <utility>
#include <vector>

namespace slisp::analyzer {

enum class Mode : std::uint8_t {
  Program,    // an executable; only what macros need is evaluated
  Bootstrap,  // no library is linked: its namespaces are read and evaluated form by form
  Library,    // the library is linked and is compiled again: macros run from the linked code, nothing is evaluated
  Repl        // forms typed at the prompt: each is compiled and run by the caller before the next is analyzed
};

struct Options {
  Mode mode = Mode::Program;
  std::vector<std::string> features;      // active in reader conditionals besides slisp
  std::vector<std::string> include_dirs;  // -I, in order
  std::string library_root;               // folder that holds the library's sources; empty: none
  int level = 2;                          // -O
  bool refusals_warn = false;             // what is not offered is a warning where it is reached, and throws when it runs
  bool with_eval = false;                 // the program carries an evaluator: it may run what it makes
  bool tell_all = false;                  // report what is not offered also where nothing reaches it, and classes that nothing is of
};

// Keeps: everything in it holds counts of runtime values, so it must be gone before runtime_stop().
class Session {
 public:
  explicit Session(Options given) : options(std::move(given)), diagnostics(sources) {
    if (options.mode == Mode::Bootstrap) environment.nothing_is_linked();
  }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  Options options;
  reader::SourceMap sources;
  reader::Diagnostics diagnostics;
  Environment environment;
};

}  // namespace slisp::analyzer
