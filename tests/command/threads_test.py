"""threads_test.py: how programs with threads end, and that programs without threads contain nothing of them."""
import os, subprocess, sys, unittest
sys.path.insert(0, os.path.dirname(__file__))
from support import Case, ROOT

WAITED_FOR = """
(.start (doto (Thread. (fn [] (Thread/sleep 100000) (println "never"))) (.setDaemon true)))
(.start (Thread. (fn [] (Thread/sleep 30) (println "the last one"))))
(println "the first one")
"""
LOST = """
(def t (Thread. (fn [] (throw (ex-info "lost" {}))) "worker"))
(.start t)
(.join t)
(println "goes on")
"""
BUSY = """
(def data (vec (range 100)))
(future (loop [x data] (recur (conj (pop x) (count x)))))
(Thread/sleep 20)
(println "the end")
"""


class Threads(Case):
    def test_the_program_waits_for_threads_that_are_no_daemons(self):
        program = self.compiled(WAITED_FOR, name="waited")
        self.expect(self.run_command([program]), 0, "the first one\nthe last one\n", "")

    def test_an_exception_in_a_thread_is_told_and_ends_nothing_else(self):
        program = self.compiled(LOST, name="lost")
        done = self.run_command([program])
        self.assertEqual((done.returncode, done.out), (0, "goes on\n"))
        self.assertTrue(done.err.startswith('Exception in thread "worker" clojure.lang.ExceptionInfo: lost\n'), done.err)

    def test_a_thread_that_cannot_be_stopped_does_not_hold_the_process(self):
        program = self.compiled(BUSY, name="busy")
        done = self.run_command([program], env=dict(os.environ, SLISP_HEAP_REPORT="1"))
        self.assertEqual((done.returncode, done.out), (0, "the end\n"))
        self.assertEqual(done.err, "heap: not counted, threads were still running\n")

    def test_programs_without_threads_do_not_contain_them(self):
        hello = (ROOT / "bench/programs/hello/hello.clj").read_text()
        for name, source in {"hello": hello, "atoms": '(def a (atom 1))\n(add-watch a :w (fn [& _] nil))\n(println (swap! a inc) @(delay 1) (vec (map inc [1 2])) (.getName String) (map deref [(atom 1) (delay 2)]) (.start (doto (re-matcher #"a" "ba") re-find)))'}.items():
            names = subprocess.check_output(["nm", "-C", self.compiled(source, name=name)]).decode()
            for inside in ("pthread_create", "slisp::rt::start_thread", "slisp::rt::mark_shared", "slisp_future_new"):
                self.assertNotIn(inside, names, name)


if __name__ == "__main__":
    unittest.main()
