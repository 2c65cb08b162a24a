// run.cpp: another program, run to its end: its input is given, its output and errors are collected.
// Keeps: no descriptor stays open and no child stays unwaited, whatever happens; a program that reads nothing is no reason to wait.
#include "runtime/arrays/arrays.hpp"
#include "runtime/text/text.hpp"
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace slisp::rt {
namespace {

// A row of C strings, ended by null.
class Words {
 public:
  explicit Words(Borrowed vector) {
    const auto count = static_cast<std::size_t>(counted_size(vector));
    words_ = static_cast<char**>(scratch_allocate((count + 1) * sizeof(char*)));
    for (std::size_t i = 0; i < count; ++i) {
      const std::string_view text = text_of(vector_at(vector, i));
      words_[i] = static_cast<char*>(scratch_allocate(text.size() + 1));
      std::memcpy(words_[i], text.data(), text.size());
      words_[i][text.size()] = 0;
    }
    words_[count] = nullptr;
  }
  ~Words() {
    for (char** word = words_; *word != nullptr; ++word) scratch_free(*word);
    scratch_free(words_);
  }
  Words(const Words&) = delete;
  Words& operator=(const Words&) = delete;
  char** get() const { return words_; }

 private:
  char** words_;
};

bool all_strings(Borrowed vector) {
  for (std::int64_t i = 0, n = counted_size(vector); i < n; ++i) {
    const Borrowed word = vector_at(vector, static_cast<std::size_t>(i));
    if (!is_string(word)) return (void)(word.is_nil() ? throw_null_pointer() : throw_class_cast(word, "java.lang.String")), false;
    if (text_of(word).find('\0') != std::string_view::npos)
      return (void)throw_new(ClassId::IOException, "invalid null character in command"), false;
  }
  return true;
}

struct Pipe {
  int end[2] = {-1, -1};
  bool open() { return ::pipe2(end, O_CLOEXEC) == 0; }
  void close(int which) {
    if (end[which] >= 0) ::close(end[which]);
    end[which] = -1;
  }
  ~Pipe() {
    close(0);
    close(1);
  }
};

Owned bytes_array(std::string_view bytes) {
  Array* array = make_array(ElementType::Byte, static_cast<std::int64_t>(bytes.size()));
  if (!bytes.empty()) std::memcpy(array->data, bytes.data(), bytes.size());   // an empty view may have no address
  return adopt_object(array);
}

// Reads what is there; false at the end.
bool drain(int descriptor, TextBuffer& out) {
  char room[16384];
  const ssize_t count = ::read(descriptor, room, sizeof room);
  if (count < 0) return errno == EINTR || errno == EAGAIN;
  out.append(std::string_view(room, static_cast<std::size_t>(count)));
  return count > 0;
}

void exchange(Pipe& input, Pipe& output, Pipe& errors, std::string_view given, TextBuffer& out, TextBuffer& err) {
  ::fcntl(input.end[1], F_SETFL, O_NONBLOCK);
  // A program may end without reading what it is given.
  struct sigaction ignore = {}, before = {};
  ignore.sa_handler = SIG_IGN;
  ::sigaction(SIGPIPE, &ignore, &before);
  if (given.empty()) input.close(1);
  while (output.end[0] >= 0 || errors.end[0] >= 0) {
    pollfd waits[3] = {{output.end[0], POLLIN, 0}, {errors.end[0], POLLIN, 0}, {input.end[1], POLLOUT, 0}};
    if (::poll(waits, 3, -1) < 0 && errno != EINTR) break;
    if (waits[0].revents != 0 && !drain(output.end[0], out)) output.close(0);
    if (waits[1].revents != 0 && !drain(errors.end[0], err)) errors.close(0);
    if (input.end[1] >= 0 && waits[2].revents != 0) {
      const ssize_t count = ::write(input.end[1], given.data(), given.size());
      if (count > 0) given.remove_prefix(static_cast<std::size_t>(count));
      if (given.empty() || (count < 0 && errno != EINTR && errno != EAGAIN)) input.close(1);
    }
  }
  ::sigaction(SIGPIPE, &before, nullptr);
}

// Cannot run program "x": error=2, No such file or directory
Owned throw_cannot_run(std::string_view program, std::string_view directory, int error) {
  TextBuffer text;
  text.append("Cannot run program \"");
  text.append(program);
  text.append("\"");
  if (!directory.empty()) {
    text.append(" (in directory \"");
    text.append(directory);
    text.append("\")");
  }
  text.append(": error=");
  text.append_long(error);
  text.append(", ");
  text.append(std::string_view(std::strerror(error)));
  return throw_string(ClassId::IOException, text.finish());
}

}  // namespace
}  // namespace slisp::rt

using namespace slisp::rt;
using slisp::abi::k_pending;

extern "C" Word slisp_process_run(Word words, Word environment, Word directory, Word input_word) {
  const Owned command = Owned::adopt(words), variables = Owned::adopt(environment);
  if (counted_size(command) < 1) return throw_new(ClassId::IndexOutOfBoundsException, "Index 0 out of bounds for length 0").take();
  if (!all_strings(command) || (!variables.is_nil() && !all_strings(variables))) return k_pending;
  const std::string_view folder = is_string(directory) ? text_of(directory) : std::string_view();
  std::string_view given;
  if (const Array* bytes = array_of(input_word)) given = {reinterpret_cast<const char*>(bytes->data), bytes->length};
  Pipe input, output, errors;
  if (!input.open() || !output.open() || !errors.open()) return throw_new(ClassId::IOException, std::strerror(errno)).take();
  flush_standard_streams();

  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, input.end[0], 0);
  ::posix_spawn_file_actions_adddup2(&actions, output.end[1], 1);
  ::posix_spawn_file_actions_adddup2(&actions, errors.end[1], 2);
  TextBuffer folder_text;
  folder_text.append(folder);
  folder_text.append('\0');
  if (!folder.empty()) ::posix_spawn_file_actions_addchdir_np(&actions, folder_text.view().data());
  pid_t child = 0;
  int error;
  {
    const Words arguments(command);
    const Owned none = empty_vector();
    const Words settings(variables.is_nil() ? Borrowed(none) : Borrowed(variables));
    error = ::posix_spawnp(&child, arguments.get()[0], &actions, nullptr, arguments.get(), variables.is_nil() ? environ : settings.get());
  }
  ::posix_spawn_file_actions_destroy(&actions);
  if (error != 0) return throw_cannot_run(text_of(vector_at(command, 0)), folder, error).take();
  input.close(0);
  output.close(1);
  errors.close(1);
  TextBuffer out, err;
  exchange(input, output, errors, given, out, err);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {}
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  Owned result[] = {make_long(code), bytes_array(out.view()), bytes_array(err.view())};
  return vector_of(result).take();
}
