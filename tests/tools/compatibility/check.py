#!/usr/bin/env python3
"""Does slisp answer the forms of tests/compatibility/cases as real Clojure did?

usage: check.py --slisp BIN [--way O2|O0|evaluator] [--write-differences] [--drop-settled] [--jobs N] [SUBJECT]...
A form whose answer is meant to differ stands in tests/compatibility/differences.txt with slisp's answer; anything else is a failure.
  --write-differences  print failures as lines for that file instead of failing (each needs its reason)
  --drop-settled       take from that file what is answered as in Clojure by now
Each subject is one program, compiled and run; a form that does not compile, or ends the program, is left out and reported.
"""
import argparse, concurrent.futures, os, pathlib, re, subprocess, sys, tempfile
from answers import plain
from cases import HOME, answers_of, read_differences, subjects


def unboxed(form):
    """Clojure answered with boxed numbers; division of literals is another thing there and here."""
    return re.sub(r"^\((/|quot|rem) (.*)\)$", r"(apply \1 [\2])", form)


class Program:
    """A subject as a program: one line per form, so that a position in a diagnostic names the form."""

    def __init__(self, subject, forms):
        requires = "".join(f" [{r}]" for r in subject.requires)
        self.head = f"(ns user{' (:require' + requires + ')' if requires else ''})\n{subject.prelude}"
        self.first = self.head.count("\n") + 1
        self.forms = dict(enumerate(forms))
        flags = HOME / "cases" / (subject.name + ".flags")
        self.flags = flags.read_text().split() if flags.exists() else []
        self.expanded = {c.form for c in subject.cases if c.expanded}

    def text(self):
        lines = [f"(println {n} (answer (fn [] {unboxed(form) if form in self.expanded else form}))) (flush)" if n in self.left else "" for n, form in self.forms.items()]
        return self.head + "\n".join(lines) + "\n"

    def run(self, slisp, way, folder):
        """form number -> answer"""
        self.left, answers = set(self.forms), {}
        source, binary = pathlib.Path(folder, "cases.clj"), pathlib.Path(folder, "cases")
        for _ in range(60):
            if not self.left:
                break
            source.write_text(self.text())
            if way != "evaluator":
                done = subprocess.run([slisp, "compile", "-" + way, *self.flags, str(source), "-o", str(binary)], capture_output=True, text=True)
                if done.returncode:
                    if not self.drop(done.stderr, answers):
                        sys.exit(f"cannot compile the cases: {done.stderr[:2000]}")
                    continue
            command = [slisp, "run", "--evaluate", str(source)] if way == "evaluator" else [str(binary)]
            try:
                done = subprocess.run(command, capture_output=True, timeout=300, env=dict(os.environ, SLISP_HEAP_REPORT="1"), cwd=folder)
                status, out, err = done.returncode, done.stdout, done.stderr
            except subprocess.TimeoutExpired as late:
                status, out, err = None, late.stdout or b"", late.stderr or b""
            out, err = out.decode(errors="replace"), err.decode(errors="replace")
            if way == "evaluator" and not out and self.drop(err, answers):
                continue
            for line in out.splitlines():
                number, _, answer = line.partition(" ")
                if number.isdigit() and int(number) in self.left:
                    answers[int(number)] = plain(answer)
                    self.left.discard(int(number))
            if self.left:
                culprit = min(self.left)
                answers[culprit] = "the program ends: " + (f"status {status} " if status is not None else "no answer ") + err.strip()[-200:].replace("\n", " ")
                self.left.discard(culprit)
            elif way != "evaluator" and "heap: 0 live objects" not in err:
                print("FAILED: not everything was given back:", err.strip()[-600:])
                self.leaks = True
        return answers

    def drop(self, stderr, answers):
        found = False
        for line, message in re.findall(r"cases\.clj:(\d+):\d+: error: (.*)", stderr):
            number = int(line) - self.first
            if number in self.left:
                answers[number] = "does not compile: " + message
                self.left.discard(number)
                found = True
        return found

    leaks = False


def check(subject, args):
    known = answers_of(subject)
    forms = [c.form for c in subject.cases if c.form in known]
    program = Program(subject, forms)
    with tempfile.TemporaryDirectory(prefix="slisp-cases-") as folder:
        answers = program.run(args.slisp, args.way, folder)
    different = read_differences()
    lines = []
    for number, form in enumerate(forms):
        got, wanted = answers.get(number, "no answer"), different.get(form, known[form])
        # What slisp does not offer is the business of docs/COMPATIBILITY.md.
        absent = got.startswith("does not compile: ") and re.search(r"resolve symbol|No such var|is not offered|FileNotFound|No such namespace", got)
        if got not in (wanted, known[form]) and not absent:
            lines.append((form, got, wanted))
    settled = {form for number, form in enumerate(forms) if form in different and answers.get(number) == known[form]}
    return subject, len(forms), lines, program.leaks, settled


def drop(settled):
    path = HOME / "differences.txt"
    kept = [line for line in path.read_text().splitlines() if line.partition("  ;=> ")[0].strip() not in settled]
    # A paragraph without forms goes as a whole.
    paragraphs = [p for p in "\n".join(kept).split("\n\n") if "  ;=> " in p or p.startswith(";")]
    path.write_text("\n\n".join(p.strip("\n") for p in paragraphs) + "\n")


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--slisp", required=True)
    options.add_argument("--way", default="O2", choices=["O0", "O1", "O2", "evaluator"])
    options.add_argument("--jobs", type=int, default=1)
    options.add_argument("--write-differences", action="store_true")
    options.add_argument("--drop-settled", action="store_true")
    options.add_argument("subject", nargs="*")
    args = options.parse_args()
    failed = forms = 0
    all_settled = set()
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        for subject, count, lines, leaks, settled in pool.map(lambda s: check(s, args), subjects(args.subject)):
            for form, got, wanted in lines:
                print(f"{form}  ;=> {got}" if args.write_differences else f"FAILED {form}\n    got      {got}\n    expected {wanted}")
            print(f"{subject.name}: {count - len(lines)} as in Clojure, {len(lines)} not", flush=True)
            failed += len(lines) + leaks
            all_settled |= settled
            forms += count
    if args.drop_settled:
        drop(all_settled)
    print(f"{forms - failed} passed, {failed} failed")
    sys.exit(1 if failed or not forms else 0)


if __name__ == "__main__":
    main()
