// link_test.cpp: what surrounds the code: options, outputs, libraries, the REPL.
#include "runtime/api.hpp"
#include "runtime/control/runtime.hpp"
#include "src/codegen/x86_64_linux/toolchain.hpp"
#include "tests/unit/codegen/support.hpp"
#include <fstream>
#include <iterator>

using namespace slisp;
using namespace slisp::x64;
using namespace slisp::x64::test;

namespace {

std::string bytes_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

const char* const k_small = R"(
file 0 "a file.clj"
init slisp_program
static 0 constant L1 ":answer"
static 1 constant L2 "{:answer 42}"
fn slisp_program "user/main" global @0:1 {
b0:
  v0 = static #0 @0:2
  v1 = static #1 @0:2
  v2 = try_invoke v0, v1 -> b1, b2 @0:3
b1:
  return v2
b2:
  unwind
}
)";

// Many functions, each calling the next, so that the module is split.
std::string big_module(int count) {
  std::string text = "file 0 \"big.clj\"\ninit slisp_program\nstatic 0 constant L0 \"[1 2 3]\"\n";
  for (int f = 0; f < count; ++f) {
    text += "fn F" + std::to_string(f) + " \"user/f\" {\nb0(v0: owned any):\n";
    int value = 0;
    for (int i = 1; i <= 20; ++i) {
      text += "  v" + std::to_string(i) + " = try_rt inc v" + std::to_string(value) + " -> b" + std::to_string(i) + ", b" +
              std::to_string(30 + i) + "\nb" + std::to_string(i) + ":\n  drop v" + std::to_string(value) + "\n";
      value = i;
    }
    if (f + 1 < count)
      text += "  v21 = try_call F" + std::to_string(f + 1) + " v20 -> b21, b22\nb21:\n  return v21\nb22:\n  unwind\n";
    else text += "  drop v20\n  v22 = static #0\n  return v22\nb21:\n  unreachable\nb22:\n  unreachable\n";
    for (int b = 23; b <= 30; ++b) text += "b" + std::to_string(b) + ":\n  unreachable\n";
    for (int i = 1; i <= 20; ++i) text += "b" + std::to_string(30 + i) + ":\n  drop v" + std::to_string(i - 1) + "\n  unwind\n";
    text += "}\n";
  }
  return text + "fn slisp_program \"main\" global {\nb0:\n  v0 = word 0\n  v1 = try_call F0 v0 -> b1, b2\nb1:\n  drop v1\n  v2 = word 5\n"
                "  return v2\nb2:\n  unwind\n}\n";
}

}  // namespace

TEST_CASE("the same module gives the same bytes", "[codegen][link]") {
  ir::Module module = module_of(k_small);
  fs::path one = scratch("one"), two = scratch("two");
  REQUIRE(!link_executable({&module, {}, {}}, {}, one));
  REQUIRE(!link_executable({&module, {}, {}}, {}, two));
  CHECK(bytes_of(one) == bytes_of(two));
  CHECK(run_file(one.string()).status == 42);
  fs::remove_all(one.parent_path());
}

TEST_CASE("-g names source lines", "[codegen][link]") {
  ir::Module module = module_of(k_small);
  Options options;
  options.debug_info = true;
  fs::path program = scratch("debug");
  Outcome failure = link_executable({&module, {}, {}}, options, program);
  REQUIRE(!failure);
  Ran lines = run_file("objdump --dwarf=decodedline '" + program.string() + "'");
  CHECK(lines.output.find("a file.clj") != std::string::npos);
  // And how to find the caller: backtraces need it, since there is no frame pointer.
  Ran frames = run_file("readelf --debug-dump=frames '" + program.string() + "'");
  CHECK(frames.output.find("DW_CFA_def_cfa_offset: 16") != std::string::npos);
  fs::remove_all(program.parent_path());
}

TEST_CASE("names with blanks and quotes, and folders that do not exist", "[codegen][link]") {
  ir::Module module = module_of(k_small);
  fs::path odd = scratch("it's \"odd\" $HOME\nname");
  REQUIRE(!link_executable({&module, {}, {}}, {}, odd));
  CHECK(fs::exists(odd));
  CHECK(std::distance(fs::directory_iterator(odd.parent_path()), {}) == 1);
  Outcome failure = link_executable({&module, {}, {}}, {}, scratch("nowhere") / "deeper" / "program");
  REQUIRE(failure);
  CHECK(failure->status == 1);
  CHECK(failure->message.find("No such file or directory") != std::string::npos);
  failure = link_executable({&module, {}, {}}, {}, odd.parent_path());
  REQUIRE(failure);
  CHECK(failure->message.find("Is a directory") != std::string::npos);
  fs::remove_all(odd.parent_path());
}

TEST_CASE("devices are written to, links are followed", "[codegen][link]") {
  ir::Module module = module_of(k_small);
  Outcome failure = link_executable({&module, {}, {}}, {}, "/dev/full");
  REQUIRE(failure);
  CHECK(failure->message == "cannot write '/dev/full': No space left on device");
  REQUIRE(!link_executable({&module, {}, {}}, {}, "/dev/null"));
  CHECK(fs::is_character_file("/dev/null"));
  fs::path program = scratch("program"), link = scratch("link");
  std::ofstream(program) << "old";
  fs::create_symlink("program", link);
  REQUIRE(!link_executable({&module, {}, {}}, {}, link));
  CHECK(fs::is_symlink(link));
  CHECK(run_file(program.string()).status == 42);
  fs::remove_all(program.parent_path());
}

TEST_CASE("a missing nasm is named, with the line that mends it", "[codegen][link]") {
  ir::Module module = module_of(k_small);
  std::string path = getenv("PATH");
  setenv("PATH", "/nonexistent", 1);
  fs::path program = scratch("program");
  std::ofstream(program) << "old";
  Outcome failure = link_executable({&module, {}, {}}, {}, program);
  setenv("PATH", path.c_str(), 1);
  REQUIRE(failure);
  CHECK(failure->message == "nasm is not installed; this mends it: apt-get install nasm binutils");
  CHECK(bytes_of(program) == "old");
  CHECK(std::distance(fs::directory_iterator(program.parent_path()), {}) == 1);
  fs::remove_all(program.parent_path());
}

TEST_CASE("big modules are split over files", "[codegen][link]") {
  ir::Module module = module_of(big_module(600));
  fs::path program = scratch("big");
  Outcome failure = link_executable({&module, {}, {}}, {}, program);
  if (failure) FAIL(failure->message + failure->details);
  CHECK(run_file(program.string()).status == 5);
  // A library of the same module twice, under two names: private labels do not meet.
  fs::path library = scratch("library");
  ir::Module again = module_of(big_module(599));
  again.init_symbol = "other_program";
  again.functions.back().symbol = "other_program";
  LibraryModule parts[] = {{"one.space", &module}, {"other-space", &again}};
  failure = write_library(parts, {}, library);
  if (failure) FAIL(failure->message + failure->details);
  std::ifstream list(library / "objects.list");
  std::string command = "ld -r -o '" + (library / "all.o").string() + "'";
  int objects = 0;
  for (std::string line; std::getline(list, line); ++objects) command += " '" + line + "'";
  CHECK(objects >= 3);
  CHECK(run_file(command).status == 0);
  fs::remove_all(program.parent_path());
}

TEST_CASE("two names with one label are reported", "[codegen][link]") {
  ir::Module module = module_of(std::string(k_small) + "fn same \"user/a\" {\nb0:\n  unwind\n}\nfn same \"user/b\" {\nb0:\n  unwind\n}\n");
  std::string text;
  Outcome failure = assembly_text(module, {}, text);
  REQUIRE(failure);
  CHECK(failure->message.find("same hash") != std::string::npos);
}

TEST_CASE("code is mapped into the running process", "[codegen][repl]") {
  if (!rt::runtime_start(0, nullptr)) FAIL("the runtime does not start");
  ir::Module module = module_of(k_small);
  module.init_symbol = "slisp_form_1";
  module.functions[0].symbol = "slisp_form_1";
  for (int level : {0, 2}) {
    Options options;
    options.optimize = level;
    LoadedCode code;
    Outcome failure = load_into_process(module, options, {}, code);
    if (failure) FAIL(failure->message + failure->details);
    rt::Owned result = rt::enter(code.init, abi::k_nil, nullptr, 0);
    CHECK(result.word() == rt::from_fixnum(42));
  }
}
