// options.hpp: the command line, understood. CLI11 is wrapped here and nowhere else.
#pragma once
#include <optional>
#include <string>
#include <vector>

namespace slisp::cli {

enum class Command { Compile, Run, Check, Eval, Repl, Test, Doctor, Help, Version, BuildLibrary };

struct Options {
  Command command = Command::Help;
  std::string file;                        // compile, run: the program; "-" is standard input
  std::string main_namespace;              // -m: the program is the file of this namespace
  std::vector<std::string> arguments;      // run: the program's; check, test: paths; help: topic; eval: the expression
  std::string output;                      // -o; empty: FILE without its suffix
  std::vector<std::string> include;        // -I, in order
  std::vector<std::string> features;       // --features
  std::string emit = "exe";                // forms ast ir asm obj exe
  std::vector<std::string> dump_after;     // pass names
  std::vector<std::string> disabled;       // --no-PASS
  int level = 2;                           // -O
  std::vector<std::string> only;           // test: namespaces, or NAMESPACE/TEST
  std::string junit;                       // test: where the JUnit report goes; empty: none
  bool debug_info = false;                 // -g
  bool verify = false;
  bool stats = false;
  bool explain_inline = false;           // say of each call why it was inlined or not
  bool debug_heap = false;
  bool refusals_warn = false;              // test: what is not offered fails the test that comes to it
  std::vector<std::string> words;          // the command line as it was given
  bool with_eval = false;                  // the program carries the evaluator
  bool evaluate = false;                   // run: by the tree evaluator, the oracle of the tests
};

// What a wrong command line gets: the message for stderr; the exit status is 2.
struct Usage {
  std::string message;
};

// Fills `options`; on wrong usage gives the message.
std::optional<Usage> parse_command_line(const std::vector<std::string>& arguments, Options& options);

// Help texts (help.cpp). An unknown topic gives an empty string.
std::string help_text(const std::string& topic);
std::string short_help();
std::string version_text();

}  // namespace slisp::cli
