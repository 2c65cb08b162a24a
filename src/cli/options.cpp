// options.cpp: command line -> Options.
// Keeps: what follows FILE of `run` belongs to the program and is never looked at.
// Idea: one CLI11 application per command; what it does not know comes back to us, so that the message can name the nearest
// known option.
#include "src/cli/options.hpp"
#include "src/compiler/pipeline.hpp"
#include "src/reader/near.hpp"
#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>
#include <set>

namespace slisp::cli {
namespace {

const std::map<std::string, Command>& commands() {
  static const std::map<std::string, Command> table = {
      {"compile", Command::Compile}, {"run", Command::Run}, {"check", Command::Check}, {"eval", Command::Eval}, {"repl", Command::Repl},
      {"test", Command::Test},       {"doctor", Command::Doctor}, {"help", Command::Help},
      {"build-library", Command::BuildLibrary}};
  return table;
}

std::string did_you_mean(const std::string& word, const std::vector<std::string>& known) {
  std::string near = reader::nearest(word, known);
  return near.empty() ? std::string() : " (did you mean '" + near + "'?)";
}

Usage wrong(const std::string& what, const std::string& command) {
  return Usage{"slisp: " + what + "\ntry 'slisp help" + (command.empty() ? "" : " " + command) + "'\n"};
}

// The options of one command, for messages.
struct Names {
  std::vector<std::string> offered;        // what a suggestion may name
  std::set<std::string> flags;             // those that take no value
};

// CLI11 would take `--verify=3` as a way to say yes, and `-g=1` as two options of one letter.
std::optional<std::string> value_of_a_flag(const std::vector<std::string>& words, const CLI::App& app, const Names& names, bool prefix) {
  for (std::size_t i = 0; i < words.size() && words[i] != "--"; ++i) {
    const std::string& word = words[i];
    if (word.size() < 2 || word[0] != '-') {
      if (prefix) break;                   // what follows belongs to the program
      continue;
    }
    std::string name = word.substr(0, word.find('='));
    bool flag = names.flags.count(name) != 0;
    if (flag && name != word) return "option '" + name + "' takes no value, but '" + word.substr(name.size() + 1) + "' was given";
    if (prefix && word.rfind("-m", 0) == 0 && app.get_option_no_throw("-m") != nullptr) break;   // as behind FILE
    if (!flag && name == word && app.get_option_no_throw(word) != nullptr) ++i;   // its value is the next word
  }
  return std::nullopt;
}

// Options that compile, run, eval, repl and test share.
void add_compile_options(CLI::App& app, Options& options, Names& known) {
  std::vector<std::string>& names = known.offered;
  auto flag = [&](const char* name, bool& target) {
    app.add_flag(name, target);
    names.push_back(name);
    known.flags.insert(name);
  };
  app.add_option("-I", options.include)->allow_extra_args(false);
  app.add_option("-O", options.level);
  app.add_option("--features", options.features)->delimiter(',')->allow_extra_args(false);
  app.add_option("--dump-after", options.dump_after)->allow_extra_args(false);
  names.insert(names.end(), {"-I", "-O0", "-O1", "-O2", "--features", "--dump-after"});
  flag("-g", options.debug_info);
  flag("--verify", options.verify);
  flag("--stats", options.stats);
  flag("--explain-inline", options.explain_inline);
  flag("--debug-heap", options.debug_heap);
  flag("--with-eval", options.with_eval);
  for (std::string_view pass : compiler::switchable_passes()) {
    std::string name = "--no-" + std::string(pass);
    app.add_flag_callback(name, [&options, pass] { options.disabled.emplace_back(pass); });
    names.push_back(name);
    known.flags.insert(name);
  }
}

std::optional<Usage> check_values(const Options& options, const std::string& command) {
  static const std::vector<std::string> emits = {"forms", "ast", "ir", "asm", "obj", "exe"};
  if (options.level < 0 || options.level > 2)
    return wrong("unknown option '-O" + std::to_string(options.level) + "' (did you mean '-O2'?)", command);
  if (std::find(emits.begin(), emits.end(), options.emit) == emits.end())
    return wrong("unknown value '" + options.emit + "' of --emit" + did_you_mean(options.emit, emits), command);
  std::vector<std::string> passes;
  for (std::string_view pass : compiler::dumpable_passes()) passes.emplace_back(pass);
  for (const std::string& pass : options.dump_after)
    if (std::find(passes.begin(), passes.end(), pass) == passes.end())
      return wrong("unknown pass '" + pass + "' of --dump-after" + did_you_mean(pass, passes), command);
  return std::nullopt;
}

}  // namespace

std::optional<Usage> parse_command_line(const std::vector<std::string>& arguments, Options& options) {
  if (arguments.empty()) return Usage{short_help()};
  options.words = arguments;
  std::string word = arguments[0];
  std::vector<std::string> rest(arguments.begin() + 1, arguments.end());
  if (word == "--version" || word == "-V") {
    options.command = Command::Version;
    return std::nullopt;
  }
  if (word == "--help" || word == "-h") {
    options.command = Command::Help;
    options.arguments = rest;
    return std::nullopt;
  }
  auto found = commands().find(word);
  if (found == commands().end()) {          // `slisp [OPTION]... FILE [ARG]...` is `slisp run ...`
    word = "run";
    rest = arguments;
  }
  options.command = commands().at(word);

  CLI::App app;
  app.set_help_flag();
  app.allow_extras();
  Names names;
  bool wants_help = false;
  app.add_flag("--help,-h", wants_help);
  names.flags = {"--help", "-h"};
  bool compiles = options.command != Command::Doctor && options.command != Command::Help;
  if (compiles) add_compile_options(app, options, names);
  if (options.command == Command::Compile || options.command == Command::Run) {
    app.add_option("-m", options.main_namespace)->allow_extra_args(false);
    names.offered.push_back("-m");
  }
  if (options.command == Command::Compile || options.command == Command::BuildLibrary) {
    app.add_option("-o", options.output)->allow_extra_args(false);
    app.add_option("--emit", options.emit)->allow_extra_args(false);
    names.offered.insert(names.offered.end(), {"-o", "--emit"});
  } else {
    app.prefix_command();
    if (options.command == Command::Run) {
      app.add_flag("--evaluate", options.evaluate);
      names.flags.insert("--evaluate");
    }
    if (options.command == Command::Test) {
      app.add_option("--only", options.only)->allow_extra_args(false);
      app.add_option("--junit", options.junit)->allow_extra_args(false);
      names.offered.insert(names.offered.end(), {"--only", "--junit"});
    }
  }
  bool prefix = options.command != Command::Compile && options.command != Command::BuildLibrary && options.command != Command::Check;
  if (auto what = value_of_a_flag(rest, app, names, prefix)) return wrong(*what, word);
  try {
    std::vector<std::string> reversed(rest.rbegin(), rest.rend());   // CLI11 takes them last first
    app.parse(reversed);
  } catch (const CLI::ArgumentMismatch& error) {
    std::string what = error.what();        // "-o: 1 required TEXT missing"
    return wrong("'" + what.substr(0, what.find(':')) + "' needs a value", word);
  } catch (const CLI::ConversionError& error) {
    std::string level;
    for (const std::string& a : rest)
      if (a.rfind("-O", 0) == 0) { level = a; break; }
    return wrong("unknown option '" + level + "' (did you mean '-O2'?)", word);
  } catch (const CLI::ParseError& error) {
    return wrong(error.what(), word);
  }
  if (wants_help) {
    options.command = Command::Help;
    options.arguments = {word};
    return std::nullopt;
  }
  std::vector<std::string> left = app.remaining();
  // Behind -m NAMESPACE everything is the program's, as it is behind FILE.
  if (options.command == Command::Run && !options.main_namespace.empty()) {
    options.arguments = left;
    if (!left.empty() && left[0] == "--") options.arguments.erase(options.arguments.begin());
    left.clear();
  }
  bool after_dashes = false;
  std::vector<std::string> positional;
  for (std::size_t i = 0; i < left.size(); ++i) {
    const std::string& a = left[i];
    if (!after_dashes && a == "--") {
      after_dashes = true;
      continue;
    }
    if (!after_dashes && a.size() > 1 && a[0] == '-' && !(prefix && !positional.empty())) {
      std::string name = a.substr(0, a.find('='));
      return wrong("unknown option '" + name + "'" + did_you_mean(name, names.offered), word);
    }
    positional.push_back(a);
    if (prefix) {
      positional.insert(positional.end(), left.begin() + static_cast<std::ptrdiff_t>(i) + 1, left.end());
      break;
    }
  }
  if (auto usage = check_values(options, word)) return usage;

  switch (options.command) {
    case Command::Compile:
    case Command::BuildLibrary:
      if (!options.main_namespace.empty()) {
        if (!positional.empty()) return wrong("-m names the program, and so does the FILE '" + positional[0] + "'", word);
        break;
      }
      if (positional.empty()) return wrong("compile needs a FILE", word);
      if (positional.size() > 1) return wrong("more than one FILE: '" + positional[1] + "'", word);
      options.file = positional[0];
      break;
    case Command::Run:
      if (!options.main_namespace.empty()) break;
      if (positional.empty()) return wrong("run needs a FILE", word);
      options.file = positional[0];
      options.arguments.assign(positional.begin() + 1, positional.end());
      break;
    case Command::Eval:
      if (positional.empty()) return wrong("eval needs an EXPR", word);
      options.arguments = positional;
      break;
    case Command::Check:
      if (positional.empty()) return wrong("check needs a FILE", word);
      options.arguments = positional;
      break;
    case Command::Test:
      if (positional.empty()) return wrong("test needs a PATH", word);
      options.arguments = positional;
      break;
    case Command::Repl:
    case Command::Doctor:
      if (!positional.empty()) return wrong("unexpected argument '" + positional[0] + "'", word);
      break;
    case Command::Help:
      options.arguments = positional;
      break;
    case Command::Version:
      break;
  }
  return std::nullopt;
}

}  // namespace slisp::cli
