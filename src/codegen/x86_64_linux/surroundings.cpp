// surroundings.cpp: where slisp's own files stand, and whether all that it needs is there (slisp doctor).
#include "src/codegen/x86_64_linux/toolchain.hpp"
#include "src/codegen/x86_64_linux/toolchain_config.hpp"
#include <sys/stat.h>

namespace slisp::x64 {

namespace {
std::string stamp(const fs::path& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) return path.string() + " missing\n";
  return path.string() + " " + std::to_string(status.st_size) + " " + std::to_string(status.st_mtim.tv_sec) + "." +
         std::to_string(status.st_mtim.tv_nsec) + "\n";
}
constexpr const char* k_archives[] = {"libslisp_library.a", "libslisp_reader.a", "libslisp_runtime.a", "libslisp_debug_heap.a",
                                        "libslisp_evaluator.a", "libslisp_analyzer.a"};
}  // namespace

// build/slisp has build/lib/slisp beside it; an installed bin/slisp has lib/slisp beside its folder.
fs::path library_folder() {
  std::error_code error;
  fs::path self = fs::read_symlink("/proc/self/exe", error).parent_path();
  for (const fs::path& candidate : {self / "lib/slisp", self.parent_path() / "lib/slisp"})
    if (fs::is_directory(candidate, error)) return candidate;
  return self / "lib/slisp";
}

std::vector<ToolReport> inspect_toolchain() {
  std::vector<ToolReport> report;
  for (const char* tool : {"nasm", "ld"}) report.push_back({tool, find_tool(tool), "apt-get install nasm binutils"});
  auto file = [&](const fs::path& path, const char* remedy) {
    std::error_code error;
    report.push_back({path.filename().string(), fs::exists(path, error) ? path.string() : "", remedy});
  };
  for (const char* path : {config::k_crt1, config::k_crti, config::k_crtn, config::k_libc, config::k_libm})
    file(path, "apt-get install libc6-dev");
  for (const char* path : {config::k_crtbegin, config::k_crtbegin_static, config::k_crtend, config::k_libgcc, config::k_libgcc_eh})
    file(path, "apt-get install libgcc-12-dev");
  file(config::k_libgmp, "apt-get install libgmp-dev");
  file(config::k_libpcre2, "apt-get install libpcre2-dev");
  file(config::k_libstdcxx, "apt-get install libstdc++-12-dev");
  for (const char* archive : k_archives) file(library_folder() / archive, "build or install slisp again");
  return report;
}

std::string codegen_fingerprint() {
  std::string out;
  for (const char* archive : k_archives) out += stamp(library_folder() / archive);
  for (const char* path : {config::k_libc, config::k_libgmp, config::k_libpcre2}) out += stamp(path);
  return out;
}

}  // namespace slisp::x64
