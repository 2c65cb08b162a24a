// walk_templates.cpp: what a step along a borrowed list reads.
// In:   registers, by name; r11 is free.
// Keeps: d is written after v was read for the last time, so they may be one register.
#include "src/codegen/x86_64_linux/walk_templates.hpp"

namespace slisp::x64 {
namespace {

const std::string k_header = std::to_string(k_cons_header);

// r11 is 0 or 1, or more where it is no cell.
Text& ask_kind(Text& text, const RegisterNames& v) { return text << "mov r11d,[" << v.wide << "+4]\nxor r11d," << k_header << '\n'; }

}  // namespace

TemplateText is_shared(const AccessContext& at, const RegisterNames& d, const RegisterNames& v) {
  Text hot(at);
  hot << "xor r11d,r11d\ntest " << v.byte << ",3\njnz short " << hot.label('d') << "\ncmp dword [" << v.wide << "],1\nsetne r11b\n" << hot.label('d')
      << ":\nmov " << d.half << ",r11d\n";
  return {hot.take(), {}};
}

TemplateText is_cell(const AccessContext& at, const RegisterNames& d, const RegisterNames& v, bool next) {
  Text hot(at);
  hot << "test " << v.byte << ",3\nmov r11d,2\njnz short " << hot.label('d') << '\n';
  ask_kind(hot, v);
  if (next)
    hot << "cmp r11d,1\nja short " << hot.label('d') << "\nmov r11," << rest_of(v) << "\ncmp r11," << std::to_string(abi::k_nil) << "\nje short "
        << hot.label('y') << "\ntest r11b,3\njnz short " << hot.label('n') << "\nmov r11d,[r11+4]\nxor r11d," << k_header << "\njmp short "
        << hot.label('d') << '\n' << hot.label('n') << ":\nmov r11d,2\njmp short " << hot.label('d') << '\n' << hot.label('y') << ":\nxor r11d,r11d\n";
  hot << hot.label('d') << ":\ncmp r11d,1\nsetbe r11b\nmovzx " << d.half << ",r11b\n";
  return {hot.take(), {}};
}

TemplateText unless_cell(const AccessContext& at, const RegisterNames& v, bool next, const std::string& no) {
  Text hot(at);
  hot << "test " << v.byte << ",3\njnz near " << no << '\n';
  ask_kind(hot, v) << "cmp r11d,1\nja near " << no << '\n';
  if (next)
    hot << "mov r11," << rest_of(v) << "\ncmp r11," << std::to_string(abi::k_nil) << "\nje short " << hot.label('d') << "\ntest r11b,3\njnz near " << no
        << "\nmov r11d,[r11+4]\nxor r11d," << k_header << "\ncmp r11d,1\nja near " << no << '\n' << hot.label('d') << ":\n";
  return {hot.take(), {}};
}

TemplateText cell_first(const AccessContext& at, const RegisterNames& d, const RegisterNames& v) {
  Text hot(at);
  hot << "mov " << d.wide << ',' << first_of(v) << '\n';
  return {hot.take(), {}};
}

TemplateText cell_rest(const AccessContext& at, const RegisterNames& d, const RegisterNames& v, std::string_view empty_list) {
  Text hot(at), cold(at);
  hot << "mov " << d.wide << ',' << rest_of(v) << '\n';
  if (!empty_list.empty()) {
    hot << "cmp " << d.wide << ',' << std::to_string(abi::k_nil) << "\nje near " << hot.label('n') << '\n' << hot.label('d') << ":\n";
    cold << cold.label('n') << ":\nmov " << d.half << ',' << empty_list << "\njmp near " << cold.label('d') << '\n';
  }
  return {hot.take(), cold.take()};
}

}  // namespace slisp::x64
