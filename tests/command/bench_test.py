"""bench_test.py: every benchmark program, at its small size, prints what real Clojure prints (bench/checksums_small.json) and leaves
no object alive."""
import json, os, re, sys, unittest
sys.path.insert(0, os.path.dirname(__file__))
from support import Case, ROOT, SLISP

BENCH = ROOT / "bench"


class Bench(Case):
    def test_small_sizes(self):
        self.check_programs(BENCH)

    def test_small_sizes_of_the_idioms(self):
        self.check_programs(BENCH / "idioms")

    def check_programs(self, folder):
        sizes = json.loads((folder / "sizes.json").read_text())
        wanted = json.loads((folder / "checksums_small.json").read_text())
        self.assertEqual(sorted(sizes), sorted(p.name for p in (folder / "programs").iterdir()))
        for name, size in sizes.items():
            with self.subTest(program=name):
                program = self.work / name
                self.expect(self.slisp("compile", folder / "programs" / name / (name + ".clj"), "-o", program), 0, "", "")
                done = self.run_command([program, size["small"]], env=dict(self.env, SLISP_HEAP_REPORT="1"))
                self.assertEqual((done.returncode, done.out), (0, wanted[name] + "\n"), done.err)
                self.assertRegex(done.err, r"\Aheap: 0 live objects \((\d+) allocated, \1 freed, peak \d+ bytes\)\n\Z")

    def test_inlining_of_the_idioms(self):
        """--stats proves that each was inlined, and nothing with --no-inline; the answers are equal. The methods of dunder_protocol are called by the runtime."""
        done = self.run_command([sys.executable, BENCH / "inlining.py", "--gate", "--bin", SLISP])
        failed = [line for line in done.err.splitlines() if line.startswith("gate: ")]
        self.assertEqual(failed, ["gate: dunder_protocol: 0 inlined with, 0 without, outputs equal"], done.err)

    def test_published_tables_are_whole(self):
        """report.py wrote them: each row has as many cells as its head, all thirty programs are there."""
        for page, name, programs in (("docs/BENCHMARKS.md", "cpu", 29), ("docs/BENCHMARKS.md", "memory", 30), ("README.md", "short", 8)):
            with self.subTest(table=name):
                found = re.search(rf"<!-- figures {name} -->\n(.*?)\n<!-- end -->", (ROOT / page).read_text(), re.S)
                rows = [line.split("|")[1:-1] for line in found.group(1).split("\n")]
                self.assertEqual({len(row) for row in rows}, {len(rows[0])})
                measured = [row for row in rows[2:] if "geometric mean" not in row[0]]
                self.assertEqual(len(measured), programs)


if __name__ == "__main__":
    unittest.main()
