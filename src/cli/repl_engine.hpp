// repl_engine.hpp: forms compiled to native code and run inside this process, one after another; behind `repl` and `eval`.
#pragma once
#include "src/cli/compilation.hpp"
#include <deque>
#include <functional>

namespace slisp::cli {

class ReplEngine {
 public:
  explicit ReplEngine(const Options& options);

  enum class Outcome {
    Done,        // all forms of the text ran
    Incomplete,  // the text ends inside a form: more lines are wanted
    Failed,      // reported on stderr; what ran before it stays
    Exit,        // System/exit: leave with exit_status()
  };
  // Runs the forms of `text`; `show` gets each value. `name` stands in messages.
  Outcome run(const std::string& name, const std::string& text, const std::function<void(rt::Borrowed)>& show);
  // Whether the text ends inside a form; nothing is run or reported.
  bool incomplete(const std::string& text);

  int exit_status() const { return exit_status_; }
  const std::string& current_ns() const { return compilation_.analyzer.current_ns(); }

 private:
  Outcome run_form(rt::Borrowed form, rt::Owned& value);
  Outcome failed();                       // the exception is pending: report it, remember it as *e
  void remember(rt::Borrowed value);      // *1 *2 *3
  void set_var(const char* name, rt::Owned value);

  Compilation compilation_;
  std::deque<analyzer::Program> programs_;
  unsigned forms_ = 0;
  int exit_status_ = 0;
};

// A value as the REPL prints it, to standard output, with a newline. False: printing failed, reported.
bool show_value(rt::Borrowed value);

}  // namespace slisp::cli
