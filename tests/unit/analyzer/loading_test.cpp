// loading_test.cpp: programs of several files.
#include "support.hpp"

using namespace analyzer_test;

TEST_CASE("required namespaces come first, once, with their names") {
  Folder folder;
  folder.write("app/util.slisp", "(ns app.util) (def one 1) (def two 2) (def ^:private three 3)");
  folder.write("app/deep/more_util.clj", "(ns app.deep.more-util (:require [app.util :as u])) (def four [u/two u/two])");
  std::string main = folder.write("app/main.slisp",
      "(ns app.main (:require [app.util :as u :refer [one]] [app.deep.more-util :refer :all]))\n(def x [u/two one four])");
  Fixture fixture;
  CHECK(fixture.analyze_file(main) == "(def app.util/one 1) (def app.util/two 2) (def app.util/three 3) "
        "(def app.deep.more-util/four [app.util/two app.util/two]) "
        "(def app.main/x [app.util/two app.util/one app.deep.more-util/four])");
  CHECK(fixture.programs.back().main_ns == "app.main");
  CHECK(fixture.analyzer.files().size() == 3);
}

TEST_CASE("suffixes are tried in order; -I comes behind the main file's root") {
  Folder folder, more;
  folder.write("a.clj", "(ns a) (def x :clj)");
  folder.write("a.cljc", "(ns a) (def x :cljc)");
  more.write("a.slisp", "(ns a) (def x :other)");
  more.write("b.slisp", "(ns b) (def y :b)");
  std::string main = folder.write("main.slisp", "(require 'a '[b :as bb]) (def z [a/x bb/y])");
  Options options;
  options.include_dirs = {more.path()};
  Fixture fixture(options);
  CHECK(fixture.analyze_file(main) == "(def a/x :cljc) (def b/y :b) (def user/z [a/x b/y])");
}

TEST_CASE("cycles are reported as a path") {
  Folder folder;
  folder.write("b.slisp", "(ns b (:require c))");
  folder.write("c.slisp", "(ns c (:require [a]))");
  std::string main = folder.write("a.slisp", "(ns a (:require b))");
  Fixture fixture;
  CHECK(fixture.analyze_file(main) == "1:18: Cyclic load dependency: a -> b -> c -> a");
  Folder self;
  Fixture other;
  CHECK(other.analyze_file(self.write("s.slisp", "(ns s (:require s))")) == "1:17: Cyclic load dependency: s -> s");
}

TEST_CASE("missing namespaces, wrong names, escapes") {
  Folder folder;
  folder.write("wrong.slisp", "(ns right)");
  auto run = [&](const std::string& text) {
    Fixture fixture;
    return fixture.analyze_file(folder.write("main.slisp", text));
  };
  CHECK(run("(require 'no.such-lib)") == "1:11: Could not locate no/such_lib.slisp, .cljc or .clj for the namespace no.such-lib");
  CHECK(run("(require 'wrong)") == "1:11: namespace 'wrong' not found after loading '" + folder.path() + "/wrong.slisp'");
  CHECK(run("(require '../main)").find("not the name of a namespace") != std::string::npos);
  CHECK(run("(require 'a..b)").find("not the name of a namespace") != std::string::npos);
  CHECK(run("(require '.a)").find("not the name of a namespace") != std::string::npos);
  CHECK(run("(require (str 'a))").find("require at top level takes quoted names") != std::string::npos);
  CHECK(run("(slisp-include \"x\")").find("slisp-include is for the library's own files") != std::string::npos);
  Fixture fixture;
  CHECK(fixture.analyze_file(folder.path() + "/none.slisp") == "0:0: cannot read " + folder.path() + "/none.slisp: No such file or directory");
}

TEST_CASE("filters: only, exclude, rename, as-alias, prefixes") {
  Folder folder;
  folder.write("p/a.slisp", "(ns p.a) (def x 1) (def y 2) (def z 3)");
  folder.write("p/b.slisp", "(ns p.b) (def q 4)");
  auto run = [&](const std::string& text) {
    Fixture fixture;
    std::string out = fixture.analyze_file(folder.write("main.slisp", text));
    std::size_t at = out.find("(def user/");
    return at == std::string::npos ? out : out.substr(at);
  };
  CHECK(run("(use '[p.a :only [x]]) (def r x)") == "(def user/r p.a/x)");
  CHECK(run("(use '[p.a :exclude [x]]) (def r [y z]) (def s x)") == "1:48: Unable to resolve symbol: x in this context");
  CHECK(run("(require '[p.a :refer [x] :rename {x ex}]) (def r ex)") == "(def user/r p.a/x)");
  CHECK(run("(require '(p [a :as aa] b)) (def r [aa/x p.b/q])") == "(def user/r [p.a/x p.b/q])");
  CHECK(run("(require '[p.none :as-alias n]) (def r ::n/k)") == "(def user/r :p.none/k)");
  CHECK(run("(require '[p.a :refer [nope]])") == "1:11: nope does not exist");
  CHECK(run("(require '[p.a :as])") == "1:11: options of require come in pairs: :as name, :refer [names]");
}

TEST_CASE("problems of a required file are told with its name") {
  Folder folder;
  folder.write("bad.slisp", "(ns bad)\n(def x (nope))");
  Fixture fixture;
  fixture.analyze_file(folder.write("main.slisp", "(require 'bad)"));
  std::string text = fixture.session.diagnostics.render(reader::Colour::Never);
  CHECK(text.find(folder.path() + "/bad.slisp:2:9: error: Unable to resolve symbol: nope in this context [e-unresolved]\n"
                                  "  (def x (nope))\n          ^~~~\n") == 0);
}

TEST_CASE("in-ns and several namespaces in one file") {
  CHECK(analyze("(ns a) (def x 1) (ns b (:require [a :as aa])) (def y aa/x) (in-ns 'a) (def z x)") ==
        "(def a/x 1) (def b/y a/x) (def a/z a/x)");
}

TEST_CASE("-main is found in the namespace of the main file") {
  Fixture fixture;
  fixture.analyze("(ns app) (def -main (fn* [] 1))");
  REQUIRE(fixture.programs.back().main != nullptr);
  CHECK(fixture.programs.back().main->ns == "app");
  fixture.analyze("(ns app2) (def x 1)");
  CHECK(fixture.programs.back().main == nullptr);
}

TEST_CASE("library namespaces are programs of their own") {
  Folder folder;
  folder.write("lib/a.slisp", "(ns lib.a (:require [lib.b :as b])) (def x (rt/first b/y)) (slisp-include \"a/part.slisp\")");
  folder.write("lib/a/part.slisp", "(def part x)");
  folder.write("lib/b.slisp", "(ns lib.b) (def y 1)");
  Options options;
  options.mode = Mode::Bootstrap;
  options.library_root = folder.path();
  Fixture fixture(options);
  Program a, b;
  REQUIRE(fixture.analyzer.analyze_namespace("lib.a", a));
  REQUIRE(fixture.analyzer.analyze_namespace("lib.b", b));
  CHECK(fixture.result(true, a) == "(def lib.a/x (rt/first lib.b/y)) (def lib.a/part lib.a/x)");
  CHECK(fixture.result(true, b) == "(def lib.b/y 1)");
  fixture.programs.push_back(std::move(a));
  fixture.programs.push_back(std::move(b));
}
