"""What `cmake --install` lays out works on its own; the package names what it depends on; man page and completions tell the truth."""
import os, pathlib, re, shutil, subprocess, unittest
from support import BUILD, ROOT, SLISP, Case


class Install(Case):
    def setUp(self):
        super().setUp()
        self.prefix = self.home / "prefix"
        subprocess.run(["cmake", "--install", str(BUILD), "--prefix", str(self.prefix)], check=True, capture_output=True)

    def test_installed_compiler_does_not_need_the_checkout(self):
        source = self.file("hello.slisp", '(require \'[clojure.string :as s])\n(println (s/upper-case "hello"))\n')
        # A mount namespace in which the checkout is an empty folder; where that is not allowed, strace tells that it is not opened.
        script = f"mount -t tmpfs none {ROOT} && cd {self.work} && {self.prefix}/bin/slisp compile {source} -o hello && ./hello"
        done = self.run_command(["unshare", "-m", "bash", "-c", script])
        if "Operation not permitted" in done.err:
            self.skipTest("mount namespaces are not allowed here")
        self.expect(done, 0, "HELLO\n", "")

    def test_layout(self):
        for name in ("bin/slisp", "lib/slisp/libslisp_runtime.a", "lib/slisp/libslisp_library.a", "share/man/man1/slisp.1",
                     "share/bash-completion/completions/slisp", "share/zsh/site-functions/_slisp",
                     "share/fish/vendor_completions.d/slisp.fish"):
            self.assertTrue((self.prefix / name).exists(), name)

    def test_man_page_and_completions_name_every_option(self):
        help_text = self.slisp("help").out
        options = set(re.findall(r"^  (-[-\w]+)", help_text, re.M)) - {"--no-PASS", "--no"}
        man = (self.prefix / "share/man/man1/slisp.1").read_text().replace("\\-", "-")
        bash = (self.prefix / "share/bash-completion/completions/slisp").read_text()
        zsh = (self.prefix / "share/zsh/site-functions/_slisp").read_text()
        fish = (self.prefix / "share/fish/vendor_completions.d/slisp.fish").read_text()
        for option in options:
            self.assertIn(option, man)
            self.assertIn(option, bash)
            self.assertIn(option, zsh)
            self.assertIn(option.lstrip("-"), fish)
        for command in ("compile", "run", "eval", "repl", "test", "doctor", "help"):
            for text in (man, bash, zsh, fish):
                self.assertIn(command, text)

    def test_completion_of_bash_works(self):
        script = (f"source {self.prefix}/share/bash-completion/completions/slisp; COMP_WORDS=(slisp co); COMP_CWORD=1; _slisp; "
                  'echo "${COMPREPLY[@]}"')
        self.expect(self.run_command(["bash", "-c", script]), 0, "compile\n", "")

    def test_package(self):
        done = self.run_command(["cpack", "-G", "DEB", "--config", BUILD / "CPackConfig.cmake", "-B", self.home / "package"])
        self.assertEqual(done.returncode, 0, done.err + done.out)
        deb = next((self.home / "package").glob("*.deb"))
        fields = subprocess.check_output(["dpkg-deb", "-f", deb, "Depends"]).decode()
        for package in ("nasm", "binutils", "libc6-dev", "libgmp-dev", "libpcre2-dev"):
            self.assertIn(package, fields)
        listing = subprocess.check_output(["dpkg-deb", "-c", deb]).decode()
        self.assertIn("./usr/bin/slisp", listing)


if __name__ == "__main__":
    unittest.main(verbosity=2)
