#!/usr/bin/env python3
"""What inlining brings to the twenty idioms: one compiler, with everything and with --no-inline, in turns A B B A.

usage: inlining.py [--bin build/slisp] [--pairs 10] [--switch --no-inline] [--core N] [--only NAME,...] [--small] [--gate]

Before any figure of a program counts: --stats proves that calls were inlined with, and none without, and both print the same at the small size
(--small: nothing else is timed). A pair is one run of each, every second pair the other way round; CPU seconds (user + system) are medians over all runs. Prints a Markdown table and, at the end,
the geometric mean and the least. --gate checks and times nothing. Exit status 1: a gate failed.
"""
import argparse, json, math, os, pathlib, re, statistics, subprocess, sys, tempfile
from cpu import cpu_of

HERE = pathlib.Path(__file__).resolve().parent / "idioms"


def compile_program(slisp, source, out, flags):
    """The number of bodies that took the place of their calls, by --stats."""
    done = subprocess.run([slisp, "compile", str(source), "-o", str(out), "--stats", *flags], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{source}: {done.stderr}")
    count = 0
    for pattern in (r"(\d+) calls inlined", r"(\d+) calls of functions by themselves", r"(\d+) functions in the place of their calls",
                    r"(\d+) calls with known functions", r"(\d+) calls of clojure.core in line"):
        count += sum(int(n) for n in re.findall(pattern, done.stderr))
    return count


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", default="build/slisp")
    parser.add_argument("--pairs", type=int, default=10)
    parser.add_argument("--switch", default="--no-inline")
    parser.add_argument("--core", type=int)
    parser.add_argument("--only", default="")
    parser.add_argument("--small", action="store_true")
    parser.add_argument("--gate", action="store_true")
    options = parser.parse_args()
    slisp = os.path.abspath(options.bin)
    sizes = json.loads((HERE / "sizes.json").read_text())
    names = [n for n in sizes if not options.only or n in options.only.split(",")]
    failed, ratios = [], {}
    if not options.gate:
        print(f"| program | size | inlined | `{options.switch}` | with | |\n|---|---:|---:|---:|---:|---:|")
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            source = HERE / "programs" / name / f"{name}.clj"
            on, off = pathlib.Path(folder, name + ".on"), pathlib.Path(folder, name + ".off")
            with_count = compile_program(slisp, source, on, [])
            without_count = compile_program(slisp, source, off, options.switch.split())
            small = sizes[name]["small"]
            same = cpu_of([on, small], options.core)[1] == cpu_of([off, small], options.core)[1]
            if with_count == 0 or without_count != 0 or not same:
                failed.append(f"{name}: {with_count} inlined with, {without_count} without, outputs {'equal' if same else 'differ'}")
                print(failed[-1], file=sys.stderr)
            if options.gate:
                continue
            size = small if options.small else sizes[name]["n"]
            times, outputs = {on: [], off: []}, set()
            for pair in range(options.pairs):
                for program in (on, off) if pair % 2 == 0 else (off, on):
                    seconds, output = cpu_of([program, size], options.core)
                    times[program].append(seconds)
                    outputs.add(output)
            if len(outputs) != 1:
                failed.append(f"{name}: outputs differ")
            a, b = statistics.median(times[on]), statistics.median(times[off])
            ratios[name] = b / a if a > 0 else 1.0
            print(f"| {name} | {size} | {with_count} | {b:.3f} | {a:.3f} | {ratios[name]:.2f} |", flush=True)
    if ratios:
        mean = math.exp(sum(math.log(r) for r in ratios.values()) / len(ratios))
        least = min(ratios, key=ratios.get)
        print(f"| *geometric mean* |  |  |  |  | {mean:.2f} |\n\nleast: {least} {ratios[least]:.2f}")
    for line in failed:
        print("gate: " + line, file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
