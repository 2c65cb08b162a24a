#!/usr/bin/env python3
"""Compile time of programs that press on one part of the compiler (gen_pressure.py), at doubling sizes, as a Markdown table.

  pressure.py --bin path/to/slisp [--rounds 3] [--core 1] [--options "-O2"]

Each figure is the median of CPU seconds (user + system) of slisp, nasm and ld together, less those of hello; *growth* is what the last doubling costs.
"""
import argparse, os, pathlib, statistics, subprocess, sys, tempfile
from cpu import cpu_of
from gen_pressure import SHAPES

HELLO = '(println "hello")\n'


def cpu_of_compiling(command):
    seconds, (status, _, errors) = cpu_of(command)
    if status != 0:
        sys.exit(f"{' '.join(command)}: {errors}")
    return seconds


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
            figure = statistics.median(cpu_of_compiling([args.bin, "compile", *args.options.split(), str(source), "-o", program]) for _ in range(args.rounds))
            printed = subprocess.run([program], capture_output=True, text=True).stdout
            if printed != wanted:
                sys.exit(f"printed {printed[:200]!r}, not {wanted[:200]!r}")
            return figure
        hello = measure(HELLO, "hello\n")
        print("| program | sizes | first | second | third | growth |\n|---|---|---:|---:|---:|---:|")
        for name, (size, make) in SHAPES.items():
            sizes = (size, 2 * size, 4 * size) if size < 1000 else (size // 4, size // 2, size)
            first, second, third = (max(measure(*make(n)) - hello, 0.001) for n in sizes)
            print(f"| {name} | {', '.join(map(str, sizes))} | {first:.3f} | {second:.3f} | {third:.3f} | {third / second:.2f} |", flush=True)


if __name__ == "__main__":
    main()
