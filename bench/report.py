#!/usr/bin/env python3
"""Writes the measured tables of docs/BENCHMARKS.md and README.md from what run.py left.

  bench/run.py --impl c,sbcl,chez-c,clojure,clojure-steady,slisp --bin build/slisp --json figures.json
  bench/report.py figures.json

Between `<!-- figures NAME -->` and `<!-- end -->` a page holds a table of that name; everything else stays as it is.
"""
import json
import math
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
PEERS = [("c", "C"), ("sbcl", "SBCL"), ("chez-c", "Chez"), ("clojure", "Clojure"), ("clojure-steady", "Clojure steady")]
RATIOS = [("c", "to C"), ("sbcl", "to SBCL"), ("chez-c", "to Chez"), ("clojure-steady", "to steady")]
# The programs that the README shows, with words for a size.
SHOWN = [("hello", "hello"), ("fib", "fib {n}"), ("nqueens", "nqueens {n}"), ("rbtree", "rbtree, {n} keys"), ("map-literals", "map-literals, {n}"),
         ("hash-map-int", "hash-map-int, {n}"), ("binary-trees", "binary-trees {n}"), ("word-freq", "word-freq, {n}")]


def header(*cells):
    return ["| " + " | ".join(cells) + " |", "|---|" + "---:|" * (len(cells) - 1)]


def geometric_mean(values):
    return math.exp(sum(map(math.log, values)) / len(values))


def cpu_table(results):
    lines = header("program", "size", *[name for _, name in PEERS], "**slisp**", *[name for _, name in RATIOS])
    ratios = {impl: [] for impl, _ in RATIOS}
    for program, row in results.items():
        if program == "hello":
            continue
        own = row["slisp"]["cpu"]
        cells = [program, row["slisp"]["n"], *[f"{row[impl]['cpu']:.3f}" for impl, _ in PEERS], f"**{own:.3f}**"]
        for impl, _ in RATIOS:
            ratios[impl].append(own / row[impl]["cpu"])
            cells.append(f"{ratios[impl][-1]:.2f}")
        lines.append("| " + " | ".join(cells) + " |")
    means = [f"{geometric_mean(ratios[impl]):.2f}" for impl, _ in RATIOS]
    lines.append(" | ".join(["| *geometric mean*", *[""] * (len(PEERS) + 2), *means]) + " |")
    return lines


def memory_table(results):
    lines = header("program", *[name for impl, name in PEERS if impl != "clojure-steady"], "**slisp**", "slisp file, KiB")
    for program, row in results.items():
        cells = [f"{row[impl]['rss_kib'] / 1024:.1f}" for impl, _ in PEERS if impl != "clojure-steady"]
        cells += [f"**{row['slisp']['rss_kib'] / 1024:.1f}**", str(row["slisp"]["build"]["size"] // 1024)]
        lines.append(f"| {program} | " + " | ".join(cells) + " |")
    return lines


def seconds(value):
    return f"{value:.3f}" if value < 0.1 else f"{value:.2f}"


def short_table(results):
    lines = header("program", "C (gcc -O2)", "SBCL", "Chez", "slisp", "Clojure on the JVM", "Clojure, warm")
    for program, text in SHOWN:
        row = results[program]
        cells = [seconds(row[impl]["cpu"]) for impl in ("c", "sbcl", "chez-c", "slisp", "clojure", "clojure-steady")]
        if program == "hello":
            cells[-1] = ""
        lines.append(f"| {text.format(n=row['slisp']['n'])} | " + " | ".join(cells) + " |")
    return lines


def fill(page, tables):
    text = page.read_text()
    for name, lines in tables.items():
        mark = f"<!-- figures {name} -->"
        text = re.sub(re.escape(mark) + r"\n.*?<!-- end -->", lambda _: "\n".join([mark, *lines, "<!-- end -->"]), text, flags=re.S)
    page.write_text(text)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    results = json.loads(pathlib.Path(sys.argv[1]).read_text())["results"]
    wrong = [f"{program}/{impl}" for program, row in results.items() for impl, run in row.items() if run["error"]]
    if wrong:
        sys.exit("these runs failed: " + " ".join(wrong))
    tables = {"cpu": cpu_table(results), "memory": memory_table(results), "short": short_table(results)}
    for page in (ROOT / "docs/BENCHMARKS.md", ROOT / "README.md"):
        fill(page, tables)


if __name__ == "__main__":
    main()
