"""SLISP_STATS=1: collections that nobody else has are updated in place."""
import os, re, sys, unittest
sys.path.insert(0, os.path.dirname(__file__))
from support import Case, ROOT


class Updates(Case):
    def updates(self, program, *arguments):
        """(in place, copied, from constants) by operation."""
        done = self.run_command([program, *arguments], env=dict(self.env, SLISP_STATS="1"))
        self.assertEqual(done.returncode, 0, done.err)
        found = re.findall(r"updates: (\w+) (\d+) in place, (\d+) copied, (\d+) from constants", done.err)
        return {name: tuple(map(int, counts)) for name, *counts in found}

    def in_place(self, counts):
        done = sum(sum(c) for c in counts.values())
        copied = sum(c[1] for c in counts.values())
        self.assertLessEqual(copied, done / 1000, counts)

    def test_benchmarks_update_in_place(self):
        for name, size in (("sieve", "20000"), ("hash-map-int", "5000"), ("rbtree", "2000"), ("vector-ops", "2"), ("word-freq", "50")):
            with self.subTest(name):
                source = (ROOT / f"bench/programs/{name}/{name}.clj").read_text()
                self.in_place(self.updates(self.compiled(source, name=name.replace("-", "_")), size))

    def test_programs_update_in_place(self):
        for path in sorted((ROOT / "tests/programs/in_place").glob("*.slisp")):
            with self.subTest(path.stem):
                self.in_place(self.updates(self.compiled(path.read_text(), name=path.stem)))

    def test_cells_and_nested_collections(self):
        for name, source in {
            "atom": "(def a (atom {})) (dotimes [i 5000] (swap! a assoc i [i]) (swap! a update i conj 1) (swap! a update-in [i 0] inc) (swap! a assoc-in [i 1] 2)"
                    " (swap! a update i assoc 0 3) (swap! a dissoc (- i 9)))",
            "volatile": "(println (count (into [] (distinct) (map #(rem % 1000) (range 9000)))))",
            "nested": "(println (count (reduce (fn [m i] (-> m (update (rem i 99) (fnil conj []) i) (update-in [:x (rem i 7)] (fnil + 0) i))) {} (range 9000))))",
            "written out": "(println (count (loop [m {:q [] :n 0} i 0] (if (< i 5000) (recur (assoc m :q (conj (:q m) i) :n (+ i (:n m))) (inc i)) m))))",
            "record": "(defrecord R [q n]) (println (count (:q (loop [r (->R [] 0) i 0] (if (< i 5000) (recur (update r :q conj i) (inc i)) r)))))",
            "stack": "(println (count (peek (reduce (fn [s i] (conj (pop s) (conj (peek s) i))) [[]] (range 5000)))))",
            "grouped": "(println (count (group-by #(rem % 10) (range 9000))) (count (frequencies (range 3000))) (count (merge-with into {:a [1]} {:a [2]})))",
            "sorted": "(defn f [n] (loop [i 0 v []] (if (< i n) (recur (inc i) (conj v (rem (* i 7) 101))) v))) (println (count (sort (f 5000))) (count (sort > (f 20))))",
        }.items():
            with self.subTest(name):
                self.in_place(self.updates(self.compiled(source, name="case")))

    def test_each_operation(self):
        source = """
(defn run [n]
  (let [v (loop [i 0 v []] (if (< i n) (recur (inc i) (conj v i)) v))
        v (loop [i 0 v v] (if (< i n) (recur (inc i) (assoc v i (- i))) v))
        v (loop [i 0 v v] (if (< i 500) (recur (inc i) (pop v)) v))
        m (loop [i 0 m {}] (if (< i n) (recur (inc i) (assoc m i v)) m))
        m (loop [i 0 m m] (if (< i 500) (recur (inc i) (dissoc m i)) m))
        m (update (assoc-in m [:a :b] 1) :c (fnil inc 0))
        m (merge m {:x 1 :y 2})
        s (loop [i 0 s #{}] (if (< i n) (recur (inc i) (conj s i)) s))
        s (loop [i 0 s s] (if (< i 500) (recur (inc i) (disj s i)) s))]
    (+ (count v) (count m) (count s) (count (into [] (map inc) (range n))))))
(println (run 1000))
"""
        counts = self.updates(self.compiled(source))
        for name in ("conj", "assoc", "dissoc", "disj", "pop", "merge"):
            in_place, copied, _ = counts[name]
            self.assertGreater(in_place, 0, name)
            self.assertEqual(copied, 0, (name, counts))

    def test_stubs_update_as_the_runtime_does(self):
        """Vectors are changed by stubs of generated code: each is called, does its work without the runtime's function, and counts it."""
        source = """
(defn filled [n] (loop [i 0 v []] (if (< i n) (recur (inc i) (conj v i)) v)))
(defn negated [v n] (loop [i 0 v v] (if (< i n) (recur (inc i) (assoc v i (- i))) v)))
(defn drained [n] (loop [v (loop [i 0 v []] (if (< i n) (recur (inc i) (conj v i)) v)) i 0] (if (< i 900) (recur (pop v) (inc i)) v)))
(defn built [n] (loop [i 0 t (transient [])] (if (< i n) (recur (inc i) (conj! t i)) (persistent! (assoc! t (int 7) :seven)))))
(println (reduce + (negated (filled 1000) 1000)) (drained 1000) (built 40))
"""
        stubs = {"conj_vector", "pop_vector", "assoc_index", "conj_transient", "assoc_transient"}
        called = lambda *options: {s for s in stubs if f"call slisp_slow_{s}\n" in self.assembly(source, *options)}
        self.assertEqual((called(), called("--no-inline-access"), called("--no-unbox") & {"conj_vector", "pop_vector", "assoc_index"}), (stubs, set(), set()))
        with_stubs, without = self.updates(self.compiled(source)), self.updates(self.compiled(source, "--no-inline-access"))
        self.assertEqual(with_stubs, without)
        self.assertGreater(with_stubs["assoc"][0], 900)

    def test_large_vectors_may_be_tries_from_the_start(self):
        source = """
(defn squared [v] (loop [i 0 v v] (if (< i (count v)) (recur (inc i) (assoc v i (* i i))) v)))
(let [v (squared (vec (range 3000))) w (assoc v 7 :x) words (mapv str v)]
  (println (reduce + v) (count w) (nth w 7) (nth v 7) (peek (pop (conj w 1 2))) (count (apply str words)) (count (vec (repeat 99 1)))))
"""
        done = [self.run_command([self.compiled(source, *options)], env=dict(self.env, SLISP_HEAP_REPORT="1")) for options in ((), ("--no-flat-vectors",))]
        self.assertEqual(done[0].out, done[1].out)
        self.assertRegex(done[0].out, r"^8995500500 3000 :x 49 1 \d+ 99\n$")
        flat, tries = (int(re.search(r"\((\d+) allocated", d.err)[1]) for d in done)
        self.assertGreater(tries, flat + 50)                 # leaves and nodes
        counts = self.updates(self.compiled(source)), self.updates(self.compiled(source, "--no-flat-vectors"))
        self.assertEqual(*counts)

    def test_cells_and_sorting_may_copy(self):
        cells = """
(def a (atom {})) (def v (volatile! [])) (def m (atom {:n 0 :xs []}))
(dotimes [i 2000] (swap! a assoc i i) (vswap! v conj i) (swap! m update :xs conj i) (swap! m update :n inc))
(println (count @a) (count @v) (:n @m) (count (:xs @m)))
"""
        with_copies = self.compiled(cells, "--no-cells-in-place", name="cells")
        self.assertGreater(sum(c[1] for c in self.updates(with_copies).values()), 2000)
        sorts = "(println (take 3 (sort (into [] (map #(rem (* % 7919) 1009)) (range 1000)))) (sort > [3 1 2]))"
        for name, source, out in (("cells", cells, "2000 2000 2000 2000\n"), ("sorts", sorts, "(0 1 2) (3 2 1)\n")):
            for option in ("-O2", "--no-cells-in-place", "--no-sort-in-place"):
                with self.subTest(name, option=option):
                    done = self.run_command([self.compiled(source, option, name=name)], env=dict(self.env, SLISP_HEAP_REPORT="1"))
                    self.assertEqual(done.out, out)
                    self.assertIn("heap: 0 live objects", done.err)

    def assembly(self, source, *options):
        self.file("stubs.slisp", source)
        self.expect(self.slisp("compile", "--emit=asm", *options, "stubs.slisp", "-o", "stubs.asm"), 0, "", "")
        return (self.work / "stubs.asm").read_text()

    def test_a_kept_version_is_copied(self):
        self.assertEqual(self.updates(self.compiled("(let [v (vec (range 5)) w (assoc v 0 :x)] (println v w))"))["assoc"][1], 1)


if __name__ == "__main__":
    unittest.main()
