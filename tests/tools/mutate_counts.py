#!/usr/bin/env python3
"""Does the ownership checker reject wrong counts? Takes the IR of test programs, and of the library, and has mutate_counts plant faults in it.

usage: mutate_counts.py --slisp SLISP --tool MUTATE_COUNTS [--seed N] [--wanted N] [--programs N] [--library STDLIB]
"""
import argparse
import pathlib
import random
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]


def library_modules(slisp, stdlib, folder):
    """The library, compiled once more, with its IR on stderr; one file per module."""
    command = [slisp, "build-library", stdlib, "-o", str(folder / "objects"), "--dump-after=dead-blocks"]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    files = []
    for number, module in enumerate(text.split("; after dead-blocks\n")[1:]):
        file = folder / f"library_{number}.ir"
        file.write_text(module)
        files.append(file)
    return files


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--slisp", required=True)
    parser.add_argument("--tool", required=True)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--wanted", type=int, default=20, help="wrong mutants of each kind")
    parser.add_argument("--programs", type=int, default=0, help="how many of the test programs, 0: all")
    parser.add_argument("--library", default="")
    options = parser.parse_args()
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(2**32)
    print(f"seed {seed}", flush=True)
    programs = sorted(p for p in ROOT.glob("programs/*/*.slisp"))
    if options.programs:
        programs = random.Random(seed).sample(programs, options.programs)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        files = library_modules(options.slisp, options.library, folder) if options.library else []
        for number, program in enumerate(programs):
            file = folder / f"{number}.ir"
            made = subprocess.run([options.slisp, "compile", str(program), "--emit=ir", "-o", str(file)], capture_output=True, cwd=program.parent)
            if made.returncode == 0:
                files.append(file)
        if not files:
            print("no program compiles")
            return 1
        return subprocess.run([options.tool, str(seed), str(options.wanted), *map(str, files)]).returncode


if __name__ == "__main__":
    sys.exit(main())
