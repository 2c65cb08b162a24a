// process.cpp: time, randomness, environment, standard error and the end of the process.
#include "runtime/sys/sys.hpp"
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <sys/random.h>
#include <unistd.h>

namespace slisp::rt::sys {

void write_error(std::string_view text) {
  while (!text.empty()) {
    ssize_t written = write(STDERR_FILENO, text.data(), text.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return;
    }
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

void exit_now(int status) { _exit(status); }

void ignore_broken_pipes() { std::signal(SIGPIPE, SIG_IGN); }

std::int64_t monotonic_nanoseconds() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1'000'000'000 + now.tv_nsec;
}

std::int64_t wall_milliseconds() {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  return now.tv_sec * 1000 + now.tv_nsec / 1'000'000;
}

void sleep_milliseconds(std::int64_t milliseconds) {
  if (milliseconds <= 0) return;
  timespec left{milliseconds / 1000, milliseconds % 1000 * 1'000'000};
  while (nanosleep(&left, &left) != 0 && errno == EINTR) {
  }
}

void random_bytes(std::span<unsigned char> bytes) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    ssize_t got = getrandom(bytes.data() + done, bytes.size() - done, 0);
    if (got > 0) {
      done += static_cast<std::size_t>(got);
    } else if (errno != EINTR) {
      // A kernel without getrandom: the clock is the best there is; nothing here is meant to resist an attacker.
      auto seed = static_cast<std::uint64_t>(monotonic_nanoseconds());
      for (; done < bytes.size(); ++done) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        bytes[done] = static_cast<unsigned char>(seed >> 56);
      }
    }
  }
}

const char* environment(const char* name) { return std::getenv(name); }
char** environment_block() { return environ; }
bool current_directory(char* buffer, std::size_t size) { return getcwd(buffer, size) != nullptr; }
std::string_view error_text(int error) { return std::strerror(error); }

}  // namespace slisp::rt::sys
