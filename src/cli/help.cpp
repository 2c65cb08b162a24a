// help.cpp: what `slisp help` prints. The man page and the completions are written from the same words; a test compares them.
#include "src/cli/options.hpp"
#include "src/cli/version.hpp"
#include "src/compiler/pipeline.hpp"

namespace slisp::cli {
namespace {

constexpr const char* k_overview =
    "slisp: compile Clojure to small native executables\n"
    "\n"
    "usage: slisp compile FILE [-o OUT] [OPTION]...   make an executable\n"
    "       slisp run [OPTION]... FILE [ARG]...       compile (cached) and run; slisp FILE [ARG]... is the same\n"
    "       slisp check [OPTION]... FILE...           list all that files lack, reachable or not\n"
    "       slisp eval EXPR                           run an expression, print what it gives\n"
    "       slisp repl                                a prompt; input from a pipe runs as a script\n"
    "       slisp test [OPTION]... PATH...            run clojure.test tests\n"
    "       slisp doctor                              check the tools slisp needs\n"
    "       slisp help [COMMAND]                      this text, or a command's\n"
    "       slisp --version\n";

constexpr const char* k_options =
    "\n"
    "options\n"
    "  -I DIR               also look for required namespaces in DIR, a folder or a jar\n"
    "  -O0 -O1 -O2          level of optimisation (default: -O2)\n"
    "  -g                   source lines for gdb, perf and valgrind\n"
    "  --features NAME,...  reader conditional features besides :slisp\n"
    "  --dump-after=PASS    print what PASS made, on stderr\n"
    "  --verify             check every pass and the registers of every function\n"
    "  --stats              print counters of the compiler on stderr\n"
    "  --explain-inline     say of each direct call why it is inlined or not, of each walk over seqs how it is done\n"
    "  --with-eval          the program carries the evaluator: eval, load-string and their kin work in it\n"
    "  --debug-heap         one malloc block per object, for valgrind and sanitizers\n"
    "  --no-PASS            leave PASS out\n";

constexpr const char* k_status =
    "\n"
    "exit status: 0; 1 for a wrong program; 2 for wrong usage; 70 for a fault of slisp\n";

// What may stand for PASS, in lines of up to a hundred characters.
std::string pass_names() {
  std::string text = "\npasses that --no-PASS leaves out\n", line = " ";
  for (std::string_view name : compiler::switchable_passes()) {
    if (line.size() + name.size() > 100) {
      text += line + "\n";
      line = " ";
    }
    line.append(" ").append(name);
  }
  return text + line + "\n";
}

}  // namespace

std::string short_help() { return std::string(k_overview); }

std::string version_text() { return std::string("slisp ") + k_version + "\n"; }

std::string help_text(const std::string& topic) {
  if (topic.empty()) return std::string(k_overview) + k_options + k_status;
  if (topic == "compile")
    return std::string("usage: slisp compile FILE [-o OUT] [OPTION]...\n       slisp compile -m NAMESPACE [-o OUT] [OPTION]...\n\n"
                       "Compiles FILE (.slisp, .clj or .cljc; - is standard input) and what it requires to the executable OUT.\n"
                       "  -o OUT               name of the result; left out: FILE without its suffix\n"
                       "  -m NAMESPACE         in place of FILE: the file of a namespace, below -I, the :paths of deps.edn, or here\n"
                       "  --emit=STAGE         stop at a stage and write it: forms ast ir asm (to OUT or standard output), obj, exe\n") +
           k_options + pass_names() + k_status;
  if (topic == "run")
    return std::string("usage: slisp run [OPTION]... FILE [ARG]...\n       slisp [OPTION]... FILE [ARG]...\n       slisp run [OPTION]... -m NAMESPACE [ARG]...\n\n"
                       "Compiles FILE unless the cache ($XDG_CACHE_HOME/slisp) has it, and becomes the program with ARGs.\n"
                       "'#!/usr/bin/env slisp' as first line makes a script.\n") +
           k_options + "\nexit status: the program's\n";
  if (topic == "check")
    return std::string("usage: slisp check [OPTION]... FILE...\n\n"
                       "Lists what FILEs (or the sources in folders) lack: names that mean nothing, host members and classes that are not offered,\n"
                       "calls that cannot succeed; also in code that nothing reaches. Try --features clj for code written for the JVM.\n"
                       "exit status: 0 when there is nothing to list, else 1\n") +
           k_options;
  if (topic == "eval")
    return std::string("usage: slisp eval [OPTION]... EXPR\n\nCompiles and runs the forms of EXPR and prints each value that is not nil.\n") + k_options;
  if (topic == "repl")
    return std::string("usage: slisp repl [OPTION]...\n\n"
                       "Reads forms, compiles each to native code, prints its value. *1 *2 *3 hold the last values, *e the last exception.\n"
                       "Ctrl-C drops the line, Ctrl-D leaves. History: $XDG_STATE_HOME/slisp/history.\n"
                       "Input from a pipe runs as a script: no prompt, values that are not nil are printed, the first error ends it.\n") +
           k_options;
  if (topic == "test")
    return std::string("usage: slisp test [OPTION]... PATH...\n\n"
                       "Runs the clojure.test tests of the namespaces in PATHs: files, or folders searched for files named *_test and files with\n"
                       "(deftest ...). Exits with 1 on failures.\n"
                       "  --only NAME          only the tests of a namespace, or one test as NAMESPACE/TEST; may be given again\n"
                       "  --junit FILE         also write a JUnit report\n") +
           k_options;
  if (topic == "doctor")
    return "usage: slisp doctor\n\nChecks nasm, ld and the archives slisp links, and prints the line that mends what is missing.\n";
  if (topic == "help") return "usage: slisp help [COMMAND]\n";
  return {};
}

}  // namespace slisp::cli
