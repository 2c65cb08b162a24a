"""Memory that runs out at any moment: each allocation of a program fails once. One line on stderr and exit status 1, never a signal."""
import os, re, subprocess, sys, unittest
sys.path.insert(0, os.path.dirname(__file__))
from support import Case

# Loaded before the C library: the allocation numbered by FAIL_AT fails, alone or with all after it.
FAILING_MALLOC = r"""
#include <errno.h>
#include <stdlib.h>
extern void *__libc_malloc(size_t), *__libc_calloc(size_t, size_t), *__libc_realloc(void *, size_t);
static long left = -1;
static int for_good = 0;
__attribute__((constructor)) static void start(void) {
  const char *at = getenv("FAIL_AT");
  for_good = getenv("FAIL_FOR_GOOD") != NULL;
  if (at != NULL) left = atol(at);
}
static int fails(void) {
  if (left < 0) return 0;
  if (left == 0) {
    if (!for_good) left = -1;
    errno = ENOMEM;
    return 1;
  }
  __atomic_fetch_sub(&left, 1, __ATOMIC_RELAXED);
  return 0;
}
void *malloc(size_t n) { return fails() ? NULL : __libc_malloc(n); }
void *calloc(size_t n, size_t m) { return fails() ? NULL : __libc_calloc(n, m); }
void *realloc(void *p, size_t n) { return fails() ? NULL : __libc_realloc(p, n); }
"""

COLLECTIONS = """
(require '[clojure.string :as str])
(defrecord Point [x y])
(defmulti area :kind)
(defmethod area :square [s] (* (:side s) (:side s)))
(def words (str/split "the quick brown fox jumps over the lazy dog" #" "))
(println (frequencies (map count words)) (sort words) (str/join "," (map str/upper-case words)))
(println (reduce (fn [m i] (assoc m i (str i))) {} (range 40)) (into (sorted-map) (zipmap words (range))))
(println (reduce *' (range 1 40)) (/ 1 3) 1.5M (format "%5.2f|%s" 3.14159 :k) (+ 1/2 3))
(println (update-in {:a {:b [1 2]}} [:a :b] conj 3) (->Point 1 2) (area {:kind :square :side 3}) (group-by even? (range 9)))
(println (try (/ 1 0) (catch ArithmeticException e (ex-message e))) (take 5 (iterate #(* 2 %) 1)) (vec (range 70)))
(println (re-seq #"[a-z]+" "one two three") (read-string "{:a [1 2 (3)]}") (let [a (atom 0)] (dotimes [_ 5] (swap! a inc)) @a))
(println (apply str (repeat 300 "x")) (count (transduce (comp (filter odd?) (map inc)) conj [] (range 200))))
"""
THREADS = """
(def a (atom {}))
(def fs (mapv (fn [i] (future (dotimes [k 20] (swap! a update k (fnil conj []) i)) i)) (range 4)))
(println (reduce + (map deref fs)) (count @a))
(let [p (promise)] (deliver p 1) (println @p))
"""


class OutOfMemory(Case):
    def checked(self, done, where):
        """Did it end as it must? True: nothing failed."""
        self.assertIn(done.returncode, (0, 1), (where, done.err[-500:]))
        if done.returncode == 1:
            # A thread that cannot be made is an error of the program, as on the JVM.
            if not done.err.startswith("java.lang.OutOfMemoryError: unable to create native thread"):
                self.assertEqual(done.err, "slisp: out of memory\n", where)
        return done.returncode == 0

    def each_allocation(self, source, dense, growth):
        library = self.file("failing.c", FAILING_MALLOC)
        subprocess.run(["cc", "-O1", "-shared", "-fPIC", "-o", self.work / "failing.so", library], check=True)
        program = self.compiled(source, "--debug-heap")
        report = self.run_command([program], env=dict(self.env, SLISP_HEAP_REPORT="1")).err
        end = 2 * int(re.search(r"\((\d+) allocated", report)[1])        # buffers are not counted there
        for for_good in ({}, {"FAIL_FOR_GOOD": "1"}):
            at, step, failed = 0, 1.0, 0
            while at < end:
                done = self.run_command([program], env=dict(self.env, LD_PRELOAD=str(self.work / "failing.so"), FAIL_AT=str(at), **for_good))
                failed += not self.checked(done, f"allocation {at}")
                step = 1.0 if at < dense else step * growth
                at += int(step)
            self.assertGreater(failed, dense // 2)

    def test_each_allocation_of_a_program_fails(self):
        self.each_allocation(COLLECTIONS, 300, 1.05)

    def test_each_allocation_with_threads_fails(self):
        self.each_allocation(THREADS, 60, 1.15)

    def test_pages_run_out(self):
        for source in (COLLECTIONS, THREADS, "(println (count (reduce (fn [m i] (assoc m (str i) [i])) {} (range 60000))))"):
            program = self.compiled(source)
            for kilobytes in [*range(8000, 16000, 500), *range(16000, 64000, 4000)]:
                done = self.run_command(["bash", "-c", f"ulimit -v {kilobytes}; exec {program}"])
                self.checked(done, f"{kilobytes} KB")


if __name__ == "__main__":
    unittest.main()
