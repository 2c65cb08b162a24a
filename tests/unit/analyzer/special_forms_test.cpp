// special_forms_test.cpp: forms -> trees, and what is said about wrong ones.
#include "support.hpp"

using namespace analyzer_test;

TEST_CASE("literals and quoted data are constants") {
  CHECK(analyze("(do [1 :a \"s\" [2 {:k \\c}]])") == "");                           // a constant at top level does nothing
  CHECK(analyze("(def x [1 #{2} {:a 'b} '(c d)])") == "(def user/x [1 #{2} {:a b} (c d)])");
  CHECK(analyze("(def x) (def y [1 x {:k x} #{x}])") == "(def user/x) (def user/y [1 user/x {:k user/x} #{user/x}])");
  CHECK(analyze("(def x ^{:m 1} [2]) (def y ^{:m x} [2])") == "(def user/x [2]) (def user/y (rt/with_meta [2] {:m user/x}))");
  CHECK(analyze("(def x ())") == "(def user/x ())");
}

TEST_CASE("let, loop, if and functions") {
  CHECK(analyze("(def f (fn* [a] (let* [b a c b] (if c b))))") ==
        "(def user/f (fn user/f ([a] (let [b a c b] (if c b nil)))))");
  CHECK(analyze("(def f (fn* f ([] (f 1)) ([a & r] (recur a r))))") ==
        "(def user/f (fn user/f self=f ([] (f 1)) ([a & r] (recur a r))))");
  CHECK(analyze("(def f (fn* [n] (loop* [i n] (if i (recur i) nil))))") ==
        "(def user/f (fn user/f ([n] (loop [i n] (if i (recur i) nil)))))");
  CHECK(analyze("(def f (fn* [x] (case* x :none [[1 2] :low] [[\"s\" (a b)] x])))") ==
        "(def user/f (fn user/f ([x] (case x (1 2) :low (\"s\" (a b)) x :none))))");
  CHECK(analyze("(def f (fn* [x] (letfn* [a (fn* a [] (b)) b (fn* b [] (a))] (a))))").find("letfn") != std::string::npos);
}

TEST_CASE("inner scopes shadow outer ones, special forms cannot be shadowed") {
  Fixture fixture;
  CHECK(fixture.analyze("(def x 1) (def f (fn* [x] (let* [x (x x)] (x))))") ==
        "(def user/x 1) (def user/f (fn user/f ([x] (let [x (x x)] (x)))))");
  const auto* fn = as<FnNode>(as<DefNode>(fixture.programs.back().forms[1].node)->init);
  const auto* let = as<LetNode>(fn->methods[0]->body);
  const auto* init = as<InvokeNode>(let->bindings[0].init);
  CHECK(as<LocalRefNode>(init->callee)->local == fn->methods[0]->parameters[0]);
  CHECK(as<LocalRefNode>(as<InvokeNode>(let->body)->callee)->local == let->bindings[0].local);
  CHECK(analyze("(def f (fn* [if] (if if 1 2)))") == "(def user/f (fn user/f ([if] (if if 1 2))))");
}

TEST_CASE("frames: indexes are reused between scopes, captures are listed") {
  Fixture fixture;
  fixture.analyze("(def f (fn* [a] (do (let* [b 1] b) (let* [c 2 d c] d) (fn* [] (fn* [] a)))))");
  const auto* fn = as<FnNode>(as<DefNode>(fixture.programs.back().forms[0].node)->init);
  const FnMethod& method = *fn->methods[0];
  CHECK(method.frame_size == 3);
  const auto* body = as<DoNode>(method.body);
  CHECK(as<LetNode>(body->body[0])->bindings[0].local->frame_index == 1);
  CHECK(as<LetNode>(body->body[1])->bindings[0].local->frame_index == 1);
  const auto* outer = as<FnNode>(body->body[2]);
  const auto* inner = as<FnNode>(outer->methods[0]->body);
  REQUIRE(outer->captures.size() == 1);
  REQUIRE(inner->captures.size() == 1);
  CHECK(outer->captures[0].outer == method.parameters[0]);
  CHECK(inner->captures[0].outer == method.parameters[0]);
  CHECK(fn->captures.empty());
}

TEST_CASE("names of functions tell where they stand") {
  Fixture fixture;
  fixture.analyze("(def f (fn* [] (fn* g [] (fn* [] 1))))");
  const auto* fn = as<FnNode>(as<DefNode>(fixture.programs.back().forms[0].node)->init);
  const auto* inner = as<FnNode>(fn->methods[0]->body);
  CHECK(fn->name == "user/f");
  CHECK(inner->name == "user/f/g");
  CHECK(as<FnNode>(inner->methods[0]->body)->name == "user/f/g/fn");
}

TEST_CASE("definitions: flags, metadata, arities") {
  Fixture fixture;
  fixture.analyze("(def ^:dynamic *d* \"doc\" 1) (def ^:private p 2) (def f (fn* ([] 1) ([a b] 2) ([a b & c] 3))) (def later)");
  auto info = [&](const char* name) { return fixture.session.environment.find_var("user", name); };
  CHECK(info("*d*")->dynamic);
  CHECK(info("p")->is_private);
  CHECK(info("f")->is_function);
  CHECK(info("f")->fixed_arities == 0b101);
  CHECK(info("f")->variadic_fixed == 2);
  CHECK(info("later")->declared_only);
  CHECK_FALSE(info("f")->declared_only);
  CHECK(info("f")->definitions.size() == 1);
  const auto* def = as<DefNode>(fixture.programs.back().forms[0].node);
  CHECK(squeeze(print_tree(def->metadata)) == "{:dynamic true, :doc \"doc\", :line 1, :column 1, :file \"t.slisp\"}");
}

TEST_CASE("recur stands in tail position of its loop or method") {
  CHECK(analyze("(loop* [x 1] (recur 1 2))") == "1:14: Mismatched argument count to recur, expected: 1 args, got: 2");
  CHECK(analyze("(loop* [x 1] (do (recur 1) 2))") == "1:18: Can only recur from tail position");
  CHECK(analyze("(recur)") == "1:1: Can only recur from tail position");
  CHECK(analyze("(fn* [x] (try (recur 1) (catch Exception e 2)))") == "1:15: Cannot recur across try");
  CHECK(analyze("(fn* [x] (try 1 (catch Exception e (recur 2))))") == "1:36: Cannot recur from catch/finally");
  CHECK(analyze("(fn* [x] (try 1 (finally (recur 2))))") == "1:26: Cannot recur from catch/finally");
  CHECK(analyze("(try (loop* [x 1] (if x (recur nil) 2)) (finally 3))").find("(try (loop [x 1]") == 0);
  CHECK(analyze("(fn* [a & r] (recur a))") == "1:14: Mismatched argument count to recur, expected: 2 args, got: 1");
  CHECK(analyze("(fn* [x] [(recur 1)])") == "1:11: Can only recur from tail position");
  CHECK(analyze("(fn* [x] (case* x (recur 1) [[1] (recur 2)]))").find("recur") != std::string::npos);
}

TEST_CASE("wrong functions") {
  CHECK(analyze("(fn* ([a] 1) ([b] 2))") == "1:1: Can't have 2 overloads with same arity");
  CHECK(analyze("(fn* ([& a] 1) ([b & c] 2))") == "1:1: Can't have more than 1 variadic overload");
  CHECK(analyze("(fn* ([a b] 1) ([b & c] 2))") == "1:1: Can't have fixed arity function with more params than variadic function");
  CHECK(analyze("(fn* [a b c d e f g h i j k l m n o p q r s t u] 1)") == "1:6: Can't specify more than 20 params");
  CHECK(analyze("(fn* [a b c d e f g h i j k l m n o p q r s t & u] 1)").find("(fn user/fn") == 0);
  CHECK(analyze("(fn* [a/b] 1)") == "1:7: Can't use qualified name as parameter: a/b");
  CHECK(analyze("(fn* [1] 1)") == "1:6: fn params must be Symbols, got: 1");
  CHECK(analyze("(fn* [a & b c] 1)") == "1:13: Unexpected parameter");
  CHECK(analyze("(fn* [a &] 1)") == "1:6: Invalid parameter list");
  CHECK(analyze("(fn* x)") == "1:1: a function needs a parameter vector");
}

TEST_CASE("wrong definitions and bindings") {
  CHECK(analyze("(def)") == "1:1: Too few arguments to def");
  CHECK(analyze("(def a 1 2 3)") == "1:1: Too many arguments to def");
  CHECK(analyze("(def \"a\" 1)") == "1:1: First argument to def must be a Symbol");
  CHECK(analyze("(def other/a 1)") == "1:1: Can't refer to qualified var that doesn't exist");
  CHECK(analyze("(ns other) (def a 1) (ns here) (def other/a 1)") == "1:32: Can't create defs outside of current ns");
  CHECK(analyze("(def user/a 1)") == "(def user/a 1)");
  CHECK(analyze("(let* [a] 1)") == "1:7: Bad binding form, expected matched symbol expression pairs");
  CHECK(analyze("(let* [a/b 1] 1)") == "1:8: Can't let qualified name: a/b");
  CHECK(analyze("(let* (a 1) 1)") == "1:1: Bad binding form, expected vector");
  CHECK(analyze("(if)") == "1:1: Too few arguments to if");
  CHECK(analyze("(if 1 2 3 4)") == "1:1: Too many arguments to if");
  CHECK(analyze("(def x 1) (let* [y 1] (set! y 2))") == "1:23: Cannot assign to non-mutable: y");
  CHECK(analyze("(nil 1)") == "1:1: Can't call nil, form: (nil 1)");
  CHECK(analyze("(try 1 (finally 2) 3)") == "1:1: Only catch or finally clause can follow catch in try expression");
  CHECK(analyze("(try 1 (catch NoSuchClass e 2))") == "1:15: Unable to resolve classname: NoSuchClass");
  CHECK(analyze("(catch Exception e 1)") == "1:1: Unable to resolve symbol: catch in this context");
}

TEST_CASE("several problems in one run") {
  CHECK(analyze("(def a (nope 1))\n(def b (+++ a))\n(let* [c d e f] g)") ==
        "1:9: Unable to resolve symbol: nope in this context\n2:9: Unable to resolve symbol: +++ in this context\n"
        "3:10: Unable to resolve symbol: d in this context\n3:14: Unable to resolve symbol: f in this context\n"
        "3:17: Unable to resolve symbol: g in this context");
}

TEST_CASE("what stands nested too deep is refused") {
  std::string text;
  for (int i = 0; i < 30'000; ++i) text += "(do ";
  text += "1";
  for (int i = 0; i < 30'000; ++i) text += ")";
  struct Job { std::string text, answer; } job{"(def x " + text + ")", ""};
  REQUIRE(rt::run_on_big_stack([](void* at) { auto* j = static_cast<Job*>(at); j->answer = analyze(j->text); }, &job));
  CHECK(job.answer.find("the form is nested too deep") != std::string::npos);
}
