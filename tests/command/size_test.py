"""size_test.py: executables are small, hold nothing of the compiler, and objects have one section per function."""
import os, re, resource, subprocess, sys, unittest
sys.path.insert(0, os.path.dirname(__file__))
from support import Case, ROOT

HELLO = (ROOT / "bench/programs/hello/hello.clj").read_text()
TWO_FUNCTIONS = """
(defn fib [n] (if (< n 2) n (+ (fib (- n 1)) (fib (- n 2)))))
(defn fact [n] (if (zero? n) 1 (* n (fact (dec n)))))
(defn -main [& args] (println (fib (count args)) (fact 5)))
"""


class Size(Case):
    def hello(self, *options):
        return self.compiled(HELLO, *options, name="hello")

    def test_hello_is_at_most_a_mebibyte(self):
        self.assertLessEqual(self.hello().stat().st_size, 1 << 20)

    def test_hello_needs_at_most_three_mebibytes(self):
        # A process starts with the pages of who forked it: the launcher is small, Python is not.
        launch = self.work / "launch"
        subprocess.run(["cc", "-O1", "-o", launch, ROOT / "bench/support/launch.c"], check=True)
        self.expect(self.run_command([launch, "-1", self.work / "report", self.hello()]), 0, "checksum 0\n", "")
        status, _, _, _, peak = (self.work / "report").read_text().split()
        self.assertEqual(status, "0")
        self.assertLessEqual(int(peak), 3 * 1024)

    def test_small_limits_do(self):
        def limit():
            resource.setrlimit(resource.RLIMIT_AS, (16 << 20, 16 << 20))
            resource.setrlimit(resource.RLIMIT_STACK, (1 << 20, 1 << 20))
        self.expect(self.run_command([self.hello()], preexec_fn=limit), 0, "checksum 0\n", "")

    def test_nothing_of_the_compiler_is_inside(self):
        program = self.hello()
        names = subprocess.check_output(["nm", "-C", program]).decode()
        self.assertIn("slisp::rt::", names)
        for room in ("slisp::analyzer", "slisp::evaluator", "slisp::compiler", "slisp::x64", "slisp::reader", "slisp::cli"):
            self.assertNotIn(room, names)
        for library in ("__gmp", "pcre2"):
            self.assertNotIn(library, names)

    def test_source_text_is_not_inside(self):
        program = self.compiled('(defn unusual-parameter-user [unusual-parameter] (inc unusual-parameter))\n'
                                "(defn -main [& args] (println (unusual-parameter-user (count args))))", name="program")
        self.assertNotIn(b"[unusual-parameter]", program.read_bytes())

    def test_unreachable_code_is_dropped(self):
        used = '(defn -main [& args] (println "text"))'
        unused = '(defn never [x] (println (map #(str % "never printed text") x)))\n'
        self.assertNotIn(b"never printed text", self.compiled(unused + used).read_bytes())

    def emit_object(self, *options):
        source = self.file("two.slisp", TWO_FUNCTIONS)
        self.expect(self.slisp("compile", source, "--emit=obj", "-o", self.work / "two.o", *options), 0, "", "")
        return self.work / "two.o"

    def test_every_function_has_a_section(self):
        for level in ("-O0", "-O2"):
            lines = subprocess.check_output(["readelf", "-SW", self.emit_object(level)]).decode()
            sections = [line for line in lines.splitlines() if re.search(r"PROGBITS.* AX ", line)]
            sized = [line for line in sections if not re.search(r"PROGBITS +0+ +[0-9a-f]+ +0+ ", line)]
            self.assertGreaterEqual(len(sized), 3, lines)
            functions = subprocess.check_output(["nm", self.work / "two.o"]).decode()
            self.assertNotRegex(functions, r"(?i)\bT (fib|fact|user/fib)\b")

    def test_levels_give_different_objects(self):
        plain, optimised = self.emit_object("-O0").read_bytes(), self.emit_object("-O2").read_bytes()
        self.assertNotEqual(plain, optimised)

    def test_objects_are_the_same_each_time(self):
        self.assertEqual(self.emit_object().read_bytes(), self.emit_object().read_bytes())


if __name__ == "__main__":
    unittest.main()
