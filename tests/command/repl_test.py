"""The REPL at a terminal: prompt, several lines, history, errors, Ctrl-C, Ctrl-D."""
import os, pty, re, select, signal, time, unittest
from support import SLISP, Case


class Terminal:
    """slisp repl on a pseudo terminal."""

    def __init__(self, env, folder):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.chdir(folder)
            os.execve(SLISP, [SLISP, "repl"], dict(env, TERM="dumb"))
        self.text = ""

    def wait_for(self, pattern, limit=60):
        """Reads until the pattern occurs in what came since the last call; returns the text up to its end."""
        end = time.monotonic() + limit
        while not (found := re.search(pattern, self.text)):
            ready, _, _ = select.select([self.fd], [], [], max(0, end - time.monotonic()))
            if not ready:
                raise AssertionError(f"no {pattern!r} in {self.text!r}")
            try:
                self.text += os.read(self.fd, 65536).decode(errors="replace").replace("\r", "")
            except OSError:
                raise AssertionError(f"ended without {pattern!r}: {self.text!r}")
        before, self.text = self.text[:found.end()], self.text[found.end():]
        return before

    def send(self, text):
        os.write(self.fd, text.encode())

    def end(self, limit=60):
        end = time.monotonic() + limit
        try:
            while select.select([self.fd], [], [], max(0, end - time.monotonic()))[0]:
                if not os.read(self.fd, 65536):
                    break
            else:
                raise AssertionError("does not leave")
        except OSError:
            pass
        pid, self.pid = self.pid, 0
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

    def close(self):
        os.close(self.fd)
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)


class Repl(Case):
    def start(self):
        terminal = Terminal(self.env, self.work)
        self.addCleanup(terminal.close)
        terminal.wait_for("user=> ")
        return terminal

    def test_values_lines_errors_and_leaving(self):
        t = self.start()
        t.send("(+ 1 2)\n")
        t.wait_for(r"\n3\n")
        t.wait_for("user=> ")
        t.send("(defn f [x]\n")
        t.wait_for("#_=> ")
        t.send("  (* x 2))\n")
        t.wait_for(r"#'user/f\n")
        t.wait_for("user=> ")
        t.send("(f 21)\n")
        t.wait_for(r"\n42\n")
        t.send("nosuch\n")
        t.wait_for(r"error: .*nosuch")
        t.wait_for("user=> ")
        t.send("(throw (ex-info \"boom\" {:a 1}))\n")
        t.wait_for("boom")
        t.wait_for("user=> ")
        t.send("[*1 (ex-data *e)]\n")
        t.wait_for(r"\n\[42 \{:a 1\}\]\n")
        t.send("(in-ns 'other)\n")
        t.wait_for("other=> ")
        t.send("\x04")
        self.assertEqual(t.end(), 0)

    def test_interrupt_drops_the_line(self):
        t = self.start()
        t.send("(+ 1\n")
        t.wait_for("#_=> ")
        t.send("\x03")
        t.wait_for("user=> ")
        t.send("(* 6 7)\n")
        t.wait_for(r"\n42\n")
        t.wait_for("user=> ")
        t.send("\x04")
        self.assertEqual(t.end(), 0)

    def test_keys_typed_before_the_prompt_count(self):
        for round in range(5):
            t = self.start()
            t.send("(+ 1 2)\n")
            t.wait_for(r"\n3\n")
            t.send("\x04")                      # the prompt may be there or not
            self.assertEqual(t.end(), 0)
            t = self.start()
            t.send("(do (Thread/sleep 100) 5)\n(+ 4 4)\n(str \"\u00e9\u20ac\")\n\x04")
            t.wait_for(r"\n5\n")
            t.wait_for(r"\n8\n")
            t.wait_for("\"\u00e9\u20ac\"\n")
            self.assertEqual(t.end(), 0)

    def test_many_interrupts(self):
        t = self.start()
        for round in range(20):
            t.send("(+ 1\n")
            t.wait_for("#_=> ")
            t.send("\x03")
            t.wait_for("user=> ")
        t.send("\x04")
        self.assertEqual(t.end(), 0)

    def test_exit_status(self):
        t = self.start()
        t.send("(System/exit 7)\n")
        self.assertEqual(t.end(), 7)

    def test_history_is_kept(self):
        t = self.start()
        t.send("(str \"remember\" 1)\n")
        t.wait_for("\n\"remember1\"")
        t.wait_for("user=> ")
        t.send("\x04")
        t.end()
        self.assertIn("remember", (self.home / "state/slisp/history").read_text().replace("\\040", " "))
        t = self.start()
        t.send("\x10\n")                       # Ctrl-P: the line before
        t.wait_for("\n\"remember1\"")
        t.wait_for("user=> ")
        t.send("\x04")
        self.assertEqual(t.end(), 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
