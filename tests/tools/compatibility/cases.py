"""The forms that decide whether a var behaves as in Clojure, made of compact case files.

A case file (tests/compatibility/cases/SUBJECT.cases) has one paragraph per var:

    take: n s            the parameters of one arity, each the name of a pool; further arities after `|`
      (take 3 (range))   indented: a form as it stands, or a template with <pool> in the places to vary

and lines `namespace NAMESPACE ALIAS`: the vars that follow are of that namespace (clojure.core again without alias),
and `table NAME NAME ...: POOL POOL`: each of the functions on every combination of values of the pools. Pools (tests/compatibility/pools.txt): NAME | typical | other values | empty ones | wrong ones
and perhaps | the word lazy or called. From a template come: the typical values; then in each place in turn nil and every other value of its
pool, the other places keeping their typical one; nil everywhere; and for a lazy pool two probes, which count how many elements of a seq
were asked for, in which order, when the elements come one by one and when they come in chunks.
"""
import itertools, pathlib, re
from dataclasses import dataclass, field

HOME = pathlib.Path(__file__).resolve().parents[2] / "compatibility"
OPEN, CLOSE = "([{", ")]}"


@dataclass
class Pool:
    typical: str
    others: list
    empties: list
    wrongs: list
    flag: str = ""


@dataclass
class Case:
    """One form, the var it is about, and what it shows of that var."""
    var: str
    form: str
    marks: set = field(default_factory=set)      # nil, empty, wrong, probe
    expanded: bool = False                       # made of a template with places


@dataclass
class Subject:
    name: str
    prelude: str                                 # definitions that its forms use: prelude.clj, and SUBJECT.clj beside its cases
    requires: list = field(default_factory=list)
    cases: list = field(default_factory=list)


def split_forms(text):
    """The top-level forms of a text, each as written."""
    forms, start, depth, i = [], None, 0, 0
    prefix = False                                # what was read so far only begins a form: ' # @ ^
    while i < len(text):
        c = text[i]
        if c in " \t\n,":
            if depth == 0 and start is not None and not prefix:
                forms.append(text[start:i])
                start = None
            i += 1
            continue
        if start is None:
            start = i
        if c == '"':
            i += 1
            while text[i] != '"':
                i += 2 if text[i] == "\\" else 1
            prefix = False
        elif c == "\\":
            i += 1
            prefix = False
        elif c in OPEN:
            depth += 1
        elif c in CLOSE:
            depth -= 1
            prefix = False
        else:
            prefix = start == i and c in "'@^`~#" or c == "#" and text[start:i] == "#"
        i += 1
        if depth == 0 and c in CLOSE or depth == 0 and c == '"':
            forms.append(text[start:i])
            start = None
    if start is not None:
        forms.append(text[start:])
    return forms


def read_pools():
    pools = {}
    for line in (HOME / "pools.txt").read_text().splitlines():
        if not line.strip() or line.startswith(";"):
            continue
        name, typical, *rest = [part.strip() for part in re.split(r"\s\|(?=\s|$)", line)]
        rest += [""] * (4 - len(rest))
        pools[name] = Pool(typical, *(split_forms(part) for part in rest[:3]), rest[3])
    return pools


def expand(var, template, pools):
    parts = re.split(r"<([a-z0-9]+)>", template)
    texts, places = parts[0::2], [pools[name] for name in parts[1::2]]

    def fill(values):
        return "".join(t + v for t, v in zip(texts, [*values, ""]))

    typical = [p.typical for p in places]
    yield Case(var, fill(typical), expanded=bool(places))
    for at, pool in enumerate(places):
        few = len(places) > 2                     # many places: the first values of each sort say enough
        varied = [("nil", ["nil"]), ("", pool.others[:3] if few else pool.others),
                  ("empty", pool.empties[:1] if few else pool.empties), ("wrong", pool.wrongs[:2] if few else pool.wrongs)]
        for mark, values in varied:
            for value in values:
                yield Case(var, fill(typical[:at] + [value] + typical[at + 1:]), {mark} - {""}, True)
        if pool.flag == "lazy":
            seen = [f"(called {v})" if p.flag == "called" else v for p, v in zip(places, typical)]
            inner = fill(seen[:at] + ["source"] + seen[at + 1:])
            for kind in ("one-by-one", "in-chunks"):
                yield Case(var, f"(probe {kind} (fn [source] {inner}))", {"probe"})
    if len(places) > 1:
        yield Case(var, fill(["nil"] * len(places)), {"nil"}, True)


def table(names, places):
    """Each function on every combination of values."""
    values = [[p.typical, *p.others, *p.empties, *p.wrongs] for p in places]
    return [Case(name, f"({name} {' '.join(arguments)})", set(), True) for name in names for arguments in itertools.product(*values)]


def read_subject(path, pools):
    own = path.with_suffix(".clj")
    subject = Subject(path.stem, (HOME / "prelude.clj").read_text() + (own.read_text() if own.exists() else ""))
    var, prefix, alias = None, "", ""
    for number, line in enumerate(path.read_text().splitlines(), 1):
        try:
            if not line.strip() or line.startswith(";"):
                continue
            if line.startswith("namespace "):
                _, namespace, *alias = line.split()
                if alias:
                    subject.requires.append(f"{namespace} :as {alias[0]}")
                prefix, alias = (namespace + "/", alias[0] + "/") if alias else ("", "")
                continue
            if line.startswith("table "):
                names, _, kinds = line[len("table "):].partition(": ")
                subject.cases += table(names.split(), [pools[k] for k in kinds.split()])
                continue
            if line[0] != " ":
                var, _, arities = line.partition(": ")
                name = alias + var.rstrip(":")
                var = prefix + var.rstrip(":")
                templates = ["(" + " ".join([name] + [f"<{p}>" if p in pools else p for p in arity.split()]) + ")"
                             for arity in (arities.split("|") if arities.strip() else [])]
            else:
                templates = [line.strip()]
            known = {case.form for case in subject.cases if case.var == var}
            for template in templates:
                for case in expand(var, template, pools):
                    if case.form not in known:
                        known.add(case.form)
                        subject.cases.append(case)
        except (KeyError, IndexError) as problem:
            raise SystemExit(f"{path}:{number}: {problem!r}")
    return subject


def subjects(names=()):
    pools = read_pools()
    for path in sorted((HOME / "cases").glob("*.cases")):
        if not names or path.stem in names:
            yield read_subject(path, pools)


def answers_of(subject):
    """form -> what real Clojure answered."""
    path = HOME / "answers" / f"{subject.name}.answers"
    known = {}
    if path.exists():
        for line in path.read_text().splitlines():
            form, arrow, answer = line.partition("  ;=> ")
            if arrow:
                known[form] = answer
    return known


def read_differences():
    """form -> slisp's answer, where it is meant to differ."""
    path = HOME / "differences.txt"
    known = {}
    for line in path.read_text().splitlines() if path.exists() else []:
        form, arrow, answer = line.partition("  ;=> ")
        if arrow and not line.startswith(";"):
            known[form.strip()] = answer
    return known


def reasons_of_differences():
    """var -> how it differs: the paragraphs of differences.txt begin with `NAME NAME ...: reason`."""
    path = HOME / "differences.txt"
    reasons = {}
    for line in path.read_text().splitlines() if path.exists() else []:
        head, colon, reason = line.partition(": ")
        if colon and line[:1] not in " ;(" and "  ;=> " not in line:
            for name in head.split():
                reasons[name] = reasons[name] + "; " + reason if name in reasons else reason
    return reasons
