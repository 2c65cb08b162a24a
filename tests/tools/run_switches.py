"""All programs with passes left out: each switch alone, then random combinations; the checkers look at every function.

usage: run_switches.py --slisp BINARY [--seed N] [--combinations 20] [--only SWITCH,...] [--jobs N] [PLACE...]

PLACE: as for run_programs.py; tests/programs if none is given. The seed is printed and repeats the combinations. Every program must print what its .out
says, as the evaluator does, and end without live objects, whatever is left out.
"""
import argparse, pathlib, random, re, subprocess, sys

ROOT = pathlib.Path(__file__).resolve().parents[2]


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--slisp", required=True)
    arguments.add_argument("--seed", type=int, default=0)
    arguments.add_argument("--combinations", type=int, default=20)
    arguments.add_argument("--only", help="single switches; none: every one that slisp knows")
    arguments.add_argument("--jobs", default="2")
    arguments.add_argument("place", nargs="*")
    given = arguments.parse_args()
    help_text = subprocess.run([given.slisp, "help", "compile"], capture_output=True, text=True).stdout
    switches = ["--no-" + name for name in re.search(r"passes that --no-PASS leaves out\n((?:  .*\n)+)", help_text)[1].split()]
    seed = given.seed or random.randrange(1, 10 ** 9)
    print(f"--seed {seed}", flush=True)
    choose = random.Random(seed)
    runs = [[switch] for switch in (switches if given.only is None else given.only.split(",") if given.only else [])]
    runs += [sorted(choose.sample(switches, choose.randrange(2, 8))) for _ in range(given.combinations)]
    failed = []
    places = given.place or sorted(str(p) for p in (ROOT / "tests/programs").iterdir() if p.is_dir())
    for flags in runs:
        command = [sys.executable, "-B", str(ROOT / "tests/tools/run_programs.py"), "--slisp", given.slisp, "--way", "O2", "--jobs", given.jobs,
                   "--flags=" + " ".join(flags), *places]
        done = subprocess.run(command, capture_output=True, text=True)
        print(f"{' '.join(flags)}: {(done.stdout.splitlines() or ['nothing'])[-1]}", flush=True)
        if done.returncode != 0:
            failed.append(flags)
            print(done.stdout[-4000:] + done.stderr[-2000:], flush=True)
    if failed:
        sys.exit(f"--seed {seed}: {len(failed)} of {len(runs)} failed: " + "; ".join(" ".join(flags) for flags in failed))


if __name__ == "__main__":
    main()
