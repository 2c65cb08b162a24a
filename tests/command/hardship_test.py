"""Little memory, little stack, full disks, closed pipes, interruptions: one clear line, never a signal, nothing left behind."""
import os, signal, subprocess, time, unittest
from support import SLISP, Case

HELLO = '(println "hello")\n'


class Hardship(Case):
    def one_line(self, done, status, *words):
        self.assertEqual((done.returncode, done.err.count("\n")), (status, 1), done.err)
        for word in words:
            self.assertIn(word, done.err)

    def shell(self, script, **more):
        return self.run_command(["bash", "-c", script], **more)

    # ---- the compiler
    def test_compiler_in_two_gigabytes(self):
        self.file("a.slisp", HELLO)
        self.expect(self.shell(f"ulimit -v 2097152; ulimit -s 1024; {SLISP} compile a.slisp && ./a"), 0, "hello\n", "")

    def test_deep_nesting_in_two_gigabytes(self):
        n = 100000
        for name, text in (("open", "(" * n), ("calls", "(println " + "(inc " * n + "1" + ")" * n + ")"), ("vectors", "[" * n + "]" * n),
                           ("quoted", "(println (count '" + "(" * n + ")" * n + "))"), ("maps", "{:a " * n + "1" + "}" * n),
                           ("functions", "(fn [] " * n + "1" + ")" * n), ("lets", "(let [x " * n + "1" + "] x)" * n)):
            self.file(name + ".slisp", text)
            done = self.shell(f"ulimit -v 2097152; {SLISP} compile {name}.slisp -o x")
            self.assertIn(done.returncode, (0, 1), (name, done.err[:300]))
            if done.returncode == 1:
                self.assertIn("error: ", done.err, name)

    def test_a_macro_without_end(self):
        self.file("a.slisp", "(defmacro m [x] `(m (inc ~x)))\n(println (m 1))\n")
        done = self.shell(f"ulimit -v 2097152; {SLISP} compile a.slisp")
        self.assertEqual(done.returncode, 1)
        self.assertIn("a.slisp:2:", done.err)
        self.file("b.slisp", "(defmacro m [x] (letfn [(f [y] (inc (f y)))] (f x)))\n(println (m 1))\n")
        done = self.shell(f"ulimit -v 2097152; {SLISP} compile b.slisp")
        self.assertEqual(done.returncode, 1)
        self.assertIn("tack", done.err)

    def test_compiler_short_of_memory(self):
        self.file("a.slisp", HELLO)
        for kilobytes in (16000, 24000):
            done = self.shell(f"ulimit -v {kilobytes}; {SLISP} compile a.slisp -o x")
            if done.returncode != 0:
                self.one_line(done, 1, "memory")
        self.assertEqual(set(os.listdir(self.work)) - {"x"}, {"a.slisp"})

    def test_output_that_is_a_device(self):
        self.file("a.slisp", HELLO)
        self.expect(self.slisp("compile", "a.slisp", "-o", "/dev/null"), 0, "", "")
        self.assertFalse(os.path.isfile("/dev/null"))
        for emit in ("exe", "ir", "obj"):
            self.one_line(self.slisp("compile", "a.slisp", "--emit=" + emit, "-o", "/dev/full"), 1, "cannot write '/dev/full'", "No space left")
        self.assertFalse(os.path.isfile("/dev/full"))

    def test_full_disk(self):
        self.file("a.slisp", HELLO)
        (self.work / "small").mkdir()
        for kilobytes in (8, 100, 600):
            done = self.run_command(["unshare", "-m", "bash", "-c", f"mount -t tmpfs -o size={kilobytes}k none small && {SLISP} compile a.slisp -o small/x; "
                                     "status=$?; ls -A small; exit $status"])
            if "not permitted" in done.err:
                self.skipTest("mount namespaces are not allowed here")
            self.one_line(done, 1, "cannot write", "No space left on device")
            self.assertEqual(done.out, "")

    def test_full_stdout_of_the_command(self):
        self.file("a.slisp", HELLO)
        for arguments in ("help", "--version", "doctor", "eval 1", "eval '(println 1)'", "compile a.slisp --emit=ir", "compile a.slisp --emit=forms",
                          "run --evaluate a.slisp", "run a.slisp"):
            self.one_line(self.shell(f"{SLISP} {arguments} > /dev/full"), 1, "cannot write")

    def test_closed_pipe_of_the_command(self):
        self.file("a.slisp", HELLO * 3000)
        done = self.shell(f"{SLISP} compile a.slisp --emit=asm | head -n 1 > /dev/null; exit 0")
        self.assertNotIn("ignal", done.err)

    def test_interruption_leaves_nothing(self):
        self.file("a.slisp", "".join(f"(defn f{i} [x] (+ x {i}))\n" for i in range(2000)) + "(println (f1 1))\n")
        place = self.home / "tmp"
        place.mkdir()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            for delay in (0.02, 0.1, 0.25, 0.5):
                for arguments in (["compile", "a.slisp", "-o", "x"], ["run", "-"]):
                    running = subprocess.Popen([SLISP, *arguments], cwd=self.work, env=dict(self.env, TMPDIR=str(place)), stdout=subprocess.DEVNULL,
                                               stdin=open(self.work / "a.slisp"))
                    time.sleep(delay)
                    running.send_signal(number)
                    running.wait()
                    self.assertEqual(list(place.iterdir()), [])
                    self.assertLessEqual(set(os.listdir(self.work)), {"a.slisp", "x"})

    # ---- programs
    def test_programs_start_in_little_memory_and_stack(self):
        for text, answer in ((HELLO, "hello\n"), ("(println (reduce + (map inc (range 1000))) (get {:a 1} :a) (re-find #\"b+\" \"abbc\"))\n", "500500 1 bb\n")):
            program = self.compiled(text)
            self.expect(self.shell(f"ulimit -v 16384; ulimit -s 1024; exec {program}"), 0, answer, "")

    def test_recursion_on_a_little_stack(self):
        program = self.compiled("(defn f [x] (inc (f x)))\n(println (try (f 1) (catch StackOverflowError e :caught)))\n(f 1)\n")
        done = self.shell(f"ulimit -v 65536; ulimit -s 1024; exec {program}")
        self.assertEqual((done.returncode, done.out), (1, ":caught\n"))
        self.assertIn("StackOverflowError", done.err)

    def test_deep_structures_do_not_overflow(self):
        program = self.compiled("(defn nest [n] (loop [i 0 x nil] (if (= i n) x (recur (inc i) (list x)))))\n"
                                "(def a (nest 1000000))\n(println (try (= a (nest 1000000)) (catch StackOverflowError e :stack)))\n"
                                "(println (try (count (pr-str a)) (catch StackOverflowError e :stack)))\n"
                                "(println (try (do (hash a) :hashed) (catch StackOverflowError e :stack)))\n")
        done = self.run_command([program], env=dict(self.env, SLISP_HEAP_REPORT="1"))
        self.assertEqual(done.returncode, 0, done.err)
        self.assertIn("heap: 0 live objects", done.err)

    def test_memory_runs_out_in_one_line(self):
        for text in ("(println (count (vec (range 100000000))))\n", "(def x (loop [m {} i 0] (recur (assoc m i i) (inc i))))\n",
                     "(println (count (loop [s \"x\"] (recur (str s s)))))\n"):
            program = self.compiled(text)
            self.one_line(self.shell(f"ulimit -v 65536; exec {program}"), 1, "memory")

    def test_endless_output_ends_with_its_reader(self):
        for text in ("(doseq [i (range)] (println i))\n", "(prn (range))\n", "(loop [] (print \"0\\n\") (recur))\n",
                     "(try (while true (prn 0)) (catch Throwable e 1) (finally (spit \"finally\" 1)))\n",
                     "(deref (future (loop [] (println 0) (recur))))\n"):
            program = self.compiled(text)
            self.expect(self.shell(f"timeout 20 {program} | head -c 1; exit ${{PIPESTATUS[0]}}"), 0, "(" if "prn (r" in text else "0", "")
            self.one_line(self.shell(f"timeout 20 {program} > /dev/full"), 1, "No space left on device")
        self.assertFalse(os.path.exists(os.path.join(self.work, "finally")))

    def test_full_and_closed_stdout(self):
        program = self.compiled("(doseq [i (range 100000)] (println i))\n")
        self.one_line(self.shell(f"exec {program} > /dev/full"), 1, "No space left on device")
        done = self.shell(f"{program} | head -n 1")
        self.expect(done, 0, "0\n", "")
        self.assertNotIn("ignal", self.shell(f"exec {program} >&-").err)


if __name__ == "__main__":
    unittest.main(verbosity=2)
