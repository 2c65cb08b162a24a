"""Programs of several files: start by namespace, deps.edn, load, data readers, check."""
import unittest
from support import Case

FILES = {
    "deps.edn": '{:paths ["src"] :deps {org.clojure/clojure {:mvn/version "1.11.1"}} :aliases {:test {:extra-paths ["checks"]}}}',
    "src/my/app/main.clj": """(ns my.app.main
  (:require [my.app.util :as u] [my.app.extra :refer [extra]]))
(load "part")
(defn -main [& args]
  (println (u/twice 4) (part-fn 1) args)
  (println #my/point [1 2] (extra)))
""",
    "src/my/app/part.clj": "(in-ns 'my.app.main)\n(defn part-fn [x] [:part x])\n",
    "src/my/app/util.cljc": "(ns my.app.util)\n(defn twice [x] (* 2 x))\n(defn read-point [[x y]] {:x x :y y})\n",
    "checks/my/app/extra.slisp": "(ns my.app.extra)\n(defn extra [] :extra)\n",
    "src/data_readers.clj": "{my/point my.app.util/read-point}\n",
}
SAID = "8 [:part 1] (a b)\n{:x 1, :y 2} :extra\n"


class Project(Case):
    def setUp(self):
        super().setUp()
        for name, text in FILES.items():
            self.file(name, text)

    def test_run_by_namespace(self):
        self.expect(self.slisp("run", "-m", "my.app.main", "a", "b"), 0, SAID, "")

    def test_run_by_file_uses_the_paths_of_the_project(self):
        self.expect(self.slisp("run", "src/my/app/main.clj", "a", "b"), 0, SAID, "")
        (self.home / "elsewhere").mkdir()
        done = self.run_command(["sh", "-c", 'cd ../elsewhere && "$0" run ../work/src/my/app/main.clj a b', __import__("os").environ["SLISP"]])
        self.expect(done, 0, SAID, "")

    def test_evaluate_by_namespace(self):
        self.expect(self.slisp("run", "--evaluate", "-m", "my.app.main", "a", "b"), 0, SAID, "")

    def test_compile_by_namespace_is_named_after_its_last_part(self):
        self.expect(self.slisp("compile", "-m", "my.app.main"), 0, "", "")
        self.expect(self.run_command(["./main", "a", "b"]), 0, SAID, "")

    def test_the_cache_notices_another_deps_edn(self):
        self.expect(self.slisp("run", "-m", "my.app.main", "a", "b"), 0, SAID, "")
        self.file("deps.edn", '{:paths ["src" "other"]}')
        self.file("other/my/app/extra.slisp", "(ns my.app.extra)\n(defn extra [] :other)\n")
        self.expect(self.slisp("run", "-m", "my.app.main", "a", "b"), 0, SAID.replace(":extra", ":other"), "")

    def test_a_namespace_without_a_file(self):
        done = self.slisp("run", "-m", "my.app.mian")
        self.assertEqual(done.returncode, 1)
        self.assertIn("no file my/app/mian.slisp, .cljc or .clj for the namespace my.app.mian (searched below: ", done.err)

    def test_namespace_and_file_exclude_each_other(self):
        self.expect(self.slisp("compile", "-m", "a", "b.slisp"), 2, "",
                    "slisp: -m names the program, and so does the FILE 'b.slisp'\ntry 'slisp help compile'\n")

    def test_deps_edn_that_cannot_be_read(self):
        self.file("deps.edn", "{:paths [")
        self.file("alone.slisp", "(println 1)")
        done = self.slisp("run", "alone.slisp")
        self.assertEqual((done.returncode, done.out), (0, "1\n"))
        self.assertIn("is no EDN map; its :paths are not used", done.err)

    def test_clj_goes_before_cljc_where_its_feature_is_active(self):
        self.file("both/main.slisp", "(ns main (:require [b]))\n(println b/which)\n")
        self.file("both/b.clj", "(ns b)\n(def which :clj)\n")
        self.file("both/b.cljc", "(ns b)\n(def which :cljc)\n")
        self.expect(self.slisp("run", "both/main.slisp"), 0, ":cljc\n", "")
        self.expect(self.slisp("run", "--features", "clj", "both/main.slisp"), 0, ":clj\n", "")
        self.file("both/b.slisp", "(ns b)\n(def which :slisp)\n")
        self.expect(self.slisp("run", "--features", "clj", "both/main.slisp"), 0, ":slisp\n", "")


class Check(Case):
    def test_all_at_once_also_what_nothing_reaches(self):
        self.file("lib.clj", """(ns lib (:import java.awt.Polygon))
(defn never [^Polygon x] (.containsEdge x))
(defn either [x] (if (instance? java.sql.Timestamp x) (java.sql.Timestamp/valueOf x) (unknwn x)))
(defn call [] (inc 1 2))
""")
        done = self.slisp("check", "lib.clj")
        self.assertEqual((done.returncode, done.err), (1, ""))
        heads = [line for line in done.out.splitlines() if line.startswith("lib.clj:")]
        self.assertEqual(heads, [
            "lib.clj:1:1: warning: the class java.awt.Polygon is not offered [w-class]",
            "lib.clj:2:26: error: the method containsEdge (.containsEdge) is not offered [e-interop]",
            "lib.clj:3:33: warning: the class java.sql.Timestamp is not offered [w-class]",
            "lib.clj:3:56: error: the member valueOf of class java.sql.Timestamp is not offered [e-interop]",
            "lib.clj:3:87: error: Unable to resolve symbol: unknwn in this context [e-unresolved]",
            "lib.clj:4:15: error: Wrong number of args (2) passed to: clojure.core/inc [e-arity]"])
        self.assertTrue(done.out.endswith("\n4 errors, 2 warnings\n"), done.out)

    def test_nothing_to_list(self):
        self.file("a.slisp", "(ns a (:require [b]))\n(println (b/f))\n")
        self.file("b.slisp", "(ns b)\n(defn f [] 1)\n")
        self.expect(self.slisp("check", "a.slisp", "b.slisp"), 0, "", "")
        self.expect(self.slisp("check", "."), 0, "", "")

    def test_features(self):
        self.file("c.cljc", "(ns c)\n(def x #?(:clj (missing) :default 1))\n")
        self.expect(self.slisp("check", "c.cljc"), 0, "", "")
        self.assertEqual(self.slisp("check", "--features", "clj", "c.cljc").returncode, 1)

    def test_more_than_a_screenful(self):
        self.file("many.slisp", "".join(f"(defn f{i} [] (nothing-{i}))\n" for i in range(60)))
        done = self.slisp("check", "many.slisp")
        self.assertEqual(done.out.count("e-unresolved"), 60)

    def test_wrong_usage(self):
        self.expect(self.slisp("check"), 2, "", "slisp: check needs a FILE\ntry 'slisp help check'\n")
        self.expect(self.slisp("check", "absent.slisp"), 1, "", "slisp: error: cannot read 'absent.slisp': No such file or directory\n")


if __name__ == "__main__":
    unittest.main()
