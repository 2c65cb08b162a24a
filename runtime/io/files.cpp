// files.cpp: opening, slurp and spit, and what programs ask about files.
#include "runtime/io/stream.hpp"
#include "runtime/text/text.hpp"
#include <cerrno>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace slisp::rt {

Path::Path(Borrowed x) {
  if (!is_string(x)) {
    if (x.is_nil()) (void)throw_null_pointer();
    else (void)throw_class_cast(x, "java.lang.String");
    return;
  }
  const std::string_view text = text_of(x);
  if (text.find('\0') != std::string_view::npos) {
    (void)throw_new(ClassId::FileNotFoundException, "Invalid file path");
    return;
  }
  text_ = static_cast<char*>(scratch_allocate(text.size() + 1));
  std::memcpy(text_, text.data(), text.size());
  text_[text.size()] = 0;
}

Owned throw_file_not_found(std::string_view path, int error) {
  TextBuffer message;
  message.append(path);
  message.append(" (");
  message.append(std::string_view(std::strerror(error)));
  message.append(")");
  return throw_string(ClassId::FileNotFoundException, message.finish());
}

int open_for_reading(const Path& path) {
  const int descriptor = ::open(path.text(), O_RDONLY | O_CLOEXEC);
  struct stat info;
  if (descriptor >= 0 && fstat(descriptor, &info) == 0 && S_ISDIR(info.st_mode)) {
    ::close(descriptor);
    (void)throw_file_not_found(path.view(), EISDIR);
    return -1;
  }
  if (descriptor < 0) (void)throw_file_not_found(path.view(), errno);
  return descriptor;
}

int open_for_writing(const Path& path, bool append) {
  const int descriptor = ::open(path.text(), O_WRONLY | O_CREAT | O_CLOEXEC | (append ? O_APPEND : O_TRUNC), 0666);
  if (descriptor < 0) (void)throw_file_not_found(path.view(), errno);
  return descriptor;
}

}  // namespace slisp::rt

using namespace slisp::rt;
extern "C" {
Word slisp_open_reader(Word x) {
  const Path path(x);
  if (!path.valid()) return slisp::abi::k_pending;
  const int descriptor = open_for_reading(path);
  return descriptor < 0 ? slisp::abi::k_pending : make_stream(StreamSort::FileReader, descriptor, ClassId::BufferedReader).take();
}

Word slisp_open_writer(Word x, bool append) {
  const Path path(x);
  if (!path.valid()) return slisp::abi::k_pending;
  const int descriptor = open_for_writing(path, append);
  return descriptor < 0 ? slisp::abi::k_pending : make_stream(StreamSort::FileWriter, descriptor, ClassId::BufferedWriter).take();
}

Word slisp_slurp(Word x) {
  if (is_kind(x, Kind::Stream)) return slisp::abi::slisp_stream_read_all(x);
  const Owned stream = Owned::adopt(slisp_open_reader(x));
  if (stream.failed()) return slisp::abi::k_pending;
  return slisp::abi::slisp_stream_read_all(stream.word());
}

Word slisp_spit(Word target, Word text, bool append) {
  if (is_kind(target, Kind::Stream)) return slisp::abi::slisp_stream_write(target, text);
  std::string_view bytes;
  char room[4];
  if (!string_or_char_argument(text, bytes, room)) return slisp::abi::k_pending;
  const Owned stream = Owned::adopt(slisp_open_writer(target, append));
  if (stream.failed()) return slisp::abi::k_pending;
  if (!write_bytes(stream.as<Stream>()->state, bytes)) return slisp::abi::k_pending;
  return slisp::abi::slisp_stream_close(stream.word());
}

std::uint32_t slisp_file_exists_p(Word x) {
  const Path path(x);
  return path.valid() ? ::access(path.text(), F_OK) == 0 : slisp::abi::k_bool_failed;
}

std::uint32_t slisp_file_directory_p(Word x) {
  const Path path(x);
  struct stat info;
  if (!path.valid()) return slisp::abi::k_bool_failed;
  return ::stat(path.text(), &info) == 0 && S_ISDIR(info.st_mode);
}

std::uint32_t slisp_file_delete(Word x) {
  const Path path(x);
  if (!path.valid()) return slisp::abi::k_bool_failed;
  return ::unlink(path.text()) == 0 || ::rmdir(path.text()) == 0;
}

Word slisp_file_list(Word x) {
  const Path path(x);
  if (!path.valid()) return slisp::abi::k_pending;
  DIR* directory = ::opendir(path.text());
  if (directory == nullptr) return slisp::abi::k_nil;
  Owned names = empty_vector();
  while (const dirent* entry = ::readdir(directory)) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names = vector_conj(std::move(names), make_string(name));
  }
  ::closedir(directory);
  return slisp::abi::slisp_sort_vector(slisp::abi::k_nil, names.take());
}

std::uint32_t slisp_file_make_directories(Word x) {
  const Path path(x);
  if (!path.valid()) return slisp::abi::k_bool_failed;
  char* text = const_cast<char*>(path.text());
  bool made = false;
  for (char* p = text + 1; text[0] != 0; ++p) {
    const char c = *p;
    if (c != '/' && c != 0) continue;
    *p = 0;
    made = ::mkdir(text, 0777) == 0;
    *p = c;
    if (c == 0) break;
  }
  return made;
}

slisp::abi::i64_or_failure slisp_file_size(Word x) {
  const Path path(x);
  struct stat info;
  if (!path.valid()) return {0, 0};
  return i64_ok(::stat(path.text(), &info) == 0 ? info.st_size : 0);
}
}
