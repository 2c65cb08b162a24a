// process.cpp: what programs ask of the process: time, environment, properties, randomness, its end.
#include "runtime/abi/functions.hpp"
#include "runtime/control/exceptions.hpp"
#include "runtime/memory/threading.hpp"
#include "runtime/sys/sys.hpp"
#include <cstring>

namespace slisp::rt {

// What gensym numbered last. Weak: a program brings a counter of its own, which goes on where the compiler's ended, so that a name made at
// run time is none of those that macros left in its code.
extern "C" {
[[gnu::weak]] std::int64_t slisp_id_counter = 0;
}

// Immortal and of no class: whoever looks at a pending exception must ask exit_is_pending first.
constinit ExceptionObject k_exit_token{{0, Kind::Exception, 0, 5}, nullptr, 0, abi::k_nil, abi::k_nil, abi::k_nil, abi::k_nil, abi::k_nil};

namespace {

int g_exit_status = 0;
std::uint64_t g_random_state = 0;

// splitmix64
std::uint64_t next_random() {
  constexpr std::uint64_t step = 0x9e3779b97f4a7c15u;
  if (__atomic_load_n(&g_random_state, __ATOMIC_RELAXED) == 0) {
    unsigned char bytes[8];
    sys::random_bytes(bytes);
    std::uint64_t seed, unseeded = 0;
    std::memcpy(&seed, bytes, sizeof seed);
    __atomic_compare_exchange_n(&g_random_state, &unseeded, seed, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
  }
  std::uint64_t z = __atomic_add_fetch(&g_random_state, step, __ATOMIC_RELAXED);
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
  z = (z ^ z >> 27) * 0x94d049bb133111ebu;
  return z ^ z >> 31;
}

// A C string of a slisp string: null when it holds a NUL, which no name in the environment does.
class CString {
 public:
  explicit CString(std::string_view text) {
    if (text.find('\0') != std::string_view::npos) return;
    data_ = static_cast<char*>(scratch_allocate(text.size() + 1));
    if (!text.empty()) std::memcpy(data_, text.data(), text.size());
    data_[text.size()] = 0;
  }
  ~CString() { scratch_free(data_); }
  CString(const CString&) = delete;
  CString& operator=(const CString&) = delete;
  const char* get() const { return data_; }

 private:
  char* data_ = nullptr;
};

Owned string_or_nil(const char* text) { return text == nullptr ? Owned() : make_string(text); }

const char* first_of(const char* a, const char* b) { return a != nullptr ? a : b; }

Owned property(std::string_view name) {
  struct Fixed { std::string_view name, value; };
  static constexpr Fixed fixed[] = {{"line.separator", "\n"}, {"file.separator", "/"}, {"path.separator", ":"}, {"os.name", "Linux"},
                                    {"os.arch", "amd64"}, {"file.encoding", "UTF-8"}, {"java.io.tmpdir", "/tmp"}};
  for (const Fixed& row : fixed) {
    if (row.name == name) return make_string(row.value);
  }
  if (name == "user.dir") {
    char buffer[4096];
    return sys::current_directory(buffer, sizeof buffer) ? make_string(buffer) : Owned();
  }
  if (name == "user.home") return string_or_nil(sys::environment("HOME"));
  if (name == "user.name") return string_or_nil(first_of(sys::environment("USER"), sys::environment("LOGNAME")));
  return Owned();
}

}  // namespace

bool exit_is_pending() { return context().exception == word_of(&k_exit_token); }
int exit_status() { return __atomic_load_n(&g_exit_status, __ATOMIC_RELAXED); }

}  // namespace slisp::rt

using namespace slisp::rt;
using slisp::abi::k_nil;
using slisp::abi::k_pending;

extern "C" {

Word slisp_exit(std::int64_t status) {
  __atomic_store_n(&g_exit_status, static_cast<int>(status & 0xff), __ATOMIC_RELAXED);
  return raise(Owned::adopt(word_of(&k_exit_token))).take();
}

std::uint32_t slisp_exit_pending() { return exit_is_pending(); }

std::int64_t slisp_nano_time() { return sys::monotonic_nanoseconds(); }
std::int64_t slisp_current_time_millis() { return sys::wall_milliseconds(); }
Word slisp_sleep_millis(std::int64_t milliseconds) {
  if (milliseconds < 0) return throw_new(ClassId::IllegalArgumentException, "timeout value is negative").take();
  if (g_threading != nullptr) return g_threading->sleep(milliseconds) ? k_nil : k_pending;
  sys::sleep_milliseconds(milliseconds);
  return k_nil;
}
std::int64_t slisp_next_id() { return __atomic_add_fetch(&slisp_id_counter, 1, __ATOMIC_RELAXED); }

double slisp_random_double() { return static_cast<double>(next_random() >> 11) * 0x1p-53; }

Word slisp_getenv(Word name) {
  if (name == k_nil) return throw_new(ClassId::NullPointerException, "Cannot invoke \"String.getBytes()\" because \"str\" is null").take();
  if (!is_kind(name, Kind::String)) return throw_class_cast(name, "java.lang.String").take();
  CString text(text_of(name));
  return text.get() == nullptr ? k_nil : string_or_nil(sys::environment(text.get())).take();
}

Word slisp_getenv_all() {
  Owned map = empty_map();
  for (char** entry = sys::environment_block(); entry != nullptr && *entry != nullptr; ++entry) {
    std::string_view text = *entry;
    std::size_t equals = text.find('=');
    if (equals == std::string_view::npos) continue;
    map = map_assoc(std::move(map), make_string(text.substr(0, equals)), make_string(text.substr(equals + 1)));
  }
  return map.take();
}

Word slisp_get_property(Word name) {
  if (name == k_nil) return throw_new(ClassId::NullPointerException, "key can't be null").take();
  if (!is_kind(name, Kind::String)) return throw_class_cast(name, "java.lang.String").take();
  if (text_of(name).empty()) return throw_new(ClassId::IllegalArgumentException, "key can't be empty").take();
  return property(text_of(name)).take();
}

}  // extern "C"
