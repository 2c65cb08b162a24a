#!/usr/bin/env python3
"""Writes checksums_small.json: what real Clojure prints for every program at its small size.

  small_checksums.py [DIR]    (needs java and the Clojure jar, as run.py does; the tests only read the file; DIR: idioms)
"""
import json, pathlib, subprocess, sys
from run import HERE, JAR, SUPPORT


def main():
    root = pathlib.Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else HERE
    sizes = json.loads((root / "sizes.json").read_text())
    answers = {}
    for program, size in sizes.items():
        source = root / "programs" / program / (program + ".clj")
        done = subprocess.run(["java", "-cp", JAR, "clojure.main", str(SUPPORT / "run_main.clj"), str(source), str(size["small"])],
                              capture_output=True, text=True, check=True)
        answers[program] = done.stdout.strip()
        print(program, answers[program], flush=True)
    (root / "checksums_small.json").write_text(json.dumps(answers, indent=1) + "\n")


if __name__ == "__main__":
    main()
