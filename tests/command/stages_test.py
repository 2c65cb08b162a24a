"""Every stage can be looked at, of right and of wrong programs; every pass can be dumped and, where it says so, left out; gdb sees source lines."""
import os, re, shutil, subprocess, unittest
from support import ROOT, SLISP, Case

PROGRAM = """(ns stages)
(defn twice [x] (* 2 x))
(defn pick [m k] (if-let [v (get m k)] (twice v) (throw (ex-info "no such key" {:key k}))))
(println (pick {:a 21 :b [1 2]} :a) (try (pick {} :z) (catch Exception e (ex-data e))))
"""
PRESSURE = """(defn keep [x] x)
(defn across [a b c d e f]
  (let [g (keep (+ a b)) h (keep (+ c d)) i (keep (+ e f)) j (keep (+ g h))]
    (+ (+ (+ a b) (+ c d)) (+ (+ e f) (+ (+ g h) (+ i j))))))
(println (across 11 12 13 14 15 16))
(defn many [n]
  (loop [i 0 a 1 b 2 c 3 d 4 e 5 f 6 g 7 h 8 k 9 l 10 m 11 o 12 p 13 q 14]
    (if (< i n)
      (recur (+ i 1) (+ a b) (+ b 1) (+ c 1) (+ d 1) (+ e 1) (+ f 1) (+ g 1) (+ h 1) (+ k 1) (+ l 1) (+ m 1) (+ o 1) (+ p 1) (+ q i))
      (+ (+ (+ (+ a b) (+ c d)) (+ (+ e f) (+ g h))) (+ (+ (+ k l) (+ m o)) (+ p q))))))
(println (many 30))
"""
PASSES = ("specialize", "fusion", "inline-wrappers", "anf", "scalar-replacement", "captures", "ownership", "lower", "fold-branches", "thread-jumps", "thread-tests", "guard-calls", "inline", "inline-recursion", "unbox", "raw-comparisons",
          "ranges", "walk-lists", "cancel-counts", "dead-blocks")


GUARDED = """(defprotocol Shape (area [shape scale]))
(defrecord Box [w h] Shape (area [_ k] (* k w h)))
(defrecord Disc [r] Shape (area [_ k] (* k r r)))
(extend-type Long Shape (area [n k] (* k n)))
(defn -main [& args] (println (area (->Box 1 2) 3) (area (->Disc 3) 1) (area 5 2)))
"""
TABLE = """(def table {:inc (fn [x] (inc x)) :twice (fn [x] (* 2 x))})
(defn call [k x] ((get table k) x))
(defn -main [& args] (println (call :inc 1) (call :twice 4)))
"""


class Stages(Case):
    def golden(self, name, text):
        """What stands in tests/command/NAME.golden; SLISP_REFRESH=1 writes it."""
        path = ROOT / "tests/command" / (name + ".golden")
        if os.environ.get("SLISP_REFRESH"):
            path.write_text(text)
        self.assertEqual(text, path.read_text())

    def test_guarded_calls_by_golden_text(self):
        """The function of a protocol asks for the two records, then looks the method up; a call out of a table asks for its keys."""
        self.file("shapes.slisp", GUARDED)
        done = self.slisp("compile", "shapes.slisp", "-o", "x", "--verify", "--dump-after=guard-calls")
        self.assertEqual(done.returncode, 0, done.err)
        function = re.search(r'^fn \S+ "user/area".*?^}\n', done.err, re.S | re.M).group(0)
        self.golden("guard_calls", re.sub(r" @[0-9:]+", "", function))
        self.expect(self.run_command(["./x"]), 0, "6 9 10\n", "")
        self.file("table.slisp", TABLE)
        done = self.slisp("compile", "table.slisp", "-o", "x", "--verify", "--dump-after=specialize")
        self.assertEqual(done.returncode, 0, done.err)
        self.golden("table_calls", re.search(r"^\(def user/call.*?^\(def", done.err, re.S | re.M).group(0).rsplit("(def", 1)[0])
        self.expect(self.run_command(["./x"]), 0, "2 8\n", "")

    def test_each_stage_of_wrong_programs(self):
        self.file("open.slisp", "(defn f [x]\n  (inc x)\n")
        self.file("unknown.slisp", "(defn f [x]\n  (nosuch x))\n")
        for stage in ("forms", "ast", "ir", "asm", "obj", "exe"):
            for name, where in (("open", "1:1"), ("unknown", "2:4")):
                done = self.slisp("compile", name + ".slisp", "--emit=" + stage, "-o", "out")
                if stage == "forms" and name == "unknown":        # it reads well
                    self.expect(done, 0, "", "")
                    (self.work / "out").unlink()
                    continue
                self.assertEqual((done.returncode, done.out), (1, ""), stage)
                self.assertTrue(done.err.startswith(f"{name}.slisp:{where}: error: "), done.err)
                self.assertFalse((self.work / "out").exists())

    def test_a_dump_after_each_pass(self):
        self.file("stages.slisp", PROGRAM)
        for name in PASSES:
            done = self.slisp("compile", "stages.slisp", "-o", "x", "--dump-after=" + name)
            self.assertEqual((done.returncode, done.out), (0, ""), name)
            self.assertTrue(done.err.startswith(f"; after {name}\n"), done.err[:80])
            self.assertGreater(len(done.err.splitlines()), 3, name)

    def test_a_program_is_the_same_without_each_pass(self):
        self.file("stages.slisp", PROGRAM)
        switches = re.search(r"passes that --no-PASS leaves out\n((?:  .*\n)+)", self.slisp("help", "compile").out)[1].split()
        self.assertGreater(len(switches), 35)
        for options in [["--no-" + name] for name in switches] + [["--no-" + name for name in switches], ["-O0"], ["-O1"], ["--verify"], ["-g"]]:
            self.expect(self.slisp("run", *options, "stages.slisp"), 0, "42 {:key :z}\n", "")

    def test_statistics_tell_which_rung_served(self):
        """Each switch of the register allocator leads to another rung or other moves, and --stats says so."""
        self.file("pressure.slisp", PRESSURE)
        def counts(*options):
            done = self.slisp("compile", "pressure.slisp", "-o", "x", "--stats", "--verify", "--no-inline", *options)
            self.assertEqual((done.returncode, done.out), (0, ""), done.err)
            self.expect(self.run_command([self.work / "x"]), 0, "212\n1395\n", "")
            return [int(n) for line in done.err.splitlines() if line.startswith(("registers", "spilling", "promotion")) for n in re.findall(r"\d+", line)]
        full, unpromoted, unbelady, slots, blocks = counts(), counts("--no-promote"), counts("--no-belady"), counts("--no-regalloc"), counts("-O0")
        self.assertTrue(full[0] > 0 and full[1:4] == [0, 0, 0] and full[7] > 0 and full[8] > 0, full)
        self.assertTrue(unpromoted[1] > 0 and unpromoted[0] == 0 and unpromoted[7:] == [0, 0], unpromoted)
        self.assertTrue(unbelady[0] == full[0] and unbelady[4:7] != full[4:7], (unbelady, full))
        self.assertTrue(slots[3] > 0 and sum(slots[:3]) == 0, slots)
        self.assertTrue(blocks[2] > 0 and blocks[0] + blocks[1] + blocks[3] == 0, blocks)

    def test_statistics_tell_what_each_part_of_the_allocator_did(self):
        """Without a part its counter falls to nothing (of constants: fewer are loaded), and the program answers the same."""
        source = ROOT / "tests/programs/generated_code/registers.slisp"
        def counts(*options):
            done = self.slisp("compile", source, "-o", "x", "--stats", "--verify", *options)
            self.assertEqual((done.returncode, done.out), (0, ""), done.err)
            self.expect(self.run_command([self.work / "x"]), 0, source.with_suffix(".out").read_text(), "")
            return {line.split()[0]: [int(n) for n in re.findall(r"\d+", line)] for line in done.err.splitlines() if re.match(r"[a-z]+ +\d", line)}
        full = counts()
        self.assertTrue(full["constants"][0] > 0 and min(full["forwarding"]) > 0 and min(full["coloring"]) > 0, full)
        self.assertEqual(counts("--no-slot-forwarding")["forwarding"], [0, 0])
        self.assertEqual(counts("--no-slot-coloring")["coloring"], [0, 0])
        self.assertTrue(full["results"][0] > 0 and counts("--no-free-result")["results"] == [0], full)
        self.assertLess(counts("--no-remat")["constants"][0], full["constants"][0])
        less = counts("--no-promote", "--no-belady", "--no-slot-forwarding", "--no-slot-coloring", "--no-remat")
        self.assertEqual((less["promotion"], less["forwarding"], less["coloring"]), ([0, 0], [0, 0], [0, 0]))

    def test_walks_and_raw_comparisons_change_no_answer(self):
        """--stats counts loops along lists that stand twice, and comparisons without boxes; without the passes there are none."""
        source = ROOT / "tests/programs/lifetime/walks_along_shared_lists.slisp"
        def counts(*options):
            done = self.slisp("compile", source, "-o", "x", "--stats", "--verify", *options)
            self.expect(self.run_command([self.work / "x"]), 0, source.with_suffix(".out").read_text(), "")
            return tuple(int(n) for n in re.search(r"(\d+) walks, (\d+) comparisons", done.err).groups())
        walks, comparisons = counts()
        self.assertTrue(walks > 10 and comparisons > 0, (walks, comparisons))
        self.assertEqual(counts("--no-walk-lists"), (0, comparisons))
        self.assertEqual(counts("--no-raw-comparisons")[1], 0)
        counts("--no-thread-tests")

    def test_innermost_loops_are_aligned(self):
        self.file("loops.slisp", """(defn f [n] (loop [i 0 sum 0] (if (< i n) (recur (inc i) (loop [j 0 sum sum] (if (< j i) (recur (inc j) (+ sum j)) sum))) sum)))
(println (f 10))
""")
        def heads(*options):
            done = self.slisp("compile", "loops.slisp", "--emit=asm", "--no-inline", *options)
            self.assertEqual((done.returncode, done.err), (0, ""))
            return re.findall(r"^align 16\n(?=\.b\d+:)", done.out, re.M)
        self.assertEqual(len(heads()), 1)
        self.assertEqual(len(heads("--no-align-loops")), 0)

    def test_fusion_changes_no_answer(self):
        """--stats counts the loops that took the place of seqs; without the pass there are none, and the answers are the same."""
        for name in ("results", "order_of_effects"):
            source = ROOT / "tests/programs/fusion" / (name + ".slisp")
            answers = []
            for options in ((), ("--no-fusion",)):
                done = self.slisp("compile", source, "-o", "x", "--stats", "--verify", *options)
                loops, seqs, chunked = (int(n) for n in re.search(r"fusion +(\d+) loops instead of (\d+) seqs, (\d+)", done.err).groups())
                self.assertTrue((loops, seqs, chunked) == (0, 0, 0) if options else loops > 20 and seqs > 10 and chunked > 3, done.err)
                answers.append(self.run_command([self.work / "x"]).out)
            self.assertEqual(answers[0], answers[1])

    def test_specialisation_changes_no_answer(self):
        for name, least in (("higher_order", [15, 15, 0]), ("core_calls", [0, 0, 50])):
            source = ROOT / "tests/programs/fusion" / (name + ".slisp")
            answers = []
            for options in ((), ("--no-specialize",)):
                done = self.slisp("compile", source, "-o", "x", "--stats", "--verify", *options)
                line = next(line for line in done.err.splitlines() if line.startswith("specializing"))
                counts = [int(n) for n in re.findall(r"\d+", line)]
                self.assertTrue(counts == [0, 0, 0, 0] if options else all(n >= m for n, m in zip(counts, least)), line)
                answers.append(self.run_command([self.work / "x"]).out)
            self.assertEqual(answers[0], answers[1])

    def test_scalar_replacement_changes_no_answer(self):
        source = ROOT / "tests/programs/maps/looked_at_alone.slisp"
        answers = []
        for options in ((), ("--no-scalar-replacement",)):
            done = self.slisp("compile", source, "-o", "x", "--stats", "--verify", *options)
            counts = [int(n) for n in re.search(r"replacement +(\d+) collections not made, (\d+) looks", done.err).groups()]
            self.assertTrue(counts == [0, 0] if options else counts[0] > 20 and counts[1] > 25, counts)
            answers.append(self.run_command([self.work / "x"]).out)
        self.assertEqual(answers[0], answers[1])

    def test_debugger_sees_source_lines(self):
        if not shutil.which("gdb"):
            self.skipTest("gdb is not installed")
        program = self.compiled("(defn inner [x]\n  (println \"in\" x)\n  (/ 10 x))\n(defn outer [x]\n  (inc (inner x)))\n(println (outer 5))\n", "-g")
        listing = subprocess.run(["objdump", "--dwarf=decodedline", program], capture_output=True, text=True).stdout
        self.assertRegex(listing, r"program\.slisp\s+3\s")
        # gdb stops at a line of the source and says so.
        done = self.run_command(["gdb", "-q", "-nx", "-batch", "-ex", "set debuginfod enabled off", "-ex", "break program.slisp:3", "-ex", "run",
                                 "-ex", "info line", "-ex", "bt", program])
        self.assertIn("program.slisp:3", done.out, done.err)


if __name__ == "__main__":
    unittest.main(verbosity=2)
