// template_text.hpp: the pieces that the templates of access and allocation are put together from.
// In:   registers, by name; r11 is free.
// Idea: a template writes into two of these, one for what stands in line and one for what stands behind the function's last block; labels are one
//       character and the template's number. What each character stands for is said where the template is.
#pragma once
#include "runtime/abi/layout.h"
#include "runtime/collections/layouts.hpp"
#include <cstdint>
#include <string>
#include <string_view>

namespace slisp::x64 {

struct TemplateText {
  std::string hot, cold;
};
// A register by its names of 8, 4 and 1 bytes.
struct RegisterNames {
  std::string wide, half, byte;
};
// What the templates call out of line, and where they go when an exception is pending.
struct AccessContext {
  std::string label;          // distinguishes this template's labels within the function
  std::string slow_path;      // stub of the look
  std::string dup_slow;       // stub of dup
  std::string failed;         // label
};

inline std::string number(abi::Kind kind) { return std::to_string(static_cast<unsigned>(kind)); }
static_assert(offsetof(rt::LargeVector, size) == 8 && offsetof(rt::LargeVector, shift) == 12 && offsetof(rt::LargeVector, root) == 16 &&
              offsetof(rt::VectorBuffer, slot) == 16);
static_assert(offsetof(abi::List, first) == 16 && offsetof(abi::List, rest) == 24 && abi::k_offset_kind == 4 && abi::k_offset_flags == 5 && abi::k_offset_slots == 6);

// Kind, flags and slots of a Cons; those of a List differ in the last bit.
constexpr std::uint32_t k_cons_header = static_cast<std::uint32_t>(abi::Kind::Cons) | 2u << 16;
static_assert((static_cast<int>(abi::Kind::Cons) ^ static_cast<int>(abi::Kind::List)) == 1);

class Text {
 public:
  explicit Text(const AccessContext& at) : at_(at) {}
  Text& operator<<(std::string_view s) {
    out_ += s;
    return *this;
  }
  Text& operator<<(char c) {
    out_ += c;
    return *this;
  }
  // A label of this template: .k12 for k.
  std::string label(char c) const { return std::string(".") + c + at_.label; }
  // Not a heap object, or of another kind: to `elsewhere`.
  Text& kind_is(const RegisterNames& v, abi::Kind kind, char elsewhere) {
    return *this << "cmp byte [" << v.wide << "+4]," << number(kind) << "\njne near " << label(elsewhere) << '\n';
  }
  // A List or Cons without metadata, which is all that its block holds. Else to `elsewhere`.
  Text& is_cell(const RegisterNames& v, char elsewhere) {
    return *this << "mov r11d,[" << v.wide << "+4]\nxor r11d," << std::to_string(k_cons_header) << "\ncmp r11d,1\nja near " << label(elsewhere) << '\n';
  }
  Text& is_list_or_cons(const RegisterNames& v, char elsewhere) {
    return *this << "movzx r11d,byte [" << v.wide << "+4]\nsub r11d," << number(abi::Kind::List) << "\ncmp r11d,1\nja near " << label(elsewhere) << '\n';
  }
  Text& is_object(const RegisterNames& v, char elsewhere) {
    return *this << "test " << v.byte << ",3\njnz near " << label(elsewhere) << '\n';
  }
  // d gets one more owner, then label d.
  Text& count(const RegisterNames& d) {
    return *this << label('r') << ":\ntest " << d.byte << ",3\njnz short " << label('d') << "\nmov r11d,[" << d.wide
                 << "]\nsub r11d,1\njc short " << label('d') << "\ncmp r11d,0x7ffffffe\njae near " << label('s') << "\ninc dword ["
                 << d.wide << "]\n" << label('d') << ":\n";
  }
  // Out of line: the part of count() for objects that threads share.
  Text& count_slow(const RegisterNames& d) {
    return *this << label('s') << ":\nmov r11," << d.wide << "\ncall " << at_.dup_slow << "\njmp near " << label('d') << '\n';
  }
  // The element moves out of an object that nobody else has; of others it is counted, out of line.
  Text& move_out(const RegisterNames& d, const RegisterNames& v, const std::string& element) {
    return *this << "cmp dword [" << v.wide << "],1\njne near " << label('u') << "\nmov r11," << element << "\nmov qword " << element << ','
                 << std::to_string(abi::k_nil) << "\nmov " << d.wide << ",r11\n" << label('d') << ":\n";
  }
  Text& count_out(const RegisterNames& d, const std::string& element) {
    *this << label('u') << ":\n";
    return count_out_behind(d, element);
  }
  Text& count_out_behind(const RegisterNames& d, const std::string& element) {
    *this << "mov " << d.wide << ',' << element << '\n' << label('k') << ":\ntest " << d.byte << ",3\njnz near " << label('d') << "\nmov r11d,[" << d.wide
          << "]\nsub r11d,1\njc near " << label('d') << "\ncmp r11d,0x7ffffffe\njae near " << label('s') << "\ninc dword [" << d.wide
          << "]\njmp near " << label('d') << '\n';
    return count_slow(d);
  }
  // Out of line: the stub answers, in r11 or with an exception.
  Text& call_slow_path(const RegisterNames& d) {
    return *this << "call " << at_.slow_path << "\ntest r11,r11\njz near " << at_.failed << "\nmov " << d.wide << ",r11\njmp near " << label('d') << '\n';
  }
  Text& ask(const RegisterNames& d, const RegisterNames& v) {
    *this << label('c') << ":\nmov r11," << v.wide << '\n';
    return call_slow_path(d);
  }
  // The same of two arguments, each a register, number or symbol.
  Text& ask(const RegisterNames& d, std::string_view first, std::string_view second, char at) {
    *this << label(at) << ":\n";
    pass(0, first).pass(1, second);
    return call_slow_path(d);
  }
  // An argument of a stub that takes several goes to the context's buffer.
  Text& pass(std::size_t index, std::string_view value) {
    return *this << "mov qword [r15+" << std::to_string(abi::k_offset_arguments + 8 * index) << "]," << value << '\n';
  }
  std::string take() { return std::move(out_); }

 private:
  const AccessContext& at_;
  std::string out_;
};

// Parts of a List or Cons.
inline std::string first_of(const RegisterNames& v) { return "[" + v.wide + "+16]"; }
inline std::string rest_of(const RegisterNames& v) { return "[" + v.wide + "+24]"; }

}  // namespace slisp::x64
