"""The rooms of the house: who may include whom, which library is wrapped where, and that no text names what is not slisp's."""
import pathlib, re, subprocess, unittest
from support import ROOT

# Room -> rooms whose headers it may include, besides its own. docs/ARCHITECTURE.md has the same table.
MAY_INCLUDE = {
    "runtime/abi": set(),
    "runtime": {"runtime/abi"},
    "src/reader": {"runtime", "runtime/abi"},
    "src/analyzer": {"src/reader", "runtime", "runtime/abi"},
    "src/evaluator": {"src/analyzer", "src/reader", "runtime", "runtime/abi"},
    "src/compiler": {"src/analyzer", "src/reader", "runtime", "runtime/abi"},
    "src/codegen": {"src/compiler", "src/reader", "runtime", "runtime/abi"},
    "src/cli": {"src/codegen", "src/compiler", "src/evaluator", "src/analyzer", "src/reader", "runtime", "runtime/abi"},
}
# Library header -> the places that wrap it.
WRAPPED = {"gmp.h": "runtime/numbers/", "pcre2.h": "runtime/regex/", "CLI/CLI.hpp": "src/cli/options.cpp",
           "histedit.h": "src/cli/repl_command.cpp", "xxhash.h": "src/cli/run_cache.cpp"}


def room_of(path):
    return next((room for room in MAY_INCLUDE if path == room or path.startswith(room + "/")), None)


def sources():
    names = subprocess.check_output(["git", "ls-files", "runtime", "src"], cwd=ROOT).decode().split("\n")
    for name in names:
        if name.endswith((".cpp", ".hpp", ".h", ".def")) and (ROOT / name).exists():
            yield name, (ROOT / name).read_text()

# Rows alone, since a comment of one language is none in the other; who reads them says what they are.
READ_BY_NASM_TOO = {"runtime/control/slow_paths.def"}


class Rooms(unittest.TestCase):
    def test_includes_go_one_way(self):
        wrong = []
        for name, text in sources():
            room = room_of(name)
            for included in re.findall(r'^#include "([^"]+)"', text, re.M):
                other = room_of(included)
                if other and other != room and other not in MAY_INCLUDE[room]:
                    wrong.append(f"{name} includes {included}")
        self.assertEqual(wrong, [])

    def test_libraries_are_wrapped_in_one_place(self):
        wrong = []
        for name, text in sources():
            for header in re.findall(r"^#include <([^>]+)>", text, re.M):
                if header in WRAPPED and not name.startswith(WRAPPED[header]):
                    wrong.append(f"{name} includes {header}")
        self.assertEqual(wrong, [])

    def test_every_file_says_what_it_is(self):
        wrong = [name for name, text in sources()
                 if name not in READ_BY_NASM_TOO and not re.match(r"(#pragma once\n)?// [\w./-]+: ", text)]
        self.assertEqual(wrong, [])

    def test_every_room_has_a_readme(self):
        places = ["src/codegen/x86_64_linux" if room == "src/codegen" else room for room in MAY_INCLUDE]
        wrong = [place for place in places if not (ROOT / place / "README.md").exists()]
        self.assertEqual(wrong, [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
