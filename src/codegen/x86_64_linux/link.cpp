// link.cpp: executables and single objects.
// In:   a module; archives in lib/slisp beside the running binary; crt files and libraries whose paths were found by cmake.
// Out:  one file, renamed into place.
// Idea: the archives come in the order of their references, program -> library -> reader -> runtime -> GMP, PCRE2, libm -> libc, so ld walks
//       each once; only libc and libgcc refer to each other.
#include "src/codegen/x86_64_linux/module_text.hpp"
#include "src/codegen/x86_64_linux/toolchain.hpp"
#include "src/codegen/x86_64_linux/toolchain_config.hpp"
#include <fcntl.h>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

namespace slisp::x64 {

namespace {

std::set<std::string> library_keywords(const fs::path& folder) {
  std::set<std::string> known;
  std::ifstream file(folder / "keywords.list", std::ios::binary);
  for (std::string text; std::getline(file, text, '\0');) known.insert(text);
  return known;
}

Command link_command(const Program& program, const Options& options, const std::vector<std::string>& objects) {
  fs::path library = library_folder();
  Command ld{"ld", {}};
  auto add = [&](std::initializer_list<std::string> arguments) { ld.arguments.insert(ld.arguments.end(), arguments); };
  if (options.debug_heap) add({"-dynamic-linker", "/lib64/ld-linux-x86-64.so.2", "-no-pie"});
  else add({"-static"});
  // What eval may mention is all of the library: nothing of it is dropped then.
  if (options.with_eval) add({"--undefined=slisp_start_evaluator", "--eh-frame-hdr"});
  else add({"--gc-sections"});
  add({"-z", "noexecstack", "--build-id=none", "-o", "linked", "-T", "gather.ld"});
  if (!options.debug_info) add({"-x"});            // local labels say nothing to anybody
  for (const std::string& symbol : program.keep_symbols) add({"--undefined=" + symbol});
  add({config::k_crt1, config::k_crti, options.debug_heap ? config::k_crtbegin : config::k_crtbegin_static});
  for (const std::string& object : objects) add({object});
  if (options.with_eval) {
    add({"--whole-archive", (library / "libslisp_library.a").string(), "--no-whole-archive"});
    for (const char* archive : {"libslisp_evaluator.a", "libslisp_analyzer.a"}) add({(library / archive).string()});
  }
  for (const char* archive : {"libslisp_library.a", "libslisp_reader.a"})
    if (fs::exists(library / archive)) add({(library / archive).string()});
  // Whole: it stands in for a member of the runtime's archive that nothing may have asked for yet.
  if (options.debug_heap) add({"--whole-archive", (library / "libslisp_debug_heap.a").string(), "--no-whole-archive"});
  add({(library / "libslisp_runtime.a").string(), config::k_libgmp, config::k_libpcre2, options.debug_heap ? config::k_libm_shared : config::k_libm});
  if (options.with_eval) add({config::k_libstdcxx});
  if (options.debug_heap && options.with_eval) add({"--start-group", config::k_libc_shared, config::k_libgcc, config::k_libgcc_eh, "--end-group"});
  else if (options.debug_heap) add({config::k_libc_shared, config::k_libgcc});
  else add({"--start-group", config::k_libc, config::k_libgcc, config::k_libgcc_eh, "--end-group"});
  add({config::k_crtend, config::k_crtn});
  return ld;
}

}  // namespace

Outcome link_executable(const Program& program, const Options& options, const fs::path& output) {
  std::set<std::string> known = library_keywords(library_folder());
  TextRequest request;
  request.stem = "program";
  request.splitting = Splitting::BySize;
  request.init_symbols = program.init_symbols;
  request.make_program = true;
  request.known_keywords = &known;
  ModuleText text;
  if (Outcome failure = module_text(*program.module, options, request, text)) return failure;
  TemporaryFolder folder;
  if (Outcome failure = folder.make_for(output)) return failure;
  auto fail = [&](Outcome failure) { return speak_of(std::move(failure), folder, output); };
  if (Outcome failure = fail(write_file(folder.path() / "gather.ld", config::k_gather_script))) return failure;
  if (Outcome failure = fail(assemble_files(text.files, options, folder.path()))) return failure;
  std::vector<std::string> objects;
  for (const AssemblyFile& file : text.files) objects.push_back(file.name + ".o");
  Command ld = link_command(program, options, objects);
  if (Outcome failure = fail(run_all({&ld, 1}, folder.path()))) return failure;
  return rename_into_place(folder.path() / "linked", output);
}

Outcome write_object(const ir::Module& module, const Options& options, const fs::path& output) {
  ModuleText text;
  if (Outcome failure = module_text(module, options, {}, text)) return failure;
  TemporaryFolder folder;
  if (Outcome failure = folder.make_for(output)) return failure;
  if (Outcome failure = speak_of(assemble_files(text.files, options, folder.path()), folder, output)) return failure;
  return rename_into_place(folder.path() / (text.files[0].name + ".o"), output);
}

}  // namespace slisp::x64
