// toolchain.cpp: processes, temporary folders and files around the code generator.
// Keeps: no shell; what tools say goes to a file and into Failure::details, never to the user; a folder that was made is removed on
//        every way out, also on signals.
#include "src/codegen/x86_64_linux/toolchain.hpp"
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <csignal>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace slisp::x64 {

namespace {

// Paths of the folders that exist now, for the signal handler: plain memory, fixed size.
constexpr int k_folder_slots = 32;
constexpr std::size_t k_folder_path = 4096;
struct FolderSlot {
  std::atomic<int> state{0};               // 0 free, 1 being changed, 2 in use
  char path[k_folder_path];
};
FolderSlot folder_slots[k_folder_slots];

// Our folders hold plain files only. Only system calls: a signal handler comes here.
void remove_folder(const char* path) {
  int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder >= 0) {
    alignas(8) char buffer[4096];
    for (;;) {
      long bytes = syscall(SYS_getdents64, folder, buffer, sizeof buffer);
      if (bytes <= 0) break;
      for (long at = 0; at < bytes;) {
        struct Entry {                     // linux_dirent64
          std::uint64_t inode;
          std::int64_t offset;
          unsigned short length;
          unsigned char type;
          char name[];
        };
        const Entry* entry = reinterpret_cast<const Entry*>(buffer + at);
        bool self = entry->name[0] == '.' && (entry->name[1] == 0 || (entry->name[1] == '.' && entry->name[2] == 0));
        if (!self) unlinkat(folder, entry->name, 0);
        at += entry->length;
      }
    }
    close(folder);
  }
  rmdir(path);
}

std::string read_whole(const fs::path& path) {
  std::string text;
  int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return text;
  char buffer[8192];
  for (ssize_t n; (n = read(file, buffer, sizeof buffer)) > 0;) text.append(buffer, static_cast<std::size_t>(n));
  close(file);
  return text;
}

// A device or a pipe is written to, never replaced.
bool is_special(const fs::path& path) {
  std::error_code ignored;
  fs::file_status status = fs::status(path, ignored);
  return fs::exists(status) && !fs::is_regular_file(status) && !fs::is_directory(status);
}

// A tool that was killed: memory is what it lacked when somebody limits it, or when the kernel did it.
bool short_of_memory(int signal_number) {
  struct rlimit limit {};
  bool limited = getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY;
  return limited || signal_number == SIGKILL;
}

// A tool that met a full disk could not even say so. 4 MB: more than a small program's files.
bool disk_is_full(const fs::path& folder) {
  struct statvfs status {};
  return statvfs(folder.c_str(), &status) == 0 && status.f_bavail * status.f_frsize < (4u << 20);
}

constexpr const char* k_remedy = "apt-get install nasm binutils";

}  // namespace

void remove_temporary_folders_now() {
  for (FolderSlot& slot : folder_slots)
    if (slot.state.load() == 2) remove_folder(slot.path);
}

std::string find_tool(std::string_view name) {
  const char* variable = std::getenv("PATH");
  std::string_view path = variable != nullptr ? variable : "/usr/bin:/bin";
  while (true) {
    std::size_t end = path.find(':');
    std::string candidate(path.substr(0, end));
    if (candidate.empty()) candidate = ".";
    candidate += "/" + std::string(name);
    if (access(candidate.c_str(), X_OK) == 0 && !fs::is_directory(candidate)) {
      std::error_code ignored;
      return fs::absolute(candidate, ignored).string();
    }
    if (end == std::string_view::npos) return {};
    path.remove_prefix(end + 1);
  }
}

Failure cannot_write(const fs::path& output, int error) {
  return {1, "cannot write '" + output.string() + "': " + std::strerror(error), ""};
}

// Signals that end the process wait while a folder is made but not yet registered.
class SignalsHeld {
 public:
  SignalsHeld() {
    sigset_t set;
    sigemptyset(&set);
    for (int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&set, signal);
    pthread_sigmask(SIG_BLOCK, &set, &before_);
  }
  SignalsHeld(const SignalsHeld&) = delete;
  SignalsHeld& operator=(const SignalsHeld&) = delete;
  ~SignalsHeld() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_;
};

// What `output` stands for: a link is followed, so that it stays one; a device, pipe or the like is written to, never replaced.
struct Target {
  explicit Target(const fs::path& output) : path(output) {
    std::error_code error;
    if (fs::is_symlink(output, error) && fs::exists(output, error)) path = fs::canonical(output, error);
    special = fs::exists(path, error) && !fs::is_regular_file(path, error);
  }
  fs::path path;
  bool special;
};

Outcome TemporaryFolder::make_in(const fs::path& parent, const std::string& said) {
  std::string pattern = (parent / ".slisp-XXXXXX").string();
  SignalsHeld held;
  if (mkdtemp(pattern.data()) == nullptr) return Failure{1, "cannot write '" + said + "': " + std::strerror(errno), ""};
  path_ = pattern;
  for (int i = 0; i < k_folder_slots && pattern.size() < k_folder_path; ++i) {
    int free = 0;
    if (!folder_slots[i].state.compare_exchange_strong(free, 1)) continue;
    std::memcpy(folder_slots[i].path, pattern.c_str(), pattern.size() + 1);
    folder_slots[i].state = 2;
    slot_ = i;
    break;
  }
  return std::nullopt;
}
Outcome TemporaryFolder::make_for(const fs::path& output) {
  std::error_code ignored;
  if (fs::is_directory(output, ignored)) return cannot_write(output, EISDIR);
  if (is_special(output)) return make_scratch();
  Target target(output);
  if (target.special) return make_scratch();
  return make_in(fs::absolute(target.path, ignored).parent_path(), output.string());
}
Outcome TemporaryFolder::make_scratch() {
  const char* folder = std::getenv("TMPDIR");
  return make_in(folder != nullptr && *folder != 0 ? folder : "/tmp", folder != nullptr && *folder != 0 ? folder : "/tmp");
}
void TemporaryFolder::remove() {
  if (path_.empty()) return;
  remove_folder(path_.c_str());
  if (slot_ >= 0) folder_slots[slot_].state = 0;
  path_.clear();
  slot_ = -1;
}

Outcome write_file(const fs::path& path, std::string_view text) {
  int file = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (file < 0) return cannot_write(path, errno);
  while (!text.empty()) {
    ssize_t n = write(file, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      int error = errno;
      close(file);
      return cannot_write(path, error);
    }
    text.remove_prefix(static_cast<std::size_t>(n));
  }
  if (close(file) != 0) return cannot_write(path, errno);
  return std::nullopt;
}

Outcome rename_into_place(const fs::path& from, const fs::path& to) {
  if (is_special(to)) {
    Outcome failure = write_file(to, read_whole(from));
    unlink(from.c_str());
    return failure;
  }
  Target target(to);
  if (target.special) return write_file(to, read_whole(from));
  if (rename(from.c_str(), target.path.c_str()) != 0) return cannot_write(to, errno);
  return std::nullopt;
}

Outcome write_text(std::string_view text, const fs::path& output) {
  TemporaryFolder folder;
  if (Outcome failure = folder.make_for(output)) return failure;
  if (Outcome failure = write_file(folder.path() / "text", text)) return cannot_write(output, errno);
  return rename_into_place(folder.path() / "text", output);
}

Outcome speak_of(Outcome failure, const TemporaryFolder& folder, const fs::path& output) {
  if (!failure) return failure;
  std::size_t at = failure->message.find("'" + folder.path().string());
  if (folder.path().empty() || at == std::string::npos) return failure;
  std::size_t end = failure->message.find('\'', at + 1);
  failure->message.replace(at, end - at + 1, "'" + output.string() + "'");
  return failure;
}

Outcome run_all(std::span<const Command> commands, const fs::path& folder) {
  unsigned limit = std::max(1u, std::thread::hardware_concurrency());
  std::vector<pid_t> processes(commands.size(), -1);
  Outcome failure;
  std::size_t started = 0, ended = 0;
  // The tools see a fixed environment, so that output and messages depend on nothing else.
  char locale[] = "LC_ALL=C";
  char* environment[] = {locale, nullptr};
  auto said = [&](std::size_t i) { return folder / ("said-" + std::to_string(i)); };
  auto start = [&](std::size_t i) {
    std::string tool = find_tool(commands[i].tool);
    if (tool.empty()) {
      failure = Failure{1, commands[i].tool + " is not installed; this mends it: " + k_remedy, ""};
      return;
    }
    std::vector<char*> arguments;
    arguments.push_back(const_cast<char*>(commands[i].tool.c_str()));
    for (const std::string& argument : commands[i].arguments) arguments.push_back(const_cast<char*>(argument.c_str()));
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, said(i).c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0666);
    posix_spawn_file_actions_adddup2(&actions, 1, 2);
    posix_spawn_file_actions_addchdir_np(&actions, folder.c_str());
    int error = posix_spawn(&processes[i], tool.c_str(), &actions, nullptr, arguments.data(), environment);
    posix_spawn_file_actions_destroy(&actions);
    if (error == 0) return;
    processes[i] = -1;
    bool memory = error == ENOMEM || error == EAGAIN;
    failure = Failure{1, memory ? "not enough memory to start " + commands[i].tool
                                : commands[i].tool + " could not be started: " + std::strerror(error), ""};
  };
  while (ended < started || (started < commands.size() && !failure)) {
    while (!failure && started < commands.size() && started - ended < limit) start(started++);
    if (ended == started) break;
    int status = 0;
    pid_t process = processes[ended];
    if (process > 0)
      while (waitpid(process, &status, 0) < 0 && errno == EINTR) {
      }
    if (process > 0 && status != 0 && !failure) {
      std::string words = read_whole(said(ended));
      const std::string& tool = commands[ended].tool;
      if (words.find("No space left on device") != std::string::npos || disk_is_full(folder))
        failure = Failure{1, "cannot write '" + (folder / "output").string() + "': " + std::strerror(ENOSPC), words};
      else if (words.find("memory exhausted") != std::string::npos || words.find("out of memory") != std::string::npos)
        failure = Failure{1, tool + " ran out of memory", words};
      else if (WIFSIGNALED(status) && short_of_memory(WTERMSIG(status)))
        failure = Failure{1, tool + " ran out of memory", words};
      else if (WIFSIGNALED(status))
        failure = Failure{70, tool + " was ended by signal " + std::to_string(WTERMSIG(status)), words};
      else failure = Failure{70, "internal error: " + tool + " refused what slisp generated", words};
    }
    ++ended;
  }
  return failure;
}

Outcome assemble_files(std::span<const AssemblyFile> files, const Options& options, const fs::path& folder) {
  std::vector<Command> commands;
  for (const AssemblyFile& file : files) {
    if (Outcome failure = write_file(folder / (file.name + ".asm"), file.text)) return failure;
    Command command{"nasm", {"-f", "elf64", "-O1", "-w-all"}};
    if (options.debug_info) command.arguments.insert(command.arguments.end(), {"-g", "-F", "dwarf"});
    command.arguments.insert(command.arguments.end(), {"-o", file.name + ".o", file.name + ".asm"});
    commands.push_back(std::move(command));
  }
  return run_all(commands, folder);
}

}  // namespace slisp::x64
