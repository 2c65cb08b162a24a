// semantics_test.cpp: what each kind of node means, seen through small programs.
#include "support.hpp"

using namespace evaluator_test;

TEST_CASE("values, locals, branches") {
  Fixture f;
  CHECK(f.run("[1 \"s\" :k 'sym nil true \\c 1.5 2N 1/2]") == "[1 \"s\" :k sym nil true \\c 1.5 2N 1/2]");
  CHECK(f.run("(let [a 1 b (+ a 1) a 10] [a b])") == "[10 2]");
  CHECK(f.run("(if nil 1 2)") == "2");
  CHECK(f.run("(if false 1)") == "nil");
  CHECK(f.run("(if 0 1 2)") == "1");
  CHECK(f.run("(let [x 1] {:a x :b [x #{x}]})") == "{:a 1, :b [1 #{1}]}");
  CHECK(f.run("(let [x 1] {x 1 (+ x 0) 2})") == "IllegalArgumentException: Duplicate key: 1");
}

TEST_CASE("loops and recur") {
  Fixture f;
  CHECK(f.run("(loop [i 0 acc []] (if (< i 5) (recur (inc i) (conj acc i)) acc))") == "[0 1 2 3 4]");
  CHECK(f.run("(loop [i 0 s 0] (if (< i 3) (recur (inc i) (loop [j 0 s s] (if (< j i) (recur (inc j) (+ s 1)) s))) s))") == "3");
  CHECK(f.run("((fn f [n acc] (if (< n 1) acc (recur (- n 1) (+ acc n)))) 100000 0)") == "5000050000");
  CHECK(f.run("((fn [a & r] (if r (recur (+ a (first r)) (next r)) a)) 1 2 3 4)") == "10");
  CHECK(f.run("(loop [a 1 b 2 n 0] (if (< n 3) (recur b a (inc n)) [a b]))") == "[2 1]");
}

TEST_CASE("functions: arities, rest, closures, own name") {
  Fixture f;
  CHECK(f.run("((fn ([] 0) ([a] 1) ([a b & r] r)) 1 2 3 4)") == "(3 4)");
  CHECK(f.run("((fn ([] 0) ([a] 1) ([a b & r] r)) 1 2)") == "nil");
  CHECK(f.run("(let [f (fn ([] :none) ([a] a))] [(f) (f 5)])") == "[:none 5]");
  CHECK(f.run("(try ((fn two [a b] 1) 1) (catch Throwable e (throw e)))") == "ArityException: Wrong number of args (1) passed to: user/answer/two");
  CHECK(f.run("(let [add (fn [n] (fn [x] (+ x n)))] ((add 3) 4))") == "7");
  CHECK(f.run("(let [f (fn fact [n] (if (< n 2) 1 (* n (fact (- n 1)))))] (f 10))") == "3628800");
  CHECK(f.run("(((fn self [x] (fn [] (if x (self nil) :done))) 1))").find("#object") == 0);
  CHECK(f.run("((fn [a b c d e f g h i j] [a g h i j]) 1 2 3 4 5 6 7 8 9 10)") == "[1 7 8 9 10]");
  CHECK(f.run("((fn [a b c d e f g & r] [g r]) 1 2 3 4 5 6 7 8 9)") == "[7 (8 9)]");
  CHECK(f.run("(apply (fn [a & r] [a r]) [1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23])") ==
        "[1 (2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23)]");
  CHECK(f.run("(meta ^{:a 1} (fn* [] 1))") == "{:a 1}");
}

TEST_CASE("functions are called by native code") {
  Fixture f;
  CHECK(f.run("(rt/sort_vector (fn [a b] (< b a)) [3 1 2])") == "[3 2 1]");
  CHECK(f.run("(rt/swap_nothing)").find("the runtime has no function") != std::string::npos);
  CHECK(f.run("(let [a (atom 1) seen (atom [])] (rt/add_watch a :k (fn [k r o n] (reset! seen [k o n]))) (reset! a 2) (deref seen))") ==
        "[:k 1 2]");
  CHECK(f.run("(first (next (map inc [1 2 3])))") == "3");
  CHECK(f.run("(map inc [1 2 3])") == "(2 3 4)");
}

TEST_CASE("letfn: functions that know one another") {
  Fixture f;
  CHECK(f.run("(let [k 10] (letfn* [even (fn even [n] (if (= n 0) k (odd (- n 1)))) odd (fn odd [n] (if (= n 0) nil (even (- n 1))))] "
              "[(even 10) (odd 7) (even 3)]))") == "[10 10 nil]");
  CHECK(f.run("(letfn* [a (fn a [n] (fn [] (if (= n 0) :end ((b (- n 1)))))) b (fn b [n] (a n))] ((a 5)))") == ":end");
  CHECK(f.run("(let [g (letfn* [a (fn a [n] (if (= n 0) [n] (b n))) b (fn b [n] (a (- n 1)))] b)] (g 4))") == "[0]");
}

TEST_CASE("exceptions: catch by class, finally, rethrow") {
  Fixture f;
  CHECK(f.run("(try (throw (ex-info \"m\" {})) (catch Exception e (ex-message e)))") == "\"m\"");
  CHECK(f.run("(try (rt/add 1 :a) (catch ArithmeticException e 1) (catch ClassCastException e 2) (catch Exception e 3))") == "2");
  CHECK(f.run("(let [log (atom [])] [(try (try (throw (ex-info \"in\" {})) (finally (reset! log (conj (deref log) 1)))) "
              "(catch Exception e (reset! log (conj (deref log) 2)) (ex-message e))) (deref log)])") == "[\"in\" [1 2]]");
  CHECK(f.run("(try 1 (finally (throw (ex-info \"last\" {}))))") == "ExceptionInfo: last");
  CHECK(f.run("(try (throw (ex-info \"first\" {})) (catch Exception e (throw (ex-info \"second\" {}))))") == "ExceptionInfo: second");
  CHECK(f.run("(try (throw (ex-info \"a\" {})) (catch ArithmeticException e 1))") == "ExceptionInfo: a");
  CHECK(f.run("(throw 1)").find("ClassCastException") == 0);
  CHECK(f.run("(rt/divide 1 0)") == "ArithmeticException: Divide by zero");
}

TEST_CASE("exit is not caught and runs no finally") {
  Fixture f;
  REQUIRE(f.analyze("(def log (atom [])) (try (try (rt/exit 7) (catch Throwable e (reset! log :caught)) (finally (reset! log :finally))))"));
  f.evaluator.forget_pending();
  rt::Owned first = f.evaluator.evaluate(f.programs.back().forms[0]);
  rt::Owned second = f.evaluator.evaluate(f.programs.back().forms[1]);
  CHECK(second.failed());
  CHECK(rt::exit_is_pending());
  CHECK(rt::exit_status() == 7);
  rt::context().exception = abi::k_pending;
  first = rt::Owned::adopt(abi::slisp_atom_get(f.session.environment.find_var("user", "log")->object.as<abi::Var>()->root));
  CHECK(rt::counted_size(first) == 0);
}

TEST_CASE("case compares with =") {
  Fixture f;
  CHECK(f.run("(case* 2 :none [[1 2] :low] [[3] :high])") == ":low");
  CHECK(f.run("(case* [1 2] :none [[[1 2] :x] :vector])") == ":vector");
  CHECK(f.run("(case* 1.0 :none [[1] :long])") == ":none");
  CHECK(f.run("(loop [x 3] (case* x [:end x] [[3 2 1] (recur (- x 1))]))") == "[:end 0]");
}

TEST_CASE("vars: def, redefinition, dynamic bindings, set!") {
  Fixture f;
  CHECK(f.run("(do (def a 1) (def g (fn [] a)) (def a 2) (g))") == "2");
  CHECK(f.run("(do (def ^:dynamic *d* 1) (def g (fn [] *d*)) [(binding [*d* 2] (g)) (g)])") == "[2 1]");
  CHECK(f.run("(do (def ^:dynamic *d* 1) (binding [*d* 2] (set! *d* 3) *d*))") == "3");
  CHECK(f.run("(do (def undefined) (undefined 1))") == "IllegalStateException: Attempting to call unbound fn: #'user/undefined");
  CHECK(f.run("(do (def ^{:doc \"text\"} documented 1) (rt/var_meta #'documented))").find(":doc \"text\"") != std::string::npos);
}

TEST_CASE("raw parameters and results of the runtime") {
  Fixture f;
  CHECK(f.run("[(rt/nth [1 2 3] 1) (rt/count [1 2]) (rt/math_sqrt 4) (rt/less 1 2) (rt/pr_str [\"a\"] true)]") ==
        "[2 2 2.0 true \"[\\\"a\\\"]\"]");
  CHECK(f.run("(rt/nth [1 2 3] :a)").find("ClassCastException") == 0);
  CHECK(f.run("(rt/math_sqrt \"x\")").find("ClassCastException") == 0);
  CHECK(f.run("(rt/nth [1 2 3] 7)").find("IndexOutOfBoundsException") == 0);
  CHECK(f.run("[(rt/vector 1 2 3) (rt/list) (rt/str_block 1 \"-\" :k) (rt/invoke + 1 2)]") == "[[1 2 3] () \"1-:k\" 3]");
}

TEST_CASE("runaway recursion throws StackOverflowError") {
  struct Job { std::string answer; } job;
  rt::context();
  REQUIRE(rt::run_on_big_stack([](void* at) {
    // A megabyte instead of what the system would grant: the test ends soon.
    char here;
    char* old = rt::context().stack_limit;
    rt::context().stack_limit = &here - (1 << 20);
    Fixture f;
    static_cast<Job*>(at)->answer = f.run("(let [f (fn f [n] (+ 1 (f n)))] (try (f 1) (catch StackOverflowError e :caught)))");
    rt::context().stack_limit = old;
  }, &job));
  CHECK(job.answer == ":caught");
}
