"""Random programs: what the compiled program prints at each level is what the evaluator prints.

Seeds are printed; SLISP_SEED=N repeats one, SLISP_PROGRAMS=N says how many programs there are.
A program is a list of functions of longs, vectors, maps and strings that call one another, and prints what they yield; an exception of
any expression is data like any other.
"""
import os, pathlib, random, subprocess, tempfile, unittest

SLISP = os.environ["SLISP"]
PROGRAMS = int(os.environ.get("SLISP_PROGRAMS", "6"))
FIRST = int(os.environ.get("SLISP_SEED", "0")) or random.randrange(1, 10 ** 9)


class Maker:
    """Expressions by type: n a long, v a vector of longs, m a map from keywords to longs, s a string, b a boolean."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.functions = []
        self.count = 0

    def pick(self, *choices):
        return self.random.choice(choices)

    def fresh(self):
        self.count += 1
        return f"x{self.count}"

    def make(self, kind, scope, depth):
        own = [name for name, of in scope if of == kind]
        if depth <= 0 or self.random.random() < 0.15:
            return self.random.choice(own) if own and self.random.random() < 0.7 else self.literal(kind)
        e = lambda k, more=(): self.make(k, [*scope, *more], depth - 1)
        general = ["let", "if", "do", "try", "fn"] + ["call"] * 2 * any(f[1] == kind for f in self.functions)
        choice = self.random.choice(general + ["own"] * 7)
        if choice == "let":
            name, of = self.fresh(), self.pick(*"nvmsb")
            return f"(let [{name} {e(of)}] {e(kind, [(name, of)])})"
        if choice == "if":
            return f"(if {e('b')} {e(kind)} {e(kind)})"
        if choice == "do":
            return f"(do {e(self.pick(*'nvms'))} {e(kind)})"
        if choice == "try":
            name = self.fresh()
            return f"(try {e(kind)} (catch Exception {name} {e(kind)}) (finally {e('n')}))"
        if choice == "fn":
            name = self.fresh()
            return f"((fn [{name}] {e(kind, [(name, 'n')])}) {e('n')})"
        if choice == "call":
            function = self.random.choice([f for f in self.functions if f[1] == kind])
            return "(" + " ".join([function[0], *(e(k) for k in function[2])]) + ")"
        return getattr(self, "of_" + kind)(e, scope)

    def literal(self, kind):
        number = lambda: str(self.pick(0, 1, -1, 2, 7, self.random.randrange(-100, 100), 9223372036854775807, -9223372036854775808))
        return {"n": number, "b": lambda: self.pick("true", "false", "nil"), "s": lambda: self.pick('""', '"abc"', '"a b"', '"äß"'),
                "v": lambda: "[" + " ".join(number() for _ in range(self.random.randrange(5))) + "]",
                "m": lambda: "{" + " ".join(f"{k} {number()}" for k in self.random.sample([":a", ":b", ":c", ":d"], self.random.randrange(4))) + "}"}[kind]()

    def of_n(self, e, scope):
        i, acc = self.fresh(), self.fresh()
        return self.pick(
            lambda: f"({self.pick('+', '-', '*', 'quot', 'rem', 'mod', 'max', 'min', 'bit-and', 'bit-xor', 'unchecked-add', 'unchecked-multiply')} {e('n')} {e('n')})",
            lambda: f"({self.pick('inc', 'dec', '-', 'abs', 'bit-not')} {e('n')})",
            lambda: f"(count {e(self.pick(*'vms'))})", lambda: f"(reduce + 0 {e('v')})", lambda: f"(nth {e('v')} (mod {e('n')} 6) {e('n')})",
            lambda: f"(get {e('m')} {self.pick(':a', ':b', ':z')} {e('n')})", lambda: f"({self.pick(':a', ':c')} {e('m')} 3)",
            lambda: f"(loop [{i} 0 {acc} {e('n')}] (if (< {i} {self.random.randrange(5)}) (recur (inc {i}) {e('n', [(i, 'n'), (acc, 'n')])}) {acc}))",
            lambda: f"(let [[{i} & {acc}] {e('v')}] (+ (or {i} 0) (count {acc})))", lambda: f"(long (quot {e('n')} 3))",
            lambda: f"(case (mod {e('n')} 4) 0 {e('n')} (1 2) {e('n')} {e('n')})")()

    def of_v(self, e, scope):
        x = self.fresh()
        return self.pick(
            lambda: f"(conj {e('v')} {e('n')})", lambda: f"(mapv (fn [{x}] {e('n', [(x, 'n')])}) {e('v')})",
            lambda: f"(filterv (fn [{x}] {e('b', [(x, 'n')])}) {e('v')})", lambda: f"(into {e('v')} {e('v')})", lambda: f"(vec (take 3 {e('v')}))",
            lambda: f"(vec (for [{x} {e('v')} :when {e('b', [(x, 'n')])}] {e('n', [(x, 'n')])}))", lambda: f"(vec (sort {e('v')}))",
            lambda: f"(vec (reverse {e('v')}))", lambda: f"(assoc {e('v')} 0 {e('n')})", lambda: f"(vec (vals {e('m')}))", lambda: f"[{e('n')} {e('n')}]",
            lambda: f"(subvec {e('v')} 0 1)", lambda: f"(vec (distinct (concat {e('v')} {e('v')})))", lambda: f"(vec (range (mod {e('n')} 40)))",
            lambda: f"(persistent! (reduce conj! (transient {e('v')}) {e('v')}))")()

    def of_m(self, e, scope):
        k, v = self.fresh(), self.fresh()
        key = self.pick(":a", ":b", ":c", ":e")
        return self.pick(
            lambda: f"(assoc {e('m')} {key} {e('n')})", lambda: f"(dissoc {e('m')} {key})", lambda: f"(update {e('m')} {key} (fnil inc {e('n')}))",
            lambda: f"(merge {e('m')} {e('m')})", lambda: f"(merge-with + {e('m')} {e('m')})", lambda: f"(select-keys {e('m')} [:a :b])",
            lambda: f"(into {{}} (map (fn [[{k} {v}]] [{k} {e('n', [(v, 'n')])}])) {e('m')})", lambda: f"{{:a {e('n')} :e {e('n')}}}",
            lambda: f"(reduce-kv (fn [{k} _ {v}] (assoc {k} :s {e('n', [(v, 'n')])})) {{}} {e('m')})")()

    def of_s(self, e, scope):
        return self.pick(lambda: f"(str {e('s')} {e(self.pick(*'nvs'))})", lambda: f"(subs {e('s')} (mod {e('n')} 3))", lambda: f"(pr-str {e('v')})",
                         lambda: f"(apply str {e('v')})", lambda: f"(format \"%d-%s\" {e('n')} {e('s')})")()

    def of_b(self, e, scope):
        return self.pick(lambda: f"({self.pick('<', '<=', '=', '>', '==', 'not=')} {e('n')} {e('n')})", lambda: f"(not {e('b')})", lambda: f"(= {e('v')} {e('v')})",
                         lambda: f"(and {e('b')} {e('b')})", lambda: f"(or {e('b')} {e('b')})", lambda: f"(empty? {e(self.pick(*'vms'))})",
                         lambda: f"({self.pick('even?', 'zero?', 'pos?')} {e('n')})", lambda: f"(contains? {e('m')} :a)")()

    def program(self):
        out = []
        for number in range(5):
            kind, kinds = self.pick(*"nvms"), [self.pick(*"nvms") for _ in range(self.random.randrange(1, 4))]
            names = [self.fresh() for _ in kinds]
            out.append(f"(defn f{number} [{' '.join(names)}] {self.make(kind, list(zip(names, kinds)), 4)})")
            self.functions.append((f"f{number}", kind, kinds))
        for _ in range(25):
            kind = self.pick(*"nvmsb")
            form = self.make(kind, [], 4)
            out.append(f"(println (try (pr-str {'(into (sorted-map) ' + form + ')' if kind == 'm' else form})"
                       " (catch Throwable e (str (.getName (class e)) \" \" (ex-message e)))))")
        return "\n".join(out) + "\n"


def answer(command, folder):
    done = subprocess.run(command, capture_output=True, cwd=folder, timeout=300, env=dict(os.environ, SLISP_HEAP_REPORT="1"))
    return done.returncode, done.stdout.decode(), done.stderr.decode()


class RandomPrograms(unittest.TestCase):
    def test_every_level_answers_as_the_evaluator(self):
        print(f"SLISP_SEED={FIRST} for {PROGRAMS} programs", flush=True)
        for seed in range(FIRST, FIRST + PROGRAMS):
            with self.subTest(seed=seed), tempfile.TemporaryDirectory() as folder:
                source = pathlib.Path(folder, "program.slisp")
                source.write_text(Maker(seed).program())
                status, wanted, err = answer([SLISP, "run", "--evaluate", str(source)], folder)
                self.assertEqual(status, 0, f"SLISP_SEED={seed}: {err[-500:]}\n{source.read_text()}")
                for level in ("-O0", "-O2"):
                    status, out, err = answer([SLISP, "compile", "--verify", level, str(source), "-o", "program"], folder)
                    self.assertEqual(status, 0, f"SLISP_SEED={seed} {level}: {err[-800:]}\n{source.read_text()}")
                    status, out, err = answer(["./program"], folder)
                    self.assertEqual((status, out), (0, wanted), f"SLISP_SEED={seed} {level}: {err[-300:]}\n{source.read_text()}")
                    self.assertIn("heap: 0 live objects", err, f"SLISP_SEED={seed} {level}\n{source.read_text()}")


if __name__ == "__main__":
    unittest.main()
