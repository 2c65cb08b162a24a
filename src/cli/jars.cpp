// jars.cpp: see jars.hpp.
// Keeps: a jar is unpacked once, to a folder of the cache named by its path, size and time; without a cache, to one below /tmp that is
//        this user's alone. Names that lead out of the folder are left out.
// Idea: the rest of the compiler knows folders only.
#include "src/cli/jars.hpp"
#include "src/cli/commands.hpp"
#include "src/cli/run_cache.hpp"
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <minizip/unzip.h>
#include <sys/stat.h>
#include <unistd.h>

namespace slisp::cli {
namespace fs = std::filesystem;
namespace {

// Where unpacked jars lie: below the cache, or below a folder of this user's own.
fs::path unpacking_folder() {
  if (const std::string cache = cache_folder(); !cache.empty()) return fs::path(cache) / "jars";
  const fs::path own = "/tmp/slisp-jars-" + std::to_string(geteuid());
  std::error_code error;
  fs::create_directory(own, error);
  struct stat status {};
  const bool ours = lstat(own.c_str(), &status) == 0 && S_ISDIR(status.st_mode) && status.st_uid == geteuid();
  if (!ours || chmod(own.c_str(), 0700) != 0) return {};
  return own;
}

bool is_source(const std::string& name) { return name.ends_with(".clj") || name.ends_with(".cljc") || name.ends_with(".slisp"); }

bool stays_inside(const std::string& name) {
  if (name.empty() || name.front() == '/') return false;
  for (const fs::path& part : fs::path(name))
    if (part == "..") return false;
  return true;
}

bool write_entry(unzFile jar, const fs::path& target) {
  std::error_code error;
  fs::create_directories(target.parent_path(), error);
  std::ofstream out(target, std::ios::binary);
  if (!out || unzOpenCurrentFile(jar) != UNZ_OK) return false;
  char block[16384];
  int got;
  while ((got = unzReadCurrentFile(jar, block, sizeof block)) > 0) out.write(block, got);
  return unzCloseCurrentFile(jar) == UNZ_OK && got == 0 && static_cast<bool>(out.flush());
}

// All sources of the jar, below `folder`.
bool unpack(const fs::path& path, const fs::path& folder) {
  unzFile jar = unzOpen64(path.c_str());
  if (jar == nullptr) return false;
  bool ok = true;
  int at = unzGoToFirstFile(jar);
  for (; ok && at == UNZ_OK; at = unzGoToNextFile(jar)) {
    char name[4096];
    unz_file_info64 info;
    ok = unzGetCurrentFileInfo64(jar, &info, name, sizeof name, nullptr, 0, nullptr, 0) == UNZ_OK;
    if (ok && info.size_filename < sizeof name && is_source(name) && stays_inside(name)) ok = write_entry(jar, folder / name);
  }
  ok = ok && at == UNZ_END_OF_LIST_OF_FILE;
  unzClose(jar);
  return ok;
}

// The folder with the jar's sources; empty: it cannot be read.
fs::path unpacked(const fs::path& jar) {
  std::error_code error;
  const fs::path path = fs::canonical(jar, error);
  struct stat status {};
  if (error || stat(path.c_str(), &status) != 0) return {};
  const std::string key = path.string() + '\n' + std::to_string(status.st_size) + '\n' + std::to_string(status.st_mtim.tv_sec) + '.' +
                          std::to_string(status.st_mtim.tv_nsec);
  const fs::path home = unpacking_folder();
  if (home.empty()) return {};
  const fs::path folder = home / (path.stem().string() + "-" + hash_text(key));
  if (fs::is_directory(folder, error)) return folder;
  // Made beside and renamed, so that nobody sees half of it.
  const fs::path beside = home / ("." + folder.filename().string() + "-" + std::to_string(getpid()));
  fs::remove_all(beside, error);
  fs::create_directories(beside, error);
  if (error || !unpack(path, beside)) {
    fs::remove_all(beside, error);
    return {};
  }
  fs::rename(beside, folder, error);
  if (error) fs::remove_all(beside, error);                        // somebody was faster
  return fs::is_directory(folder, error) ? folder : fs::path();
}

}  // namespace

int open_jars(Options& options) {
  for (std::string& root : options.include) {
    std::error_code error;
    if (!fs::is_regular_file(root, error)) continue;
    const fs::path folder = unpacked(root);
    if (folder.empty()) return report_failure(1, "cannot read the jar '" + root + "'");
    root = folder.string();
  }
  return 0;
}

}  // namespace slisp::cli
