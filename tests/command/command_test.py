"""The slisp command: each option, status and message by its exact spelling."""
import os, pathlib, pty, re, signal, stat, subprocess, time, unittest, xml.etree.ElementTree
from support import BUILD, ROOT, SLISP, Case

HELLO = '(println "hello")\n'
USAGE = "usage: slisp compile FILE [-o OUT] [OPTION]...   make an executable\n"


class Usage(Case):
    def test_no_arguments_is_wrong_usage_with_short_help(self):
        done = self.slisp()
        self.assertEqual((done.returncode, done.out), (2, ""))
        self.assertIn(USAGE, done.err)

    def test_version(self):
        done = self.slisp("--version")
        self.assertEqual(done.returncode, 0)
        self.assertRegex(done.out, r"\Aslisp \d+\.\d+\.\d+\n\Z")

    def test_help(self):
        done = self.slisp("help")
        self.assertEqual((done.returncode, done.err), (0, ""))
        self.assertIn(USAGE, done.out)
        for command in ("compile", "run", "check", "eval", "repl", "test", "doctor", "help"):
            done = self.slisp("help", command)
            self.assertEqual((done.returncode, done.err), (0, ""))
            self.assertTrue(done.out.startswith("usage: slisp " + command), done.out)
        self.assertEqual(self.slisp("compile", "--help").out, self.slisp("help", "compile").out)

    def test_help_of_an_unknown_command(self):
        done = self.slisp("help", "fly")
        self.assertEqual(done.returncode, 2)
        self.assertTrue(done.err.startswith("slisp: no such command: 'fly'\n"))

    def test_unknown_option_is_named_with_the_nearest(self):
        self.file("a.slisp", HELLO)
        self.expect(self.slisp("compile", "a.slisp", "--verfy"), 2, "",
                    "slisp: unknown option '--verfy' (did you mean '--verify'?)\ntry 'slisp help compile'\n")
        self.expect(self.slisp("compile", "a.slisp", "--no-regaloc"), 2, "",
                    "slisp: unknown option '--no-regaloc' (did you mean '--no-regalloc'?)\ntry 'slisp help compile'\n")
        self.expect(self.slisp("compile", "a.slisp", "--zzzzzz"), 2, "",
                    "slisp: unknown option '--zzzzzz'\ntry 'slisp help compile'\n")
        self.assertEqual(self.slisp("compile", "a.slisp", "-O7").returncode, 2)
        self.assertIn("unknown option '-O7'", self.slisp("compile", "a.slisp", "-O7").err)
        self.assertIn("unknown option '-Ox'", self.slisp("compile", "a.slisp", "-Ox").err)
        self.assertFalse((self.work / "a").exists())

    def test_options_that_take_no_value_refuse_one(self):
        self.file("a.slisp", HELLO)
        for option, value in (("-g", "1"), ("--verify", "3"), ("--verify", "true"), ("--stats", ""), ("--debug-heap", "no"),
                              ("--no-regalloc", "0"), ("--help", "1")):
            self.expect(self.slisp("compile", "a.slisp", f"{option}={value}"), 2, "",
                        f"slisp: option '{option}' takes no value, but '{value}' was given\ntry 'slisp help compile'\n")
        self.expect(self.slisp("run", "-I", "lib", "--evaluate=1", "a.slisp"), 2, "",
                    "slisp: option '--evaluate' takes no value, but '1' was given\ntry 'slisp help run'\n")
        self.expect(self.slisp("compile", "a.slisp", "--verfy=3"), 2, "",
                    "slisp: unknown option '--verfy' (did you mean '--verify'?)\ntry 'slisp help compile'\n")
        self.assertEqual(sorted(os.listdir(self.work)), ["a.slisp"])
        self.file("args.slisp", "(apply println *command-line-args*)\n")     # what follows FILE is the program's
        self.expect(self.slisp("run", "args.slisp", "-g=1", "--verify=3"), 0, "-g=1 --verify=3\n", "")

    def test_unknown_stage_and_pass(self):
        self.file("a.slisp", HELLO)
        self.expect(self.slisp("compile", "a.slisp", "--emit=asmm"), 2, "",
                    "slisp: unknown value 'asmm' of --emit (did you mean 'asm'?)\ntry 'slisp help compile'\n")
        done = self.slisp("compile", "a.slisp", "--dump-after=nopass")
        self.assertEqual(done.returncode, 2)
        self.assertIn("unknown pass 'nopass' of --dump-after", done.err)

    def test_options_before_a_program(self):
        self.file("a.slisp", HELLO)
        self.expect(self.slisp("-O0", "a.slisp"), 0, "hello\n", "")
        self.expect(self.slisp("--vrify", "a.slisp"), 2, "", "slisp: unknown option '--vrify' (did you mean '--verify'?)\ntry 'slisp help run'\n")
        self.expect(self.slisp("repl", "x"), 2, "", "slisp: unexpected argument 'x'\ntry 'slisp help repl'\n")
        self.expect(self.slisp("compile", "a.slisp", "b.slisp"), 2, "", "slisp: more than one FILE: 'b.slisp'\ntry 'slisp help compile'\n")
        self.expect(self.slisp("compile", "a.slisp", "-o"), 2, "", "slisp: '-o' needs a value\ntry 'slisp help compile'\n")
        self.expect(self.slisp("nosuch"), 1, "", "slisp: error: cannot read 'nosuch': No such file or directory\n")

    def test_missing_operands(self):
        for command, what in (("compile", "compile needs a FILE"), ("run", "run needs a FILE"), ("eval", "eval needs an EXPR"),
                              ("test", "test needs a PATH")):
            self.expect(self.slisp(command), 2, "", f"slisp: {what}\ntry 'slisp help {command}'\n")

    def test_missing_file(self):
        done = self.slisp("compile", "nosuch.slisp")
        self.expect(done, 1, "", "slisp: error: cannot read 'nosuch.slisp': No such file or directory\n")


class Compile(Case):
    def test_output_defaults_to_file_without_suffix(self):
        for name in ("a.slisp", "b.clj", "c.cljc"):
            self.file(name, HELLO)
            self.expect(self.slisp("compile", name), 0, "", "")
            self.expect(self.run_command([self.work / name.split(".")[0]]), 0, "hello\n", "")

    def test_output_equal_to_input_is_refused(self):
        source = self.file("a.slisp", HELLO)
        done = self.slisp("compile", "a.slisp", "-o", "./a.slisp")
        self.assertEqual(done.returncode, 2)
        self.assertIn("would overwrite", done.err)
        self.assertEqual(source.read_text(), HELLO)
        self.file("noext", HELLO)
        self.assertEqual(self.slisp("compile", "noext").returncode, 2)
        self.assertEqual((self.work / "noext").read_text(), HELLO)

    def test_standard_input(self):
        self.expect(self.slisp("compile", "-", "-o", "x", stdin=HELLO), 0, "", "")
        self.expect(self.run_command([self.work / "x"]), 0, "hello\n", "")

    def test_file_names_with_blanks_quotes_newlines(self):
        for name in ("a b", "it's", 'say "hi"', "new\nline", "-dash", "ünï", "$(x)`y`;z"):
            self.file(name + ".slisp", HELLO)
            self.expect(self.slisp("compile", "./" + name + ".slisp", "-g"), 0, "", "")
            self.expect(self.run_command([self.work / name]), 0, "hello\n", "")

    def test_failed_compile_leaves_output_and_folder_untouched(self):
        self.file("a.slisp", "(println (undefined-thing))\n")
        out = self.file("a", "precious")
        before = sorted(os.listdir(self.work))
        done = self.slisp("compile", "a.slisp", "-o", "a")
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.err, r"\Aa\.slisp:1:11: error: ")
        self.assertEqual(out.read_text(), "precious")
        self.assertEqual(sorted(os.listdir(self.work)), before)

    def test_unwritable_output(self):
        self.file("a.slisp", HELLO)
        done = self.slisp("compile", "a.slisp", "-o", "nosuch/folder/a")
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.err.count("\n"), 1)
        self.assertIn("nosuch/folder/a", done.err)
        (self.work / "d").mkdir()
        done = self.slisp("compile", "a.slisp", "-o", "d")
        self.assertEqual((done.returncode, done.err.count("\n")), (1, 1))

    def test_missing_tools_are_one_clear_line(self):
        self.file("a.slisp", HELLO)
        empty = self.work / "empty"
        empty.mkdir()
        for tool in ("nasm", "ld"):
            for f in empty.iterdir():
                f.unlink()
            for other in ("nasm", "ld"):
                if other != tool:
                    os.symlink(subprocess.check_output(["which", other]).decode().strip(), empty / other)
            done = self.slisp("compile", "a.slisp", env=dict(self.env, PATH=str(empty)))
            self.assertEqual((done.returncode, done.err.count("\n")), (1, 1), done.err)
            self.assertIn(tool, done.err)
            self.assertIn("apt-get install", done.err)

    def test_emit_stages(self):
        self.file("a.slisp", "(defn twice [x] (* 2 x))\n(println (twice 21))\n")
        self.assertIn("(defn twice [x] (* 2 x))", self.slisp("compile", "a.slisp", "--emit=forms").out)
        for stage, text in (("ast", "twice"), ("ir", "return"), ("asm", "section")):
            done = self.slisp("compile", "a.slisp", "--emit=" + stage)
            self.assertEqual((done.returncode, done.err), (0, ""))
            self.assertIn(text, done.out)
            self.expect(self.slisp("compile", "a.slisp", "--emit=" + stage, "-o", "out.txt"), 0, "", "")
            self.assertEqual((self.work / "out.txt").read_text(), done.out)
        self.expect(self.slisp("compile", "a.slisp", "--emit=obj", "-o", "a.o"), 0, "", "")
        self.assertEqual((self.work / "a.o").read_bytes()[:4], b"\x7fELF")
        self.assertFalse((self.work / "a").exists())

    def test_dump_after(self):
        self.file("a.slisp", HELLO)
        done = self.slisp("compile", "a.slisp", "--dump-after=lower")
        self.assertEqual((done.returncode, done.out), (0, ""))
        self.assertIn("slisp_program", done.err)

    # Names that macros make must not depend on what else the compiler did; some stand in constants, all of them in what is compiled.
    GENERATED = """(defmacro names [] `(quote [x# y# ~(gensym "z") #(list % %2)]))
(defmacro sum [& xs] (let [s (gensym "sum")] `(let [~s 0 ~@(mapcat (fn [x] [s `(let [a# ~x b# a#] (+ ~s b#))]) xs)] ~s)))
(defn f [{:keys [a b] :as m} & [c [d]]] (loop [[x & more] [a b c d] t 0] (if x (recur more (+ t x)) [m t (names) `g#])))
(println (f {:a 1 :b 2} 3 [4]) (sum 1 2 (sum 3 4)) (map (names) (names)) (for [x (range 3) :when (odd? x)] #(- x %)))
"""

    def test_same_source_same_bytes(self):
        for text in ('(def m {:a 1 :b [1 2 "x"]})\n(defn f [x] (assoc m :c x))\n(println (f 3) #{1 2 3})\n', self.GENERATED):
            self.file("one/a.slisp", text)
            self.file("two/deeper/a.slisp", text)
            self.expect(self.slisp("compile", "one/a.slisp", "-o", "x"), 0)
            for folder, output in (("one", "yy"), ("two/deeper", "another-name")):
                subprocess.run([SLISP, "compile", "a.slisp", "-o", str(self.work / output)], cwd=self.work / folder,
                               env=dict(self.env, EXTRA="1", LANG="de_DE", TMPDIR=str(self.work)), check=True)
                self.assertEqual((self.work / "x").read_bytes() == (self.work / output).read_bytes(), True)

    def test_levels_differ(self):
        self.file("a.slisp", "(defn f [x y] (+ (* x y) 1))\n(println (f 2 3))\n")
        for level in ("-O0", "-O2"):
            self.expect(self.slisp("compile", "a.slisp", level, "--emit=obj", "-o", level[1:] + ".o"), 0, "", "")
        self.assertNotEqual((self.work / "O0.o").read_bytes(), (self.work / "O2.o").read_bytes())

    def test_several_compilers_at_once(self):
        self.file("a.slisp", HELLO)
        running = [subprocess.Popen([SLISP, "compile", "a.slisp", "-o", f"x{i % 2}"], cwd=self.work, env=self.env) for i in range(8)]
        self.assertEqual([p.wait() for p in running], [0] * 8)
        for i in range(2):
            self.expect(self.run_command([self.work / f"x{i}"]), 0, "hello\n", "")

    def test_interrupted_compile_leaves_nothing(self):
        self.file("a.slisp", "".join(f"(defn f{i} [x] (+ x {i}))\n" for i in range(3000)) + HELLO)
        place = self.home / "tmp"
        place.mkdir()
        running = subprocess.Popen([SLISP, "compile", "a.slisp", "-o", "x"], cwd=self.work, env=dict(self.env, TMPDIR=str(place)))
        time.sleep(0.3)
        running.send_signal(signal.SIGTERM)
        running.wait()
        self.assertEqual(list(place.iterdir()), [])
        self.assertEqual(sorted(os.listdir(self.work)), ["a.slisp"])

    def test_features(self):
        self.file("a.cljc", '(println #?(:clj "clj" :slisp "slisp" :default "other"))\n')
        self.expect(self.slisp("run", "a.cljc"), 0, "slisp\n", "")
        self.expect(self.slisp("run", "--features", "clj", "a.cljc"), 0, "clj\n", "")
        self.expect(self.slisp("run", "--features", "foo,clj", "a.cljc"), 0, "clj\n", "")

    def test_stats_and_verify(self):
        self.file("a.slisp", HELLO)
        done = self.slisp("compile", "a.slisp", "--stats", "--verify")
        self.assertEqual((done.returncode, done.out), (0, ""))
        self.assertRegex(done.err, r"functions +\d+")

    def test_compile_does_not_run_the_program(self):
        self.file("a.slisp", '(println 1) (spit "made" "x") (def x (slurp "nosuch")) (System/exit 3)\n')
        self.expect(self.slisp("compile", "a.slisp"), 0, "", "")
        self.assertFalse((self.work / "made").exists())


class Diagnostics(Case):
    def test_form_of_a_message(self):
        self.file("a.slisp", "(defn f [x]\n  (let [y 1]\n    (+ x y]))\n")
        done = self.slisp("compile", "a.slisp")
        self.assertEqual((done.returncode, done.out), (1, ""))
        self.assertRegex(done.err, r"\Aa\.slisp:3:11: error: .+\n")
        self.assertIn("    (+ x y]))\n", done.err)
        self.assertRegex(done.err, r"\n[ |0-9]*\^")
        self.assertNotIn("\x1b", done.err)

    def test_colour_on_terminals_only(self):
        self.file("a.slisp", "(foo)\n")
        for more, coloured in (({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)):
            pid, fd = pty.fork()
            if pid == 0:
                os.chdir(self.work)
                os.execve(SLISP, [SLISP, "compile", "a.slisp"], dict(self.env, TERM="xterm", **more) if "TERM" not in more else dict(self.env, **more))
            text = b""
            try:
                while chunk := os.read(fd, 4096):
                    text += chunk
            except OSError:
                pass
            self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), 1)
            self.assertEqual(b"\x1b[" in text, coloured, (more, text))
            self.assertIn(b"Unable to resolve symbol", text)

    def test_several_errors_in_one_run(self):
        self.file("a.slisp", "(foo1 1)\n(println 2)\n(foo2 2)\n")
        done = self.slisp("compile", "a.slisp")
        self.assertEqual(re.findall(r"^a\.slisp:(\d+):", done.err, re.M), ["1", "3"])

    def test_near_miss(self):
        self.file("a.slisp", "(asoc-in {} [:a] 1)\n")
        self.assertIn("assoc-in", self.slisp("compile", "a.slisp").err)

    def test_a_million_parentheses(self):
        self.file("a.slisp", "(" * 1000000)
        start = time.monotonic()
        done = self.slisp("compile", "a.slisp")
        self.assertEqual(done.returncode, 1)
        self.assertIn("error:", done.err)
        self.assertLess(time.monotonic() - start, 20)

    def test_hostile_bytes(self):
        for text, where in ((b'(println "a\x00b")', "1:12"), (b'(println "\xff")', "1:11"), (b"#=(nothing 1 2)", "1:1"), (b"{:a}", "1:"), (b"#{1 1}", "1:"),
                            (b"{:a 1 :a 2}", "1:"), (b")", "1:1"), (b'"abc', "1:1"), (b"\\nosuchchar", "1:1"), (b"12abc", "1:1"), (b"#<x>", "1:")):
            self.file("a.slisp", text)
            done = self.slisp("compile", "a.slisp")
            self.assertEqual(done.returncode, 1, text)
            self.assertTrue(done.err.startswith("a.slisp:" + where), (text, done.err))


class Run(Case):
    def test_arguments_and_standard_input_and_status(self):
        self.file("a.slisp", '(defn -main [& args] (println args (read-line)) 7)\n')
        self.expect(self.slisp("run", "a.slisp", "-x", "--verify", "b c", stdin="line\n"), 7, "(-x --verify b c) line\n", "")
        self.expect(self.slisp("a.slisp", "1", stdin="line\n"), 7, "(1) line\n", "")
        self.expect(self.slisp("run", "-O0", "a.slisp", stdin="line\n"), 7, "nil line\n", "")

    def test_cache_follows_sources(self):
        self.file("lib/util.slisp", "(ns lib.util)\n(defn f [] 1)\n")
        self.file("a.slisp", "(ns a (:require [lib.util :as u]))\n(println (u/f))\n")
        self.expect(self.slisp("run", "a.slisp"), 0, "1\n", "")
        cached = sorted((self.home / "cache/slisp").iterdir())
        self.assertTrue(cached)
        # A cached run needs neither nasm nor ld.
        self.expect(self.slisp("run", "a.slisp", env=dict(self.env, PATH="/nonexistent")), 0, "1\n", "")
        self.assertEqual(sorted((self.home / "cache/slisp").iterdir()), cached)
        self.file("lib/util.slisp", "(ns lib.util)\n(defn f [] 2)\n")
        self.expect(self.slisp("run", "a.slisp"), 0, "2\n", "")

    def test_cache_sees_a_file_that_now_comes_first(self):
        self.file("lib/util.clj", "(ns lib.util)\n(defn f [] 1)\n")
        self.file("a.slisp", "(ns a (:require [lib.util :as u]))\n(println (u/f))\n")
        self.expect(self.slisp("run", "a.slisp"), 0, "1\n", "")
        self.file("lib/util.slisp", "(ns lib.util)\n(defn f [] 2)\n")
        self.expect(self.slisp("run", "a.slisp"), 0, "2\n", "")

    def test_cache_is_bounded(self):
        folder = self.home / "cache/slisp"
        folder.mkdir(parents=True)
        for i in range(1500):
            (folder / f"{i:032x}-{i:032x}.x").write_text("x")
            (folder / f"{i:032x}.m").write_text("x")
            os.utime(folder / f"{i:032x}-{i:032x}.x", (i, i))
        (folder / "new.1.1").write_text("left by a killed run")
        os.utime(folder / "new.1.1", (1, 1))
        self.file("a.slisp", HELLO)
        self.expect(self.slisp("run", "a.slisp"), 0, "hello\n", "")
        names = os.listdir(folder)
        self.assertLess(len(names), 1200)
        self.assertNotIn("new.1.1", names)
        self.assertIn(f"{1499:032x}-{1499:032x}.x", names)         # the oldest went
        self.expect(self.slisp("run", "a.slisp", env=dict(self.env, PATH="/nonexistent")), 0, "hello\n", "")

    def test_cache_that_cannot_be_written_is_done_without(self):
        self.file("a.slisp", HELLO)
        self.file("blocked", "")
        self.expect(self.slisp("run", "a.slisp", env=dict(self.env, XDG_CACHE_HOME=str(self.work / "blocked"))), 0, "hello\n", "")

    def test_concurrent_first_runs(self):
        self.file("a.slisp", HELLO)
        running = [subprocess.Popen([SLISP, "run", "a.slisp"], cwd=self.work, env=self.env, stdout=subprocess.PIPE) for _ in range(6)]
        self.assertEqual([(p.communicate()[0], p.returncode) for p in running], [(b"hello\n", 0)] * 6)

    def test_shebang(self):
        script = self.file("script", "#!/usr/bin/env slisp\n" + HELLO)
        script.chmod(0o755)
        done = self.run_command([script], env=dict(self.env, PATH=str(pathlib.Path(SLISP).parent) + ":" + os.environ["PATH"]))
        self.expect(done, 0, "hello\n", "")

    def test_standard_input_as_program(self):
        self.expect(self.slisp("run", "-", stdin=HELLO), 0, "hello\n", "")

    def test_standard_input_as_program_with_arguments(self):
        self.expect(self.slisp("run", "-", "x", "-y", stdin="(defn -main [& a] (println a))\n"), 0, "(x -y)\n", "")

    def test_roots_in_order(self):
        self.file("main/a.slisp", "(ns a (:require [u]))\n(println (u/f))\n")
        for root, value in (("main", 1), ("one", 2), ("two", 3)):
            self.file(f"{root}/u.slisp", f"(ns u)\n(defn f [] {value})\n")
        self.expect(self.slisp("run", "-I", "one", "-I", "two", "main/a.slisp"), 0, "1\n", "")
        (self.work / "main/u.slisp").unlink()
        self.expect(self.slisp("run", "-I", "one", "-I", "two", "main/a.slisp"), 0, "2\n", "")
        self.expect(self.slisp("run", "-I", "two", "-I", "one", "main/a.slisp"), 0, "3\n", "")
        done = self.slisp("run", "main/a.slisp")
        self.assertEqual((done.returncode, done.out), (1, ""))
        self.assertIn("Could not locate u.slisp, .cljc or .clj", done.err)

    def test_evaluator_gives_the_same(self):
        self.file("a.slisp", '(defn -main [x] (println "got" x) 4)\n')
        self.expect(self.slisp("run", "--evaluate", "a.slisp", "z"), 4, "got z\n", "")


class EvalAndRepl(Case):
    def test_eval(self):
        self.expect(self.slisp("eval", "(+ 1 2)"), 0, "3\n", "")
        self.expect(self.slisp("eval", '(println "x") (str "a" 1) nil'), 0, 'x\n"a1"\n', "")
        self.expect(self.slisp("eval", "(def x 5) (* x x)"), 0, "#'user/x\n25\n", "")
        self.expect(self.slisp("eval", "(System/exit 3)"), 3, "", "")

    def test_eval_errors(self):
        done = self.slisp("eval", '(throw (ex-info "boom" {:a 1}))')
        self.assertEqual((done.returncode, done.out), (1, ""))
        self.assertIn("boom", done.err)
        done = self.slisp("eval", "(+ 1")
        self.assertEqual(done.returncode, 1)
        self.assertTrue(done.err.startswith("<eval>:1:1: error:"), done.err)

    def test_repl_from_a_pipe_is_a_script(self):
        self.expect(self.slisp("repl", stdin="(defn f [x]\n  (* x 2))\n(println (f 21))\n(+ 1 2)\n"), 0, "#'user/f\n42\n3\n", "")
        done = self.slisp("repl", stdin='(println 1)\n(throw (ex-info "boom" {}))\n(println 2)\n')
        self.assertEqual((done.returncode, done.out), (1, "1\n"))
        self.assertIn("boom", done.err)

    def test_repl_redefines(self):
        self.expect(self.slisp("repl", stdin="(defn f [] 1)\n(defn g [] (f))\n(g)\n(defn f [] 2)\n(g)\n"), 0,
                    "#'user/f\n#'user/g\n1\n#'user/f\n2\n", "")

    def test_repl_evaluates_forms_and_texts(self):
        said = self.slisp("repl", stdin='''(eval '(+ 1 2))
(eval '(def x 5))
x
(load-string "(def y 6) (defmacro m [a] `(* ~a y)) (* x y)")
(m 7)
((eval '(fn [a] (m a))) 2)
(try (eval '(no-such 1)) (catch Exception e (ex-message (ex-cause e))))
(binding [*ns* (create-ns 'other)] (eval '(def z 1)))
other/z
(let [n (ns-name *ns*)] (eval '(ns third)) n)
(ns-name *ns*)
(in-ns 'user)
x
''')
        self.expect(said, 0, "3\n#'user/x\n5\n30\n42\n12\n\"Unable to resolve symbol: no-such in this context\"\n#'other/z\n1\nuser\nthird\n"
                    + said.out[said.out.index("third\n") + 6:said.out.rindex("5\n")] + "5\n", "")

    def test_repl_redefines_types_and_protocols(self):
        self.expect(self.slisp("repl", stdin='''(defprotocol P (m [x]))
(defrecord R [a] P (m [_] [:first a]))
(def old (->R 1))
(m old)
(defrecord R [a b] P (m [_] [:second a b]))
(m (->R 1 2))
[(m old) (:b (->R 3 4)) (instance? R old) (instance? R (R. 1 2))]
(defprotocol P (m [x]) (n [x y]))
(extend-type String P (m [s] :m) (n [s y] [s y]))
[(m "a") (n "a" 2)]
(deftype T [x] P (m [_] x) (n [_ y] [x y]))
(deftype T [x y] P (m [_] y) (n [_ z] [x y z]))
[(m (T. 1 2)) (n (->T 1 2) 3)]
(defmulti k :t)
(do (defmethod k 1 [_] :one) nil)
(do (defmethod k 1 [_] :uno) nil)
(k {:t 1})
'''), 0, "P\nuser.R\n#'user/old\n[:first 1]\nuser.R\n[:second 1 2]\n[[:first 1] 4 false true]\nP\nnil\n[:m [\"a\" 2]]\nuser.T\nuser.T\n[2 [1 2 3]]\n#'user/k\n:uno\n".replace("nil\n", ""), None)

    def test_a_program_with_eval_loads_files(self):
        self.file("lib/made.clj", "(ns lib.made (:require [lib.helper :as h]))\n(defmacro twice [x] `(* 2 ~x))\n(defn f [x] (h/inc-all [x (twice x)]))\n")
        self.file("lib/helper.clj", "(ns lib.helper)\n(load \"part\")\n")
        self.file("lib/part.clj", "(in-ns 'lib.helper)\n(defn inc-all [xs] (mapv inc xs))\n")
        self.file("lib/broken.clj", "(ns lib.broken)\n(def fine 1)\n  (undefined-thing)\n")
        self.file("plain.clj", "(def from-file 1)\n(+ from-file 41)\n")
        self.file("e.slisp", '''(println (do (require (symbol "lib.made")) (eval '(lib.made/f 5))))
(println (eval '(do (require '[lib.made :as m :refer [twice]]) [(m/f 1) (twice 4)])))
(println (load-file (str "plain" ".clj")) (eval 'from-file))
(println (try (require (symbol "lib.broken")) (catch Exception e [(ex-message e) (ex-message (ex-cause e))])))
(println (try (require (symbol "lib.absent")) (catch java.io.FileNotFoundException e (ex-message e))))
(println ((requiring-resolve (symbol "lib.made" "f")) 10) (contains? (loaded-libs) 'lib.made) (ns-name *ns*))
''')
        self.assertEqual(self.slisp("compile", "--with-eval", "e.slisp", "-o", "e").returncode, 0)
        done = self.run_command([str(self.work / "e")], env=dict(self.env, SLISP_HEAP_REPORT="1"))
        self.assertEqual(done.out, "[6 11]\n[[2 3] 8]\n42 1\n[Syntax error compiling at (lib/broken.clj:3:3). Unable to resolve symbol: undefined-thing in this context]\n"
                         "Could not locate lib/absent__init.class, lib/absent.clj or lib/absent.cljc on classpath.\n[11 21] true user\n")
        self.assertIn("heap: 0 live objects", done.err)

    def test_eval_takes_an_option(self):
        self.file("e.slisp", "(println (eval (list '+ 1 2)))\n")
        done = self.slisp("compile", "e.slisp")
        self.assertEqual(done.returncode, 1)
        self.assertIn("--with-eval", done.err)
        self.expect(self.slisp("run", "--with-eval", "e.slisp"), 0, "3\n", "")
        self.assertEqual(self.slisp("run", "e.slisp").returncode, 1)          # not the program of the cache
        self.expect(self.slisp("run", "--evaluate", "--with-eval", "e.slisp"), 0, "3\n", "")

    def test_repl_macros_and_namespaces(self):
        # Inline forms with slow paths: the host has them all.
        self.expect(self.slisp("repl", stdin="(defn f [^long x] (inc x))\n(f 3)\n(defn g ^long [x y] (* (+ x y) (- x y)))\n(g 5 2)\n"
                               "(defn h [a b] [(+' a b) (-' a b) (*' a b) (inc' a) (dec' a) (< a b) (<= a b) (> a b) (>= a b) (== a b) (= a b) (zero? a) (pos? a) (neg? a)])\n"
                               "(h 1.5 2)\n(defn k [m] (:x m))\n[(k {:x 1}) (k {:y 1 :x 2}) (k nil)]\n"), 0,
                    "#'user/f\n4\n#'user/g\n21\n#'user/h\n[3.5 -0.5 3.0 2.5 0.5 true true false false false false false true false]\n#'user/k\n[1 2 nil]\n", "")
        self.expect(self.slisp("repl", stdin="(defmacro m [x] `(+ ~x 1))\n(m 2)\n(require '[clojure.string :as s])\n(s/upper-case \"a\")\n"), 0,
                    "#'user/m\n3\n\"A\"\n", "")


class Tests(Case):
    GOOD = """(ns app.math-test (:require [clojure.test :refer [deftest is are testing use-fixtures]] [app.math :as m]))
(def calls (atom []))
(use-fixtures :once (fn [f] (swap! calls conj :once) (f)))
(use-fixtures :each (fn [f] (swap! calls conj :each) (f)))
(deftest doubles (is (= 4 (m/twice 2))) (are [x y] (= x (m/twice y)) 2 1 0 0 -2 -1))
(deftest throws (is (thrown? ArithmeticException (m/over 0))) (is (thrown-with-msg? ArithmeticException #"zero" (m/over 0))))
(deftest fixtures (is (= [:once :each] (take 2 @calls))) (is (instance? String "x")) (is (string? "x")))
"""

    def test_passing(self):
        self.file("src/app/math.slisp", "(ns app.math)\n(defn twice [x] (* 2 x))\n(defn over [x] (/ 1 x))\n")
        self.file("test/app/math_test.slisp", self.GOOD)
        said = "\nTesting app.math-test\n\nRan 3 tests containing 9 assertions.\n0 failures, 0 errors.\n"
        for path in ("test", "test/app/math_test.slisp"):
            self.expect(self.slisp("test", "-I", "src", path, env=dict(self.env, SLISP_HEAP_REPORT="1")), 0, said)
        self.assertEqual(sorted(os.listdir(self.work)), ["src", "test"])

    def test_failing(self):
        self.file("b_test.slisp", """(ns b-test (:require [clojure.test :refer [deftest is testing]]))
(deftest bad
  (is (= 1 2) "numbers")
  (testing "in a context"
    (is (thrown? Exception (inc 1)))))
(deftest err
  (is (throw (ex-info "boom" {:a 1}))))
(deftest outside
  (throw (ex-info "late" {})))
""")
        done = self.slisp("test", "b_test.slisp")
        self.assertIn("\n at b-test/fn (b_test.slisp:7)\n", done.out)
        done.out = re.sub(r"(?m)^(?: at |    )\S+ \(\S+:\d+\)\n", "", done.out)      # the traces
        self.expect(done, 1, """
Testing b-test

ERROR in (outside) (b_test.slisp:9)
Uncaught exception, not in assertion.
expected: nil
  actual: clojure.lang.ExceptionInfo: late
{}

ERROR in (err) (b_test.slisp:7)
expected: (throw (ex-info "boom" {:a 1}))
  actual: clojure.lang.ExceptionInfo: boom
{:a 1}

FAIL in (bad) (b_test.slisp:3)
numbers
expected: (= 1 2)
  actual: (not (= 1 2))

FAIL in (bad) (b_test.slisp:5)
in a context
expected: (thrown? Exception (inc 1))
  actual: nil

Ran 3 tests containing 4 assertions.
2 failures, 2 errors.
""", "")

    def test_tests_that_evaluate_have_the_evaluator(self):
        """By a function of the program or themselves; tests that do not are compiled without it."""
        self.file("e/e_test.slisp", """(ns e-test (:require [clojure.test :refer [deftest is]]))
(defn computed [form] (eval form))
(deftest evaluates (is (= 3 (eval '(+ 1 2)))))
(deftest by-function (is (= 6 (computed '(* 2 3)))))
""")
        done = self.slisp("test", "e")
        self.assertEqual(done.returncode, 0, done.err)
        self.assertIn("Ran 2 tests containing 2 assertions.\n0 failures, 0 errors.", done.out)
        self.assertNotIn("not offered", done.err)

    def test_chosen_tests_and_junit(self):
        self.file("t/a_test.slisp", """(ns a-test (:require [clojure.test :refer [deftest is]]))
(deftest good (is true))
(deftest bad (is (= 1 2) "a < b"))
""")
        self.file("t/found_by_content.slisp", "(ns found-by-content (:require [clojure.test :refer [deftest is]]))\n(deftest only-one (is true))\n")
        self.file("t/helper.slisp", "(ns helper)\n")
        done = self.slisp("test", "t")
        self.assertEqual(done.returncode, 1, done.out + done.err)
        self.assertIn("Ran 3 tests containing 3 assertions.\n1 failures, 0 errors.\n", done.out)
        self.expect(self.slisp("test", "--only", "a-test/good", "t"), 0,
                    "\nTesting a-test\n\nRan 1 tests containing 1 assertions.\n0 failures, 0 errors.\n", "")
        self.expect(self.slisp("test", "--only=found-by-content", "t"), 0,
                    "\nTesting found-by-content\n\nRan 1 tests containing 1 assertions.\n0 failures, 0 errors.\n", "")
        self.expect(self.slisp("test", "--only", "b-test", "t"), 1, "", "slisp: error: --only b-test: no such namespace among the tests\n")
        done = self.slisp("test", "--junit", "report.xml", "t")
        self.assertEqual(done.returncode, 1, done.err)
        report = xml.etree.ElementTree.parse(self.work / "report.xml").getroot()
        self.assertEqual((report.tag, report.get("tests"), report.get("failures"), report.get("errors")), ("testsuites", "3", "1", "0"))
        self.assertEqual({(case.get("classname"), case.get("name")) for case in report.iter("testcase")},
                         {("a-test", "good"), ("a-test", "bad"), ("found-by-content", "only-one")})
        failure, = report.iter("failure")
        self.assertEqual(failure.get("message"), "a < b")
        self.assertIn("actual: (not (= 1 2))", failure.text)

    def test_nothing_to_test(self):
        (self.work / "empty").mkdir()
        self.expect(self.slisp("test", "empty"), 1, "", "slisp: error: no test files: a folder is searched for files named *_test and files with (deftest ...)\n")
        self.expect(self.slisp("test", "nosuch"), 1, "", "slisp: error: cannot read 'nosuch': No such file or directory\n")
        self.file("x_test.slisp", "(println 1)\n")
        done = self.slisp("test", "x_test.slisp")
        self.assertEqual((done.returncode, done.out), (1, ""))
        self.assertIn("does not begin with (ns NAME ...)", done.err)


class Doctor(Case):
    def test_all_is_well(self):
        done = self.slisp("doctor")
        self.assertEqual((done.returncode, done.err), (0, ""))
        for word in ("nasm", "ld", "libslisp_runtime.a", "libslisp_library.a", "all is well"):
            self.assertIn(word, done.out)

    def test_missing_nasm(self):
        done = self.slisp("doctor", env=dict(self.env, PATH="/nonexistent"))
        self.assertEqual(done.returncode, 1)
        self.assertIn("missing", done.out)
        self.assertRegex(done.out, r"to mend: apt-get install .*nasm")


class Programs(Case):
    def test_heap_report(self):
        program = self.compiled('(println (count (vec (range 100))))\n')
        done = self.run_command([program], env=dict(self.env, SLISP_HEAP_REPORT="1"))
        self.assertRegex(done.err, r"\Aheap: 0 live objects \((\d+) allocated, \1 freed, peak \d+ bytes\)\n\Z")

    def test_uncaught_exception(self):
        program = self.compiled('(defn inner [x]\n  (throw (ex-info "boom" {:x x})))\n(defn outer [x]\n  (inc (inner x)))\n(outer 1)\n')
        done = self.run_command([program], env=dict(self.env, SLISP_HEAP_REPORT="1"))
        self.assertEqual((done.returncode, done.out), (1, ""))
        self.assertIn("clojure.lang.ExceptionInfo: boom", done.err)
        self.assertIn("{:x 1}", done.err)
        self.assertRegex(done.err, r"user/inner \(.*program\.slisp:2\)")
        self.assertRegex(done.err, r"user/outer \(.*program\.slisp:4\)")
        self.assertIn("heap: 0 live objects", done.err)

    def test_runaway_recursion_is_catchable(self):
        text = "(defn f [x] (inc (f x)))\n(println (try (f 1) (catch StackOverflowError e :caught)))\n"
        self.expect(self.run_command([self.compiled(text)]), 0, ":caught\n", "")

    def test_uncaught_runaway_recursion(self):
        done = self.run_command([self.compiled("(defn f [x] (inc (f x)))\n(f 1)\n")])
        self.assertEqual(done.returncode, 1)
        self.assertIn("stack", done.err.lower())

    def test_small_address_space_and_stack(self):
        program = self.compiled("(println (reduce + (map inc (range 1000))))\n")
        self.expect(self.run_command(["bash", "-c", f"ulimit -v 16384; ulimit -s 1024; exec {program}"]), 0, "500500\n", "")

    def test_shortage_of_memory_is_one_line(self):
        program = self.compiled("(println (count (vec (range 100000000))))\n")
        done = self.run_command(["bash", "-c", f"ulimit -v 65536; exec {program}"])
        self.assertEqual((done.returncode, done.err.count("\n")), (1, 1), done.err)
        self.assertIn("memory", done.err)

    def test_full_stdout(self):
        program = self.compiled('(println "x")\n')
        done = self.run_command(["bash", "-c", f"exec {program} > /dev/full"])
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.err.count("\n"), 1)

    def test_closed_pipe_ends_quietly(self):
        program = self.compiled("(doseq [i (range 1000000)] (println i))\n")
        done = self.run_command(["bash", "-c", f"{program} | head -n 1"])
        self.expect(done, 0, "0\n", "")

    def test_no_compiler_inside(self):
        program = self.compiled('(defn secret-name-of-mine [x] (println "v" x))\n(secret-name-of-mine 1)\n')
        names = subprocess.check_output(["nm", "-C", program]).decode()
        for word in ("reader::", "analyzer::", "evaluator", "compiler::", "x64::"):
            self.assertNotIn(word, names)
        self.assertNotIn(b"(println", program.read_bytes())
        self.assertLess(program.stat().st_size, 1 << 20)

    def test_debug_heap_finds_planted_faults(self):
        text = "(println (reduce + (mapv inc (range 10))))\n"
        program = self.compiled(text, "--debug-heap")
        valgrind = ["valgrind", "-q", "--leak-check=full", "--show-leak-kinds=all", "--errors-for-leak-kinds=all", "--error-exitcode=99"]
        self.expect(self.run_command(valgrind + [program]), 0, "55\n", "")
        for fault, words in (("leak", "in loss record"), ("use-after-free", "Invalid read")):
            done = self.run_command(valgrind + [program], env=dict(self.env, SLISP_PLANT_FAULT=fault))
            self.assertEqual(done.returncode, 99, fault)
            self.assertIn(words, done.err)


if __name__ == "__main__":
    unittest.main(verbosity=2)
