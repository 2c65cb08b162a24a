// programs_test.cpp: IR as text, compiled, linked with the runtime, run.
#include "tests/unit/codegen/support.hpp"

using namespace slisp::x64::test;

namespace {
// user/print: prints its argument and a newline.
const std::string k_print = R"(
fn print "user/print" {
b0(v0: owned any):
  v1 = rt stdout_stream
  v2 = bool 1
  try_rt print_to v1, v0, v2 -> b1, b2
b1:
  v4 = word char:10
  try_rt stream_write v1, v4 -> b3, b2
b3:
  drop v0
  drop v1
  v6 = word nil
  return v6
b2:
  drop v0
  drop v1
  unwind
}
)";
std::string program(const std::string& body) {
  return "file 0 \"test.clj\"\ninit slisp_program\n" + body + k_print;
}
}  // namespace

TEST_CASE("a constant is the exit status", "[codegen][run]") {
  expect_run("init slisp_program\nfn slisp_program \"main\" global {\nb0:\n  v0 = word 42\n  return v0\n}\n", "", 42);
}

TEST_CASE("constants of all shapes are laid out", "[codegen][run]") {
  expect_run(program(R"(
static 0 constant L1 "{:a [1 2.5 \"text\\n\"], :b/c #{x y/z}, 3 (4 5 6), \\a 123456789012345678901234567890N}"
static 1 constant L2 "[0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35]"
static 2 constant L3 ":keyword"
static 3 constant L4 "[]"
fn slisp_program "main" global {
b0:
  v0 = static #0
  v1 = try_call print v0 -> b1, b5
b1:
  v2 = static #1
  v3 = try_call print v2 -> b2, b5
b2:
  v4 = static #2
  v5 = try_call print v4 -> b3, b5
b3:
  v6 = static #3
  v7 = try_call print v6 -> b4, b5
b4:
  return v7
b5:
  unwind
}
)"), "{:a [1 2.5 \"text\\n\"], :b/c #{x y/z}, 3 (4 5 6), \\a 123456789012345678901234567890N}\n"
     "[0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35]\n:keyword\n[]\n");
}

TEST_CASE("nth looks into strings, vector_nth does not", "[codegen][run]") {
  expect_run(program(R"(
static 0 constant L1 "[7 8]"
static 1 constant L2 "\"ab\""
fn nth_of "user/nth-of" {
b0(v0: owned any):
  v1 = i64 1
  v2 = try_rt nth_look v0, v1 -> b1, b2
b1:
  drop v0
  return v2
b2:
  drop v0
  unwind
}
fn element_of "user/element-of" {
b0(v0: owned any):
  v1 = i64 1
  v2 = try_rt vector_nth v0, v1 -> b1, b2
b1:
  drop v0
  return v2
b2:
  drop v0
  unwind
}
fn slisp_program "main" global {
b0:
  v0 = static #0
  v1 = static #1
  v2 = try_call nth_of v0 -> b1, b9
b1:
  v3 = try_call print v2 -> b2, b9
b2:
  v4 = try_call nth_of v1 -> b3, b9
b3:
  v5 = try_call print v4 -> b4, b9
b4:
  v6 = try_call element_of v0 -> b5, b9
b5:
  v7 = try_call print v6 -> b6, b9
b6:
  v8 = try_call element_of v1 -> b7, b8
b7:
  return v8
b8:
  v9 = rt exception_take
  drop v9
  v10 = word 5
  return v10
b9:
  unwind
}
)"), "8\n\\b\n8\n", 5);
}

TEST_CASE("recursion, comparisons and arithmetic", "[codegen][run]") {
  expect_run(program(R"(
fn fib "user/fib" {
b0(v0: owned any):
  stack_check -> b1, b9
b1:
  v1 = word 2
  v2 = try_rt less v0, v1 -> b2, b9
b2:
  branch v2 -> b3, b4
b3:
  return v0
b4:
  v3 = try_rt dec v0 -> b5, b9
b5:
  v4 = try_call fib v3 -> b6, b9
b6:
  v5 = word 2
  v6 = try_rt subtract v0, v5 -> b7, b8
b7:
  v7 = try_call fib v6 -> b10, b8
b10:
  v8 = try_rt add v4, v7 -> b11, b12
b11:
  drop v0
  drop v4
  drop v7
  return v8
b12:
  drop v7
  jump -> b8
b8:
  drop v4
  jump -> b9
b9:
  drop v0
  unwind
}
fn slisp_program "main" global {
b0:
  v0 = word 20
  v1 = try_call fib v0 -> b1, b2
b1:
  v3 = try_call print v1 -> b3, b2
b3:
  return v3
b2:
  unwind
}
)"), "6765\n");
}

TEST_CASE("parallel moves: a loop that rotates its variables", "[codegen][run]") {
  expect_run(program(R"(
fn slisp_program "main" global {
b0:
  v0 = word 1
  v1 = word 2
  v2 = word 3
  v3 = word 0
  jump -> b1(v0, v1, v2, v3)
b1(v4: owned any, v5: owned any, v6: owned any, v7: owned any):
  v8 = word 1000
  v9 = try_rt less v7, v8 -> b2, b9
b2:
  branch v9 -> b3, b4
b3:
  v10 = try_rt inc v7 -> b5, b9
b5:
  drop v7
  jump -> b1(v5, v6, v4, v10)
b4:
  drop v7
  epoch_open #0
  v11 = slot #0
  slot_store 0 v11, v4
  slot_store 1 v11, v5
  slot_store 2 v11, v6
  v12 = i64 3
  v13 = rt vector v11, v12
  epoch_close #0
  v14 = try_call print v13 -> b6, b8
b6:
  return v14
b7:
  unreachable
b8:
  unwind
b9:
  drop v4
  drop v5
  drop v6
  drop v7
  unwind
epoch 0
slot 0 words=3 in 0
}
)"), "[2 3 1]\n");
}

TEST_CASE("collections of one function never alias", "[codegen][run]") {
  std::string body = "static 0 constant L1 \":a\"\nstatic 1 constant L2 \":b\"\nfn slisp_program \"main\" global {\n";
  std::string epochs, code, drops;
  int value = 0, block = 1;
  std::vector<int> maps;
  code = "b0:\n  v0 = static #0\n  v1 = static #1\n";
  value = 2;
  for (int i = 0; i < 40; ++i) {
    epochs += "epoch " + std::to_string(i) + "\n";
  }
  for (int i = 0; i < 40; ++i) epochs += "slot " + std::to_string(i) + " words=4 in " + std::to_string(i) + "\n";
  for (int i = 0; i < 40; ++i) {
    std::string n = std::to_string(i), slot = "v" + std::to_string(value), one = "v" + std::to_string(value + 1),
                count = "v" + std::to_string(value + 2), map = "v" + std::to_string(value + 3), two = "v" + std::to_string(value + 4);
    code += "  epoch_open #" + n + "\n  " + slot + " = slot #" + n + "\n  " + one + " = word " + n + "\n  " + two + " = word 100\n" +
            "  slot_store 0 " + slot + ", v0\n  slot_store 1 " + slot + ", " + one + "\n  slot_store 2 " + slot + ", v1\n  slot_store 3 " +
            slot + ", " + two + "\n  " + count + " = i64 4\n  " + map + " = try_rt map_literal " + slot + ", " + count + " -> b" +
            std::to_string(block) + ", b" + std::to_string(500 + i) + "\nb" + std::to_string(block) + ":\n  epoch_close #" + n + "\n";
    drops += "b" + std::to_string(500 + i) + ":\n";
    drops += "  epoch_close #" + n + "\n";
    for (int m : maps) drops += "  drop v" + std::to_string(m) + "\n";
    drops += "  unwind\n";
    maps.push_back(value + 3);
    value += 5;
    ++block;
  }
  std::string expected;
  for (std::size_t i = 0; i < maps.size(); ++i) {
    std::string unwind = std::to_string(600 + i);
    std::string next = std::to_string(block++);
    code += "  v" + std::to_string(value++) + " = try_call print v" + std::to_string(maps[i]) + " -> b" + next + ", b" + unwind + "\nb" +
            next + ":\n";
    drops += "b" + unwind + ":\n";
    for (std::size_t k = i + 1; k < maps.size(); ++k) drops += "  drop v" + std::to_string(maps[k]) + "\n";
    drops += "  unwind\n";
    expected += "{:a " + std::to_string(i) + ", :b 100}\n";
  }
  code += "  v" + std::to_string(value) + " = word nil\n  return v" + std::to_string(value) + "\n";
  for (int b = block; b < 500; ++b) drops += "b" + std::to_string(b) + ":\n  unreachable\n";
  for (int b = 540; b < 600; ++b) drops += "b" + std::to_string(b) + ":\n  unreachable\n";
  expect_run(program(body + epochs + code + drops + "}\n"), expected);
}

TEST_CASE("unknown calls, closures, many arguments, rest lists", "[codegen][run]") {
  expect_run(program(R"(
descriptor 0 L10 "user/eight" "test.clj" 1 [8 eight]
descriptor 1 L11 "user/rest" "test.clj" 2 [0 none] variadic=1 rest
descriptor 2 L12 "user/adder" "test.clj" 3 [1 adder]
static 0 closure L20 descriptor=0
static 1 closure L21 descriptor=1
static 2 constant L22 ":k"
static 3 constant L23 "{:k 77}"
fn eight "user/eight" {
b0(v0: owned any, v1: owned any, v2: owned any, v3: owned any, v4: owned any, v5: owned any, v6: owned any, v7: owned any):
  epoch_open #0
  v8 = slot #0
  slot_store 0 v8, v7
  slot_store 1 v8, v6
  slot_store 2 v8, v5
  slot_store 3 v8, v4
  slot_store 4 v8, v3
  slot_store 5 v8, v2
  slot_store 6 v8, v1
  slot_store 7 v8, v0
  v9 = i64 8
  v10 = rt vector v8, v9
  epoch_close #0
  return v10
epoch 0
slot 0 words=8 in 0
}
fn none "user/rest" {
b0:
  v0 = word nil
  return v0
}
fn rest "user/rest" {
b0(v0: owned any, v1: owned any):
  epoch_open #0
  v2 = slot #0
  slot_store 0 v2, v0
  slot_store 1 v2, v1
  v3 = i64 2
  v4 = rt vector v2, v3
  epoch_close #0
  return v4
epoch 0
slot 0 words=2 in 0
}
fn adder "user/adder" captures=1 {
b0(v0: owned any):
  v1 = capture 0
  v2 = try_rt add v0, v1 -> b1, b2
b1:
  drop v0
  return v2
b2:
  drop v0
  unwind
}
fn slisp_program "main" global {
b0:
  v0 = static #0
  v1 = word 1
  v2 = word 2
  v3 = word 3
  v4 = word 4
  v5 = word 5
  v6 = word 6
  v7 = word 7
  v8 = word 8
  v9 = try_invoke v0, v1, v2, v3, v4, v5, v6, v7, v8 -> b1, b99
b1:
  v10 = try_call print v9 -> b2, b99
b2:
  v11 = static #1
  v12 = try_invoke v11 -> b3, b99
b3:
  v13 = try_call print v12 -> b4, b99
b4:
  v14 = try_invoke v11, v1 -> b5, b99
b5:
  v15 = try_call print v14 -> b6, b99
b6:
  v16 = try_invoke v11, v1, v2, v3, v4, v5, v6, v7, v8 -> b7, b99
b7:
  v17 = try_call print v16 -> b8, b99
b8:
  v18 = try_invoke v11, v1, v2, v3 -> b9, b99
b9:
  v19 = try_call print v18 -> b10, b99
b10:
  epoch_open #0
  v20 = descriptor #2
  v21 = slot #0
  v22 = word 40
  slot_store 0 v21, v22
  v23 = i64 1
  v24 = rt alloc_fn v20, v21, v23
  epoch_close #0
  v25 = try_invoke v24, v2 -> b11, b98
b11:
  v26 = try_call print v25 -> b12, b98
b12:
  drop v24
  v27 = static #2
  v28 = static #3
  v29 = try_invoke v27, v28 -> b13, b99
b13:
  v30 = try_call print v29 -> b14, b99
b14:
  v31 = try_invoke v28, v27 -> b15, b99
b15:
  v32 = try_call print v31 -> b16, b99
b16:
  return v32
b98:
  drop v24
  unwind
b99:
  unwind
epoch 0
slot 0 words=1 in 0
)" + [] {
    std::string filler;
    for (int b = 17; b < 98; ++b) filler += "b" + std::to_string(b) + ":\n  unreachable\n";
    return filler + "}\n";
  }()), "[8 7 6 5 4 3 2 1]\nnil\n[1 nil]\n[1 (2 3 4 5 6 7 8)]\n[1 (2 3)]\n42\n77\n77\n");
}

TEST_CASE("slow paths: overflow, other numbers, exceptions", "[codegen][run]") {
  std::string text = program(R"(
site 0 "user/main" 0:7:3
static 0 constant L1 "2.5"
static 1 constant L2 "4611686018427387903"
fn slisp_program "main" global {
b0:
  v0 = static #0
  v1 = word 4
  v2 = try_rt add v0, v1 -> b1, b9
b1:
  v3 = try_call print v2 -> b2, b9
b2:
  v4 = word 4611686018427387903
  v5 = try_rt inc v4 -> b3, b9
b3:
  v6 = try_rt dec v5 -> b4, b8
b4:
  v7 = try_rt multiply v6, v1 -> b5, b7
b5:
  drop v5
  drop v6
  v8 = try_call print v7 -> b6, b9
b6:
  return v8
b7:
  drop v6
  jump -> b8
b8:
  drop v5
  jump -> b9
b9:
  v10 = site #0
  rt trace v10
  unwind
}
)");
  expect_run(text, "6.5\njava.lang.ArithmeticException: long overflow\n"
                   "    at user/main (test.clj:7)\n", 1);
}

TEST_CASE("vars, booleans, doubles and longs unboxed", "[codegen][run]") {
  expect_run(program(R"(
static 0 var v_test "user/x" root=7
static 1 var v_heap "user/y" root=unbound
fn slisp_program "main" global {
b0:
  v0 = var_root #0
  v1 = try_call print v0 -> b1, b9
b1:
  v2 = f64 0x4000000000000000
  v3 = rt math_sqrt v2
  v4 = f64_to_any v3
  v5 = static #1
  rt var_bind_root v5, v4
  v6 = var_root #1
  v7 = try_call print v6 -> b2, b9
b2:
  v8 = i64 4611686018427387904
  v9 = i64_to_any v8
  v10 = try_call print v9 -> b3, b9
b3:
  v11 = i64 -5
  v12 = i64_to_any v11
  v13 = try_call print v12 -> b4, b9
b4:
  v14 = word nil
  v15 = truthy v14
  v16 = not v15
  v17 = bool_to_any v16
  v18 = try_call print v17 -> b5, b9
b5:
  v19 = is_nil v14
  branch v19 -> b6, b9
b6:
  v20 = var_root #1
  v21 = dup v20
  v22 = identical v20, v21
  branch v22 -> b7, b8
b7:
  drop v20
  v23 = try_call print v21 -> b10, b9
b8:
  drop v20
  drop v21
  v24 = word 9
  return v24
b9:
  unwind
b10:
  v25 = word 3
  return v25
}
)"), "7\n1.4142135623730951\n4611686018427387904\n-5\ntrue\n1.4142135623730951\n", 3);
}

TEST_CASE("doubles in registers survive slow paths", "[codegen][run]") {
  expect_run(program(R"(
static 0 constant L1 "1.5"
fn slisp_program "main" global {
b0:
  v0 = static #0
  v1 = f64 0x4008000000000000
  v2 = word 1
  v3 = try_rt add v0, v2 -> b1, b4
b1:
  drop v3
  v4 = rt math_sqrt v1
  v5 = try_rt multiply v0, v2 -> b2, b4
b2:
  v6 = rt math_pow v1, v4
  v7 = f64_to_any v6
  drop v5
  v8 = try_call print v7 -> b3, b4
b3:
  return v8
b4:
  unwind
}
)"), "6.704991853825879\n");
}

TEST_CASE("runaway recursion with large frames ends in an exception", "[codegen][run]") {
  // A megabyte a frame; the argument is counted. The program answers 8 when the call fails, and nothing is left alive.
  std::string text = program(R"(
fn deep "user/deep" {
b0(v0: owned any, v1: owned any):
  v2 = word 0
  epoch_open #0
  v3 = slot #0
  slot_store 0 v3, v0
  v4 = i64 1
  v5 = rt vector v3, v4
  epoch_close #0
  v6 = try_call deep v5, v1 -> b1, b2
b1:
  return v6
b2:
  unwind
epoch 0
slot 0 words=131072 in 0
}
fn slisp_program "main" global {
b0:
  v0 = i64 4611686018427387904
  v1 = i64_to_any v0
  v2 = f64 0x4000000000000000
  v3 = f64_to_any v2
  v4 = try_call deep v1, v3 -> b1, b2
b1:
  return v4
b2:
  v5 = rt exception_take
  drop v5
  v6 = word 8
  return v6
}
)");
  expect_run(text, "", 8);
}
