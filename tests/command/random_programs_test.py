"""Random programs: what the compiled program prints at each level is what the evaluator prints.

Seeds are printed; SLISP_SEED=N repeats one, SLISP_PROGRAMS=N says how many programs there are.
A program is a list of functions of longs, doubles, vectors, lists, maps and strings that call one another, and prints what they yield; an
exception of any expression is data like any other. It is compiled at -O0, at -O2, and at -O2 less some passes drawn at random.
"""
import os, pathlib, random, re, subprocess, tempfile, unittest

SLISP = os.environ["SLISP"]
PROGRAMS = int(os.environ.get("SLISP_PROGRAMS", "6"))
HELP = subprocess.run([SLISP, "help", "compile"], capture_output=True, text=True).stdout
SWITCHES = ["--no-" + name for name in re.search(r"passes that --no-PASS leaves out\n((?:  .*\n)+)", HELP)[1].split()]
FIRST = int(os.environ.get("SLISP_SEED", "0")) or random.randrange(1, 10 ** 9)


class Maker:
    """Expressions by type: n a long, d a double, v a vector of longs, l a list or lazy seq of longs, m a map from keywords to longs, s a string,
    b a boolean."""

    PREAMBLE = """
(defprotocol Shape (area [this]) (grown [this by]))
(defrecord Box [w h] Shape (area [_] (* w h)) (grown [this by] (assoc this :w (+ w by))))
(deftype Dot [^:unsynchronized-mutable n] Shape (area [_] n) (grown [this by] (set! n (+ n by)) this))
(extend-type Long Shape (area [n] n) (grown [n by] (+ n by)))
(defmulti weigh (fn [x & _] (cond (map? x) :map (number? x) :number :else (class x))))
(defmethod weigh :map [m & more] (+ (count m) (count more)))
(defmethod weigh :number [n & more] (apply max n more))
(defmethod weigh :default [x & _] (if (counted? x) (count x) -1))
(defn spread [a & {:keys [b c] :or {b 3}}] (+ a b (or c 0)))
(defn total ([] 0) ([a] a) ([a b] (+ a b)) ([a b & more] (apply + a b more)))
(defn count-down [n acc] (if (pos? n) (count-down (dec n) (conj acc n)) acc))
(def ^:dynamic *scale* 1)
"""

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
        general = ["let", "if", "do", "try", "fn", "letfn", "atom", "when", "binding"] + ["call"] * 2 * any(f[1] == kind for f in self.functions)
        choice = self.random.choice(general + ["own"] * 7)
        if choice == "let":
            name, of = self.fresh(), self.pick(*"ndvlmsb")
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
        if choice == "letfn":
            name, x = self.fresh(), self.fresh()
            return f"(letfn [({name} [{x}] (if (< 0 {x} 9) ({name} (- {x} {self.pick(1, 2)})) {e('n', [(x, 'n')])}))] {e(kind, [(f'({name} 5)', 'n')])})"
        if choice == "atom":
            name, x = self.fresh(), self.fresh()
            of = self.pick(*"nvm")
            return f"(let [{name} (atom {e(of)})] (swap! {name} (fn [{x}] {e(of, [(x, of)])})) {e(kind, [(f'@{name}', of)])})"
        if choice == "when":
            return f"(if-let [{(x := self.fresh())} (when {e('b')} {e('n')})] {e(kind, [(x, 'n')])} {e(kind)})"
        if choice == "binding":
            return f"(binding [*scale* {e('n')}] {e(kind, [('*scale*', 'n')])})"
        if choice == "call":
            function = self.random.choice([f for f in self.functions if f[1] == kind])
            return "(" + " ".join([function[0], *(e(k) for k in function[2])]) + ")"
        return getattr(self, "of_" + kind)(e, scope)

    def literal(self, kind):
        number = lambda: str(self.pick(0, 1, -1, 2, 7, self.random.randrange(-100, 100), 9223372036854775807, -9223372036854775808))
        return {"n": number, "b": lambda: self.pick("true", "false", "nil"), "s": lambda: self.pick('""', '"abc"', '"a b"', '"äß"'),
                "d": lambda: self.pick("0.0", "-0.0", "1.5", "-2.25", "1e300", "##Inf", "##NaN", "3.0"),
                "l": lambda: self.pick("()", "(list 1 2 3)", "(range 4)", "(map inc [5 6])", "(seq [9])", "nil", "(cons 1 nil)"),
                "v": lambda: "(vec (range 30 75))" if self.random.random() < 0.1 else "[" + " ".join(number() for _ in range(self.random.randrange(5))) + "]",
                "m": lambda: "{" + " ".join(f"{k} {number()}" for k in self.random.sample([":a", ":b", ":c", ":d"], self.random.randrange(4))) + "}"}[kind]()

    def of_n(self, e, scope):
        i, acc = self.fresh(), self.fresh()
        return self.pick(
            lambda: f"({self.pick('+', '-', '*', 'quot', 'rem', 'mod', 'max', 'min', 'bit-and', 'bit-xor', 'unchecked-add', 'unchecked-multiply')} {e('n')} {e('n')})",
            lambda: f"({self.pick('inc', 'dec', '-', 'abs', 'bit-not')} {e('n')})",
            lambda: f"(area (grown (->Box {e('n')} {e('n')}) {e('n')}))", lambda: f"(area (grown (Dot. {e('n')}) {e('n')}))", lambda: f"(area (grown {e('n')} {e('n')}))",
            lambda: f"(weigh {e(self.pick(*'nvmls'))} {e('n')})", lambda: f"(spread {e('n')} :c {e('n')})", lambda: f"(apply total {e('n')} {e('l')})",
            lambda: f"(total {e('n')} {e('n')} {e('n')})", lambda: f"(long {e('d')})", lambda: f"(int (mod {e('n')} 100))", lambda: f"(peek {e('v')})", lambda: f"(first {e('l')})",
            lambda: f"(let [{{:keys [a b] :or {{a 7}}}} {e('m')}] (+ a (or b 0)))", lambda: f"(:w (update (->Box {e('n')} 1) :w + {e('n')}))", lambda: f"(hash {e(self.pick(*'nvms'))})",
            lambda: f"(transduce (comp (map (fn [{i}] {e('n', [(i, 'n')])})) (filter odd?) (take 4)) + {e('n')} {e(self.pick(*'vl'))})",
            lambda: f"(reduce (fn [{acc} {i}] (if {e('b', [(i, 'n'), (acc, 'n')])} (reduced {acc}) (unchecked-add {acc} {i}))) {e('n')} {e(self.pick(*'vl'))})",
            lambda: f"(let [{acc} (volatile! 0)] (doseq [{i} {e(self.pick(*'vl'))}] (vswap! {acc} + {i})) @{acc})", lambda: f"(compare {e('v')} {e('v')})",
            lambda: f"(count {e(self.pick(*'vmsl'))})", lambda: f"(reduce + 0 {e('v')})", lambda: f"(nth {e('v')} (mod {e('n')} 6) {e('n')})",
            lambda: f"(get {e('m')} {self.pick(':a', ':b', ':z')} {e('n')})", lambda: f"({self.pick(':a', ':c')} {e('m')} 3)",
            lambda: f"(loop [{i} 0 {acc} {e('n')}] (if (< {i} {self.random.randrange(5)}) (recur (inc {i}) {e('n', [(i, 'n'), (acc, 'n')])}) {acc}))",
            lambda: f"(let [[{i} & {acc}] {e('v')}] (+ (or {i} 0) (count {acc})))", lambda: f"(long (quot {e('n')} 3))",
            lambda: f"(case (mod {e('n')} 4) 0 {e('n')} (1 2) {e('n')} {e('n')})")()

    def of_d(self, e, scope):
        i, acc = self.fresh(), self.fresh()
        return self.pick(
            lambda: f"({self.pick('+', '-', '*', '/', 'max', 'min')} {e('d')} {e(self.pick(*'nd'))})", lambda: f"(double {e('n')})", lambda: f"(Math/sqrt {e('d')})",
            lambda: f"(loop [{i} 0 {acc} {e('d')}] (if (< {i} 3) (recur (inc {i}) {e('d', [(i, 'n'), (acc, 'd')])}) {acc}))", lambda: f"(- {e('d')})",
            lambda: f"(reduce + 0.5 {e('v')})", lambda: f"(Math/floor {e('d')})")()

    def of_l(self, e, scope):
        x, y = self.fresh(), self.fresh()
        return self.pick(
            lambda: f"(map (fn [{x}] {e('n', [(x, 'n')])}) {e(self.pick(*'vl'))})", lambda: f"(filter (fn [{x}] {e('b', [(x, 'n')])}) {e(self.pick(*'vl'))})",
            lambda: f"(cons {e('n')} {e('l')})", lambda: f"(rest {e(self.pick(*'vl'))})", lambda: f"(next {e('l')})", lambda: f"(concat {e('l')} {e('v')})",
            lambda: f"(take {self.random.randrange(6)} (iterate (fn [{x}] {e('n', [(x, 'n')])}) {e('n')}))", lambda: f"(drop 2 {e('l')})", lambda: f"(reverse {e('l')})",
            lambda: f"(sort-by (fn [{x}] {e('n', [(x, 'n')])}) {e('l')})", lambda: f"(mapcat (fn [{x}] [{x} {e('n', [(x, 'n')])}]) {e('l')})", lambda: f"(map + {e('l')} {e('v')})",
            lambda: f"(for [{x} {e('l')} {y} [1 2] :let [z (unchecked-add {x} {y})] :while {e('b', [(x, 'n')])}] z)", lambda: f"(keep (fn [{x}] (when {e('b', [(x, 'n')])} {x})) {e('l')})",
            lambda: f"(take-while pos? {e('l')})", lambda: f"(interleave {e('l')} {e('v')})", lambda: f"(reductions unchecked-add {e('l')})", lambda: f"(seq {e('v')})",
            lambda: f"(conj {e('l')} {e('n')})", lambda: f"(distinct {e('l')})", lambda: f"(map-indexed (fn [{x} {y}] (unchecked-multiply {x} {y})) {e('l')})",
            lambda: f"(sequence (comp (remove even?) (map inc)) {e('l')})", lambda: f"(map count (partition-all 2 {e('l')}))", lambda: f"(vals (group-by even? {e('l')}))")() if self.random.random() < 0.97 else f"(lazy-seq (cons {e('n')} {e('l')}))"

    def of_v(self, e, scope):
        x, y = self.fresh(), self.fresh()
        return self.pick(
            lambda: f"(loop [{x} {e('v')} {y} 0] (if (< {y} (count {x})) (recur (assoc {x} {y} {e('n', [(x, 'v'), (y, 'n')])}) (+ {y} 1)) {x}))",
            lambda: f"(loop [{x} {e('v')} {y} {self.random.randrange(50)}] (if (pos? {y}) (recur (conj {x} {y}) (dec {y})) {x}))", lambda: f"(pop {e('v')})",
            lambda: f"(count-down (mod {e('n')} 40) {e('v')})", lambda: f"(update {e('v')} 0 + {e('n')})", lambda: f"(vec {e('l')})", lambda: f"(into [] (take 5) {e('l')})",
            lambda: f"(let [{x} {e('v')}] (into (conj {x} {e('n', [(x, 'v')])}) {x}))", lambda: f"(with-meta {e('v')} {e('m')})", lambda: f"(first (second (list 1 [{e('v')}])))",
            lambda: f"(persistent! (assoc! (transient {e('v')}) 0 {e('n')}))", lambda: f"(get-in {{:a {{:b {e('v')}}}}} [:a :b])", lambda: f"(replace {e('m')} {e('v')})",
            lambda: f"(get (update-in {{:a {{:b {e('v')}}}}} [:a :b] conj {e('n')}) :none [1])",
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
            lambda: f"(zipmap [:a :b :c :d :e :f :g :h :i :j] {e(self.pick(*'vl'))})", lambda: f"(:x (update-in {{:x {e('m')}}} [:x {key}] (fnil + 1) {e('n')}))",
            lambda: f"(loop [{k} {e('m')} {v} 0] (if (< {v} 3) (recur (assoc {k} {key} {e('n', [(v, 'n'), (k, 'm')])}) (inc {v})) {k}))",
            lambda: f"(assoc-in {e('m')} [{key}] {e('n')})", lambda: f"(into {{}} (filter (fn [[{k} {v}]] {e('b', [(v, 'n')])})) {e('m')})", lambda: f"(into {{}} (->Box {e('n')} 2))",
            lambda: f"(assoc {e('m')} {key} {e('n')})", lambda: f"(dissoc {e('m')} {key})", lambda: f"(update {e('m')} {key} (fnil inc {e('n')}))",
            lambda: f"(merge {e('m')} {e('m')})", lambda: f"(merge-with + {e('m')} {e('m')})", lambda: f"(select-keys {e('m')} [:a :b])",
            lambda: f"(into {{}} (map (fn [[{k} {v}]] [{k} {e('n', [(v, 'n')])}])) {e('m')})", lambda: f"{{:a {e('n')} :e {e('n')}}}",
            lambda: f"(reduce-kv (fn [{k} _ {v}] (assoc {k} :s {e('n', [(v, 'n')])})) {{}} {e('m')})")()

    def of_s(self, e, scope):
        return self.pick(lambda: f"(clojure.string/join \",\" {e(self.pick(*'vl'))})", lambda: f"(clojure.string/upper-case {e('s')})", lambda: f"(with-out-str (pr {e('l')}))",
                         lambda: f"(case (mod {e('n')} 5) 0 {e('s')} 1 \"one\" (str (name :k) {e('s')}))", lambda: f"(str {e('d')} {e('b')})", lambda: f"(clojure.string/reverse {e('s')})",
                         lambda: f"(str {e('s')} {e(self.pick(*'nvs'))})", lambda: f"(subs {e('s')} (mod {e('n')} 3))", lambda: f"(pr-str {e('v')})",
                         lambda: f"(apply str {e('v')})", lambda: f"(format \"%d-%s\" {e('n')} {e('s')})")()

    def of_b(self, e, scope):
        return self.pick(lambda: f"({self.pick('<', '<=', '=', '>', '==', 'not=')} {e('n')} {e('n')})", lambda: f"(not {e('b')})", lambda: f"(= {e('v')} {e('v')})",
                         lambda: f"(and {e('b')} {e('b')})", lambda: f"(or {e('b')} {e('b')})", lambda: f"(empty? {e(self.pick(*'vmsl'))})", lambda: f"(some? (seq {e('l')}))", lambda: f"(< {e('n')} {e('d')})", lambda: f"(= {e('l')} {e('v')})",
                         lambda: f"(every? pos? {e('l')})", lambda: f"(instance? Box (first [(->Box 1 {e('n')}) {e('n')}]))", lambda: f"(= (->Box {e('n')} 1) (->Box {e('n')} 1))", lambda: f"(identical? :a {self.pick(':a', ':b')})",
                         lambda: f"({self.pick('even?', 'zero?', 'pos?')} {e('n')})", lambda: f"(contains? {e('m')} :a)")()

    def program(self):
        out = ["(require 'clojure.string)" + self.PREAMBLE]
        for number in range(5):
            kind, kinds = self.pick(*"ndvlms"), [self.pick(*"ndvlms") for _ in range(self.random.randrange(1, 4))]
            names = [self.fresh() for _ in kinds]
            out.append(f"(defn f{number} [{' '.join(names)}] {self.make(kind, list(zip(names, kinds)), 4)})")
            self.functions.append((f"f{number}", kind, kinds))
        for _ in range(25):
            kind = self.pick(*"ndvlmsb")
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
                less = ["-O2", *random.Random(seed).sample(SWITCHES, random.Random(seed).randrange(1, 6))]
                for level in (["-O0"], ["-O2"], less):
                    status, out, err = answer([SLISP, "compile", "--verify", *level, str(source), "-o", "program"], folder)
                    self.assertEqual(status, 0, f"SLISP_SEED={seed} {level}: {err[-800:]}\n{source.read_text()}")
                    status, out, err = answer(["./program"], folder)
                    self.assertEqual((status, out), (0, wanted), f"SLISP_SEED={seed} {level}: {err[-300:]}\n{source.read_text()}")
                    self.assertIn("heap: 0 live objects", err, f"SLISP_SEED={seed} {level}\n{source.read_text()}")


if __name__ == "__main__":
    unittest.main()
