"""support.py: what the command tests share: a temporary folder per test and a way to call slisp and programs."""
import os, pathlib, subprocess, tempfile, unittest

SLISP = os.environ["SLISP"]
ROOT = pathlib.Path(os.environ["SLISP_ROOT"])
BUILD = pathlib.Path(os.environ["SLISP_BUILD"])


class Case(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        holder = tempfile.TemporaryDirectory(prefix="slisp-command-")
        self.addCleanup(holder.cleanup)
        self.home = pathlib.Path(holder.name)
        self.work = self.home / "work"
        self.work.mkdir()
        self.env = dict(os.environ, HOME=str(self.home), XDG_CACHE_HOME=str(self.home / "cache"),
                        XDG_STATE_HOME=str(self.home / "state"), LC_ALL="C.UTF-8")
        for name in ("SLISP_HEAP_REPORT", "NO_COLOR"):
            self.env.pop(name, None)

    def file(self, name, text):
        path = self.work / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text) if isinstance(text, str) else path.write_bytes(text)
        return path

    def run_command(self, command, stdin=b"", env=None, timeout=120, **more):
        if isinstance(stdin, str):
            stdin = stdin.encode()
        done = subprocess.run([str(c) for c in command], input=stdin, capture_output=True, cwd=self.work,
                              env=self.env if env is None else env, timeout=timeout, **more)
        done.out, done.err = done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")
        return done

    def slisp(self, *arguments, **more):
        return self.run_command([SLISP, *arguments], **more)

    def expect(self, done, status=0, out=None, err=None):
        """Checks exit status, exact standard output, exact standard error ("" unless said otherwise)."""
        self.assertEqual((done.returncode, done.err if err is not None else ""), (status, err if err is not None else ""),
                         done.err + done.out)
        if out is not None:
            self.assertEqual(done.out, out, done.err)

    def compiled(self, text, *options, name="program"):
        """Path of the executable of a program's text."""
        source = self.file(name + ".slisp", text)
        self.expect(self.slisp("compile", source, "-o", self.work / name, *options), 0, "", "")
        return self.work / name
