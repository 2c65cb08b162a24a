// names_test.cpp: what symbols mean, classes and host names, macros' &form and &env, rt/ calls.
#include "support.hpp"

using namespace analyzer_test;

namespace {

rt::Owned quoted(rt::Owned form) {
  rt::Owned parts[] = {rt::symbol("", "quote"), std::move(form)};
  return rt::list_of(parts);
}

}  // namespace

TEST_CASE("a name must be defined above its use") {
  CHECK(analyze("(def f (fn* [] later)) (def later 1)") == "1:16: Unable to resolve symbol: later in this context");
  CHECK(analyze("(def later) (def f (fn* [] later)) (def later 1)").find("(def user/f") != std::string::npos);
  CHECK(analyze("(def f (fn* [] (f)))") == "(def user/f (fn user/f ([] (user/f))))");
}

TEST_CASE("near names are offered") {
  Fixture fixture;
  fixture.analyze("(def alpha 1) (def x alhpa)");
  CHECK(fixture.session.diagnostics.all()[0].hint == "did you mean alpha?");
  fixture.analyze("(fn* [counter] cuonter)");
  CHECK(fixture.session.diagnostics.all()[0].hint == "did you mean counter?");
}

TEST_CASE("classes are values, host names are vars of slisp.host") {
  CHECK(analyze("(def x String)") == "(def user/x java.lang.String)");
  CHECK(analyze("(def x java.lang.Long)") == "(def user/x java.lang.Long)");
  CHECK(analyze("(def x java.no.Such)") == "(def user/x java.no.Such)");
  CHECK(analyze("(def x java.no.such)") == "1:8: ClassNotFoundException: java.no.such");
  Fixture fixture;
  fixture.analyze("(ns slisp.host) (def Math--sqrt (fn* [x] x)) (def Long--MAX_VALUE 5) (def -indexOf (fn* [s x] x)) "
                  "(def new-Exception (fn* [m] m)) (def --x (fn* [o] o))");
  CHECK(fixture.analyze("(def a (Math/sqrt 1))") == "(def user/a (slisp.host/Math--sqrt 1))");
  CHECK(fixture.analyze("(def a (java.lang.Math/sqrt 1))") == "(def user/a (slisp.host/Math--sqrt 1))");
  CHECK(fixture.analyze("(def a (. Math sqrt 1))") == "(def user/a (slisp.host/Math--sqrt 1))");
  CHECK(fixture.analyze("(def a (. Math (sqrt 1)))") == "(def user/a (slisp.host/Math--sqrt 1))");
  CHECK(fixture.analyze("(def a Long/MAX_VALUE)") == "(def user/a slisp.host/Long--MAX_VALUE)");
  CHECK(fixture.analyze("(def a (. Long MAX_VALUE))") == "(def user/a slisp.host/Long--MAX_VALUE)");
  // An object of a program's type answers first; optimize/members.cpp takes the question out where no type has that name.
  const std::string asked_method =
      "(def user/a (let [t (rt/method_find \"s\" 'indexOf)] (if t (t \"s\" 1) (slisp.host/-indexOf \"s\" 1))))";
  const std::string asked_field = "(def user/a (if (rt/user_object_p 1) (rt/member_field 1 'x) (slisp.host/--x 1)))";
  CHECK(fixture.analyze("(def a (.indexOf \"s\" 1))") == asked_method);
  CHECK(fixture.analyze("(def a (. \"s\" indexOf 1))") == asked_method);
  CHECK(fixture.analyze("(def a (. \"s\" (indexOf 1)))") == asked_method);
  CHECK(fixture.analyze("(def a (Exception. \"m\"))") == "(def user/a (slisp.host/new-Exception \"m\"))");
  CHECK(fixture.analyze("(def a (new Exception \"m\"))") == "(def user/a (slisp.host/new-Exception \"m\"))");
  CHECK(fixture.analyze("(def a (.-x 1))") == asked_field);
  CHECK(fixture.analyze("(def a (. 1 -x))") == asked_field);
  CHECK(fixture.analyze("(def a (Math/qsrt 1))") == "1:9: the member qsrt of class Math is not offered");
  CHECK(fixture.analyze("(def a (.nope 1))") == "1:8: the method nope (.nope) is not offered");
  CHECK(fixture.analyze("(def a (Nope. 1))") == "1:8: Unable to resolve classname: Nope");
  CHECK(fixture.analyze("(import '(java.util Unheard) 'java.io.Of) (def a (Unheard/of 1))") ==
        "1:51: the member of of class Unheard is not offered");
}

TEST_CASE("macros get &form with its place, &env with the locals, and their arguments") {
  Fixture fixture;
  std::vector<std::string> seen;
  fixture.host.macros["look"] = [&](std::span<rt::Owned> arguments) {
    rt::Owned meta = rt::Owned::adopt(abi::slisp_meta(arguments[0].word()));
    for (rt::Borrowed value : {rt::Borrowed(arguments[0]), rt::Borrowed(meta), rt::Borrowed(arguments[1])}) {
      rt::TextBuffer out;
      rt::print_value(out, value, rt::PrintMode::Readable);
      seen.emplace_back(out.view());
    }
    return quoted(std::move(arguments[2]));
  };
  CHECK(fixture.analyze("(def ^:macro look nil)\n(def a (look (b c)))\n(fn* [x] (let* [y 1] (look d)))") ==
        "(def user/look nil) (def user/a '(b c)) (fn user/fn ([x] (let [y 1] 'd)))");
  CHECK(seen == std::vector<std::string>{"(look (b c))", "{:line 2, :column 8}", "nil", "(look d)", "{:line 3, :column 22}",
                                         "{x true, y true}"});
}

TEST_CASE("a local hides a macro; a macro is no value") {
  Fixture fixture;
  fixture.host.macros["m"] = [](std::span<rt::Owned>) { return rt::make_long(1); };
  CHECK(fixture.analyze("(def ^:macro m nil) (fn* [m] (m))") == "(def user/m nil) (fn user/fn ([m] (m)))");
  CHECK(fixture.analyze("(def x m)") == "1:8: Can't take value of a macro: #'user/m");
}

TEST_CASE("a macro that fails is reported where it is called") {
  Fixture fixture;
  fixture.host.macros["m"] = [](std::span<rt::Owned>) { return rt::throw_new(rt::ClassId::IllegalArgumentException, "no good"); };
  CHECK(fixture.analyze("(def ^:macro m nil)\n(def x (m 1))") == "2:8: macro user/m failed: IllegalArgumentException: no good");
}

TEST_CASE("what macros make is taken apart: do, lazy parts, live objects") {
  Fixture fixture;
  fixture.host.macros["two-defs"] = [](std::span<rt::Owned> arguments) {
    auto def = [](rt::Owned name) {
      rt::Owned parts[] = {rt::symbol("", "def"), std::move(name), rt::make_long(1)};
      return rt::list_of(parts);
    };
    rt::Owned parts[] = {rt::symbol("", "do"), def(std::move(arguments[2])), def(std::move(arguments[3]))};
    return rt::list_of(parts);
  };
  CHECK(fixture.analyze("(def ^:macro two-defs nil) (two-defs a b) (def c b)") ==
        "(def user/two-defs nil) (def user/a 1) (def user/b 1) (def user/c user/b)");
  fixture.host.macros["atom"] = [](std::span<rt::Owned>) { return rt::Owned::adopt(abi::slisp_atom(abi::k_nil)); };
  CHECK(fixture.analyze("(def ^:macro atom nil) (def a (atom))") == "1:31: Can't embed object in code: clojure.lang.Atom");
  fixture.host.macros["loops"] = [](std::span<rt::Owned> arguments) { return rt::Owned::copy(arguments[0]); };
  CHECK(fixture.analyze("(def ^:macro loops nil) (loops)").find("expands into itself") != std::string::npos);
}

TEST_CASE("programs cannot name the runtime") { CHECK(analyze("(rt/first 1)") == "1:2: No such namespace: rt"); }

TEST_CASE("#' reaches private vars, names do not") {
  CHECK(analyze("(ns a) (def ^:private p 1) (ns b) (def x a/p)") == "1:42: var: a/p is not public");
  CHECK(analyze("(ns a) (def ^:private p 1) (ns b) (def x #'a/p)") == "(def a/p 1) (def b/x #'a/p)");
}
