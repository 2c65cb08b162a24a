#!/usr/bin/env python3
"""Run test programs with a runtime that has the address and the undefined behaviour sanitizer.

usage: asan_programs.py --source CHECKOUT --build BUILD [--jobs N] [--part K/N] PLACE...
Builds the runtime's archives with sanitizers in BUILD/asan (the compiler stays as it is: what is tested is what programs link), puts a copy of
BUILD/slisp beside them that finds them, and has run_programs.py compile with --debug-heap: one malloc block per object, so that each use of a freed
one is seen. A report ends the program with status 99, and the leak sanitizer looks for what is left.
"""
import argparse, os, pathlib, shutil, subprocess, sys

ARCHIVES = ("slisp_runtime", "slisp_reader", "slisp_debug_heap")
LD = """#!/bin/sh
# The sanitizers' libraries come before all others.
exec {ld} {libraries} "$@"
"""


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--source", required=True, type=pathlib.Path)
    options.add_argument("--build", required=True, type=pathlib.Path)
    options.add_argument("--jobs", default="1")
    options.add_argument("--part", default="1/1")
    options.add_argument("place", nargs="+")
    args = options.parse_args()
    made = args.build.resolve() / "asan"
    subprocess.run(["cmake", "-S", args.source, "-B", made, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release", "-DSLISP_SANITIZE=ON", "-DSLISP_TESTS=OFF"],
                   check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["cmake", "--build", made, "--target", *ARCHIVES], check=True, stdout=subprocess.DEVNULL)
    place = made / "compiler"
    shutil.rmtree(place, ignore_errors=True)
    library = place / "lib/slisp"
    library.mkdir(parents=True)
    for file in (args.build.resolve() / "lib/slisp").iterdir():
        ours = file.stem[3:] in ARCHIVES
        (library / file.name).symlink_to(next(made / room / file.name for room in ("runtime", "src", "lib/slisp") if (made / room / file.name).exists()) if ours else file)
    shutil.copy2(args.build / "slisp", place / "slisp")
    libraries = [subprocess.check_output(["g++", f"-print-file-name={name}"], text=True).strip() for name in ("libasan.so", "libubsan.so")]
    (place / "ld").write_text(LD.format(ld=shutil.which("ld"), libraries=" ".join(libraries)))
    (place / "ld").chmod(0o755)
    environment = dict(os.environ, PATH=f"{place}:{os.environ['PATH']}",
                       ASAN_OPTIONS="exitcode=99:detect_stack_use_after_return=0:detect_leaks=1:allocator_may_return_null=1",
                       UBSAN_OPTIONS="print_stacktrace=1", LSAN_OPTIONS="exitcode=99")
    runner = pathlib.Path(__file__).with_name("run_programs.py")
    return subprocess.run([sys.executable, runner, "--slisp", place / "slisp", "--way", "asan", "--jobs", args.jobs, "--part", args.part, *args.place],
                          env=environment).returncode


if __name__ == "__main__":
    sys.exit(main())
