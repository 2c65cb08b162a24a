#!/usr/bin/env python3
"""Compile time of programs that press on one part of the compiler (gen_pressure.py), at doubling sizes, as a Markdown table.

  pressure.py --bin path/to/slisp [--rounds 3] [--core 1] [--options "-O2"]

Each figure is the median of CPU seconds (user + system) of slisp, nasm and ld together, less those of hello; *growth* is what the last doubling costs.
"""
import argparse, os, pathlib, statistics, subprocess, sys, tempfile
from gen_pressure import SHAPES

HELLO = '(println "hello")\n'


def cpu_of(command):
    before = os.times()
    done = subprocess.run(command, capture_output=True, text=True)
    after = os.times()
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}: {done.stderr}")
    return after.children_user + after.children_system - before.children_user - before.children_system


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--bin", required=True)
    ap.add_argument("--rounds", type=int, default=3)
    ap.add_argument("--core", type=int, default=1)
    ap.add_argument("--options", default="-O2")
    args = ap.parse_args()
    if args.core >= 0:
        os.sched_setaffinity(0, {args.core})
    with tempfile.TemporaryDirectory(prefix="slisp-pressure-") as folder:
        source, program = pathlib.Path(folder, "pressure.clj"), str(pathlib.Path(folder, "pressure"))
        def measure(text, wanted):
            source.write_text(text)
            figure = statistics.median(cpu_of([args.bin, "compile", *args.options.split(), str(source), "-o", program]) for _ in range(args.rounds))
            printed = subprocess.run([program], capture_output=True, text=True).stdout
            if printed != wanted:
                sys.exit(f"printed {printed[:200]!r}, not {wanted[:200]!r}")
            return figure
        hello = measure(HELLO, "hello\n")
        print("| program | size | half of it | all | twice | growth |\n|---|---:|---:|---:|---:|---:|")
        for name, (size, make) in SHAPES.items():
            half, full, twice = (max(measure(*make(n)) - hello, 0.001) for n in (size // 2, size, 2 * size))
            print(f"| {name} | {size} | {half:.3f} | {full:.3f} | {twice:.3f} | {twice / full:.2f} |", flush=True)


if __name__ == "__main__":
    main()
