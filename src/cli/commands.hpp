// commands.hpp: one function per command. Each returns the exit status of the process: 0; 1 for a wrong program; 2 for wrong usage; 70 for
// a fault of slisp.
#pragma once
#include "src/cli/options.hpp"

namespace slisp::cli {

int compile_command(const Options& options);
int run_command(const Options& options);
int check_command(const Options& options);
int eval_command(const Options& options);
int repl_command(const Options& options);
int test_command(const Options& options);
int doctor_command(const Options& options);
int build_library_command(const Options& options);   // used while slisp itself is built

// "slisp: error: MESSAGE" on stderr; gives `status` back.
int report_failure(int status, const std::string& message);

}  // namespace slisp::cli
