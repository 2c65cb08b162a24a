// access_templates.cpp: nth, first, rest, next, seq and empty? of the kinds that programs mostly look at: small vectors and lists, and
//   characters of strings.
// In:   registers, by name; r11 is free.
// Out:  the value with a count of its own in d; everything else as it was. Other kinds go to a stub that keeps all registers
//       (runtime/control/generated_code_access.asm).
// Keeps: d is written after v was read for the last time on the way in line, and only by the stub's result elsewhere, so they may be one register.
#include "src/codegen/x86_64_linux/access_templates.hpp"

namespace slisp::x64 {
namespace {

using abi::Kind;
// A small vector that has such an element: else to label c. Gives the element's address.
std::string element_of(Text& hot, const RegisterNames& v, const std::string& index, bool constant) {
  // Kind and flags at once; whether it is a map entry does not matter, with metadata there is one slot more.
  hot.is_object(v, 'c') << "movzx r11d,word [" << v.wide << "+4]\nand r11d," << std::to_string(0xffff & ~(abi::k_flag_map_entry << 8))
                        << "\ncmp r11d," << number(Kind::Vector) << "\njne near " << hot.label('c') << '\n';
  if (constant) {
    hot << "cmp word [" << v.wide << "+6]," << index << "\njbe near " << hot.label('c') << '\n';
    return "[" + v.wide + "+" + std::to_string(8 + 8 * std::stoll(index)) + "]";
  }
  hot << "movzx r11d,word [" << v.wide << "+6]\ncmp " << index << ",r11\njae near " << hot.label('c') << '\n';
  return "[" + v.wide + "+" + index + "*8+8]";
}
// Out of line: the character of a string whose characters are bytes, if it has so many.
void look_into_string(Text& cold, const RegisterNames& d, const RegisterNames& v, const std::string& index) {
  const auto wanted = static_cast<unsigned>(Kind::String) | unsigned{abi::k_flag_ascii} << 8;
  cold.is_object(v, 'n') << "movzx r11d,word [" << v.wide << "+4]\nand r11d," << std::to_string(0xff | abi::k_flag_ascii << 8) << "\ncmp r11d,"
                         << std::to_string(wanted) << "\njne near " << cold.label('n') << "\nmov r11d,[" << v.wide << '+'
                         << std::to_string(offsetof(abi::String, bytes)) << "]\ncmp r11," << index << "\njbe near " << cold.label('n')
                         << "\nmovzx " << d.half << ",byte [" << v.wide << '+' << index << '+' << std::to_string(offsetof(abi::String, data)) << "]\nshl "
                         << d.half << ',' << std::to_string(abi::k_character_shift) << "\nor " << d.half << ',' << std::to_string(abi::k_character_tag)
                         << "\njmp near " << cold.label('d') << '\n';
}
// Out of line: the element of a flat large vector, if it has so many; else to label m.
void look_into_buffer(Text& cold, const RegisterNames& d, const RegisterNames& v, const std::string& index) {
  cold << cold.label('c') << ":\n";
  cold.is_object(v, 'm').kind_is(v, Kind::LargeVector, 'm') << "cmp dword [" << v.wide << "+12],0\njne near " << cold.label('m') << "\nmov r11d,["
      << v.wide << "+8]\ncmp r11," << index << "\njbe near " << cold.label('m') << "\nmov r11,[" << v.wide << "+16]\nmov " << d.wide << ",[r11+"
      << index << "*8+16]\njmp near " << cold.label('r') << '\n' << cold.label('m') << ":\n";
}
}  // namespace

TemplateText nth_look(const AccessContext& at, const RegisterNames& d, const RegisterNames& v, const std::string& index, bool constant, bool strings) {
  Text hot(at), cold(at);
  const std::string element = element_of(hot, v, index, constant);
  hot << "mov " << d.wide << ',' << element << '\n';
  hot.count(d);
  if (!constant) look_into_buffer(cold, d, v, index);
  if (constant && strings) cold << cold.label('c') << ":\n";
  if (strings) look_into_string(cold, d, v, index);
  cold.ask(d, v.wide, index, strings ? 'n' : constant ? 'c' : 'o');
  cold.count_slow(d);
  return {hot.take(), cold.take()};
}

TemplateText nth_take(const AccessContext& at, const RegisterNames& d, const RegisterNames& v, const std::string& index) {
  Text hot(at), cold(at);
  const std::string element = element_of(hot, v, index, true);
  hot.move_out(d, v, element);
  cold.count_out(d, element);
  cold.ask(d, v.wide, index, 'c');
  return {hot.take(), cold.take()};
}

namespace {
// Is what d holds, the rest of a cell, a seq or nil as it stands? Else to label c.
void is_seq(Text& text, const RegisterNames& d) {
  text << "cmp " << d.wide << ",2\nje short " << text.label('o') << '\n';
  text.is_object(d, 'c') << "cmp byte [" << d.wide << "+4]," << number(Kind::List) << "\nje short " << text.label('o') << "\ncmp byte [" << d.wide
                         << "+4]," << number(Kind::Cons) << "\njne near " << text.label('c') << '\n' << text.label('o') << ":\n";
}
// Out of line: there is nothing behind the last cell.
void end_of_list(Text& cold, const RegisterNames& d, std::string_view empty_list) {
  cold << cold.label('n') << ":\nmov " << d.half << ',' << empty_list << "\njmp near " << cold.label('d') << '\n';
}
}  // namespace

TemplateText first_take(const AccessContext& at, const RegisterNames& d, const RegisterNames& v) {
  Text hot(at), cold(at);
  hot.is_object(v, 'c').is_list_or_cons(v, 'c') << "cmp dword [" << v.wide << "],1\njne near " << hot.label('u') << "\nmov " << d.wide << ',' << first_of(v)
                                        << "\nmov qword " << first_of(v) << ',' << std::to_string(abi::k_nil) << '\n' << hot.label('d') << ":\n";
  cold.count_out(d, first_of(v)).ask(d, v);
  return {hot.take(), cold.take()};
}

TemplateText capture_take(const AccessContext& at, const RegisterNames& d, const RegisterNames& closure, std::int64_t index) {
  Text hot(at), cold(at);
  const std::string element = "[" + closure.wide + "+" + std::to_string(static_cast<std::int64_t>(abi::k_offset_captured) + 8 * index) + "]";
  hot.move_out(d, closure, element);
  cold.count_out(d, element);
  return {hot.take(), cold.take()};
}

TemplateText rest_take(const AccessContext& at, const RegisterNames& d, const RegisterNames& v, std::string_view empty_list) {
  Text hot(at), cold(at);
  hot.is_object(v, 'c').is_list_or_cons(v, 'c') << "mov " << d.wide << ',' << rest_of(v) << "\ncmp " << d.wide << ',' << std::to_string(abi::k_nil)
                                        << "\nje near " << hot.label('n') << "\ncmp dword [" << v.wide << "],1\njne near " << hot.label('u')
                                        << "\nmov qword " << rest_of(v) << ',' << std::to_string(abi::k_nil) << '\n' << hot.label('d') << ":\n";
  end_of_list(cold, d, empty_list);
  cold.count_out(d, rest_of(v)).ask(d, v);
  return {hot.take(), cold.take()};
}

TemplateText next_take(const AccessContext& at, const RegisterNames& d, const RegisterNames& v) {
  Text hot(at), cold(at);
  hot.is_object(v, 'c').is_list_or_cons(v, 'c') << "mov " << d.wide << ',' << rest_of(v) << '\n';
  is_seq(hot, d);
  hot << "cmp dword [" << v.wide << "],1\njne near " << hot.label('u') << "\nmov qword " << rest_of(v) << ',' << std::to_string(abi::k_nil) << '\n'
      << hot.label('d') << ":\n";
  cold.count_out(d, rest_of(v)).ask(d, v);
  return {hot.take(), cold.take()};
}

TemplateText nth_last(const AccessContext& at, const RegisterNames& d, const RegisterNames& v, const std::string& index, bool constant,
                      const std::string& end) {
  Text hot(at), cold(at);
  const std::string element = element_of(hot, v, index, constant);
  hot << "cmp dword [" << v.wide << "],1\njne near " << hot.label('u') << "\nmov " << d.wide << ',' << element << "\nmov qword " << element
      << ',' << std::to_string(abi::k_nil) << "\nmov r11," << v.wide << "\ncall " << end << '\n' << hot.label('d') << ":\n";
  // Somebody else has it too: one owner less. Immortal ones have immortal elements; what threads share is the stub's.
  cold << cold.label('u') << ":\nmov r11d,[" << v.wide << "]\nsub r11d,1\njc near " << cold.label('i') << "\ncmp r11d,0x7ffffffe\njae near "
       << cold.label('c') << "\ndec dword [" << v.wide << "]\n";
  cold.count_out_behind(d, element);
  cold << cold.label('i') << ":\nmov " << d.wide << ',' << element << "\njmp near " << cold.label('d') << '\n';
  cold.ask(d, v.wide, index, 'c');
  return {hot.take(), cold.take()};
}

TemplateText seq_last(const AccessContext& at, const RegisterNames& d, const RegisterNames& v) {
  Text hot(at), cold(at);
  hot.is_object(v, 'n').is_list_or_cons(v, 'c') << hot.label('t') << ":\nmov " << d.wide << ',' << v.wide << '\n' << hot.label('d') << ":\n";
  cold << cold.label('n') << ":\ncmp " << v.wide << ',' << std::to_string(abi::k_nil) << "\nje near " << cold.label('t') << '\n';
  cold.ask(d, v);
  return {hot.take(), cold.take()};
}

TemplateText step(const AccessContext& at, const RegisterNames& d, const RegisterNames& v, Part part, const std::string& free_cell,
                  std::string_view empty_list) {
  Text hot(at), cold(at);
  hot.is_object(v, 'c').is_cell(v, 'c') << "cmp dword [" << v.wide << "],1\njne near " << hot.label('c') << '\n';
  if (part == Part::First) {                    // what is behind it must be gone: it was taken
    hot << "cmp qword " << rest_of(v) << ',' << std::to_string(abi::k_nil) << "\njne near " << hot.label('c') << "\nmov " << d.wide << ','
        << first_of(v) << '\n';
  } else {                                      // the element must be nothing that is counted
    hot << "test byte " << first_of(v) << ",3\njz near " << hot.label('c') << "\nmov " << d.wide << ',' << rest_of(v) << '\n';
    if (part == Part::Next) is_seq(hot, d);
  }
  hot << "mov r11," << v.wide << "\ncall " << free_cell << '\n';
  if (part == Part::Rest) {
    hot << "cmp " << d.wide << ',' << std::to_string(abi::k_nil) << "\nje near " << hot.label('n') << '\n';
    end_of_list(cold, d, empty_list);
  }
  hot << hot.label('d') << ":\n";
  cold.ask(d, v);
  return {hot.take(), cold.take()};
}

TemplateText first_look(const AccessContext& at, const RegisterNames& d, const RegisterNames& v) {
  Text hot(at), cold(at);
  hot.is_object(v, 'c').is_list_or_cons(v, 'c') << "mov " << d.wide << ',' << first_of(v) << '\n';
  hot.count(d);
  cold.ask(d, v).count_slow(d);
  return {hot.take(), cold.take()};
}

TemplateText rest_look(const AccessContext& at, const RegisterNames& d, const RegisterNames& v, std::string_view empty_list) {
  Text hot(at), cold(at);
  hot.is_object(v, 'c').is_list_or_cons(v, 'c') << "mov " << d.wide << ',' << rest_of(v) << "\ncmp " << d.wide << ',' << std::to_string(abi::k_nil)
                                        << "\nje near " << hot.label('n') << '\n';
  hot.count(d);
  end_of_list(cold, d, empty_list);
  cold.ask(d, v).count_slow(d);
  return {hot.take(), cold.take()};
}

TemplateText next_look(const AccessContext& at, const RegisterNames& d, const RegisterNames& v) {
  Text hot(at), cold(at);
  hot.is_object(v, 'c').is_list_or_cons(v, 'c') << "mov " << d.wide << ',' << rest_of(v) << '\n';
  is_seq(hot, d);
  hot.count(d);
  cold.ask(d, v).count_slow(d);
  return {hot.take(), cold.take()};
}

TemplateText seq_look(const AccessContext& at, const RegisterNames& d, const RegisterNames& v) {
  Text hot(at), cold(at);
  hot.is_object(v, 'n').is_list_or_cons(v, 'c') << hot.label('t') << ":\nmov " << d.wide << ',' << v.wide << '\n';
  hot.count(d);
  cold << cold.label('n') << ":\ncmp " << v.wide << ',' << std::to_string(abi::k_nil) << "\nje near " << cold.label('t') << '\n';
  cold.ask(d, v).count_slow(d);
  return {hot.take(), cold.take()};
}

TemplateText empty_look(const AccessContext& at, const RegisterNames& d, const RegisterNames& v) {
  Text hot(at), cold(at);
  hot.is_object(v, 'n').is_list_or_cons(v, 'e') << "xor " << d.half << ',' << d.half << '\n' << hot.label('d') << ":\n";
  cold << cold.label('e') << ":\ncmp byte [" << v.wide << "+4]," << number(Kind::EmptyList) << "\nje near " << cold.label('y') << '\n';
  cold << cold.label('n') << ":\ncmp " << v.wide << ',' << std::to_string(abi::k_nil) << "\njne near " << cold.label('c') << '\n'
       << cold.label('y') << ":\nmov " << d.half << ",1\njmp near " << cold.label('d') << '\n';
  cold << cold.label('c') << ":\nmov r11," << v.wide << "\ncall " << at.slow_path << "\ncmp r11d," << std::to_string(abi::k_bool_failed)
       << "\nje near " << at.failed << "\nmov " << d.half << ",r11d\njmp near " << cold.label('d') << '\n';
  return {hot.take(), cold.take()};
}

}  // namespace slisp::x64
