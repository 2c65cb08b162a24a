// support.hpp: modules from IR text, compiled, linked and run.
#pragma once
#include "src/codegen/x86_64_linux/codegen.hpp"
#include "src/compiler/ir/text.hpp"
#include "src/compiler/ir/verifier.hpp"
#include <catch2/catch.hpp>
#include <cstdio>
#include <sys/wait.h>
#include <unistd.h>

namespace slisp::x64::test {

inline ir::Module module_of(const std::string& text) {
  ir::Module module;
  std::string error;
  bool parsed = ir::parse(text, module, error);
  INFO(error);
  REQUIRE(parsed);
  for (const std::string& problem : ir::verify(module)) FAIL_CHECK(problem);
  return module;
}

struct Ran {
  std::string output;
  int status = -1;
};

inline Ran run_file(const std::string& command) {
  Ran ran;
  FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  char buffer[4096];
  for (std::size_t n; (n = fread(buffer, 1, sizeof buffer, pipe)) > 0;) ran.output.append(buffer, n);
  int status = pclose(pipe);
  ran.status = WIFEXITED(status) ? WEXITSTATUS(status) : 256 + WTERMSIG(status);
  return ran;
}

inline std::filesystem::path scratch(const std::string& name) {
  std::filesystem::path folder = std::filesystem::temp_directory_path() / ("slisp-codegen-test-" + std::to_string(getpid()));
  std::filesystem::create_directories(folder);
  return folder / name;
}

inline Ran run_module(const ir::Module& module, Options options) {
  options.verify = true;
  std::filesystem::path program = scratch("program");
  Outcome failure = link_executable({&module, {}, {}}, options, program);
  if (failure) FAIL(failure->message + "\n" + failure->details);
  Ran ran = run_file("SLISP_HEAP_REPORT=1 " + program.string());
  if (getenv("KEEP") == nullptr) std::filesystem::remove_all(program.parent_path());
  return ran;
}

inline std::vector<RegisterSwitches> each_switch_alone() {
  std::vector<RegisterSwitches> all{{}};
  for (bool RegisterSwitches::*part : {&RegisterSwitches::allocate, &RegisterSwitches::promote, &RegisterSwitches::belady,
                                       &RegisterSwitches::slot_forwarding, &RegisterSwitches::slot_coloring, &RegisterSwitches::remat,
                                       &RegisterSwitches::free_result})
    all.emplace_back().*part = false;
  return all;
}

// At every level, with and without registers, each switch alone: the same output and status.
inline void expect_run(const std::string& text, const std::string& output, int status = 0) {
  ir::Module module = module_of(text);
  for (int level : {0, 1, 2})
    for (RegisterSwitches switches : each_switch_alone()) {
      Options options;
      options.optimize = level;
      options.registers = switches;
      INFO("-O" << level << (switches.allocate ? "" : " --no-regalloc") << (switches.promote ? "" : " --no-promote")
                << (switches.belady ? "" : " --no-belady") << (switches.slot_forwarding ? "" : " --no-slot-forwarding")
                << (switches.slot_coloring ? "" : " --no-slot-coloring") << (switches.remat ? "" : " --no-remat") << (switches.free_result ? "" : " --no-free-result"));
      Ran ran = run_module(module, options);
      std::string expected_end = "heap: 0 live objects";
      CHECK(ran.output.find(expected_end) != std::string::npos);
      CHECK(ran.output.substr(0, ran.output.find("heap: ")) == output);
      CHECK(ran.status == status);
    }
}

}  // namespace slisp::x64::test
