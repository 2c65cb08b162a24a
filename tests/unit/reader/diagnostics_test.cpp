// diagnostics_test.cpp: places of forms, recovery after errors, and how problems look.
#include "support.hpp"

using namespace reader_test;

namespace {

std::string problems(std::string_view source) {
  SourceMap sources;
  SourceFile* file = sources.add_text("t.slisp", std::string(source));
  Diagnostics diagnostics(sources);
  if (!check_encoding(*file, diagnostics)) return diagnostics.render(Colour::Never);
  rt::Owned features = feature_set({"slisp"});
  ReaderOptions options;
  options.file = file->id;
  options.features = features;
  Reader reader(file->text, options);
  for (;;) {
    ReadResult result = reader.read();
    if (result.status == ReadStatus::EndOfInput) break;
    if (result.status == ReadStatus::Error) report(reader.error(), diagnostics);
  }
  return diagnostics.render(Colour::Never);
}

std::string first_line(std::string_view source) {
  std::string text = problems(source);
  return text.substr(0, text.find('\n'));
}

}  // namespace

TEST_CASE("each form knows its place") {
  SourceMap sources;
  SourceFile* file = sources.add_text("t", "(λ \"s\" [x])\n  'y ^:m z #(f %)");
  SpanTable table;
  ReaderOptions options;
  options.file = file->id;
  options.spans = table.sink();
  Reader reader(file->text, options);
  auto place = [&](rt::Borrowed form) {
    Span span = table.find(form);
    return std::to_string(span.line) + ":" + std::to_string(span.column) + " " + file->text.substr(span.begin, span.end - span.begin);
  };
  auto element = [](rt::Borrowed list, int index) {
    rt::SeqWalk walk(rt::Owned::copy(list));
    rt::Owned value;
    for (int i = 0; i <= index; ++i) REQUIRE(walk.next(value));
    return value;
  };
  ReadResult list = reader.read();
  CHECK(place(list.form) == "1:1 (λ \"s\" [x])");
  CHECK(place(element(list.form, 0)) == "1:2 λ");
  CHECK(place(element(list.form, 1)) == "1:4 \"s\"");
  CHECK(place(element(list.form, 2)) == "1:8 [x]");
  CHECK(list.span == table.find(list.form));
  ReadResult quoted = reader.read();
  CHECK(place(quoted.form) == "2:3 'y");
  CHECK(place(element(quoted.form, 1)) == "2:4 y");
  CHECK(place(reader.read().form) == "2:10 z");
  ReadResult function = reader.read();
  CHECK(place(function.form) == "2:12 #(f %)");
  CHECK(place(element(function.form, 2)) == "2:12 #(f %)");
  CHECK(reader.read().status == ReadStatus::EndOfInput);
  rt::Owned stranger = rt::symbol("", "q");
  CHECK_FALSE(table.find(stranger).known());
}

TEST_CASE("the span table lets go of its forms") {
  leaves_nothing([] {
    SpanTable table;
    ReaderOptions options;
    options.file = 1;
    options.spans = table.sink();
    (void)read_all("(a \"b\" {c [d]} #{e}) `(f ~g) ^{:h i} j", options);
    CHECK(table.size() > 8);
  });
}

TEST_CASE("problems are shown with their line, a caret, the reason and a hint") {
  CHECK(problems("(a\n  12abc)") ==
        "t.slisp:2:3: error: Invalid number: 12abc [e-number]\n"
        "    12abc)\n"
        "    ^~~~~\n"
        "  why: a token that begins with a digit must be a number\n");
  CHECK(problems("(defn f [x\n  (+ x 1))") ==
        "t.slisp:2:10: error: Unmatched delimiter: ) [e-unmatched]\n"
        "    (+ x 1))\n"
        "           ^\n"
        "  why: the innermost open form wants ']'\n"
        "t.slisp:1:9: note: it was opened here\n"
        "  (defn f [x\n"
        "          ^\n");
  CHECK(problems("(defn f\n  [x]\n(defn g [])\n") ==
        "t.slisp:1:1: error: EOF while reading, starting at line 1 [e-eof]\n"
        "  (defn f\n"
        "  ^\n"
        "  why: what is opened here is never closed by ')'\n"
        "  hint: the form that begins at line 3, column 1, was read as a part of it: is a delimiter missing before that line?\n");
  CHECK(problems("{:a 1\n :b 2\n :a 3}") ==
        "t.slisp:3:2: error: Duplicate key: :a [e-duplicate-key]\n"
        "   :a 3}\n"
        "   ^~\n"
        "  why: the keys of a map literal must differ\n");
  CHECK(first_line("{:a 1 :b}") == "t.slisp:1:7: error: Map literal must contain an even number of forms [e-odd-map]");
  CHECK(first_line("#{1 2 1}") == "t.slisp:1:7: error: Duplicate key: 1 [e-duplicate-key]");
  CHECK(first_line(")") == "t.slisp:1:1: error: Unmatched delimiter: ) [e-unmatched]");
  CHECK(first_line("\"ab\\qc\"") == "t.slisp:1:1: error: Unsupported escape character: \\q [e-escape]");
  CHECK(first_line("\n \"abc") == "t.slisp:2:2: error: EOF while reading string [e-eof]");
  CHECK(first_line("#<Foo>") == "t.slisp:1:1: error: Unreadable form [e-unreadable]");
  CHECK(first_line("#=(f)") == "t.slisp:1:1: error: EvalReader not allowed when *read-eval* is false. [e-read-eval]");
  CHECK(first_line("(f #(g #(h)))") == "t.slisp:1:8: error: Nested #()s are not allowed [e-nested-function]");
  CHECK(first_line("a\n  foo/ b") == "t.slisp:2:3: error: Invalid token: foo/ [e-token]");
  CHECK(first_line("^1 x") == "t.slisp:1:1: error: Metadata must be Symbol,Keyword,String or Map [e-metadata]");
}

TEST_CASE("encoding") {
  CHECK(problems("a\xff") ==
        "t.slisp:1:2: error: invalid UTF-8: byte 0xff [e-encoding]\n"
        "  a?\n"
        "   ^\n"
        "  why: source text is UTF-8\n"
        "  hint: convert it, for example with iconv -f latin1 -t utf8\n");
  CHECK(first_line(std::string_view("(a\n é\0)", 8)) == "t.slisp:2:3: error: NUL byte in source text [e-nul]");
  CHECK(first_line("\xc0\x80") == "t.slisp:1:1: error: invalid UTF-8: byte 0xc0 [e-encoding]");
  CHECK(first_line("\xed\xa0\x80") == "t.slisp:1:1: error: invalid UTF-8: byte 0xed [e-encoding]");
  CHECK(first_line("x\xf0\x9f\x98") == "t.slisp:1:2: error: invalid UTF-8: byte 0xf0 [e-encoding]");
  CHECK(problems("\"\xf0\x9f\x98\x80 λ\" \\é").empty());
}

TEST_CASE("reading goes on behind an error") {
  std::string text = problems("(a 1x (b) \"(\") (c 2y) ok {:a} [3z]");
  CHECK(text.find("Invalid number: 1x") != std::string::npos);
  CHECK(text.find("Invalid number: 2y") != std::string::npos);
  CHECK(text.find("Map literal") != std::string::npos);
  CHECK(text.find("Invalid number: 3z") != std::string::npos);
  CHECK(text.find("Unmatched") == std::string::npos);
  CHECK(read_all("(a ] b)\n(c) 1") == "!e-unmatched Unmatched delimiter: ] (c) 1");
  CHECK(read_all(") a ] b") == "!e-unmatched Unmatched delimiter: ) a !e-unmatched Unmatched delimiter: ] b");
  CHECK(read_all("[1 {:a} 2] 3") == "!e-odd-map Map literal must contain an even number of forms 3");
  CHECK(read_all("\"\\q \\\" x\" 2") == "!e-escape Unsupported escape character: \\q 2");
  CHECK(read_all("(#?@(:default 1) 2) 3") ==
        "!e-splice Spliced form list in read-cond-splicing must implement java.util.List 3");
}

TEST_CASE("rendering is safe and bounded") {
  SourceMap sources;
  SourceFile* file = sources.add_text("bad\nname", "x\x1b[31m\x7fy\tz");
  Diagnostics diagnostics(sources);
  diagnostics.error("e-x", file->span_at(9, 10), "a\nb");
  CHECK(diagnostics.render(Colour::Never) == "bad\\nname:1:10: error: a\\nb [e-x]\n  x?[31m?y\tz\n          \t^\n");
  std::string coloured = diagnostics.render(Colour::Always);
  CHECK(coloured.find("\x1b[1;31merror: \x1b[0m") != std::string::npos);
  for (int i = 0; i < 40; ++i) diagnostics.error("e-y", Span{}, "again");
  std::string all = diagnostics.render(Colour::Never);
  CHECK(all.ends_with("slisp: 21 more problems are not shown\n"));
  CHECK(diagnostics.error_count() == 41);
  diagnostics.warning("w-x", Span{}, "odd");
  CHECK(diagnostics.warning_count() == 1);
  CHECK(diagnostics.error_count() == 41);
  // A line of a megabyte is cut around the caret.
  SourceFile* wide = sources.add_text("wide", std::string(1'000'000, 'a') + "b" + std::string(1'000'000, 'c'));
  diagnostics.clear();
  diagnostics.error("e-x", wide->span_at(1'000'000, 1'000'001), "here");
  std::string cut = diagnostics.render(Colour::Never);
  CHECK(cut.size() < 600);
  std::size_t line = cut.find('\n') + 1, marks = cut.find('\n', line) + 1;
  CHECK(cut[line + (cut.find('^') - marks)] == 'b');
}

TEST_CASE("files and lines") {
  SourceMap sources;
  std::string error;
  CHECK(sources.add_file("/nonexistent/x", error) == nullptr);
  CHECK(error == "No such file or directory");
  CHECK(sources.add_file("/", error) == nullptr);
  CHECK(error == "Is a directory");
  SourceFile* file = sources.add_text("f", "a\r\nbé\n\nc");
  CHECK(file->line(1) == "a");
  CHECK(file->line(2) == "bé");
  CHECK(file->line(3) == "");
  CHECK(file->line(4) == "c");
  CHECK(file->line(5) == "");
  CHECK(file->span_at(6, 7).line == 2);
  CHECK(file->span_at(6, 7).column == 3);
  CHECK(sources.find(file->id) == file);
  CHECK(sources.find(99) == nullptr);
}
