// run_cache.cpp: see run_cache.hpp. Layout: <folder>/<key>.m is a manifest: the name of the executable beside it, then one line a source:
// HASH (or "-" for "must not exist"), a blank, PATH with newlines escaped. The executable's name has a hash of these lines, so a
// manifest never leads to an executable of other sources, whoever writes at the same time.
#define XXH_INLINE_ALL
#include "src/cli/run_cache.hpp"
#include "src/codegen/x86_64_linux/codegen.hpp"
#include <xxhash.h>
#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <sys/stat.h>
#include <unistd.h>

namespace slisp::cli {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t k_most_entries = 128;
constexpr std::uintmax_t k_most_bytes = 256u << 20;

std::string escaped(const std::string& path) {
  std::string out;
  for (char c : path) {
    if (c == '\n') out += "\\n";
    else if (c == '\\') out += "\\\\";
    else out += c;
  }
  return out;
}

std::string unescaped(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) out += text[++i] == 'n' ? '\n' : '\\';
    else out += text[i];
  }
  return out;
}

}  // namespace

std::string cache_folder() {
  std::string base;
  if (const char* xdg = std::getenv("XDG_CACHE_HOME"); xdg && xdg[0] == '/') {
    base = xdg;
  } else if (const char* home = std::getenv("HOME"); home && home[0] == '/') {
    base = std::string(home) + "/.cache";
  } else {
    return {};
  }
  std::string folder = base + "/slisp";
  std::error_code error;
  fs::create_directories(folder, error);
  if (error || access(folder.c_str(), W_OK | X_OK) != 0) return {};
  return folder;
}

RunCache::RunCache() : folder_(cache_folder()) {}

std::string hash_text(const std::string& text) {
  XXH128_hash_t h = XXH3_128bits(text.data(), text.size());
  char out[33];
  std::snprintf(out, sizeof out, "%016llx%016llx", static_cast<unsigned long long>(h.high64), static_cast<unsigned long long>(h.low64));
  return out;
}

std::string hash_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return {};
  std::ostringstream text;
  text << in.rdbuf();
  return in.bad() ? std::string() : hash_text(text.str());
}

std::string build_identity() {
  struct stat s {};
  std::string self;
  if (stat("/proc/self/exe", &s) == 0)
    self = std::to_string(s.st_size) + ' ' + std::to_string(s.st_mtim.tv_sec) + '.' + std::to_string(s.st_mtim.tv_nsec) + ' ' +
           std::to_string(s.st_ino);
  return hash_text(self + '\n' + x64::codegen_fingerprint());
}

std::string RunCache::find(const std::string& key) const {
  if (folder_.empty()) return {};
  std::ifstream manifest(folder_ + "/" + key + ".m");
  if (!manifest) return {};
  std::string line, name;
  if (!std::getline(manifest, name)) return {};
  while (std::getline(manifest, line)) {
    std::size_t blank = line.find(' ');
    if (blank == std::string::npos) return {};
    std::string wanted = line.substr(0, blank), path = unescaped(line.substr(blank + 1));
    if (wanted == "-" ? access(path.c_str(), F_OK) == 0 : hash_file(path) != wanted) return {};
  }
  std::string executable = folder_ + "/" + name;
  if (access(executable.c_str(), X_OK) != 0) return {};
  utimensat(AT_FDCWD, executable.c_str(), nullptr, 0);   // used now: trim() takes the oldest
  return executable;
}

std::string RunCache::fresh_name() const {
  static int counter = 0;
  return folder_.empty() ? std::string() : folder_ + "/new." + std::to_string(getpid()) + "." + std::to_string(counter++);
}

std::string RunCache::store(const std::string& key, const std::vector<SourceRecord>& sources, const std::string& executable) const {
  if (folder_.empty()) return {};
  std::string manifest = fresh_name(), lines;
  for (const SourceRecord& s : sources) lines += (s.hash.empty() ? "-" : s.hash) + ' ' + escaped(s.path) + '\n';
  std::string name = key + "-" + hash_text(lines) + ".x";
  {
    std::ofstream out(manifest);
    out << name << '\n' << lines;
    if (!out.flush()) {
      unlink(manifest.c_str());
      return {};
    }
  }
  std::string place = folder_ + "/" + name;
  // The executable first: a reader that sees the new manifest must find it.
  if (rename(executable.c_str(), place.c_str()) != 0) {
    unlink(manifest.c_str());
    return {};
  }
  if (rename(manifest.c_str(), (folder_ + "/" + key + ".m").c_str()) != 0) unlink(manifest.c_str());
  trim();
  return place;
}

void RunCache::trim() const {
  struct Entry {
    fs::path path;
    fs::file_time_type used;
    std::uintmax_t bytes;
  };
  std::vector<Entry> entries;
  std::uintmax_t total = 0;
  std::error_code error;
  auto now = fs::file_time_type::clock::now();
  for (const auto& file : fs::directory_iterator(folder_, error)) {
    std::error_code ignored;
    auto used = file.last_write_time(ignored);
    if (ignored) continue;
    std::string name = file.path().filename().string();
    if (name.rfind("new.", 0) == 0 && now - used > std::chrono::hours(1)) fs::remove(file.path(), ignored);   // left by a killed run
    if (file.path().extension() != ".x") continue;
    entries.push_back({file.path(), used, file.file_size(ignored)});
    total += entries.back().bytes;
  }
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) { return a.used < b.used; });
  std::size_t left = entries.size();
  for (const Entry& entry : entries) {
    if (left <= k_most_entries && total <= k_most_bytes) break;
    std::error_code ignored;
    std::string key = entry.path.stem().string();
    fs::remove(fs::path(folder_) / (key.substr(0, key.find('-')) + ".m"), ignored);
    fs::remove(entry.path, ignored);
    total -= std::min(total, entry.bytes);
    --left;
  }
}

}  // namespace slisp::cli
