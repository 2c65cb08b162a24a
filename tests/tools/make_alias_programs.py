#!/usr/bin/env python3
"""Write the alias programs: many collections made side by side in one let stay themselves.

usage: make_alias_programs.py      writes tests/programs/{maps,sets,vectors}/alias_N.slisp for N of 2 3 4 8 40 400
Each program makes N constant collections that differ, N that are equal, N with computed parts and N nested ones; it changes
copies, passes them as arguments, returns them from both branches of an if, out of loops and out of closures, and then reads all
of them again. -main returns 0 when every check holds.
"""
import pathlib

PROGRAMS = pathlib.Path(__file__).resolve().parent.parent / "programs"
SIZES = [2, 3, 4, 8, 40, 400]

# For each kind: constant i, the equal ones, computed i, nested i; how to read i back from a constant, a computed and a nested one;
# a changed copy; what the changed copy of number i is.
KINDS = {
    "maps": dict(
        constant="{{:i {i} :tag :const}}", equal="{:a 1 :b 2}", computed="{{:i (+ n {i}) :tag :v}}",
        nested="{{:in {{:i (+ n {i})}}}}",
        read_constant=":i", read_computed=":i", read_nested="(fn [x] (get-in x [:in :i]))",
        change="(assoc x :i -1)", changed="(fn [x] (= -1 (:i x)))"),
    "sets": dict(
        constant="#{{:c {i}}}", equal="#{:a :b 3}", computed="#{{:v (+ n {i})}}",
        nested="#{{#{{(+ n {i})}} :tag}}",
        read_constant="(fn [x] (first (disj x :c)))", read_computed="(fn [x] (first (disj x :v)))",
        read_nested="(fn [x] (first (first (disj x :tag))))",
        change="(disj (conj x -1) :v)", changed="(fn [x] (contains? x -1))"),
    "vectors": dict(
        constant="[{i} :c]", equal="[1 :two \"three\"]", computed="[:v (+ n {i})]",
        nested="[[(+ n {i})] {{:k [n]}}]",
        read_constant="first", read_computed="peek", read_nested="ffirst",
        change="(assoc x 1 -1)", changed="(fn [x] (= -1 (peek x)))"),
}


def lines(texts, indent, width=120):
    out, line = [], ""
    for text in texts:
        if line and len(line) + 1 + len(text) > width:
            out.append(line)
            line = ""
        line = f"{line} {text}" if line else text
    return ("\n" + " " * indent).join(out + [line])


def program(kind, count):
    k = KINDS[kind]
    numbers = range(count)
    each = {name: [k[name].format(i=i) if name != "equal" else k[name] for i in numbers]
            for name in ("constant", "equal", "computed", "nested")}
    letter = {"constant": "c", "equal": "e", "computed": "v", "nested": "w"}
    bindings = [f"{letter[name]}{i} {text}" for name, texts in each.items() for i, text in enumerate(texts)]
    names = {name: lines([f"{letter[name]}{i}" for i in numbers], 18) for name in each}
    few = min(count, 8)
    parameters = " ".join(f"p{i}" for i in range(few))
    arguments = " ".join(f"v{i}" for i in range(few))
    fresh = " ".join(each["computed"][:few])
    thunks = lines([f"(fn [] v{i})" for i in range(min(count, 40))], 16)
    branches = lines([f"(if (even? (+ n {i})) v{i} {k['computed'].format(i=i + 1000)})" for i in range(few)], 18)
    return f""";; {count} {kind} in one let do not alias. Made by tests/tools/make_alias_programs.py.
(defn gather [{parameters}] [{parameters}])
(defn change [x] {k['change']})
(defn check [what holds] (println what holds) (if holds 0 1))
(defn -main [& args]
  (let [n (count args)
        {lines(bindings, 8)}
        constants [{names['constant']}]
        equals [{names['equal']}]
        computed [{names['computed']}]
        nested [{names['nested']}]
        as-arguments (gather {arguments})
        fresh (gather {fresh})
        branches [{branches}]
        thunks [{thunks}]
        in-loop (loop [i 0 acc []]
                  (if (< i {count}) (recur (inc i) (conj acc (let [x (nth computed i)] [x (change x)]))) acc))
        numbers (range {count})]
    (+ (check "constants" (= numbers (map {k['read_constant']} constants)))
       (check "equals" (and (apply = equals) (= 1 (count (set equals)))))
       (check "computed" (= numbers (map {k['read_computed']} computed)))
       (check "nested" (= numbers (map {k['read_nested']} nested)))
       (check "distinct" (= {count} (count (set computed)) (count (set constants)) (count (set nested))))
       (check "arguments" (= (take {few} numbers) (map {k['read_computed']} as-arguments)))
       (check "fresh" (and (= as-arguments fresh) (= fresh (take {few} computed))))
       (check "branches" (= (map (fn [i] (if (even? i) i (+ 1000 i))) (range {few})) (map {k['read_computed']} branches)))
       (check "closures" (= (take {min(count, 40)} computed) (map (fn [f] (f)) thunks)))
       (check "changed" (and (every? {k['changed']} (map second in-loop)) (= computed (map first in-loop))))
       (check "still" (= numbers (map {k['read_computed']} computed))))))
"""


def main():
    for kind in KINDS:
        for count in SIZES:
            (PROGRAMS / kind / f"alias_{count}.slisp").write_text(program(kind, count))


if __name__ == "__main__":
    main()
