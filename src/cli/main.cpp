// main.cpp: the slisp command. Parses the command line, starts the runtime, and runs one command on a big stack (deeply nested
// programs recurse deeply in every pass).
#include "runtime/control/runtime.hpp"
#include "src/cli/commands.hpp"
#include "src/cli/project.hpp"
#include "src/codegen/x86_64_linux/codegen.hpp"
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <new>
#include <unistd.h>

namespace slisp::rt {
int flush_standard_streams();            // runtime/io: the errno of the first failed write, or 0
}

namespace {

using slisp::cli::Command;
using slisp::cli::Options;

void write_error(const std::string& text) {
  [[maybe_unused]] ssize_t ignored = write(STDERR_FILENO, text.data(), text.size());
}

void interrupted(int signal_number) {
  slisp::x64::remove_temporary_folders_now();
  std::signal(signal_number, SIG_DFL);
  raise(signal_number);
}

struct Job {
  const Options* options;
  int status = 70;
};

int run(const Options& given) {
  using namespace slisp::cli;
  Options options = given;
  if (int status = apply_project(options)) return status;
  switch (options.command) {
    case Command::Compile: return compile_command(options);
    case Command::Run: return run_command(options);
    case Command::Check: return check_command(options);
    case Command::Eval: return eval_command(options);
    case Command::Repl: return repl_command(options);
    case Command::Test: return test_command(options);
    case Command::Doctor: return doctor_command(options);
    case Command::BuildLibrary: return build_library_command(options);
    case Command::Help: {
      std::string topic = options.arguments.empty() ? "" : options.arguments[0];
      std::string text = help_text(topic);
      if (text.empty()) {
        write_error("slisp: no such command: '" + topic + "'\n" + short_help());
        return 2;
      }
      std::fputs(text.c_str(), stdout);
      return 0;
    }
    case Command::Version:
      std::fputs(version_text().c_str(), stdout);
      return 0;
  }
  return 70;
}

void run_job(void* data) {
  Job* job = static_cast<Job*>(data);
  try {
    job->status = run(*job->options);
  } catch (const std::bad_alloc&) {
    write_error("slisp: error: out of memory\n");
    job->status = 1;
  } catch (const std::exception& error) {
    write_error(std::string("slisp: internal error: ") + error.what() + "\n");
    job->status = 70;
  }
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  if (auto usage = slisp::cli::parse_command_line(std::vector<std::string>(argv + 1, argv + argc), options)) {
    write_error(usage->message);
    return 2;
  }
  std::signal(SIGINT, interrupted);
  std::signal(SIGTERM, interrupted);
  std::signal(SIGHUP, interrupted);
  std::signal(SIGPIPE, SIG_IGN);
  if (!slisp::rt::runtime_start(argc, argv)) {
    write_error("slisp: error: not enough memory to start\n");
    return 1;
  }
  Job job{&options};
  if (!slisp::rt::run_on_big_stack(run_job, &job)) {
    write_error("slisp: error: not enough memory for a stack\n");
    return 1;
  }
  slisp::x64::remove_temporary_folders_now();
  // C++ prints help and reports, evaluated code prints through the runtime's stream. A closed pipe is said nothing of.
  errno = 0;
  int error = std::fflush(stdout) != 0 ? errno : 0;
  if (error == 0) error = slisp::rt::flush_standard_streams();
  if (error != 0 && job.status == 0) {
    if (error != EPIPE) write_error(std::string("slisp: error: cannot write to standard output: ") + std::strerror(error) + "\n");
    job.status = 1;
  }
  std::_Exit(job.status);
}
