// file_info.cpp: what java.io.File asks and does beyond reading and writing.
#include "runtime/io/stream.hpp"
#include "runtime/text/text.hpp"
#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace slisp::rt {
namespace {

enum class Ask : std::int64_t { Exists, Directory, Plain, Readable, Writable, Executable, Bytes, Modified };

std::int64_t answer(const Path& path, Ask what) {
  struct stat info;
  const bool there = ::stat(path.text(), &info) == 0;
  switch (what) {
    case Ask::Exists: return there;
    case Ask::Directory: return there && S_ISDIR(info.st_mode);
    case Ask::Plain: return there && S_ISREG(info.st_mode);
    case Ask::Readable: return ::access(path.text(), R_OK) == 0;
    case Ask::Writable: return ::access(path.text(), W_OK) == 0;
    case Ask::Executable: return ::access(path.text(), X_OK) == 0;
    case Ask::Bytes: return there ? info.st_size : 0;
    case Ask::Modified: return there ? info.st_mtim.tv_sec * 1000 + info.st_mtim.tv_nsec / 1000000 : 0;
  }
  return 0;
}

}  // namespace
}  // namespace slisp::rt

using namespace slisp::rt;
using slisp::abi::k_bool_failed;
using slisp::abi::k_pending;

extern "C" {
slisp::abi::i64_or_failure slisp_file_info(Word x, std::int64_t what) {
  const Path path(x);
  if (!path.valid()) return {0, 0};
  return i64_ok(answer(path, static_cast<Ask>(what)));
}

std::uint32_t slisp_file_set_modified(Word x, std::int64_t milliseconds) {
  const Path path(x);
  if (!path.valid()) return k_bool_failed;
  timespec times[2] = {{0, UTIME_OMIT}, {milliseconds / 1000, milliseconds % 1000 * 1000000}};
  return ::utimensat(AT_FDCWD, path.text(), times, 0) == 0;
}

std::uint32_t slisp_file_rename(Word from, Word to) {
  const Path source(from);
  if (!source.valid()) return k_bool_failed;
  const Path target(to);
  if (!target.valid()) return k_bool_failed;
  return ::rename(source.text(), target.text()) == 0;
}

std::uint32_t slisp_file_create(Word x, bool directory) {
  const Path path(x);
  if (!path.valid()) return k_bool_failed;
  if (directory) return ::mkdir(path.text(), 0777) == 0;
  const int descriptor = ::open(path.text(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (descriptor < 0 && errno != EEXIST) return (void)throw_io(errno), k_bool_failed;
  if (descriptor >= 0) ::close(descriptor);
  return descriptor >= 0;
}

// Parts that do not exist stay as they are written.
Word slisp_file_canonical(Word x) {
  const Path path(x);
  if (!path.valid()) return k_pending;
  char known[PATH_MAX];
  if (::realpath(path.text(), known) != nullptr) return make_string(known).take();
  std::string_view text = path.view();
  TextBuffer start;
  if (!text.starts_with('/')) {
    if (::getcwd(known, sizeof known) == nullptr) return throw_io(errno).take();
    start.append(std::string_view(known));
    start.append('/');
  }
  start.append(text);
  TextBuffer out;
  for (std::string_view left = start.view(); !left.empty();) {
    const std::size_t end = left.find('/');
    const std::string_view part = left.substr(0, end);
    left = end == std::string_view::npos ? std::string_view() : left.substr(end + 1);
    if (part.empty() || part == ".") continue;
    if (part == "..") {
      const std::size_t cut = out.view().rfind('/');
      out.truncate(cut == std::string_view::npos ? 0 : cut);
      continue;
    }
    out.append('/');
    out.append(part);
  }
  if (out.size() == 0) out.append('/');
  return out.finish().take();
}

Word slisp_file_temporary(Word prefix, Word suffix, Word directory) {
  std::string_view before, after, folder;
  if (!string_argument(prefix, before) || !string_argument(suffix, after) || !string_argument(directory, folder)) return k_pending;
  TextBuffer text;
  text.append(folder);
  text.append('/');
  text.append(before);
  text.append("XXXXXX");
  text.append(after);
  text.append('\0');
  auto* name = const_cast<char*>(text.view().data());
  const int descriptor = ::mkstemps(name, static_cast<int>(after.size()));
  if (descriptor < 0) return throw_io(errno).take();
  ::close(descriptor);
  return make_string(name).take();
}
}
