#!/usr/bin/env python3
"""Write tests/compatibility/answers with real Clojure 1.11 (Debian package clojure).

usage: answers.py [--check] [SUBJECT]...
  --check    write nothing; list the answers that differ
A form that Clojure does not compile, or that gives no answer within five seconds, is left out and named.
"""
import os, pathlib, re, subprocess, sys, tempfile
from cases import HOME, subjects, answers_of


def plain(answer):
    """An answer without what changes from run to run or names the insides of the JVM's Clojure: addresses, numbers of gensyms, modules
    of classes, counters in names of functions, what was invoked on null, the four classes of a tree map's entries."""
    answer = re.sub(r"0x[0-9a-f]{4,}", "0x0", answer)
    answer = re.sub(r"(\$[\w$]+|\w)@[0-9a-f]{4,8}\b", r"\1@0", answer)
    answer = re.sub(r" \([\w.$\[;]+ (is|and [\w.$\[;]+ are) in [^)]* of loader [^)]*\)", "", answer)
    answer = re.sub(r"NullPointerException: .*?(?=$| printing )", "NullPointerException", answer)
    answer = re.sub(r"\b(core|user)/(eval\d+/)?", r"\1/", answer)
    answer = re.sub(r"\buser\$eval\d+\$", "user$", answer)
    answer = re.sub(r"(\w)(--|__)\d+\b", r"\1", answer).replace("_SLASH_", "$")
    answer = re.sub(r"PersistentTreeMap\$(Red|Black)(Val)?\b", "MapEntry", answer)
    return answer


def ask(subject):
    with tempfile.TemporaryDirectory() as folder:
        forms, out, prelude = pathlib.Path(folder, "forms"), pathlib.Path(folder, "out"), pathlib.Path(folder, "prelude.clj")
        requires = "".join(f"(require '[{r}])\n" for r in subject.requires)
        prelude.write_text(requires + subject.prelude)
        forms.write_text("".join(f"{'boxed ' * c.expanded}{c.form}\n" for c in subject.cases))
        done = subprocess.run(["clojure", str(pathlib.Path(__file__).parent / "answers.clj"), str(prelude), str(forms), str(out)],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              env=dict(os.environ, JAVA_TOOL_OPTIONS="-XX:-OmitStackTraceInFastThrow"))
        if not out.exists():
            sys.exit(done.stdout + done.stderr)
        sys.stderr.write(done.stderr)
        return [plain(line) for line in out.read_text().split("\n")[:-1]]


def main():
    check = "--check" in sys.argv
    wrong = 0
    for subject in subjects([a for a in sys.argv[1:] if a != "--check"]):
        lines = []
        for case, answer in zip(subject.cases, ask(subject), strict=True):
            if answer:
                lines.append(f"{case.form}  ;=> {answer}")
        path = HOME / "answers" / f"{subject.name}.answers"
        text = "\n".join(lines) + "\n"
        if check:
            old = path.read_text() if path.exists() else ""
            changed = sorted(set(text.splitlines()) ^ set(old.splitlines()))
            wrong += len(changed)
            print("\n".join(f"differs: {line}" for line in changed))
        else:
            path.write_text(text)
        print(f"{subject.name}: {len(subject.cases)} forms, {len(lines)} answers", file=sys.stderr)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
