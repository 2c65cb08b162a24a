// support.hpp: run small programs in the evaluator over a library of a few lines, or over the real one.
#pragma once
#include "src/analyzer/expand/analyzer.hpp"
#include "src/evaluator/evaluator.hpp"
#include "runtime/api.hpp"
#include "runtime/control/exceptions.hpp"
#include "runtime/control/runtime.hpp"
#include "runtime/memory/context.hpp"
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <stdlib.h>

namespace evaluator_test {

using namespace slisp;
using namespace slisp::analyzer;

// Enough of clojure.core for these tests; macros without destructuring.
inline constexpr const char* k_core = R"(
(def ^:macro fn (fn* fn [&form &env & more] (rt/cons 'fn* more)))
(def ^:macro let (fn* let [&form &env & more] (rt/cons 'let* more)))
(def ^:macro loop (fn* loop [&form &env & more] (rt/cons 'loop* more)))
(def list (fn* [& xs] (if xs xs ())))
(def ^:macro defn (fn* defn [&form &env name & more] (list 'def name (rt/cons 'fn* more))))
(def ^:macro defmacro (fn* defmacro [&form &env name args & body]
  (list 'def (rt/with_meta name {:macro true})
        (rt/cons 'fn* (list (rt/to_vector (rt/cons '&form (rt/cons '&env args))) (rt/cons 'do body))))))
(defn + [a b] (rt/add a b))
(defn - [a b] (rt/subtract a b))
(defn * [a b] (rt/multiply a b))
(defn < [a b] (rt/less a b))
(defn = [a b] (rt/equal a b))
(defn inc [a] (rt/inc a))
(defn vector [& xs] (rt/to_vector xs))
(defn conj [coll x] (rt/conj coll x))
(defn first [coll] (rt/first coll))
(defn next [coll] (rt/next coll))
(defn seq [coll] (rt/seq coll))
(defn str [& xs] (rt/str_seq xs))
(defn apply [f args] (rt/apply f args))
(defn atom [x] (rt/atom x))
(defn deref [r] (rt/deref r))
(defn reset! [a x] (rt/atom_reset a x))
(defn ex-info [m d] (rt/ex_info m d nil))
(defn ex-message [e] (rt/ex_message e))
(defn with-meta [x m] (rt/with_meta x m))
(defn meta [x] (rt/meta x))
(defn resolve-here [s] (rt/ns_resolve (rt/ns_find 'user) s))
(defmacro lazy-seq [& body] (list 'rt/lazy_seq (rt/cons 'fn* (rt/cons [] body))))
(defmacro when [test & body] (list 'if test (rt/cons 'do body)))
(defmacro binding [pair & body]
  (list 'do (list 'rt/push_bindings (rt/array_map (list (list 'var (first pair)) (first (next pair)))))
        (list 'try (rt/cons 'do body) (list 'finally (list 'rt/pop_bindings)))))
(defmacro defmulti [name f] (list 'def name (list 'rt/multifn_new (rt/name name) f :default nil)))
(defmacro defmethod [name value & body] (list 'rt/multifn_add name value (rt/cons 'fn* body)))
(defn map [f xs] (lazy-seq (let [s (seq xs)] (when s (rt/cons (f (first s)) (map f (next s)))))))
)";

class Folder {
 public:
  Folder() {
    char name[] = "/tmp/slisp-evaluator-XXXXXX";
    path_ = mkdtemp(name);
    std::filesystem::create_directories(path_ + "/clojure");
    std::ofstream(path_ + "/clojure/core.slisp") << k_core;
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

inline Options bootstrap_options(const Folder& folder) {
  Options options;
  options.mode = Mode::Bootstrap;
  options.library_root = folder.path();
  return options;
}

struct Fixture {
  Fixture() : session(bootstrap_options(folder)), evaluator(session), analyzer(session, evaluator) {
    INFO(session.diagnostics.render(reader::Colour::Never));
    bool ok = analyzer.analyze_namespace("clojure.core", programs.emplace_back());
    if (!ok) session.diagnostics.print(2);
    REQUIRE(ok);
    session.options.mode = Mode::Program;
  }
  ~Fixture() {
    for (const char* name : {"user", "clojure.core"}) {
      rt::Owned symbol = rt::symbol("", name);
      rt::Owned ns = rt::Owned::adopt(abi::slisp_ns_find(symbol.word()));
      if (ns.is_nil()) continue;
      // As at the end of a process: what vars hold goes first.
      rt::Owned interns = rt::Owned::adopt(abi::slisp_ns_interns(ns.word()));
      rt::MapCursor cursor;
      rt::Borrowed key = abi::k_nil, value = abi::k_nil;
      while (rt::next_entry(interns, cursor, key, value)) {
        abi::slisp_var_bind_root(value.word(), abi::k_nil);
        abi::slisp_var_set_meta(value.word(), abi::k_nil);
      }
      (void)rt::Owned::adopt(abi::slisp_ns_remove(symbol.word()));
    }
  }

  // As a file of the library, which may say rt/NAME.
  bool analyze(const std::string& text) { return analyze(folder.path() + "/t.slisp", text); }
  bool analyze(const std::string& path, const std::string& text) {
    session.diagnostics.clear();
    return analyzer.analyze_main(*session.sources.add_text(path, text), programs.emplace_back());
  }

  // The value of the last form as text; "Class: message" of an exception; the problems of a wrong program.
  std::string run(const std::string& text) {
    if (!analyze("(def answer (do nil " + text + "))")) {
      std::string out;
      for (const auto& problem : session.diagnostics.all()) out += problem.what + "\n";
      return out;
    }
    evaluator.forget_pending();
    for (const TopLevel& form : programs.back().forms) {
      rt::Owned value = evaluator.evaluate(form);
      if (value.failed()) return exception();
    }
    return show("answer");
  }
  std::string show(const char* name) {
    rt::Owned value = rt::Owned::adopt(abi::slisp_var_get(session.environment.find_var("user", name)->object.word()));
    rt::TextBuffer out;
    if (!rt::print_value(out, value, rt::PrintMode::Readable)) return exception();
    return std::string(out.view());
  }
  static std::string exception() {
    rt::Owned exception = rt::Owned::adopt(abi::slisp_exception_take());
    rt::Owned type = rt::Owned::adopt(abi::slisp_class_of(exception.word()));
    rt::Owned name = rt::Owned::adopt(abi::slisp_class_name(type.word()));
    rt::Owned message = rt::Owned::adopt(abi::slisp_ex_message(exception.word()));
    std::string out(rt::text_of(name));
    out = out.substr(out.rfind('.') + 1);
    return message.is_nil() ? out : out + ": " + std::string(rt::text_of(message));
  }

  Folder folder;
  Session session;
  std::deque<Program> programs;
  evaluator::Evaluator evaluator;
  Analyzer analyzer;
};

}  // namespace evaluator_test
