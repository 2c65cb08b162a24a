"""./slisp and ./test on a machine that lacks packages: they install them, or say in one line what to run. The machine is played by scripts."""
import os, shutil, unittest
from support import ROOT, Case


class Setup(Case):
    def setUp(self):
        super().setUp()
        self.root = self.work / "checkout"
        for folder in ("cmake", "src", "runtime", "stdlib"):
            (self.root / folder).mkdir(parents=True)
        for name in ("slisp", "test", "packages.txt", "CMakeLists.txt", "cmake/build.sh"):
            shutil.copy(ROOT / name, self.root / name)
        self.tools = self.work / "tools"
        self.tool("dpkg-query", f"grep -qx \"${{@: -1}}\" {self.work}/installed 2>/dev/null && echo installed")
        self.tool("cmake", f"mkdir -p build; for a; do last=$a; done; touch {self.root}/build/build.ninja {self.root}/build/CMakeCache.txt; echo configured >&2")
        self.tool("ninja", f"sleep 0.5; echo one >> {self.work}/builds; printf '#!/bin/sh\\necho program \"$@\"\\n' > {self.root}/build/slisp; chmod +x {self.root}/build/slisp")
        self.env["PATH"] = f"{self.tools}:{os.environ['PATH']}"

    def tool(self, name, script):
        path = self.file("tools/" + name, "#!/bin/bash\n" + script + "\n")
        path.chmod(0o755)

    def packages(self, tests):
        lines = [line.split("#")[0].split() for line in (ROOT / "packages.txt").read_text().splitlines()]
        return " ".join(words[0] for words in lines if words and (tests or len(words) == 1))

    def test_without_root_one_line_to_run(self):
        self.tool("id", "echo 1000")
        self.tool("sudo", "exit 1")
        for command, tests in (("slisp", False), ("test", True)):
            done = self.run_command([self.root / command, "quick"])
            self.expect(done, 1, "", f"slisp: packages are missing; run: sudo apt-get install -y {self.packages(tests)}\n")

    def test_without_network_one_line_to_run(self):
        self.tool("id", "echo 0")
        self.tool("apt-get", "echo no network; exit 100")
        done = self.run_command([self.root / "slisp", "run", "x"])
        self.assertEqual((done.returncode, done.out), (1, ""))
        self.assertEqual(done.err.splitlines()[-1], f"slisp: packages are missing; run: apt-get update && apt-get install -y {self.packages(False)}")

    def test_installs_builds_and_becomes_the_command(self):
        self.tool("id", "echo 0")
        self.tool("apt-get", f"shift 2; printf '%s\\n' \"$@\" >> {self.work}/installed")
        done = self.run_command([self.root / "slisp", "run", "a b"])
        self.assertEqual((done.returncode, done.out), (0, "program run a b\n"), done.err)
        self.assertIn("slisp: installing g++", done.err)
        # The second time there is nothing to do and nothing to say.
        self.expect(self.run_command([self.root / "slisp", "x"]), 0, "program x\n", "")
        self.assertEqual((self.work / "builds").read_text(), "one\n")

    def test_two_at_once_build_once(self):
        self.file("installed", self.packages(False).replace(" ", "\n") + "\n")
        done = self.run_command(["bash", "-c", f"{self.root}/slisp 1 & {self.root}/slisp 2 & wait"])
        self.assertEqual(sorted(done.out.splitlines()), ["program 1", "program 2"], done.err)
        self.assertIn("another build is running", done.err)
        self.assertEqual((self.work / "builds").read_text(), "one\n")


if __name__ == "__main__":
    unittest.main(verbosity=2)
