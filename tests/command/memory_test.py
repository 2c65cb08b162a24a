"""What programs hold and what they leave: the heap of long loops, ends of all sorts with nothing alive, lost drops that are told by their kind."""
import os, re, sys, unittest
sys.path.insert(0, os.path.dirname(__file__))
from support import Case

LOOPS = {
    "maps": "(loop [i 0 s 0] (if (< i n) (recur (inc i) (+ s (count (into {} (map (fn [k] [k (* i k)])) (range 60))))) s))",
    "small maps": "(loop [i 0 s 0] (if (< i n) (recur (inc i) (+ s (:b (assoc {:a i} :b i :c [i])))) s))",
    "strings": "(loop [i 0 s 0] (if (< i n) (recur (inc i) (+ s (count (str i \":\" (* i i))))) s))",
    "atoms": "(let [a (atom {})] (loop [i 0] (if (< i n) (do (swap! a assoc (rem i 50) [i]) (recur (inc i))) (count @a))))",
    "closures": "(loop [i 0 f (fn [] 0)] (if (< i n) (recur (inc i) (let [j i] (fn [] j))) (f)))",
    "seqs": "(loop [i 0 s 0] (if (< i n) (recur (inc i) (+ s (reduce + (map inc (filter odd? (range 9)))))) s))",
}
ENDS = {
    "caught": "(dotimes [i 20000] (try (assoc [i] (+ 2 i) {:i i}) (catch IndexOutOfBoundsException e (ex-message e)))) (println :done)",
    "uncaught": "(defn f [x] (let [held [x {:x x}]] (throw (ex-info \"out\" {:held held})))) (println (map inc [1])) (f (str 1 2))",
    "exit": "(defn f [x] (let [held [x {:x x}]] (try (System/exit (count held)) (finally (println :never))))) (f (list 1 2))",
    "exit in a lazy seq": "(println (map (fn [x] (if (= x 40) (System/exit 3) [x])) (range 100)))",
    "abandoned": "(def s (map (fn [x] [x (str x)]) (range 1000))) (println (take 3 s)) (def unread (lazy-seq (cons 1 s))) (def d (delay s)) "
                 "(let [it (iterate (fn [v] (conj v v)) [])] (println (count (nth it 5))))",
    "futures": "(def fs (mapv (fn [i] (future (reduce (fn [m k] (assoc m k [i])) {} (range 500)))) (range 8))) (println (count @(first fs))) (shutdown-agents)",
}
# Lists of n numbers, gone before anything else is made; how much memory the process has at each step.
PAGES = """
(defn resident [] (* 4096 (parse-long (re-find #"(?<= )\\d+" (slurp "/proc/self/statm")))))
(defn numbers [n] (loop [i 0 l ()] (if (< i n) (recur (inc i) (cons i l)) l)))
(defn sum [l] (loop [l l s 0] (if (empty? l) s (recur (rest l) (+ s (first l))))))
(defn vectors [n] (loop [i 0 l ()] (if (< i n) (recur (inc i) (cons (vec (range 20)) l)) (count l))))
(defn -main [n]
  (let [n (parse-long n) before (resident) kept (numbers n) during (resident) total (sum kept) after (resident)]
    (println total before during after (vectors (quot n 12)))))
"""
KINDS = """
(defrecord R [a])
(defn run [n]
  (let [v (vec (range 100)) m (zipmap (range 50) (map str (range 50))) s (set (range 50)) l (list n 2) c (cons n [1]) f (fn [] n)
        all [v m s l c f {:n n} #{n :b} (str n "x") (* n 1.5) (atom n) (volatile! n) (delay n) (map inc [n]) (sorted-map n 1) (sorted-set n)
             (bigint (* n 1000000000000000000N)) (/ n 7) (* n 1.5M) (transient [n]) (->R n) (ex-info "x" {:n n}) (subvec v 3 (+ 3 n)) (rseq v) (range n 90)
             (conj clojure.lang.PersistentQueue/EMPTY n) (seq v) (symbol (str "s" n)) (assoc v n :x) (repeat n "r")]]
    (count all)))
(println (run 5))
"""


class Memory(Case):
    def heap(self, program, *arguments, status=0, stdin=b""):
        """(objects alive, peak) at the end."""
        done = self.run_command([program, *arguments], stdin, env=dict(self.env, SLISP_HEAP_REPORT="1"))
        self.assertEqual(done.returncode, status, done.err)
        report = re.search(r"heap: (\d+) live objects \(\d+ allocated, \d+ freed, peak (\d+) bytes\)", done.err)
        return int(report[1]), int(report[2])

    def test_long_loops_hold_no_more_than_short_ones(self):
        for name, loop in LOOPS.items():
            with self.subTest(name):
                program = self.compiled(f"(defn run [n] {loop})\n(defn -main [n] (println (run (parse-long n))))\n", name="rounds")
                self.heap(program, "10")
                few, many = self.heap(program, "1000"), self.heap(program, "1000000")
                self.assertEqual((few[0], many[0]), (0, 0))
                self.assertLessEqual(many[1], 1.1 * few[1])

    def test_empty_pages_go_to_other_sizes_and_to_the_system(self):
        program = self.compiled(PAGES, name="pages")
        cells, cell = 5000000, 32
        done = self.run_command([program, str(cells)], env=dict(self.env, SLISP_HEAP_REPORT="1"))
        self.assertEqual(done.returncode, 0, done.err)
        total, before, during, after, _ = map(int, done.out.split())
        self.assertEqual(total, cells * (cells - 1) // 2)
        self.assertGreater(during - before, cell * cells)
        self.assertLess(after - before, 56 << 20)           # 32 MB stay with the process, and the first 4 KB of each page
        live, peak = map(int, re.search(r"heap: (\d+) live .* peak (\d+) bytes", done.err).groups())
        self.assertEqual(live, 0)
        self.assertLess(peak, 1.2 * cell * cells)           # the vectors, hardly smaller together, stand where the list stood

    def test_standard_input_is_read_in_constant_memory(self):
        for name, read in (("line-seq", "(reduce (fn [n line] (+ n (count line))) 0 (line-seq (java.io.BufferedReader. *in*)))"),
                           ("lazy", "(count (filter (fn [line] (< 3 (count line))) (map clojure.string/trim (line-seq *in*))))"),
                           ("read-line", "(loop [n 0] (if-let [line (read-line)] (recur (+ n (count line))) n))")):
            with self.subTest(name):
                program = self.compiled(f"(require 'clojure.string)\n(println {read})\n", name="lines")
                few, many = (self.heap(program, stdin=b"a line of text\n" * count) for count in (1000, 500000))
                self.assertEqual((few[0], many[0]), (0, 0))
                self.assertLessEqual(many[1], 1.1 * few[1])

    def test_nothing_is_alive_at_any_end(self):
        for name, source in ENDS.items():
            for level in ("-O2", "-O0"):
                with self.subTest(name + level):
                    program = self.compiled(source, level, name="end")
                    self.assertEqual(self.heap(program, status={"uncaught": 1, "exit": 2, "exit in a lazy seq": 3}.get(name, 0))[0], 0)

    def test_a_lost_drop_is_told_by_its_kind(self):
        program = self.compiled(KINDS, "--debug-heap")
        seen = 0
        for kind in ("String", "Double", "BigInt", "Ratio", "BigDecimal", "List", "Cons", "LazySeq", "Vector", "LargeVector", "VectorBuffer", "VectorNode", "Repeat", "SubVector", "ArrayMap",
                     "HashMap", "MapNode", "HashSet", "SetNode", "TreeMap", "TreeSet", "TreeNode", "Queue", "Transient", "Fn", "Atom", "Volatile", "Delay",
                     "Record", "Exception", "RSeq", "Symbol"):
            done = self.run_command([program], env=dict(self.env, SLISP_HEAP_REPORT="1", SLISP_PLANT_FAULT="lost-drop-" + kind))
            self.assertEqual(re.findall(r"^  (\w+) (\d+)$", done.err, re.M), [(kind, "1")], (kind, done.err))


if __name__ == "__main__":
    unittest.main()
