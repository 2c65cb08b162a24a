"""The code gate: what machine code the programs of tests/programs/generated_code become, as hashes that stand in tests/code_gate.txt.

usage: code_gate.py --slisp BINARY [--pin]

A pin is the size and sha256 of the executable sections of a program's object file, in order, with the relocations that apply to them: what the
compiler generated, without runtime, library, data and names of files. Every program is pinned as it is compiled by default, three of them
also without each part of the register allocator. Besides, each of these switches must change the code of at least six programs.

--pin runs the programs at -O2 and writes new pins only if all of them print what Clojure prints; it says what moved, in bytes.
"""
import argparse, concurrent.futures, hashlib, os, pathlib, struct, subprocess, sys, tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAMS = ROOT / "tests/programs/generated_code"
PINS = ROOT / "tests/code_gate.txt"
# One for each part of the register allocator; all that measures or tests the parts takes them from here.
SWITCHES = ("--no-regalloc", "--no-promote", "--no-belady", "--no-slot-forwarding", "--no-slot-coloring", "--no-remat", "--no-free-result")
WITH_SWITCHES = ("dense_arithmetic", "exceptions", "registers")
LEAST_CHANGED = 6
HEAD = """# What tests/tools/code_gate.py compares; written by its --pin. A commit that moves this file says what changed and why, in bytes.
# program, options, bytes of code, sha256
"""


def sections(elf):
    """Of a 64-bit ELF file: name, type, flags, link, info and content of each section."""
    at, count, names = struct.unpack_from("<Q", elf, 0x28)[0], *struct.unpack_from("<HH", elf, 0x3c)
    headers = [struct.unpack_from("<IIQQQQIIQQ", elf, at + 64 * i) for i in range(count)]
    text = lambda table, offset: elf[table + offset:elf.index(b"\0", table + offset)]
    return [(text(headers[names][4], h[0]), h[1], h[2], h[6], h[7], elf[h[4]:h[4] + h[5]] if h[1] != 8 else b"") for h in headers]


def code_of(elf):
    """Size and hash of the executable sections and their relocations."""
    parts, size = sections(elf), 0
    digest = hashlib.sha256()
    executable = {i for i, part in enumerate(parts) if part[2] & 4}
    for i in sorted(executable):
        digest.update(parts[i][0] + b"\0" + parts[i][5])
        size += len(parts[i][5])
    for name, kind, _, link, info, content in parts:
        if kind != 4 or info not in executable:
            continue
        symbols, strings = parts[link][5], parts[parts[link][3]][5]
        for offset, what, addend in struct.iter_unpack("<QQq", content):
            symbol = struct.unpack_from("<IBBHQQ", symbols, 24 * (what >> 32))
            label = strings[symbol[0]:strings.index(b"\0", symbol[0])] or parts[symbol[3]][0]
            digest.update(struct.pack("<QIq", offset, what & 0xffffffff, addend) + label + b"\0")
    return size, digest.hexdigest()


def compile_code(slisp, name, options):
    with tempfile.TemporaryDirectory() as folder:
        output = pathlib.Path(folder, "code.o")
        command = [slisp, "compile", *options, "--emit=obj", f"{name}.slisp", "-o", str(output)]
        done = subprocess.run(command, capture_output=True, text=True, cwd=PROGRAMS)
        if done.returncode != 0:
            sys.exit(f"{' '.join(command)}: {done.stderr}")
        return code_of(output.read_bytes())


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--slisp", required=True, type=os.path.abspath)
    arguments.add_argument("--pin", action="store_true")
    given = arguments.parse_args()
    names = sorted(p.stem for p in PROGRAMS.glob("*.slisp"))
    cases = [(name, switch) for switch in ("", *SWITCHES) for name in names]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        made = dict(zip(cases, pool.map(lambda case: compile_code(given.slisp, case[0], [case[1]] if case[1] else []), cases)))

    faults = []
    for switch in SWITCHES:
        changed = [name for name in names if made[name, switch][1] != made[name, ""][1]]
        if len(changed) < LEAST_CHANGED:
            faults.append(f"{switch} changes the code of {len(changed)} programs: {' '.join(changed)}")
    pinned = {(name, switch): made[name, switch] for name, switch in cases if not switch or name in WITH_SWITCHES}
    stood = {}
    for line in PINS.read_text().splitlines() if PINS.exists() else []:
        if line and not line.startswith("#"):
            name, switch, size, digest = line.split()
            stood[name, "" if switch == "default" else switch] = int(size), digest
    moved = []
    for case in sorted({*pinned, *stood}):
        before, now = stood.get(case), pinned.get(case)
        if before != now:
            sizes = " -> ".join(str(pin[0]) if pin else "nothing" for pin in (before, now))
            moved.append(f"{case[0]} {case[1] or 'default'}: {sizes} bytes")
    if given.pin and moved:
        ran = subprocess.run([sys.executable, "-B", str(ROOT / "tests/tools/run_programs.py"), "--slisp", given.slisp, "--way", "O2", str(PROGRAMS)])
        if ran.returncode != 0:
            sys.exit("the programs do not run as they should: nothing is pinned")
        PINS.write_text(HEAD + "".join(f"{name} {switch or 'default'} {size} {digest}\n" for (name, switch), (size, digest) in sorted(pinned.items())))
    elif moved:
        faults.append("the code moved; if that is meant, run the tests of execution, then this with --pin:")
        faults += moved
    print("\n".join([*(["pinned:", *moved] if given.pin and moved else []), *faults, f"{len(pinned)} pins, {len(moved)} moved"]))
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
