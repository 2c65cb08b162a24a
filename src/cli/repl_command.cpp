// repl_command.cpp: `slisp repl` and `slisp eval`.
// Idea: one loop over lines; lines are gathered until no form is open, then the engine runs them. A terminal gets a prompt, history and line
// editing (libedit, wrapped here and nowhere else); a pipe is read whole and runs as a script.
#include "src/cli/commands.hpp"
#include "src/cli/repl_engine.hpp"
#include <cerrno>
#include <clocale>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cwchar>
#include <filesystem>
#include <histedit.h>
#include <poll.h>
#include <unistd.h>

namespace slisp::cli {
namespace {

void flush_output() {
  rt::Owned out = rt::Owned::adopt(abi::slisp_stdout_stream());
  if (abi::slisp_stream_flush(out.word()) == abi::k_pending) {
    rt::Owned ignored = rt::Owned::adopt(abi::slisp_exception_take());
  }
}

void show_unless_nil(rt::Borrowed value) {
  if (!value.is_nil()) show_value(value);
}

int run_script(const Options& options, const std::string& name, const std::string& text) {
  ReplEngine engine(options);
  ReplEngine::Outcome outcome = engine.run(name, text, show_unless_nil);
  flush_output();
  switch (outcome) {
    case ReplEngine::Outcome::Done: return 0;
    case ReplEngine::Outcome::Exit: return engine.exit_status();
    case ReplEngine::Outcome::Incomplete:
    case ReplEngine::Outcome::Failed: return 1;
  }
  return 70;
}

std::string history_file() {
  std::string base;
  if (const char* xdg = std::getenv("XDG_STATE_HOME"); xdg && xdg[0] == '/') base = xdg;
  else if (const char* home = std::getenv("HOME"); home && home[0] == '/') base = std::string(home) + "/.local/state";
  else return {};
  std::error_code error;
  std::filesystem::create_directories(base + "/slisp", error);
  return error ? std::string() : base + "/slisp/history";
}

std::string prompt_text;
volatile std::sig_atomic_t interrupted = 0;

char* prompt(EditLine*) { return prompt_text.data(); }
void on_interrupt(int) { interrupted = 1; }

// SIGINT reaches the process only while it waits in read_character: between a look at the flag and a read it would be lost.
class InterruptHeld {
 public:
  InterruptHeld() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigprocmask(SIG_BLOCK, &set, &before());
  }
  ~InterruptHeld() { sigprocmask(SIG_SETMASK, &before(), nullptr); }
  InterruptHeld(const InterruptHeld&) = delete;
  InterruptHeld& operator=(const InterruptHeld&) = delete;
  static sigset_t& before() {
    static sigset_t mask;
    return mask;
  }
};

// libedit's own would block in read() with the signal already taken.
int read_character(EditLine*, wchar_t* character) {
  std::mbstate_t state{};
  for (;;) {
    pollfd input{STDIN_FILENO, POLLIN, 0};
    if (interrupted) return -1;
    if (ppoll(&input, 1, nullptr, &InterruptHeld::before()) < 0) {
      if (errno == EINTR) continue;
      return -1;
    }
    char byte;
    ssize_t count = read(STDIN_FILENO, &byte, 1);
    if (count < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (count <= 0) return static_cast<int>(count);
    std::size_t used = std::mbrtowc(character, &byte, 1, &state);
    if (used == static_cast<std::size_t>(-2)) continue;          // more bytes belong to it
    if (used != static_cast<std::size_t>(-1)) return 1;
    state = {};                                                  // no UTF-8: dropped
  }
}

// Line editor and its history; the history is written when it goes.
class LineEditor {
 public:
  LineEditor() : history_(history_init()), file_(history_file()), editor_(el_init("slisp", stdin, stdout, stderr)) {
    HistEvent event;
    history(history_, &event, H_SETSIZE, 1000);
    history(history_, &event, H_SETUNIQUE, 1);
    if (!file_.empty()) history(history_, &event, H_LOAD, file_.c_str());
    el_set(editor_, EL_PROMPT, prompt);
    el_set(editor_, EL_EDITOR, "emacs");
    el_set(editor_, EL_HIST, history, history_);
    el_set(editor_, EL_SIGNAL, 0);
    el_set(editor_, EL_GETCFN, read_character);
    // A Ctrl-D that is typed while a form runs becomes a NUL when the terminal changes its mode.
    el_set(editor_, EL_BIND, "^@", "em-delete-or-list", nullptr);
    el_source(editor_, nullptr);
  }
  LineEditor(const LineEditor&) = delete;
  LineEditor& operator=(const LineEditor&) = delete;
  ~LineEditor() {
    HistEvent event;
    if (!file_.empty()) history(history_, &event, H_SAVE, file_.c_str());
    el_end(editor_);
    history_end(history_);
  }

  enum class Line { Text, Interrupted, End };
  Line read(const std::string& with_prompt, std::string& line) {
    prompt_text = with_prompt;
    InterruptHeld held;
    interrupted = 0;
    int count = 0;
    // Before the prompt is seen: libedit would change the mode after it, and a Ctrl-D typed in between would be lost.
    el_set(editor_, EL_PREP_TERM, 1);
    const char* text = el_gets(editor_, &count);
    if (interrupted) {
      el_reset(editor_);
      std::fputs("\n", stdout);
      return Line::Interrupted;
    }
    if (!text || count <= 0) return Line::End;
    line.assign(text, static_cast<std::size_t>(count));
    return Line::Text;
  }
  void remember(const std::string& text) {
    HistEvent event;
    history(history_, &event, H_ENTER, text.c_str());
    if (!file_.empty()) history(history_, &event, H_SAVE, file_.c_str());
  }

 private:
  History* history_;
  std::string file_;
  EditLine* editor_;
};

int interactive(const Options& options) {
  std::setlocale(LC_CTYPE, "C.UTF-8");                  // programs are UTF-8, whatever the terminal calls it
  ReplEngine engine(options);
  LineEditor editor;
  struct sigaction action {};
  action.sa_handler = on_interrupt;                     // without SA_RESTART: reading the line ends
  sigaction(SIGINT, &action, nullptr);
  std::printf("%sCtrl-D leaves\n", version_text().c_str());
  std::fflush(stdout);
  std::string pending;
  for (;;) {
    std::string line;
    std::string ns = engine.current_ns();
    LineEditor::Line got = editor.read(pending.empty() ? ns + "=> " : std::string(ns.size() > 2 ? ns.size() - 2 : 0, ' ') + "#_=> ", line);
    if (got == LineEditor::Line::End) break;
    if (got == LineEditor::Line::Interrupted) {
      pending.clear();
      continue;
    }
    pending += line;
    if (pending.find_first_not_of(" \t\r\n,") == std::string::npos) {
      pending.clear();
      continue;
    }
    if (engine.incomplete(pending)) continue;
    while (!pending.empty() && pending.back() == '\n') pending.pop_back();
    editor.remember(pending);
    std::string text;
    text.swap(pending);
    ReplEngine::Outcome outcome = engine.run("<repl>", text + "\n", [](rt::Borrowed value) { show_value(value); });
    flush_output();
    if (outcome == ReplEngine::Outcome::Exit) return engine.exit_status();
  }
  std::printf("\n");
  return 0;
}

}  // namespace

int eval_command(const Options& options) {
  std::string text;
  for (const std::string& part : options.arguments) text += part + "\n";
  return run_script(options, "<eval>", text);
}

int repl_command(const Options& options) {
  if (isatty(STDIN_FILENO) && isatty(STDOUT_FILENO)) return interactive(options);
  std::string text;
  char buffer[65536];
  for (;;) {
    ssize_t count = read(STDIN_FILENO, buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    text.append(buffer, static_cast<std::size_t>(count));
  }
  return run_script(options, "<stdin>", text);
}

}  // namespace slisp::cli
