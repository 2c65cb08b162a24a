"""Every command of the README and of the examples runs and prints what stands below it."""
import re, subprocess, unittest
from support import ROOT, Case


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
        found = list(sessions((ROOT / "README.md").read_text()))
        self.assertTrue(found)
        for command, output in found:
            if command.startswith(("git clone", "./test", "cd ", "cmake --install", "sudo ")):
                continue                                   # what this very run did, or what changes the machine
            with self.subTest(command=command):
                done = subprocess.run(["bash", "-c", command], cwd=ROOT, env=self.env, capture_output=True, timeout=300)
                self.assertEqual(done.returncode, 0, done.stderr.decode())
                if output:
                    self.assertEqual(done.stdout.decode().splitlines(), output)


if __name__ == "__main__":
    unittest.main(verbosity=2)
