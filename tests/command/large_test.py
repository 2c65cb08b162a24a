"""large_test.py: programs that are large in one direction compile within 2 GiB, in a time that is no worse than a little more than linear,
and print the right thing. The sizes are far beyond what people write and near what macros and generators make."""
import os, re, resource, sys, unittest
sys.path.insert(0, os.path.dirname(__file__))
from support import Case

MAIN = "(defn -main [& arguments] (println {}))\n"


def lines(pattern, count):
    return "\n".join(pattern.format(i=i, j=i - 1) for i in range(count))


class Large(Case):
    def check(self, text, wanted, *options):
        def limit():
            resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
        source, program = self.file("large.slisp", text), self.work / "large"
        self.expect(self.slisp("compile", source, "-o", program, *options, preexec_fn=limit), 0, "", "")
        done = self.run_command([program], env=dict(self.env, SLISP_HEAP_REPORT="1"))
        self.assertEqual((done.returncode, done.out), (0, wanted + "\n"), done.err[:500])
        self.assertIn("heap: 0 live objects", done.err)

    def test_bindings_of_one_let(self):
        n = 10000
        self.check("(defn f [x] (let [x-1 x\n" + lines("x{i} (+ x{j} {i})", n) + f"] x{n - 1}))\n" + MAIN.format("(f 1)"), "49995001")

    def test_nested_lets(self):
        n = 5000
        self.check("(defn f [x-1] " + lines("(let [x{i} (+ x{j} {i})]", n) + f"x{n - 1}" + ")" * n + ")\n" + MAIN.format("(f 1)"), "12497501")

    def test_nested_ifs(self):
        n = 5000
        self.check("(defn f [x] " + lines("(if (= x {i}) [{i}]", n) + "0" + ")" * n + ")\n" + MAIN.format("(f 7) (f -1)"), "[7] 0")

    def test_cond(self):
        self.check("(defn f [x] (cond " + lines("(= x {i}) [{i}]", 3000) + " :else 0))\n" + MAIN.format("(f 7) (f -1)"), "[7] 0")

    def test_case(self):
        self.check("(defn f [x] (case x " + lines("{i} [{i}]", 5000) + " :none))\n" + MAIN.format("(f 4999) (f 5000)"), "[4999] :none")
        self.check("(defn f [x] (case x " + lines(":k{i} [{i}]", 5000) + " :none))\n" + MAIN.format("(f :k4999) (f 5000)"), "[4999] :none")

    def test_map_literal(self):
        self.check("(defn f [x] {" + lines(":k{i} (+ x {i})", 400) + "})\n" + MAIN.format("(:k7 (f 1)) (count (f 1))"), "8 400")
        self.check("(def m {" + lines(":k{i} {i}", 400) + "})\n" + MAIN.format("(:k7 m) (count m)"), "7 400")

    def test_vector_literal(self):
        self.check("(defn f [x] [" + lines("(+ x {i})", 2000) + "])\n" + MAIN.format("(nth (f 1) 77) (count (f 1))"), "78 2000")

    def test_constants_of_a_million_parts(self):
        n = 1000000
        depth = "(defn depth [x] (loop [x x n 1] (if (seq x) (recur (first x) (inc n)) n)))\n" + MAIN.format("(depth x)")
        self.check("(def x '" + "(" * n + ")" * n + ")\n" + depth, str(n))
        self.check("(def x [" + lines("{i}", n) + "])\n" + MAIN.format("(count x) (reduce + x)"), f"{n} {n * (n - 1) // 2}")
        self.check("(def x '(" + lines('"s{i}" {i}N', n // 10) + "))\n" + MAIN.format("(count x) (last x)"), f"{n // 5} {n // 10 - 1}N")
        self.check("(def x {" + lines(":k{i} [{i} {{:a {i}}}]", n // 20) + "})\n" + MAIN.format("(count x) (:k77 x)"), f"{n // 20} [77 {{:a 77}}]")

    def test_keywords_and_trace_sites_share_sections(self):
        """nasm takes 64 KiB for a section: this would be more than two gibibytes, were each in one of its own."""
        self.check("(def x [" + lines(":word{i}", 30000) + "])\n" + MAIN.format("(count x) (peek x)"), "30000 :word29999")
        self.check("(defn g [] 1)\n(defn f []\n" + lines("(println-str (g))", 40000) + ")\n" + MAIN.format("(count (f))"), "2")

    def test_call_with_many_arguments(self):
        self.check("(defn g [& xs] (apply + xs))\n(defn f [x] (g " + lines("(* x {i})", 500) + "))\n" + MAIN.format("(f 1)"), "124750")

    def test_many_functions(self):
        n = 3000
        self.check("(defn f-1 [x] x)\n" + lines("(defn f{i} [x] (if (pos? x) (f{j} (dec x)) {i}))", n) + "\n" + MAIN.format(f"(f{n - 1} 5)"), str(n - 6))

    def test_closures_and_tries_of_one_function(self):
        self.check("(defn f [x] [" + lines("(fn [y] (+ x y {i}))", 1000) + "])\n" + MAIN.format("((nth (f 1) 5) 2)"), "8")
        self.check("(defn f [x] " + lines("(try (conj x {i}) (catch Exception e (println e)) (finally (count x)))", 1000) + ")\n" +
                   MAIN.format("(f [1])"), "[1 999]")

    def test_threading(self):
        self.check("(defn f [x] (-> x " + lines("(+ {i})", 5000) + "))\n" + MAIN.format("(f 1)"), "12497501")

    def test_many_values_alive_at_once(self):
        # Each call may throw while all maps that are still needed are held: the ways that release them are shared.
        n = 1000
        text = ("(defn f [x] (let [" + lines("m{i} {{:a x :b {i}}}", n) + "]\n(+ " + lines("(:b m{i})", n) + ")))\n" + MAIN.format("(f 2)"))
        self.check(text, "499500")
        stats = self.slisp("compile", self.work / "large.slisp", "-o", self.work / "large", "--stats").err
        self.assertLess(int(re.search(r"drops +(\d+)", stats).group(1)), 60000, stats)


if __name__ == "__main__":
    unittest.main()
