#!/usr/bin/env python3
"""What the register allocator and each of its parts bring, in speed and size, as Markdown tables.

  allocator.py --bin path/to/slisp [--pairs 2] [--core 1] [--programs fib,tak] [--parts --no-regalloc,--no-promote] [--no-speed] [--no-size]

Speed: CPU seconds (user + system) of the benchmark programs at full size (sizes.json), compiled as usual (A) and without one part (B), run in the
order A B B A per pair; medians, and per part the geometric mean of B / A over all programs, over those of calls, loops and doubles, and the
three programs that part brings most. Size: bytes of machine code of all programs in tests/programs, compiled as usual and without each part.
"""
import argparse, concurrent.futures, json, math, os, pathlib, statistics, subprocess, sys, tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path.insert(0, str(ROOT / "tests/tools"))
from cpu import cpu_of
from code_gate import SWITCHES, code_of

CALLS_LOOPS_DOUBLES = ("fib", "tak", "ackermann", "nqueens", "sum-loop", "collatz", "mandelbrot", "spectral-norm", "nbody", "fannkuch")


def build(slisp, source, options, output):
    done = subprocess.run([slisp, "compile", *options, str(source), "-o", str(output)], capture_output=True, text=True)
    return done.stderr if done.returncode != 0 else None


def mean(ratios):
    return math.exp(sum(map(math.log, ratios)) / len(ratios)) if ratios else float("nan")


def speed(args, parts, folder):
    sizes = json.loads((HERE / "sizes.json").read_text())
    wanted = args.programs.split(",") if args.programs else [name for name in sizes if name != "hello"]
    for name in wanted:
        source = HERE / "programs" / name / (name + ".clj")
        for part in ("", *parts):
            if fault := build(args.bin, source, [part] if part else [], folder / (name + part)):
                sys.exit(f"{name} {part}: {fault}")
    ratios, figures = {part: {} for part in parts}, {part: {} for part in parts}
    for part in parts:
        for name in wanted:
            times, answers = {"": [], part: []}, set()
            for _ in range(args.pairs):
                for which in ("", part, part, ""):
                    cpu, answer = cpu_of([folder / (name + which), sizes[name]["n"]])
                    times[which].append(cpu)
                    answers.add(answer)
            if len(answers) != 1:
                sys.exit(f"{name} {part}: the answers differ")
            a, b = (max(statistics.median(times[which]), 0.001) for which in ("", part))
            ratios[part][name], figures[part][name] = b / a, (a, b)
    print("| program | " + " | ".join(f"{part}" for part in parts) + " |\n|---|" + "---:|" * len(parts))
    for name in wanted:
        print(f"| {name} | " + " | ".join("{:.3f} / {:.3f} = {:.2f}".format(figures[p][name][1], figures[p][name][0], ratios[p][name]) for p in parts) + " |")
    few = [name for name in wanted if name in CALLS_LOOPS_DOUBLES]
    print("| *calls, loops, doubles* | " + " | ".join(f"**{mean([ratios[p][n] for n in few]):.3f}**" for p in parts) + " |")
    print("| *all* | " + " | ".join(f"**{mean(list(ratios[p].values())):.3f}**" for p in parts) + " |")
    best = lambda p: ", ".join(f"{n} {r:.2f}" for n, r in sorted(ratios[p].items(), key=lambda item: -item[1])[:3])
    print("| *most* | " + " | ".join(best(p) for p in parts) + " |\n", flush=True)


def size(args, parts, folder):
    sources = sorted(p for p in (ROOT / "tests/programs").glob("*/*.slisp") if p.with_suffix(".out").exists() and not p.with_suffix(".flags").exists())
    def bytes_of(case):
        number, source, part = case
        output = folder / f"{number}{part}.o"
        options = ["--emit=obj", *([part] if part else [])]
        if build(args.bin, source, options, output):
            return None                            # a program that shall not compile
        bytes_of_code = code_of(output.read_bytes())[0]
        output.unlink()
        return bytes_of_code
    totals = {}
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for part in ("", *parts):
            totals[part] = list(pool.map(bytes_of, [(i, source, part) for i, source in enumerate(sources)]))
    both = [i for i in range(len(sources)) if all(totals[part][i] for part in totals)]
    print(f"Code of {len(both)} programs:\n\n| | bytes | to the usual |\n|---|---:|---:|")
    usual = sum(totals[""][i] for i in both)
    for part in totals:
        total = sum(totals[part][i] for i in both)
        print(f"| {part or 'usual'} | {total} | {total / usual:.3f} |")


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--bin", required=True)
    ap.add_argument("--pairs", type=int, default=2)
    ap.add_argument("--core", type=int, default=1)
    ap.add_argument("--programs")
    ap.add_argument("--parts", metavar="SWITCHES", default=",".join(SWITCHES))
    ap.add_argument("--no-speed", action="store_true")
    ap.add_argument("--no-size", action="store_true")
    args = ap.parse_args()
    args.bin = str(pathlib.Path(args.bin).resolve())
    parts = args.parts.split(",")
    with tempfile.TemporaryDirectory(prefix="slisp-allocator-") as folder:
        if not args.no_size:
            size(args, parts, pathlib.Path(folder))
        if args.core >= 0:
            os.sched_setaffinity(0, {args.core})
        if not args.no_speed:
            print()
            speed(args, parts, pathlib.Path(folder))


if __name__ == "__main__":
    main()
