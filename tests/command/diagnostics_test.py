"""Wrong programs: each diagnostic by its exact text, from diagnostics.golden.

A case there is a line "### name", the program, a line "---", and what `slisp compile program.slisp` says on standard error.
Cases of several files have lines ";;; path" in the program; the first part is program.slisp.
SLISP_REFRESH=1 writes the file anew; read the difference like code.
"""
import os, pathlib, re, unittest
from support import Case

GOLDEN = pathlib.Path(__file__).resolve().parent / "diagnostics.golden"


def cases():
    for block in re.split(r"(?m)^### ", GOLDEN.read_text())[1:]:
        name, _, rest = block.partition("\n")
        program, _, expected = rest.partition("\n---\n")
        yield name, program + "\n", expected.rstrip("\n") + "\n"


class Diagnostics(Case):
    def said(self, name, program):
        first, *more = re.split(r"(?m)^;;; (.+)\n", program)
        place = re.sub(r"\W+", "_", name)
        self.file(place + "/program.slisp", first)
        for path, text in zip(more[::2], more[1::2]):
            self.file(place + "/" + path, text)
        done = self.run_command([os.environ["SLISP"], "compile", "program.slisp", "-o", "out"], cwd_below=place)
        self.assertEqual((done.returncode, done.out), (1, ""), name + ": " + done.err)
        self.assertFalse((self.work / place / "out").exists(), name)
        return done.err

    def run_command(self, command, cwd_below=None, **more):
        outer = self.work
        if cwd_below is not None:
            self.work = outer / cwd_below
        try:
            return super().run_command(command, **more)
        finally:
            self.work = outer

    def test_golden(self):
        answers = []
        for name, program, expected in cases():
            said = self.said(name, program)
            answers.append(f"### {name}\n{program}---\n{said.rstrip()}\n\n")
            if not os.environ.get("SLISP_REFRESH"):
                with self.subTest(name):
                    self.assertEqual(said, expected)
        if os.environ.get("SLISP_REFRESH"):
            GOLDEN.write_text(GOLDEN.read_text().partition("### ")[0] + "".join(answers))

    def test_each_has_a_place_and_a_code(self):
        for name, _, expected in cases():
            with self.subTest(name):
                self.assertRegex(expected.splitlines()[0], r"\A[\w/]+\.(slisp|cljc|clj):\d+:\d+: error: .+ \[e-[a-z-]+\]\Z")
                self.assertRegex(expected.splitlines()[2], r"\A[ \t]+\^~*\Z")


if __name__ == "__main__":
    unittest.main()
