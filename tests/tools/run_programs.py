#!/usr/bin/env python3
"""Compile and run test programs and compare with what they are expected to print.

usage: run_programs.py --slisp BIN [--way O0|O1|O2|evaluator|valgrind|asan] [--flags 'FLAG ...'] [--jobs N] [--part K/N] PLACE...
  PLACE      a program, or a folder that is searched for programs; a folder with main.slisp is one program of several files
  P.out      expected standard output      P.exit  expected exit status (0 when there is none)
  P.err      text that must occur in standard error      P.in  standard input      P.args  arguments, one a line
  P.flags    further options of the compiler
  P.peak     the most bytes that a compiled program may hold at once, by its heap report
  --way      O0 O1 O2: compile, run with SLISP_HEAP_REPORT=1, no object may be alive at exit
             evaluator: run by the tree evaluator instead, the oracle of the compiler
             valgrind: --debug-heap under valgrind: 0 errors, 0 bytes left
             asan: --debug-heap by a slisp whose runtime has the address sanitizer (tools/asan_programs.py)
  --part     only each Nth program, beginning with the Kth
Ends with a line "N passed, M failed".
"""
import argparse, concurrent.futures, os, pathlib, re, subprocess, sys, tempfile

SUFFIXES = {".slisp", ".clj", ".cljc"}


def programs(places):
    for place in map(pathlib.Path, places):
        if place.is_file():
            yield place
            continue
        mains = {p.parent for p in place.rglob("main.slisp")}
        for path in sorted(p for p in place.rglob("*") if p.suffix in SUFFIXES):
            folder = next((m for m in mains if m == path.parent or m in path.parents), None)
            if folder is None or path == folder / "main.slisp":
                yield path


def side(program, suffix):
    file = program.with_suffix(suffix)
    return file.read_bytes() if file.exists() else None


def execute(command, stdin, env=None, limit=120):
    try:
        done = subprocess.run(command, input=stdin or b"", capture_output=True, timeout=limit, env=env)
        return done.returncode, done.stdout, done.stderr
    except subprocess.TimeoutExpired:
        return None, b"", b"no answer within %d seconds" % limit


def difference(program, status, out, err):
    """What is wrong with an answer, or None."""
    wanted_out = side(program, ".out")
    wanted_status = int((side(program, ".exit") or b"0").split()[0])
    wanted_err = side(program, ".err")
    if wanted_out is None:
        return "has no .out"
    problems = []
    if status != wanted_status:
        problems.append(f"exit status {status}, expected {wanted_status}")
    if out != wanted_out:
        got, want = out.decode(errors="replace").splitlines(), wanted_out.decode(errors="replace").splitlines()
        at = next((i for i, (g, w) in enumerate(zip(got, want)) if g != w), min(len(got), len(want)))
        problems.append(f"line {at + 1}: got {got[at] if at < len(got) else '(end)'!r:.300}, "
                        f"expected {want[at] if at < len(want) else '(end)'!r:.300}")
    if wanted_err is not None and wanted_err.strip() not in err:
        problems.append(f"standard error lacks {wanted_err.decode().strip()!r}")
    if problems and err:
        problems.append("stderr: " + err.decode(errors="replace").strip()[-600:])
    return "; ".join(problems) or None


def check(program, args, folder, number):
    arguments = (side(program, ".args") or b"").decode().splitlines()
    arguments = [a for a in arguments if a.strip()]
    stdin = side(program, ".in")
    flags = args.flags.split() + (side(program, ".flags") or b"").decode().split()
    if args.way == "evaluator":
        status, out, err = execute([args.slisp, "run", "--evaluate", *flags, str(program), *arguments], stdin)
        return difference(program, status, out, err)
    binary = folder / str(number)
    mode = ["--debug-heap"] if args.way in ("valgrind", "asan") else ["-" + args.way]
    status, out, err = execute([args.slisp, "compile", str(program), "-o", str(binary), *mode, "--verify", *flags], None)
    if status != 0:
        return f"does not compile: {err.decode(errors='replace').strip()[:1500]}"
    env = dict(os.environ, SLISP_HEAP_REPORT="1")
    command = [str(binary), *arguments]
    if args.way == "valgrind":
        env["SLISP_UNDER_VALGRIND"] = "1"                  # programs may do less of what takes long
        command = ["valgrind", "-q", "--leak-check=full", "--show-leak-kinds=all", "--errors-for-leak-kinds=all",
                   "--error-exitcode=99", "--main-stacksize=8388608"] + command
    status, out, err = execute(command, stdin, env, 600)
    binary.unlink()
    if args.way in ("valgrind", "asan") and side(program, ".valgrind"):  # that file says why its output is another there
        out = side(program, ".out")
    wrong = difference(program, status, out, err)
    report = re.search(rb"^heap: (\d+) live objects \((\d+) allocated, (\d+) freed, peak (\d+) bytes\)", err, re.M)
    if not wrong and not report:
        wrong = "no heap report: " + err.decode(errors="replace")[-300:]
    if not wrong and (report[1] != b"0" or report[2] != report[3]):
        wrong = err[report.start():].decode(errors="replace").strip()
    limit = side(program, ".peak")
    # A bound is one of programs that are compiled as usual: passes that are left out may have been what keeps it.
    if not wrong and limit and not args.flags and args.way not in ("valgrind", "asan") and int(report[4]) > int(limit):
        wrong = f"held {int(report[4])} bytes at once, at most {int(limit)} are allowed"
    return wrong


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--slisp", required=True)
    options.add_argument("--way", default="O2", choices=["O0", "O1", "O2", "evaluator", "valgrind", "asan"])
    options.add_argument("--flags", default="")
    options.add_argument("--jobs", type=int, default=1)
    options.add_argument("--part", default="1/1")
    options.add_argument("place", nargs="+")
    args = options.parse_args()
    part, parts = map(int, args.part.split("/"))
    chosen = list(programs(args.place))[part - 1::parts]
    failed = 0
    with tempfile.TemporaryDirectory(prefix="slisp-programs-") as folder:
        with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
            answers = pool.map(lambda n: check(chosen[n], args, pathlib.Path(folder), n), range(len(chosen)))
            for program, wrong in zip(chosen, answers):
                if wrong:
                    failed += 1
                    print(f"FAILED {program} [{args.way}]: {wrong}", flush=True)
    print(f"{len(chosen) - failed} passed, {failed} failed")
    sys.exit(1 if failed or not chosen else 0)


if __name__ == "__main__":
    main()
