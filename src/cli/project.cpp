// project.cpp: see project.hpp.
// Keeps: of a deps.edn the folders count (:paths, or src where it has none, then the :extra-paths of its aliases); nothing is downloaded,
//        and :deps is not looked at: libraries are named with -I.
#include "src/cli/project.hpp"
#include "runtime/api.hpp"
#include "src/cli/commands.hpp"
#include "src/cli/jars.hpp"
#include "src/reader/reader.hpp"
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace slisp::cli {
namespace fs = std::filesystem;
namespace {

bool compiles(Command command) {
  return command == Command::Compile || command == Command::Run || command == Command::Check || command == Command::Eval ||
         command == Command::Repl || command == Command::Test;
}

// The folder of the nearest deps.edn at or above `start`; empty: there is none.
fs::path project_above(fs::path start) {
  std::error_code error;
  start = fs::absolute(start, error).lexically_normal();
  for (;;) {
    if (fs::is_regular_file(start / "deps.edn", error)) return start;
    if (!start.has_parent_path() || start.parent_path() == start) return {};
    start = start.parent_path();
  }
}

rt::Owned value_at(rt::Borrowed map, std::string_view key) {
  if (!map.is(rt::Kind::ArrayMap) && !map.is(rt::Kind::HashMap)) return rt::Owned();
  rt::Owned keyword = rt::keyword("", key);
  return rt::map_get(map, keyword);
}

void add_paths(const fs::path& project, rt::Borrowed paths, std::vector<std::string>& out) {
  if (!paths.is(rt::Kind::Vector) && !paths.is(rt::Kind::LargeVector)) return;
  for (std::size_t i = 0; i < static_cast<std::size_t>(rt::counted_size(paths)); ++i) {
    rt::Borrowed path = rt::vector_at(paths, i);
    if (path.is(rt::Kind::String)) out.push_back((project / rt::text_of(path)).lexically_normal().string());
  }
}

std::vector<std::string> roots_of(const fs::path& project) {
  std::ifstream in(project / "deps.edn", std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  const std::string source = text.str();
  reader::ReaderOptions options;
  options.dialect = reader::Dialect::Edn;
  reader::Reader reader(source, options);
  reader::ReadResult result = reader.read();
  std::vector<std::string> roots;
  if (result.status != reader::ReadStatus::Form) {
    std::fprintf(stderr, "slisp: warning: '%s' is no EDN map; its :paths are not used\n", (project / "deps.edn").c_str());
    return roots;
  }
  rt::Owned paths = value_at(result.form, "paths");
  if (paths.is_nil()) {
    roots.push_back((project / "src").string());
  } else {
    add_paths(project, paths, roots);
  }
  rt::Owned aliases = value_at(result.form, "aliases");
  if (aliases.is(rt::Kind::ArrayMap) || aliases.is(rt::Kind::HashMap)) {
    rt::MapCursor cursor;
    rt::Borrowed name = abi::k_nil, alias = abi::k_nil;
    while (rt::next_entry(aliases, cursor, name, alias)) {
      rt::Owned extra = value_at(alias, "extra-paths");
      add_paths(project, extra, roots);
    }
  }
  return roots;
}

// -m: where the file of the namespace stands.
int find_main(Options& options) {
  std::string relative = options.main_namespace;
  std::replace(relative.begin(), relative.end(), '.', '/');
  std::replace(relative.begin(), relative.end(), '-', '_');
  std::vector<std::string> roots = options.include;
  roots.emplace_back("");
  const bool clj = std::find(options.features.begin(), options.features.end(), "clj") != options.features.end();
  for (const std::string& root : roots) {
    for (const char* suffix : {".slisp", clj ? ".clj" : ".cljc", clj ? ".cljc" : ".clj"}) {
      std::error_code error;
      const std::string path = (fs::path(root) / (relative + suffix)).string();
      if (!fs::is_regular_file(path, error)) continue;
      options.file = path;
      if (options.command == Command::Compile && options.output.empty() && options.emit == "exe") {
        options.output = options.main_namespace.substr(options.main_namespace.rfind('.') + 1);
      }
      return 0;
    }
  }
  std::string searched;
  for (const std::string& root : roots) searched += (searched.empty() ? "" : ", ") + (root.empty() ? "." : root);
  return report_failure(1, "no file " + relative + ".slisp, .cljc or .clj for the namespace " + options.main_namespace + " (searched below: " + searched + ")");
}

}  // namespace

int apply_project(Options& options) {
  if (!compiles(options.command)) return 0;
  fs::path project;
  const std::string& first = !options.file.empty() ? options.file
                             : (options.command == Command::Test || options.command == Command::Check) && !options.arguments.empty()
                                 ? options.arguments[0] : options.file;
  if (!first.empty() && first != "-") project = project_above(fs::path(first).parent_path());
  std::error_code error;
  if (project.empty()) project = project_above(fs::current_path(error));
  if (!project.empty()) {
    for (std::string& root : roots_of(project)) {
      if (std::find(options.include.begin(), options.include.end(), root) == options.include.end()) options.include.push_back(std::move(root));
    }
  }
  if (const int status = open_jars(options)) return status;
  return options.main_namespace.empty() ? 0 : find_main(options);
}

}  // namespace slisp::cli
