"""Every command of the README runs and prints what stands below it."""
import re, shutil, subprocess, unittest
from support import ROOT, SLISP, Case


def sessions(text):
    """(command, expected output) pairs of console blocks: lines that begin with "$ ", each with the lines below it."""
    for block in re.findall(r"```console\n(.*?)```", text, re.S):
        command, output = None, []
        for line in block.splitlines():
            if line.startswith("$ "):
                if command is not None:
                    yield command, output
                command, output = line[2:], []
            else:
                output.append(line)
        if command is not None:
            yield command, output


class Readme(Case):
    def test_commands(self):
        # In a copy of what the commands read, so that the checkout stays clean; ./slisp is the command that was just built.
        for name in ("README.md", "LICENSE"):
            shutil.copy(ROOT / name, self.work)
        shutil.copytree(ROOT / "examples", self.work / "examples")
        script = self.file("slisp", f'#!/bin/sh\nexec "{SLISP}" "$@"\n')
        script.chmod(0o755)
        found = list(sessions((ROOT / "README.md").read_text()))
        self.assertGreater(len(found), 8)
        for command, output in found:
            if command.startswith(("git clone", "./test")):
                continue                                   # what this very run did
            with self.subTest(command=command):
                done = subprocess.run(["bash", "-c", command], cwd=self.work, env=self.env, capture_output=True, timeout=300)
                self.assertEqual(done.returncode, 0, done.stderr.decode())
                lines = done.stdout.decode().splitlines()
                if output and output[-1] == "...":         # and so on
                    output.pop()
                    lines = lines[:len(output)]
                if output:
                    self.assertEqual(lines, output)

    def test_paths_in_documents_exist(self):
        for document in ("README.md", "docs/ARCHITECTURE.md"):
            for path in re.findall(r"`((?:src|runtime|stdlib|tests|docs|examples|bench|cmake)/[\w./-]*)`", (ROOT / document).read_text()):
                self.assertTrue((ROOT / path).exists(), f"{document}: {path}")


if __name__ == "__main__":
    unittest.main(verbosity=2)
