// access_templates.cpp: nth, first, rest, next, seq and empty? of the kinds that programs mostly look at: small vectors and lists, and
//   characters of strings.
// In:   registers, by name; r11 is free.
// Out:  the value with a count of its own in d; everything else as it was. Other kinds go to a stub that keeps all registers
//       (runtime/control/generated_code_access.asm).
// Keeps: d is written after v was read for the last time on the way in line, and only by the stub's result elsewhere, so they may be one register.
#include "src/codegen/x86_64_linux/access_templates.hpp"
#include "runtime/abi/layout.h"
#include "runtime/collections/layouts.hpp"

namespace slisp::x64 {
namespace {

using abi::Kind;
constexpr std::string_view number(Kind kind) {
  switch (kind) {
    case Kind::EmptyList: return "11";
    case Kind::List: return "12";
    case Kind::Cons: return "13";
    case Kind::Vector: return "21";
    case Kind::LargeVector: return "22";
    default: return "";
  }
}
static_assert(static_cast<int>(Kind::EmptyList) == 11 && static_cast<int>(Kind::List) == 12 && static_cast<int>(Kind::Cons) == 13 &&
              static_cast<int>(Kind::Vector) == 21 && static_cast<int>(Kind::LargeVector) == 22 && static_cast<int>(Kind::RSeq) == 20);
static_assert(offsetof(rt::LargeVector, size) == 8 && offsetof(rt::LargeVector, shift) == 12 && offsetof(rt::LargeVector, root) == 16 &&
              offsetof(rt::VectorBuffer, slot) == 16);
static_assert(offsetof(abi::List, first) == 16 && offsetof(abi::List, rest) == 24 && offsetof(abi::Cons, first) == 8 &&
              offsetof(abi::Cons, rest) == 16 && abi::k_offset_kind == 4 && abi::k_offset_flags == 5 && abi::k_offset_slots == 6);

// Kind, flags and slots of a Cons; those of a List differ in the last bit, and its parts stand one word further on.
constexpr std::uint32_t k_cons_header = static_cast<std::uint32_t>(Kind::Cons) | 2u << 16;
static_assert((static_cast<int>(Kind::Cons) ^ static_cast<int>(Kind::List)) == 1);

class Text {
 public:
  explicit Text(const AccessContext& at) : at_(at) {}
  Text& operator<<(std::string_view s) {
    out_ += s;
    return *this;
  }
  // A label of this template: .k12 for k.
  std::string label(char c) const { return std::string(".") + c + at_.label; }
  // Not a heap object, or of another kind: to `elsewhere`.
  Text& kind_is(const RegisterNames& v, Kind kind, char elsewhere) {
    return *this << "cmp byte [" << v.wide << "+4]," << number(kind) << "\njne near " << label(elsewhere) << '\n';
  }
  // A List or Cons without metadata: r11 is 1 or 0, so that one address finds its parts. Else to `elsewhere`.
  Text& is_cell(const RegisterNames& v, char elsewhere) {
    return *this << "mov r11d,[" << v.wide << "+4]\nxor r11d," << std::to_string(k_cons_header) << "\ncmp r11d,1\nja near " << label(elsewhere) << '\n';
  }
  Text& is_list_or_cons(const RegisterNames& v, char elsewhere) {
    return *this << "movzx r11d,byte [" << v.wide << "+4]\nsub r11d," << number(Kind::List) << "\ncmp r11d,1\nja near " << label(elsewhere) << '\n';
  }
  Text& operator<<(char c) {
    out_ += c;
    return *this;
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
  // Out of line: the stub answers.
  Text& ask(const RegisterNames& d, const RegisterNames& v) {
    return *this << label('c') << ":\nmov r11," << v.wide << "\ncall " << at_.slow_path << "\ntest r11,r11\njz near " << at_.failed
                 << "\nmov " << d.wide << ",r11\njmp near " << label('d') << '\n';
  }
  std::string take() { return std::move(out_); }

 private:
  const AccessContext& at_;
  std::string out_;
};

}  // namespace

namespace {
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
// Out of line: the stub finds the element.
void ask_for_element(Text& cold, const AccessContext& at, const RegisterNames& d, const RegisterNames& v, const std::string& index, char label = 'c') {
  cold << cold.label(label) << ":\nmov [r15+" << std::to_string(abi::k_offset_arguments) << "]," << v.wide << "\nmov qword [r15+"
       << std::to_string(abi::k_offset_arguments + 8) << "]," << index << "\ncall " << at.slow_path << "\ntest r11,r11\njz near " << at.failed
       << "\nmov " << d.wide << ",r11\njmp near " << cold.label('d') << '\n';
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
  ask_for_element(cold, at, d, v, index, strings ? 'n' : constant ? 'c' : 'o');
  cold.count_slow(d);
  return {hot.take(), cold.take()};
}

TemplateText nth_take(const AccessContext& at, const RegisterNames& d, const RegisterNames& v, const std::string& index) {
  Text hot(at), cold(at);
  const std::string element = element_of(hot, v, index, true);
  hot.move_out(d, v, element);
  cold.count_out(d, element);
  ask_for_element(cold, at, d, v, index);
  return {hot.take(), cold.take()};
}

namespace {
// Parts of a List or Cons without metadata, once is_cell has left r11 as 1 or 0.
std::string first_of(const RegisterNames& v) { return "[" + v.wide + "+r11*8+8]"; }
std::string rest_of(const RegisterNames& v) { return "[" + v.wide + "+r11*8+16]"; }
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
  hot.is_object(v, 'c').is_cell(v, 'c') << "cmp dword [" << v.wide << "],1\njne near " << hot.label('u') << "\nmov " << d.wide << ',' << first_of(v)
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
  hot.is_object(v, 'c').is_cell(v, 'c') << "mov " << d.wide << ',' << rest_of(v) << "\ncmp " << d.wide << ',' << std::to_string(abi::k_nil)
                                        << "\nje near " << hot.label('n') << "\ncmp dword [" << v.wide << "],1\njne near " << hot.label('u')
                                        << "\nmov qword " << rest_of(v) << ',' << std::to_string(abi::k_nil) << '\n' << hot.label('d') << ":\n";
  end_of_list(cold, d, empty_list);
  cold.count_out(d, rest_of(v)).ask(d, v);
  return {hot.take(), cold.take()};
}

TemplateText next_take(const AccessContext& at, const RegisterNames& d, const RegisterNames& v) {
  Text hot(at), cold(at);
  hot.is_object(v, 'c').is_cell(v, 'c') << "mov " << d.wide << ',' << rest_of(v) << '\n';
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
  ask_for_element(cold, at, d, v, index);
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
  hot.is_object(v, 'c').is_cell(v, 'c') << "mov " << d.wide << ',' << first_of(v) << '\n';
  hot.count(d);
  cold.ask(d, v).count_slow(d);
  return {hot.take(), cold.take()};
}

TemplateText rest_look(const AccessContext& at, const RegisterNames& d, const RegisterNames& v, std::string_view empty_list) {
  Text hot(at), cold(at);
  hot.is_object(v, 'c').is_cell(v, 'c') << "mov " << d.wide << ',' << rest_of(v) << "\ncmp " << d.wide << ',' << std::to_string(abi::k_nil)
                                        << "\nje near " << hot.label('n') << '\n';
  hot.count(d);
  end_of_list(cold, d, empty_list);
  cold.ask(d, v).count_slow(d);
  return {hot.take(), cold.take()};
}

TemplateText next_look(const AccessContext& at, const RegisterNames& d, const RegisterNames& v) {
  Text hot(at), cold(at);
  hot.is_object(v, 'c').is_cell(v, 'c') << "mov " << d.wide << ',' << rest_of(v) << '\n';
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

namespace {
// A block of the page at hand; its first free block is taken. Leaves for label c when there is none; d is not the register of a use.
void take_block(Text& hot, const RegisterNames& d, std::size_t bytes) {
  hot << "mov " << d.wide << ",[r15+" << std::to_string(abi::k_offset_heap_pages + 8 * (bytes / 8 - 2)) << "]\nmov r11,[" << d.wide << '+'
      << std::to_string(abi::k_offset_page_free) << "]\ntest r11,r11\njz near " << hot.label('c') << "\ninc dword [" << d.wide << '+'
      << std::to_string(abi::k_offset_page_used) << "]\ninc qword [r15+" << std::to_string(abi::k_offset_heap_allocated)
      << "]\nmovq xmm15,[r11]\nmovq [" << d.wide << '+' << std::to_string(abi::k_offset_page_free) << "],xmm15\nmov " << d.wide << ",r11\n";
}
void write_header(Text& hot, const RegisterNames& d, std::uint32_t kind_flags_slots) {
  hot << "mov dword [" << d.wide << "],1\nmov dword [" << d.wide << "+4]," << std::to_string(kind_flags_slots) << '\n';
}
}  // namespace

TemplateText new_object(const AccessContext& at, const RegisterNames& d, std::uint32_t kind_flags_slots, std::size_t bytes) {
  Text hot(at), cold(at);
  take_block(hot, d, bytes);
  write_header(hot, d, kind_flags_slots);
  hot << hot.label('d') << ":\n";
  cold << cold.label('c') << ":\nmov qword [r15+" << std::to_string(abi::k_offset_arguments) << "]," << std::to_string(bytes)
       << "\nmov r11d," << std::to_string(kind_flags_slots) << "\ncall " << at.slow_path << "\nmov " << d.wide << ",r11\njmp near "
       << cold.label('d') << '\n';
  return {hot.take(), cold.take()};
}

TemplateText renew(const AccessContext& at, const RegisterNames& d, const RegisterNames& old, std::uint32_t kind_flags_slots, std::size_t bytes,
                   const std::string& end) {
  Text hot(at), cold(at);
  // Emptied: one owner, every slot nil.
  hot << "cmp " << old.wide << ',' << std::to_string(abi::k_nil) << "\nje near " << hot.label('n') << "\ncmp dword [" << old.wide << "+4],"
      << std::to_string(kind_flags_slots) << "\njne near " << hot.label('f') << "\nmov " << d.wide << ',' << old.wide << '\n'
      << hot.label('d') << ":\n";
  cold << cold.label('f') << ":\nmov r11," << old.wide << "\ncall " << end << '\n' << cold.label('n') << ":\n";
  take_block(cold, d, bytes);
  write_header(cold, d, kind_flags_slots);
  cold << "jmp near " << cold.label('d') << '\n' << cold.label('c') << ":\nmov qword [r15+" << std::to_string(abi::k_offset_arguments) << "],"
       << std::to_string(bytes) << "\nmov r11d," << std::to_string(kind_flags_slots) << "\ncall " << at.slow_path << "\nmov " << d.wide
       << ",r11\njmp near " << cold.label('d') << '\n';
  return {hot.take(), cold.take()};
}

TemplateText new_cons(const AccessContext& at, const RegisterNames& d, const std::string& element, const RegisterNames& rest) {
  Text hot(at), cold(at);
  // Kinds from EmptyList to RSeq are seqs that a Cons may stand in front of.
  hot.is_object(rest, 'c') << "movzx r11d,byte [" << rest.wide << "+4]\nsub r11d," << number(Kind::EmptyList)
                           << "\ncmp r11d,9\nja near " << hot.label('c') << '\n';
  take_block(hot, d, sizeof(abi::Cons));
  write_header(hot, d, k_cons_header);
  hot << "mov qword [" << d.wide << "+8]," << element << "\nmov [" << d.wide << "+16]," << rest.wide << '\n' << hot.label('d') << ":\n";
  cold << cold.label('c') << ":\nmov qword [r15+" << std::to_string(abi::k_offset_arguments) << "]," << element << "\nmov [r15+"
       << std::to_string(abi::k_offset_arguments + 8) << "]," << rest.wide << "\ncall " << at.slow_path << "\ntest r11,r11\njz near "
       << at.failed << "\nmov " << d.wide << ",r11\njmp near " << cold.label('d') << '\n';
  return {hot.take(), cold.take()};
}

TemplateText shell_of_cell(const AccessContext& at, const RegisterNames& d, const RegisterNames& v) {
  Text hot(at), cold(at);
  // What was in it was taken, or is nothing that is counted; else the stub empties it, or counts one owner less.
  hot.is_object(v, 'n') << "cmp dword [" << v.wide << "],1\njne near " << hot.label('c') << '\n';
  hot.is_cell(v, 'c') << "test byte " << first_of(v) << ",3\njz near " << hot.label('c') << "\ntest byte " << rest_of(v) << ",3\njz near "
                      << hot.label('c') << "\nmov " << d.wide << ',' << v.wide << '\n' << hot.label('d') << ":\n";
  cold << cold.label('n') << ":\nmov " << d.half << ',' << std::to_string(abi::k_nil) << "\njmp near " << cold.label('d') << '\n' << cold.label('c')
       << ":\nmov r11," << v.wide << "\ncall " << at.slow_path << "\nmov " << d.wide << ",r11\njmp near " << cold.label('d') << '\n';
  return {hot.take(), cold.take()};
}

TemplateText renew_cell(const AccessContext& at, const RegisterNames& d, const RegisterNames& old, const std::string& end) {
  Text hot(at), cold(at);
  // Kind alone decides: a cell with metadata is longer, and so is a List.
  hot.is_object(old, 'n').is_list_or_cons(old, 'f') << "mov dword [" << old.wide << "+4]," << std::to_string(k_cons_header) << "\nmov " << d.wide << ','
                                                    << old.wide << '\n' << hot.label('d') << ":\n";
  cold << cold.label('f') << ":\nmov r11," << old.wide << "\ncall " << end << '\n' << cold.label('n') << ":\n";
  take_block(cold, d, sizeof(abi::Cons));
  write_header(cold, d, k_cons_header);
  cold << "jmp near " << cold.label('d') << '\n' << cold.label('c') << ":\nmov qword [r15+" << std::to_string(abi::k_offset_arguments) << "],"
       << std::to_string(sizeof(abi::Cons)) << "\nmov r11d," << std::to_string(k_cons_header) << "\ncall " << at.slow_path << "\nmov " << d.wide
       << ",r11\njmp near " << cold.label('d') << '\n';
  return {hot.take(), cold.take()};
}

TemplateText fill_cell(const AccessContext& at, const RegisterNames& d, const RegisterNames& cell, const RegisterNames& rest,
                       const std::string& free_cell) {
  Text hot(at), cold(at);
  hot.is_object(rest, 'c') << "movzx r11d,byte [" << rest.wide << "+4]\nsub r11d," << number(Kind::EmptyList) << "\ncmp r11d,9\nja near "
                           << hot.label('c') << "\nmov [" << cell.wide << "+16]," << rest.wide << "\nmov " << d.wide << ',' << cell.wide << '\n'
                           << hot.label('d') << ":\n";
  cold << cold.label('c') << ":\nmov r11,[" << cell.wide << "+8]\nmov [r15+" << std::to_string(abi::k_offset_arguments) << "],r11\nmov [r15+"
       << std::to_string(abi::k_offset_arguments + 8) << "]," << rest.wide << "\nmov r11," << cell.wide << "\ncall " << free_cell << "\ncall "
       << at.slow_path << "\ntest r11,r11\njz near " << at.failed << "\nmov " << d.wide << ",r11\njmp near " << cold.label('d') << '\n';
  return {hot.take(), cold.take()};
}

}  // namespace slisp::x64
