#!/usr/bin/env python3
"""Writes checksums_small.json: what real Clojure prints for every program at its small size.

  small_checksums.py          (needs java and the Clojure jar, as run.py does; the tests only read the file)
"""
import json, pathlib, subprocess
from run import HERE, JAR, SUPPORT


def main():
    sizes = json.loads((HERE / "sizes.json").read_text())
    answers = {}
    for program, size in sizes.items():
        source = HERE / "programs" / program / (program + ".clj")
        done = subprocess.run(["java", "-cp", JAR, "clojure.main", str(SUPPORT / "run_main.clj"), str(source), str(size["small"])],
                              capture_output=True, text=True, check=True)
        answers[program] = done.stdout.strip()
        print(program, answers[program], flush=True)
    (HERE / "checksums_small.json").write_text(json.dumps(answers, indent=1) + "\n")


if __name__ == "__main__":
    main()
