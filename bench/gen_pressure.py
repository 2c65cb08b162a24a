"""Programs that press on one part of the compiler each: generated in any size, with what they print.

SHAPES: name -> (size in the tests, function of a size that gives the program's text and its output). bench/pressure.py measures them,
tests/command/pressure_test.py runs them at every level and without each part of the register allocator.
"""


def join(pattern, count, start=0):
    return " ".join(pattern.format(i=i, j=i - 1) for i in range(start, start + count))


def main(body):
    return f"(defn -main [& arguments] (println {body}))\n"


# A call that the compiler cannot look through: it may throw, and it clobbers registers.
KEEP = '(def calls (atom 0))\n(defn keep-it [x] (swap! calls inc) (if (= x :never) (throw (ex-info "never" {})) x))\n'


def across_call(n):
    """n values alive over calls, read in both orders behind them."""
    text = (KEEP + f"(defn f [x] (let [{join('a{i} (+ x {i})', n)} b (keep-it x) {join('c{i} (keep-it (* a{i} b))', n)}]\n"
            f"  [(+ {join('a{i}', n)}) (- {' '.join(f'c{i}' for i in reversed(range(n)))})]))\n" + main("(f 3)"))
    a = [3 + i for i in range(n)]
    c = [x * 3 for x in a]
    return text, f"[{sum(a)} {c[-1] - sum(c[:-1])}]\n"


def deep_expression(n):
    """Expressions n deep to the right, to the left, and zigzag, with a call at the bottom."""
    right = left = zigzag = "(keep-it x)"
    r = l = z = 5
    for i in range(n):
        right, r = f"(- (+ x {i}) {right})", 5 + i - r
        left, l = f"(+ (- {left} {i}) x)", l - i + 5
        if i % 2:
            zigzag, z = f"(+ {zigzag} (* x (- y {i})))", z + 5 * (7 - i)
        else:
            zigzag, z = f"(- (* y (+ x {i})) {zigzag})", 7 * (5 + i) - z
    return KEEP + f"(defn f [x y] [{right} {left} {zigzag}])\n" + main("(f 5 7)"), f"[{r} {l} {z}]\n"


def wide_call(n):
    """Calls of twenty arguments whose arguments are such calls, n deep."""
    names = [f"p{i}" for i in range(20)]
    sum_up = lambda values: sum(v if i % 2 == 0 else -v for i, v in enumerate(values))
    text = f"(defn g [{' '.join(names)}] (+ {' '.join(name if i % 2 == 0 else f'(- {name})' for i, name in enumerate(names))}))\n"
    inner, value = "x", 2
    for depth in range(n):
        at = depth % 20
        values = [100 * (i + 1) + depth for i in range(20)]
        inner = "(g " + " ".join(inner if i == at else str(v) for i, v in enumerate(values)) + ")"
        values[at] = value
        value = sum_up(values)
    return text + f"(defn f [x] {inner})\n" + main("(f 2)"), f"{value}\n"


def rotation(n):
    """n longs and n doubles that pass places on in a loop, and cross between its first and last ones."""
    longs, doubles = list(range(1, n + 1)), [i + 0.5 for i in range(n)]
    turn = lambda l, d: (l[1:] + [l[0] + 1], [d[-1] * 0.5] + d[:-1])
    text = (f"(defn f [n] (loop [i 0 {join('a{i} ' + '{i}', n, 1)} {join('d{i} {i}.5', n)}]\n  (if (< i n) (recur (inc i) {join('a{i}', n - 1, 2)} (+ a1 1) "
            f"(* d{n - 1} 0.5) {join('d{i}', n - 1)})\n    [{join('a{i}', n, 1)} {join('d{i}', n)}])))\n" + main("(f 11)"))
    for _ in range(11):
        longs, doubles = turn(longs, doubles)
    return text, f"[{' '.join(map(str, longs))} {' '.join(map(str, doubles))}]\n"


def alive(n):
    """n bindings of one let, all of them alive at once."""
    text = (KEEP + f"(defn f [x] (let [{join('a{i} (keep-it (+ x {i}))', n)}]\n  (keep-it nil) (+ {' '.join(f'a{i}' for i in reversed(range(n)))})))\n"
            + main("(f 1) @calls"))
    return text, f"{n + n * (n - 1) // 2} {n + 1}\n"


def bindings(n):
    """n bindings of one let, each of the last."""
    return f"(defn f [x] (let [a0 (+ x 1)\n{join(chr(10) + 'a{i} (+ a{j} {i})', n - 1, 1)}] a{n - 1}))\n" + main("(f 1)"), f"{2 + n * (n - 1) // 2}\n"


def nested_lets(n):
    """n lets within one another."""
    text = f"(defn f [a0] {join('(let [a{i} (+ a{j} {i})]' + chr(10), n, 1)} a{n}" + ")" * (n + 1) + "\n"
    return text + main("(f 1)"), f"{1 + n * (n + 1) // 2}\n"


def wide_case(n):
    """A case of n longs, and one of n keywords."""
    text = f"(defn f [x] (case x {join('{i} [{i} x]' + chr(10), n)} :none))\n(defn g [x] (case x {join(':k{i} [{i} x]' + chr(10), n)} :none))\n"
    return text + main(f"(f {n - 1}) (f {n}) (g :k{n // 2}) (g :other)"), f"[{n - 1} {n - 1}] :none [{n // 2} :k{n // 2}] :none\n"


SHAPES = {"values over a call": (40, across_call), "deep expressions": (30, deep_expression), "calls of 20 arguments": (12, wide_call),
          "rotation of longs and doubles": (20, rotation), "bindings alive at once": (2000, alive), "bindings of one let": (10000, bindings),
          "nested lets": (5000, nested_lets), "cases": (5000, wide_case)}
