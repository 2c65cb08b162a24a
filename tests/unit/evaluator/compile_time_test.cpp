// compile_time_test.cpp: what is evaluated while a program is compiled: what expansions need, and nothing else.
#include "support.hpp"

using namespace evaluator_test;

TEST_CASE("macros call functions and read values of the same file") {
  Fixture f;
  REQUIRE(f.analyze("(def base 40) (defn helper [x] (+ x base)) (defmacro m [x] (helper x)) (def answer (m 2))"));
  auto* def = as<DefNode>(f.programs.back().forms.back().node);
  CHECK(rt::long_of(as<ConstNode>(def->init)->value) == 42);
}

TEST_CASE("effects at top level do not happen while compiling") {
  Fixture f;
  REQUIRE(f.analyze("(def ran (atom [])) (reset! ran [1]) (rt/exit 3) (throw (ex-info \"no\" {})) (def never (throw (ex-info \"no\" {}))) "
                    "(defmacro count-ran [] (rt/count (deref ran))) (def answer (count-ran))"));
  auto* def = as<DefNode>(f.programs.back().forms.back().node);
  CHECK(rt::long_of(as<ConstNode>(def->init)->value) == 0);
}

TEST_CASE("a definition that fails is reported at the macro call that needed it") {
  Fixture f;
  CHECK_FALSE(f.analyze("t.slisp", "(def bad (throw (ex-info \"broken\" {})))\n(defmacro m [] bad)\n(def answer (m))"));
  CHECK(f.session.diagnostics.render(reader::Colour::Never) ==
        "t.slisp:3:13: error: macro user/m failed: ExceptionInfo: broken [e-macro]\n  (def answer (m))\n              ^~~\n"
        "  why: macros run while the program is compiled\n"
        "t.slisp:1:10: note: the exception arose here\n  (def bad (throw (ex-info \"broken\" {})))\n           ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~\n");
}

TEST_CASE("methods added above are known to later expansions") {
  Fixture f;
  REQUIRE(f.analyze("(defmulti expand-op first) (defmethod expand-op :inc [op] (list 'inc (first (next op)))) "
                    "(defmacro op [& more] (expand-op more)) (def a (op :inc 1)) "
                    "(defmethod expand-op :const [op] 7) (def b (op :const))"));
  CHECK(f.programs.back().forms.size() == 6);
  auto* last = as<DefNode>(f.programs.back().forms.back().node);
  CHECK(rt::long_of(as<ConstNode>(last->init)->value) == 7);
}

TEST_CASE("macros may define macros; top-level do is taken form by form") {
  Fixture f;
  REQUIRE(f.analyze("(defmacro def-const [name x] (list 'defmacro name [] x)) (do (def-const five 5) (def answer (five)))"));
  auto* def = as<DefNode>(f.programs.back().forms.back().node);
  CHECK(rt::long_of(as<ConstNode>(def->init)->value) == 5);
}

TEST_CASE("definitions within let wait as one form") {
  Fixture f;
  REQUIRE(f.analyze("(let [secret 6] (defn peek-secret [] secret)) (defmacro m [] (peek-secret)) (def answer (m))"));
  auto* def = as<DefNode>(f.programs.back().forms.back().node);
  CHECK(rt::long_of(as<ConstNode>(def->init)->value) == 6);
}

TEST_CASE("syntax-quote in macros: names are resolved where the macro stands") {
  Fixture f;
  CHECK(f.run("(do (defmacro twice [x] `(let [v# ~x] (+ v# v#))) (let [v 1] (twice (+ v 1))))").find("Unable to resolve symbol: clojure.core/concat") ==
        std::string::npos);
}

TEST_CASE("a failing macro leaves the rest of the file to be analyzed") {
  Fixture f;
  CHECK_FALSE(f.analyze("(defmacro m [] (throw (ex-info \"x\" {}))) (def a (m)) (def b (nope)) (def c b)"));
  CHECK(f.session.diagnostics.error_count() == 2);
}

TEST_CASE("a macro that exits does not end the compiler") {
  Fixture f;
  CHECK_FALSE(f.analyze("(defmacro m [] (rt/exit 3)) (def a (m))"));
  CHECK(f.session.diagnostics.all()[0].what == "macro user/m failed: System/exit was called");
}

TEST_CASE("evaluate_program runs everything anew and gives -main's status") {
  Fixture f;
  REQUIRE(f.analyze("(def counter (atom 0)) (defmacro tick [] (reset! counter (inc (deref counter)))) (def t (tick)) "
                    "(reset! counter (+ 10 (deref counter))) (defn -main [& args] (deref counter))"));
  CHECK(evaluator::evaluate_program(f.evaluator, f.programs.back()) == 10);
  REQUIRE(f.analyze("(defn -main [& args] (rt/exit 9))"));
  CHECK(evaluator::evaluate_program(f.evaluator, f.programs.back()) == 9);
  REQUIRE(f.analyze("(defn -main [& args] 300)"));
  CHECK(evaluator::evaluate_program(f.evaluator, f.programs.back()) == 44);
}
