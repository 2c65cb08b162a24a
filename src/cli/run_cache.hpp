// run_cache.hpp: executables that `slisp run` made before, below $XDG_CACHE_HOME/slisp (or ~/.cache/slisp).
//
// An entry is found in two steps. Its name is a hash of what is known before reading anything: the main file's path,
// the working directory, the options, the build of slisp. It holds a manifest: every source file that went in with the hash of its text, and
// every place that was looked at in vain (a file that appears there later changes the program). Only if all of that still
// holds is the executable of the entry the right one.
// Bounded by number and size, oldest use first. Safe under concurrent use: entries appear by rename, and an executable that
// is removed while it starts is compiled again. Where the folder cannot be written, nothing is cached.
#pragma once
#include <string>
#include <vector>

namespace slisp::cli {

struct SourceRecord {
  std::string path;
  std::string hash;                      // of the text; empty: the file must not exist
};

class RunCache {
 public:
  RunCache();
  bool usable() const { return !folder_.empty(); }
  // Path of the cached executable, or empty.
  std::string find(const std::string& key) const;
  // Moves `executable` in; returns its path in the cache, or empty when that failed (the file then stays where it is).
  std::string store(const std::string& key, const std::vector<SourceRecord>& sources, const std::string& executable) const;
  // A name in the cache's folder for the linker to write to, so that store() is a rename; empty when not usable.
  std::string fresh_name() const;

 private:
  void trim() const;
  std::string folder_;
};

// The folder that slisp keeps such things in, made if need be; empty: there is none that can be written.
std::string cache_folder();
std::string hash_text(const std::string& text);
// Hash of a file's bytes, or empty when it cannot be read.
std::string hash_file(const std::string& path);
// What tells this build of slisp from every other: its executable and archives.
std::string build_identity();

}  // namespace slisp::cli
