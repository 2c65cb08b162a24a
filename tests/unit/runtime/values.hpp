// values.hpp: values for tests of the runtime, and their texts. Including it starts the runtime once; at the end nothing may live.
#pragma once
#include "runtime/api.hpp"
#include "runtime/control/runtime.hpp"
#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

namespace slisp::rt::test {

class Running {
 public:
  Running() {
    static char name[] = "test";
    static char* arguments[] = {name, nullptr};
    runtime_start(1, arguments);
  }
  ~Running() {
    const std::uint64_t live = runtime_stop();
    if (live == 0) return;
    std::fprintf(stderr, "%llu objects live at the end\n", static_cast<unsigned long long>(live));
    std::_Exit(1);
  }
};
inline const Running k_running;

inline Owned str(std::string_view text) { return make_string(text); }
inline Owned num(std::int64_t n) { return make_long(n); }
inline Owned dbl(double d) { return make_double(d); }
inline Owned big(std::string_view digits) { return parse_bigint(digits, 10); }
inline Owned dec(std::string_view text) { return parse_decimal(text); }
inline Owned ratio(std::int64_t n, std::int64_t d) { return make_ratio(num(n), num(d)); }
inline Owned chr(std::uint32_t c) { return Owned::adopt(from_character(c)); }
inline Owned nil() { return Owned(); }
inline Owned key(std::string_view name) { return keyword("", name); }
inline Owned own(Word word) { return Owned::adopt(word); }

template <class... Values> Owned vec(Values&&... values) {
  Owned block[] = {std::move(values)..., Owned()};
  return vector_of(std::span<Owned>(block, sizeof...(Values)));
}

inline std::string to_std(Borrowed string) { return std::string(text_of(string)); }

// "Class: message" of the pending exception, which is taken.
inline std::string taken_exception() {
  const Owned exception = Owned::adopt(abi::slisp_exception_take());
  const Owned type = Owned::adopt(abi::slisp_class_of(exception.word()));
  const Owned name = Owned::adopt(abi::slisp_class_name(type.word()));
  const Owned message = Owned::adopt(abi::slisp_ex_message(exception.word()));
  std::string text = to_std(name);
  text = text.substr(text.rfind('.') + 1);
  return text + ": " + (message.is_nil() ? "nil" : to_std(message));
}

// What pr prints, or the exception.
inline std::string pr(const Owned& value) {
  if (value.failed()) return taken_exception();
  TextBuffer out;
  if (!print_value(out, value, PrintMode::Readable)) return taken_exception();
  return std::string(out.view());
}
inline std::string pr(Word owned) { return pr(Owned::adopt(owned)); }
inline std::string pr(abi::i64_or_failure result) { return result.valid == 0 ? taken_exception() : std::to_string(result.value); }
inline std::string pr(abi::f64_or_failure result) { return result.valid == 0 ? taken_exception() : pr(make_double(result.value)); }
// A boolean result.
inline std::string truth(std::uint32_t result) {
  return result == abi::k_bool_failed ? taken_exception() : result != 0 ? "true" : "false";
}

}  // namespace slisp::rt::test
