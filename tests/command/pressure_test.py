"""Programs under pressure (bench/gen_pressure.py) print the right thing at every level and without each part of the register allocator, and the
checker accepts every function. What has no bound by its nature is compiled at full size at each level, at a quarter of it with each switch."""
import os, sys, unittest
sys.path.insert(0, os.path.dirname(__file__))
from support import ROOT, Case
sys.path[:0] = [str(ROOT / "bench"), str(ROOT / "tests/tools")]
from code_gate import SWITCHES
from gen_pressure import SHAPES


class Pressure(Case):
    def check(self, name, size, *options):
        text, wanted = SHAPES[name][1](size)
        with self.subTest(name, size=size, options=options):
            source, program = self.file("pressure.slisp", text), self.work / "pressure"
            self.expect(self.slisp("compile", source, "-o", program, "--verify", *options), 0, "", "")
            done = self.run_command([program], env=dict(self.env, SLISP_HEAP_REPORT="1"))
            self.assertEqual((done.returncode, done.out), (0, wanted), done.err[:500])
            self.assertIn("heap: 0 live objects", done.err)

    def test_levels(self):
        for name, (size, _) in SHAPES.items():
            for level in ("-O0", "-O1", "-O2"):
                self.check(name, size, level)

    def test_switches(self):
        for name, (size, _) in SHAPES.items():
            for options in [[switch] for switch in SWITCHES] + [SWITCHES[1:]]:
                self.check(name, size if size < 100 else size // 4, *options)


if __name__ == "__main__":
    unittest.main()
