"""Every message of reader, analyzer and compiler says why: which rule the program breaks. Found in the source, by the calls that report."""
import pathlib, re, unittest
from support import ROOT

# The function that reports -> which of its arguments is the reason.
REASON = {"error": 2, "error_at": 3, "warning": 2, "pending_error": 2, "diagnostics.error": 3, "diagnostics_.error": 3, "fail": 4, "fault": 4,
          "fail_pending": 2, "pending_fault": 2, "bad": 2}
CALL = re.compile(r"(?<![\w>:~])((?:session_\.|context_\.)?diagnostics_?\.error|error_at|error|warning|pending_error|fail_pending|pending_fault|fail|fault|bad)\(")
# Declarations, definitions and what passes on what it was given.
SKIPPED = re.compile(r"std::string(_view)? (code|what)|const char\* code|const Span& span, const char")


def arguments(text, at):
    """The arguments of the call whose parenthesis opens at `at`, and where it ends."""
    depth, start, found, quote = 0, at + 1, [], None
    while True:
        c = text[at]
        if quote:
            if c == "\\":
                at += 1
            elif c == quote:
                quote = None
        elif c == '"' or (c == "'" and not text[at - 1].isalnum()):
            quote = c
        elif c in "([{":
            depth += 1
        elif c in ")]}":
            depth -= 1
            if depth == 0:
                found.append(text[start:at].strip())
                return found, at
        elif c == "," and depth == 1:
            found.append(text[start:at].strip())
            start = at + 1
        at += 1


def messages():
    for room in ("reader", "analyzer", "compiler"):
        for path in sorted((ROOT / "src" / room).rglob("*.cpp")):
            text = re.sub(r"//[^\n]*", "", path.read_text())
            for call in CALL.finditer(text):
                given, _ = arguments(text, call.end() - 1)
                name = call.group(1).removeprefix("session_.").removeprefix("context_.")
                if name == "bad" and path.name != "fn.cpp":      # of the others, the call within says why
                    continue
                if SKIPPED.search(" ".join(given)) or not any(re.search(r'"e-|"w-', a) for a in given) and name != "bad":
                    continue
                yield f"{path.relative_to(ROOT)}:{text.count(chr(10), 0, call.start()) + 1}", name, given


class Messages(unittest.TestCase):
    def test_each_says_why(self):
        wrong, count = [], 0
        for place, name, given in messages():
            count += 1
            reason = given[REASON[name]] if len(given) > REASON[name] else ""
            if reason in ("", "{}", '""', "std::string()"):
                wrong.append(f"{place}: {name}({', '.join(given)[:150]}")
        self.assertEqual(wrong, [], "\n" + "\n".join(wrong))
        self.assertGreater(count, 150)


if __name__ == "__main__":
    unittest.main()
