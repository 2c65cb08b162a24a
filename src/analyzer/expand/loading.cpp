// loading.cpp: files: the main file, what it requires, what the library includes.
// Keeps: each namespace is read once; its forms precede those of whoever requires it; cycles and paths out of the roots are refused.
// Roots: the main file's directory less its namespace path, each -I in order, the library.
#include "runtime/control/exceptions.hpp"
#include "src/analyzer/expand/expander.hpp"
#include "src/reader/report.hpp"
#include <algorithm>
#include <sys/stat.h>
#include <utility>

namespace slisp::analyzer {

namespace {

std::string namespace_path(const std::string& name) {
  std::string path = name;
  std::replace(path.begin(), path.end(), '.', '/');
  std::replace(path.begin(), path.end(), '-', '_');
  return path;
}

bool is_file(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode);
}

std::string join(const std::string& root, const std::string& path) {
  if (root.empty() || root == ".") return path;
  return root.back() == '/' ? root + path : root + "/" + path;
}

std::string shown_root(const std::string& root) { return root.empty() ? "." : root; }

}  // namespace

// What the reader asks of the names of this session.
struct ReaderHooks {
  static Owned current_ns(void* context) { return rt::make_string(static_cast<Expander*>(context)->environment_.current_ns()); }
  static Owned find_ns(void* context, std::string_view name) {
    Owned ns = static_cast<Expander*>(context)->environment_.find_alias_or_namespace(name);
    return ns.is_nil() ? Owned() : rt::make_string(Environment::name_of(ns));
  }
  // Clojure's Compiler.resolveSymbol.
  static Owned resolve_symbol(void* context, Borrowed symbol) {
    Environment& environment = static_cast<Expander*>(context)->environment_;
    SymbolName name = name_of(symbol);
    if (name.qualified()) {
      Owned ns = environment.find_alias_or_namespace(name.ns);
      if (!ns.is_nil()) return rt::symbol(Environment::name_of(ns), name.name);
      std::string full = environment.class_name(name.ns);
      return full.empty() ? Owned::copy(symbol) : rt::symbol(full, name.name);
    }
    if (name.name.find('.') != std::string_view::npos && name.name.front() != '.' && name.name.back() != '.') return Owned::copy(symbol);
    Owned found = Environment::resolve_in(environment.current_namespace(), symbol);
    if (found.is(abi::Kind::Var)) {
      const auto* var = found.as<abi::Var>();
      return rt::symbol(rt::text_of(rt::symbol_name(var->ns)), rt::text_of(rt::symbol_name(var->name)));
    }
    std::string full = environment.class_name(name.name);
    if (!full.empty()) return rt::symbol("", full);
    return rt::symbol(environment.current_ns(), name.name);
  }
  static std::int64_t fresh_number(void* context) {
    Expander* expander = static_cast<Expander*>(context);
    return expander->next_number_ == 0 ? abi::slisp_next_id() : expander->next_number_++;
  }
};

// Tags of data_readers files, and of *data-readers* as the program's macros have left it: the reader function runs now.
struct TagHooks {
  static bool knows(void* context, Borrowed tag) {
    auto* expander = static_cast<Expander*>(context);
    return is_symbol(tag, "=") || expander->data_readers_.count(name_of(tag).full()) != 0;
  }
  static Owned read(void* context, Borrowed tag, Owned form) {
    auto* expander = static_cast<Expander*>(context);
    if (is_symbol(tag, "=")) {
      Owned value = expander->read_evaluated(form);
      if (!value.failed() || !expander->exception_is("clojure.lang.Compiler$CompilerException")) return value;
      Owned exception = Owned::adopt(abi::slisp_exception_take());       // where it stands the reader says
      Owned cause = Owned::adopt(abi::slisp_ex_cause(exception.word()));
      return rt::raise(cause.is_nil() ? std::move(exception) : std::move(cause));
    }
    return expander->read_tagged(name_of(tag).full(), std::move(form));
  }
};

namespace {

// A namespace of the library keeps the names that syntax-quote made, and must be the same whatever this process did before. So that
// names of different namespaces cannot meet in one expansion, each counts from a place of its own, far above gensym's counter.
std::int64_t first_number_of(std::string_view ns) {
  std::uint32_t hash = 2166136261u;                              // FNV-1a
  for (char c : ns) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
  return (std::int64_t{hash} << 20) + 1;
}

}  // namespace

reader::ReaderOptions Expander::reader_options(std::uint32_t file) {
  reader::ReaderOptions options;
  options.features = features_;
  options.file = file;
  options.names = {this, &ReaderHooks::current_ns, &ReaderHooks::find_ns, &ReaderHooks::resolve_symbol, &ReaderHooks::fresh_number};
  options.spans = spans_->sink();
  options.data = {this, &TagHooks::knows, &TagHooks::read, true};
  options.line_metadata = reader::LineMetadata::On;
  return options;
}

// #=(f x y) is the call of f with x and y as they stand, unevaluated; #=(var f) a var, #=(Class. x), #=(Class/member x), #=Class.
Owned Expander::read_evaluated(Borrowed form) {
  Borrowed list = abi::k_nil;
  if (is_symbol(form)) return evaluate_form(form);
  if (!is_seq(form) || !as_list(form, list) || !list.is(abi::Kind::List)) return rt::throw_string(rt::ClassId::IllegalArgumentException, rt::make_string("Unsupported #= form"));
  const Items items = list_items(list);
  if (is_symbol(items[0], "var")) return evaluate_form(list);
  std::vector<Owned> call;
  call.push_back(Owned::copy(items[0]));
  for (std::size_t i = 1; i < items.size(); ++i) {
    Owned quote[] = {rt::symbol("", "quote"), Owned::copy(items[i])};
    call.push_back(rt::list_of(quote));
  }
  return evaluate_form(rt::list_of(call));
}

Owned Expander::read_tagged(const std::string& tag, Owned form) {
  const std::string& function = data_readers_.at(tag);
  const std::size_t slash = function.find('/');
  const std::string ns = function.substr(0, slash);
  auto refused = [&](const std::string& what) { return rt::throw_string(rt::ClassId::RuntimeException, rt::make_string(what)); };
  if (slash == std::string::npos) return refused("the reader function of #" + tag + " is no name of a var: " + function);
  if (!environment_.namespace_exists(ns)) {
    const std::size_t before = session_.diagnostics.error_count();
    if (!load_namespace(ns, span_) || session_.diagnostics.error_count() != before) return refused("the namespace " + ns + " of the reader function of #" + tag + " has errors");
  }
  VarInfo* var = environment_.find_var(ns, function.substr(slash + 1));
  if (var == nullptr) return refused("No such var: " + function + ", the reader function of #" + tag);
  note_library_namespace(ns);
  Owned arguments[] = {std::move(form)};
  return host_.call_macro(*var, arguments);
}

// data_readers.clj and .cljc at the roots: maps from tags to the names of functions.
void Expander::find_data_readers() {
  std::vector<std::string> roots = all_roots();
  if (!session_.options.library_root.empty()) roots.pop_back();
  std::set<std::string> seen;
  for (const std::string& root : roots) {
    for (const char* name : {"data_readers.clj", "data_readers.cljc"}) {
      const std::string path = join(root, name);
      if (!seen.insert(path).second || std::find(files_.begin(), files_.end(), path) != files_.end()) continue;
      if (!is_file(path)) {
        absent_.push_back(path);
        continue;
      }
      const reader::SourceFile* file = open_file(path, Span{});
      if (file == nullptr || !reader::check_encoding(*file, session_.diagnostics)) continue;
      reader::Reader reader(file->text, reader_options(file->id));
      const reader::ReadResult result = reader.read();
      if (result.status == reader::ReadStatus::Error) reader::report(reader.error(), session_.diagnostics);
      if (result.status != reader::ReadStatus::Form) continue;
      Restore<Span> where(span_, result.span);
      if (!is_map(result.form)) {
        error("e-tag", "not a map of data readers: " + form_text(result.form), "a data_readers file is a map from tags to names of functions",
              "{my/tag my.namespace/function}");
        continue;
      }
      rt::MapCursor cursor;
      Borrowed tag = abi::k_nil, function = abi::k_nil;
      while (rt::next_entry(result.form, cursor, tag, function)) {
        if (is_symbol(tag) && is_symbol(function)) data_readers_.emplace(name_of(tag).full(), name_of(function).full());
      }
    }
  }
}

void Expander::use(Program& program) {
  program_ = &program;
  environment_.use_program(program);
  program.member_names = &environment_.member_names();
}

void Expander::note_library_namespace(const std::string& name) {
  if (!environment_.is_linked(name)) return;
  if (std::find(library_namespaces_.begin(), library_namespaces_.end(), name) == library_namespaces_.end()) {
    library_namespaces_.push_back(name);
  }
}

const reader::SourceFile* Expander::open_file(const std::string& path, Span from, std::string name) {
  std::string why;
  reader::SourceFile* file = session_.sources.add_file(path, why);
  if (file == nullptr) {
    session_.diagnostics.error("e-file", from, "cannot read " + path + ": " + why, "the program's files are read while it is compiled");
    return nullptr;
  }
  file->name = std::move(name);
  files_.push_back(path);
  return file;
}

void Expander::note_library_file(const reader::SourceFile& file) {
  const std::string& library = session_.options.library_root;
  if (!library.empty() && file.path.starts_with(library + "/")) library_files_.insert(file.id);
}

namespace {
std::string shown_name(const reader::SourceFile* file) {
  if (file == nullptr) return "NO_SOURCE_PATH";
  return file->name.empty() ? file->path : file->name;
}
}  // namespace

bool Expander::analyze_file(const reader::SourceFile& file) {
  if (!reader::check_encoding(file, session_.diagnostics)) return false;
  const reader::SourceFile* outer = std::exchange(file_, &file);
  Restore<bool> setting(unchecked_math_, unchecked_math_);
  environment_.enter_file(shown_name(file_));
  bool ok = analyze_forms(file);
  file_ = outer;
  environment_.enter_file(shown_name(file_));
  return ok;
}

bool Expander::analyze_forms(const reader::SourceFile& file) {
  Restore<Span> nowhere(span_, Span{});
  // Places are needed while their top-level form is analyzed, and no longer.
  reader::SpanTable spans;
  Restore<reader::SpanTable*> places(spans_, &spans);
  reader::Reader reader(file.text, reader_options(file.id));
  bool ok = true;
  for (;;) {
    reader::ReadResult result = reader.read();
    if (result.status == reader::ReadStatus::EndOfInput) return ok;
    if (result.status == reader::ReadStatus::Error) {
      Restore<Span> where(span_, reader.error().span);
      if (evaluating_) note_unreadable(reader.error(), file.text);
      reader::report(reader.error(), session_.diagnostics);
      ok = false;
      if (evaluating_) return ok;
      continue;
    }
    Restore<Span> where(span_, result.span);
    ok = top_level(result.form) && ok;
    spans.clear();
    if (evaluating_ && !ok) {                    // as on the JVM nothing behind it is looked at
      wrap_thrown("");
      return ok;
    }
  }
}

// The place is where the JVM's reader has come to, behind what it could not read.
void Expander::note_unreadable(const reader::ReadError& error, std::string_view text) {
  note_problem("read-source", "", std::string(is_string(error.what) ? rt::text_of(error.what) : std::string_view()), Owned::copy(error.thrown));
  if (error.incomplete) {
    problem_.line = static_cast<std::uint32_t>(std::count(text.begin(), text.end(), '\n')) + 2;
    problem_.column = 1;
    return;
  }
  problem_.column += error.span.end - error.span.begin;
}

bool Expander::analyze_main(const reader::SourceFile& file, Program& program) {
  use(program);
  std::size_t errors = session_.diagnostics.error_count();
  main_path_ = file.path;
  main_file_ = file.id;
  note_library_file(file);
  set_main_root("");
  program.main_ns = "user";
  if (!enter_namespace("user")) return false;
  find_data_readers();
  bool ok = analyze_file(file);
  check_calls();
  loading_.clear();
  main_path_.clear();
  if (VarInfo* main = environment_.find_var(program.main_ns, "-main"); main != nullptr && !main->definitions.empty()) program.main = main;
  return ok && session_.diagnostics.error_count() == errors;
}

bool Expander::analyze_namespace(const std::string& name, Program& program) {
  if (auto done = required_first_.find(name); done != required_first_.end()) {
    program = std::move(*done->second);
    required_first_.erase(done);
    return true;
  }
  return analyze_separately(name, program);
}

bool Expander::analyze_separately(const std::string& name, Program& program) {
  use(program);
  environment_.compile_namespace(name);
  std::size_t errors = session_.diagnostics.error_count();
  std::string relative;
  std::string path = find_source(name, Span{}, relative);
  if (path.empty()) return false;
  const reader::SourceFile* file = open_file(path, Span{}, path.substr(path.rfind(relative)));
  if (file == nullptr) return false;
  library_files_.insert(file->id);
  program.main_ns = name;
  // clojure.core begins without an ns form: there is no ns yet.
  if (!enter_namespace(name == "clojure.core" ? name : "user")) return false;
  Restore<bool> alone(separate_namespaces_, true);
  Restore<std::int64_t> numbers(next_number_, first_number_of(name));
  loading_.push_back(name);
  bool ok = analyze_file(*file);
  loading_.pop_back();
  loaded_.insert(name);
  return ok && session_.diagnostics.error_count() == errors;
}

bool Expander::analyze_text(const reader::SourceFile& file, Program& program) {
  use(program);
  if (roots_.empty()) roots_.push_back("");
  if (environment_.current_ns().empty() && !enter_namespace("user")) return false;
  program.main_ns = environment_.current_ns();
  return analyze_file(file);
}

bool Expander::analyze_form(Borrowed form, Program& program) {
  use(program);
  if (session_.options.mode == Mode::Repl) host_.forms_were_run();
  if (roots_.empty()) roots_.push_back("");
  if (environment_.current_ns().empty() && !enter_namespace("user")) return false;
  program.main_ns = environment_.current_ns();
  Restore<Span> where(span_, spans_->find(form));
  bool ok = top_level(form);
  spans_->clear();
  return ok;
}

void Expander::set_main_root(const std::string& ns_name) {
  std::size_t slash = main_path_.rfind('/');
  std::string root = slash == std::string::npos ? "" : main_path_.substr(0, slash == 0 ? 1 : slash);
  std::size_t dot = main_path_.rfind('.');
  std::string stem = dot == std::string::npos || (slash != std::string::npos && dot < slash) ? main_path_ : main_path_.substr(0, dot);
  std::string path = namespace_path(ns_name);
  if (!path.empty() && stem == path) {
    root = "";
  } else if (!path.empty() && stem.size() > path.size() && stem.ends_with("/" + path)) {
    root = stem.substr(0, stem.size() - path.size() - 1);
    if (root.empty()) root = "/";
  }
  roots_ = {root};
  std::size_t below = root.empty() ? 0 : root.size() + (root.back() == '/' ? 0 : 1);
  session_.sources.set_name(main_file_, main_path_.substr(below));
}

// slisp's own file first; then, as on the JVM, the one for the JVM, where its feature is active.
std::string Expander::find_file(const std::vector<std::string>& roots, const std::string& relative) {
  const std::vector<std::string>& features = session_.options.features;
  const bool clj = std::find(features.begin(), features.end(), "clj") != features.end();
  for (const std::string& root : roots) {
    for (std::string_view suffix : {".slisp", clj ? ".clj" : ".cljc", clj ? ".cljc" : ".clj"}) {
      std::string path = join(root, relative + std::string(suffix));
      if (is_file(path)) return path;
      absent_.push_back(path);
    }
  }
  return {};
}

std::vector<std::string> Expander::all_roots() const {
  std::vector<std::string> roots = roots_;
  roots.insert(roots.end(), session_.options.include_dirs.begin(), session_.options.include_dirs.end());
  if (!session_.options.library_root.empty()) roots.push_back(session_.options.library_root);
  return roots;
}

// (load "part") reads part.clj beside the current namespace's file, (load "/a/part") below a root, into the current namespace.
bool Expander::form_load(const Items& items) {
  bool ok = true;
  for (std::size_t i = 1; i < items.size(); ++i) {
    Restore<Span> where(span_, narrow(items[i]));
    std::string name(is_string(items[i]) ? rt::text_of(items[i]) : std::string_view());
    if (name.empty() || name.find("..") != std::string::npos) {
      return error("e-load", "load takes names of files below the source roots, as strings", "files are found while compiling") != nullptr;
    }
    if (name.front() == '/') {
      name.erase(0, 1);
    } else if (const std::string path = namespace_path(environment_.current_ns()); path.find('/') != std::string::npos) {
      name = path.substr(0, path.rfind('/') + 1) + name;
    }
    const std::string path = find_file(all_roots(), name);
    if (path.empty()) {
      std::string searched;
      for (const std::string& root : all_roots()) searched += (searched.empty() ? "" : ", ") + shown_root(root);
      return error("e-load", "Could not locate " + name + ".slisp, .cljc or .clj", "searched below: " + searched) != nullptr;
    }
    ok = load_part(path) && ok;
  }
  return ok;
}

bool Expander::form_load_file(const Items& items) {
  if (items.size() != 2) return error("e-load", "load-file takes the name of a file", "the file is read while compiling") != nullptr;
  return load_part(std::string(rt::text_of(items[1])));
}

bool Expander::load_part(const std::string& path) {
  if (std::find(loading_parts_.begin(), loading_parts_.end(), path) != loading_parts_.end()) {
    return error("e-cycle", "Cyclic load dependency: " + path + " loads itself", "a file is read to its end before others use it",
                 "move what both need into a third file") != nullptr;
  }
  const reader::SourceFile* file = open_file(path, span_, path);
  if (file == nullptr) return false;
  note_library_file(*file);
  const std::string before = environment_.current_ns();
  loading_parts_.push_back(path);
  const bool ok = analyze_file(*file);
  loading_parts_.pop_back();
  return enter_namespace(before) && ok;
}

// Is there a file or a linked namespace of that name?
bool Expander::can_load(const std::string& name) {
  if (loaded_.count(name) != 0 || environment_.is_linked(name)) return true;
  Restore<bool> silently(from_try_, true);
  std::string relative;
  return !find_source(name, span_, relative).empty();
}

std::string Expander::find_source(const std::string& name, Span from, std::string& relative) {
  auto refuse = [&](const std::string& why) {
    session_.diagnostics.error("e-ns", from, "not the name of a namespace: " + name, why);
    return std::string();
  };
  if (name.find('/') != std::string::npos) return refuse("namespaces are found below the source roots; a name has no slash");
  if (name.empty() || name.front() == '.' || name.back() == '.' || name.find("..") != std::string::npos) {
    return refuse("namespaces are found below the source roots; the parts between dots are not empty");
  }
  relative = namespace_path(name);
  const std::vector<std::string> roots = all_roots();
  if (std::string path = find_file(roots, relative); !path.empty() || from_try_) return path;
  std::string searched;
  for (const std::string& root : roots) searched += (searched.empty() ? "" : ", ") + shown_root(root);
  const std::string near = near_namespace(name, roots);
  if (acts_while_running()) {
    const std::string file = namespace_path(name);
    note_problem("raw", "e-ns", "", rt::make_exception(rt::class_object(rt::ClassId::FileNotFoundException),
                                                       rt::make_string("Could not locate " + file + "__init.class, " + file + ".clj or " + file + ".cljc on classpath."),
                                                       Owned(), Owned()));
  }
  session_.diagnostics.error("e-ns", from, "Could not locate " + relative + ".slisp, .cljc or .clj for the namespace " + name,
                             "searched below: " + (searched.empty() ? "." : searched), near.empty() ? "-I DIR adds a source root" : "did you mean " + near + "?");
  return std::string();
}

bool Expander::load_namespace(const std::string& name, Span from) {
  // The host members come by themselves with the first namespace that names one, whichever it is; they have nothing to set up.
  if (separate_namespaces_ && !loading_.empty() && loading_.back() != name && name != "slisp.host") library_requires_.emplace_back(loading_.back(), name);
  // A namespace that this very file has made above is there.
  if (!loading_.empty() && loading_.back() == name && environment_.current_ns() != name) return true;
  if (std::find(loading_.begin(), loading_.end(), name) != loading_.end()) {
    std::string path;
    for (auto at = std::find(loading_.begin(), loading_.end(), name); at != loading_.end(); ++at) path += *at + " -> ";
    session_.diagnostics.error("e-cycle", from, "Cyclic load dependency: " + path + name, "a namespace is complete before others use it",
                               "move what both need into a third namespace");
    return false;
  }
  if (loaded_.count(name) != 0) return true;
  if (environment_.is_linked(name)) {
    note_library_namespace(name);
    loaded_.insert(name);
    return true;
  }
  std::string relative, path;
  const reader::SourceFile* file = nullptr;
  if (!separate_namespaces_) {
    path = find_source(name, from, relative);
    if (path.empty()) return false;
    file = open_file(path, from, path.substr(path.rfind(relative)));
    if (file == nullptr) return false;
    note_library_file(*file);
  }

  // The form that asks for the namespace may be half analyzed: all that belongs to it steps aside.
  Restore<std::string> no_main(main_path_, std::string());
  std::string before = environment_.current_ns();
  bool ok;
  Problem problem;
  {
    const bool runs = acts_while_running();
    Aside aside(*this);
    evaluating_ = runs;
    if (separate_namespaces_) {
      // Of the library each namespace is a program of its own: this one waits until it is asked for.
      auto program = std::make_unique<Program>();
      Program* outer = program_;
      ok = analyze_separately(name, *program);
      use(*outer);
      required_first_[name] = std::move(program);
    } else {
      ok = enter_namespace("user");
      loading_.push_back(name);
      ok = ok && analyze_file(*file);
      loading_.pop_back();
      if (ok || !runs) loaded_.insert(name);
    }
    problem = std::move(problem_);
  }
  if (problem_.phase.empty()) problem_ = std::move(problem);
  if (!environment_.enter_namespace(before)) return pending_error("e-ns", "", "the namespace could not be entered") != nullptr;
  if (ok && !environment_.namespace_exists(name)) {
    session_.diagnostics.error("e-ns", from, "namespace '" + name + "' not found after loading '" + path + "'",
                               "the file's ns form names another namespace");
    return false;
  }
  return ok;
}

bool Expander::include_file(const Items& items) {
  if (file_ == nullptr || library_files_.count(file_->id) == 0) {
    return error("e-include", "slisp-include is for the library's own files", "programs are put together of namespaces", "require a namespace instead") != nullptr;
  }
  if (items.size() != 2 || !is_string(items[1])) return error("e-include", "slisp-include takes the name of a file", "the parts of a namespace of the library are files below its folder") != nullptr;
  std::string name(rt::text_of(items[1]));
  if (name.empty() || name.front() == '/' || name.find("..") != std::string::npos) {
    return error("e-include", "slisp-include stays below the folder of its file: " + name,
                 "the parts of a namespace of the library are files below its folder") != nullptr;
  }
  std::size_t slash = file_->path.rfind('/');
  std::string path = slash == std::string::npos ? name : file_->path.substr(0, slash + 1) + name;
  std::size_t named = file_->name.rfind('/');
  const reader::SourceFile* file = open_file(path, span_, named == std::string::npos ? name : file_->name.substr(0, named + 1) + name);
  if (file == nullptr) return false;
  library_files_.insert(file->id);
  return analyze_file(*file);
}

}  // namespace slisp::analyzer
