#!/usr/bin/env python3
"""Write docs/COMPATIBILITY.md: how each public var of Clojure's namespaces stands in slisp.

usage: document.py [--check]
  --check    write nothing; fail if the document is not up to date, or a var is in no group
In:   tests/compatibility/vars.txt (vars and arglists, written by real Clojure), the definitions in stdlib/, its table of refused vars, the
      cases with their answers, and the differences that are meant.
Out:  done: there is a case for every arity of the arglists, with nil, with an empty collection, with a wrong type, and with a seq that counts
            what is asked of it where a parameter takes a seq; all are answered as in Clojure
      different: some case is answered otherwise, and the document says how
      offered: defined, but the cases do not show all of the above; the document says what they lack
      refused: a compile-time error, with the reason
      missing: none of these; the check fails
"""
import difflib, re, sys
from cases import HOME, answers_of, read_differences, reasons_of_differences, split_forms, subjects

ROOT = HOME.parents[1]
EMPTY = re.compile(r'(?<=[\s(])(\[\]|\(\)|\{\}|#\{\}|"")(?=[\s)])')
# What src/analyzer/expand/top_level.cpp knows by name.
SPECIAL = {"ns", "in-ns", "import", "require", "use", "refer", "refer-clojure", "alias"}
DEFINING = re.compile(r"^def|^slisp-|^declare$")


def items(form):
    return split_forms(form[1:-1]) if form.startswith("(") else []


def definitions(path):
    """Names that a file of the library, and what it includes, defines at its top level."""
    def walk(form):
        parts = items(form)
        if not parts:
            return
        if parts[0] == "do":
            for part in parts[1:]:
                yield from walk(part)
        elif parts[0] == "slisp-include":
            yield from definitions(path.parent / parts[1].strip('"'))
        elif parts[0] == "defprotocol":
            yield parts[1]
            for part in parts[2:]:
                if part.startswith("("):
                    yield items(part)[0]
        elif parts[0].startswith("define-"):
            yield from (part for part in parts[1:] if not part.isdigit())
        elif parts[0] == "defrecord" or parts[0] == "deftype":
            yield "->" + parts[1]
            yield "map->" + parts[1]
        elif DEFINING.match(parts[0]) and parts[0] != "defn-":
            at = 1
            while parts[at].startswith("^") and parts[at] != "^":
                hint = parts[at]
                if re.fullmatch(r"\^(:[\w-]+|\w+|\{.*\})", hint, re.S):
                    at += 1                      # the hint was split from the name
                else:
                    parts[at] = re.sub(r"^(\^(:[\w-]+|\{.*?\})\s*)+", "", hint, flags=re.S)
            yield parts[at]
    text = re.sub(r"(?m)^\s*;.*$", "", path.read_text())
    for form in split_forms(text):
        yield from walk(form)


def refused():
    text = re.sub(r"(?m)^\s*;.*$", "", (ROOT / "stdlib/clojure/core/refused.slisp").read_text())
    table = items(split_forms(text)[0])[-1]
    parts = split_forms(table.lstrip("'")[1:-1])
    return {name: reason.strip('"') for name, reason in zip(parts[0::2], parts[1::2])}


def arities(arglists):
    """[(fixed parameters, takes more)] of a printed list of vectors."""
    made = []
    for vector in items(arglists):
        names = [n for n in split_forms(vector[1:-1]) if not n.startswith("^")]
        more = "&" in names
        made.append((names.index("&") if more else len(names), more))
    return made


def calls(form, var):
    """Arguments of each call of var within a form."""
    for match in re.finditer(r"\(" + re.escape(var) + r"(?=[\s)])", form):
        depth, at = 0, match.start()
        in_string = False
        for at in range(match.start(), len(form)):
            c = form[at]
            if in_string:
                in_string = c != '"' or form[at - 1] == "\\"
            elif c == '"':
                in_string = True
            elif c in "([{":
                depth += 1
            elif c in ")]}":
                depth -= 1
                if depth == 0:
                    break
        yield split_forms(form[match.start() + 1:at])[1:]


def lacks(sort, arglists, var, cases, answers):
    """What the cases of a var do not show."""
    if not cases:
        return ["any case"]
    if sort != "fn" or not arglists:
        return []
    counts, shown = set(), set()
    for case in cases:
        shown |= case.marks
        if re.match(r"[\w.$]+(Exception|Error): ", answers[case.form]):
            shown.add("wrong")
        for arguments in calls(case.form, var):
            counts.add(len(arguments))
            if arguments:
                shown.add("value " + arguments[0])
        shown |= {"nil"} if re.search(r"(?<=[\s(])nil(?=[\s)])", case.form) else set()
        shown |= {"empty"} if EMPTY.search(case.form) else set()
    # What takes any value at all has no wrong type: then several sorts of values stand for it.
    if len([s for s in shown if s.startswith("value ")]) >= 4:
        shown.add("wrong")
    missing = []
    for fixed, more in arglists:
        if not (any(c > fixed for c in counts) if more else fixed in counts):
            missing.append(f"a call with {'more than ' if more else ''}{fixed} argument{'s' * (fixed != 1)}")
    if any(fixed or more for fixed, more in arglists):
        missing += [text for mark, text in (("nil", "nil"), ("empty", "an empty collection"), ("wrong", "a wrong type")) if mark not in shown]
    return missing


def document():
    known_vars = [line.split(" ", 3) for line in (HOME / "vars.txt").read_text().splitlines()]
    reasons, why_different, differences = refused(), reasons_of_differences(), read_differences()
    by_var, answers = {}, {}
    for subject in subjects():
        known = answers_of(subject)
        answers |= known
        for case in subject.cases:
            if case.form in known:
                by_var.setdefault(case.var, []).append(case)
    groups, problems = {}, []
    defined = {}
    for ns, name, sort, arglists in known_vars:
        if ns not in defined:
            path = ROOT / "stdlib" / (ns.replace(".", "/") + ".slisp")
            defined[ns] = set(definitions(path)) if path.exists() else set()
        cases = by_var.get(name if ns == "clojure.core" else f"{ns}/{name}", [])
        here = groups.setdefault(ns, {"done": [], "different": [], "offered": [], "refused": [], "missing": []})
        is_defined = name in defined[ns] or ns == "clojure.core" and name in SPECIAL
        if is_defined and ns == "clojure.core" and name in reasons:
            problems.append(f"{ns}/{name} is defined and refused")
        alias = next((a + "/" for a in re.findall(r"\(([\w.]+)/", " ".join(c.form for c in cases))), "") if ns != "clojure.core" else ""
        if not is_defined:
            here["refused" if ns == "clojure.core" and name in reasons else "missing"].append((name, reasons.get(name, "")))
        elif lack := lacks(sort, arities(arglists), alias + name, cases, answers):
            here["offered"].append((name, ", ".join(lack)))
        elif any(case.form in differences for case in cases):
            why = why_different.get(name if ns == "clojure.core" else f"{ns}/{name}", "")
            here["different"].append((name, why))
            if not why:
                problems.append(f"{ns}/{name} answers differently and no reason is given")
        else:
            here["done"].append((name, ""))
    return groups, problems, len(answers)


def render(groups, forms):
    count = {g: sum(len(ns[g]) for ns in groups.values()) for g in ("done", "different", "offered", "refused", "missing")}
    out = ["# Compatibility", "",
           "How each public var of Clojure 1.11 stands in slisp. `tests/tools/compatibility/document.py` writes this page from "
           f"{forms} forms whose answers real Clojure wrote (`tests/compatibility`).", "",
           "| namespace | done | different | offered | refused | missing |", "|---|---|---|---|---|---|"]
    for ns, g in groups.items():
        out.append(f"| {ns} | " + " | ".join(str(len(g[k])) for k in ("done", "different", "offered", "refused", "missing")) + " |")
    out += [f"| all | " + " | ".join(str(count[k]) for k in ("done", "different", "offered", "refused", "missing")) + " |", "",
            "*done*: cases show every arity of the arglists, nil, an empty collection, a wrong type and the laziness, and all answers are Clojure's. "
            "*different*: some answer differs, as told. *offered*: it is there, and the cases do not show all of that yet. "
            "*refused*: using it is a compile-time error that gives the reason. *missing*: not there; using it is a compile-time error.", ""]
    for ns, g in groups.items():
        out += [f"## {ns}", ""]
        if g["done"]:
            out += ["Done: " + " ".join(f"`{n}`" for n, _ in g["done"]), ""]
        for key, title, column in (("different", "Different", "how"), ("offered", "Offered", "no case yet for"), ("refused", "Refused", "why")):
            if g[key]:
                by_text = {}
                for name, text in g[key]:
                    by_text.setdefault(text, []).append(name)
                out += [f"| {title} | {column} |", "|---|---|"]
                out += ["| " + " ".join(f"`{n}`" for n in names) + f" | {text} |".replace("\n", " ") for text, names in by_text.items()] + [""]
        if g["missing"]:
            out += ["Missing: " + " ".join(f"`{n}`" for n, _ in g["missing"]), ""]
    return "\n".join(out).rstrip() + "\n"


def main():
    groups, problems, forms = document()
    text = render(groups, forms)
    path = ROOT / "docs/COMPATIBILITY.md"
    if "--check" in sys.argv:
        if not path.exists() or path.read_text() != text:
            old = path.read_text().splitlines() if path.exists() else []
            problems.append("docs/COMPATIBILITY.md is not up to date; run tests/tools/compatibility/document.py\n  "
                            + "\n  ".join(l for l in difflib.unified_diff(old, text.splitlines(), lineterm="", n=0) if l[:1] in "+-"))
        problems += [f"{ns}/{name} is in no group: define it, or refuse it in stdlib/clojure/core/refused.slisp"
                     for ns, g in groups.items() if ns == "clojure.core" for name, _ in g["missing"]]
    else:
        path.write_text(text)
        print("\n".join(f"{ns}: " + ", ".join(f"{len(v)} {k}" for k, v in g.items()) for ns, g in groups.items()))
    for problem in problems:
        print("problem:", problem)
    sys.exit(1 if problems and "--check" in sys.argv else 0)


if __name__ == "__main__":
    main()
