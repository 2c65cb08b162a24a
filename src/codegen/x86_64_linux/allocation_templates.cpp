// allocation_templates.cpp: a new object takes the first free block of the page at hand, or the block of one that just died.
// In:   registers, by name; r11 and xmm15 are free.
// Out:  the object in d, its header written; its slots are left to the instructions behind it.
// Labels: d the object is there, c the page has no block left or the stub answers, n there is no old object, f the old object is of no use.
#include "src/codegen/x86_64_linux/allocation_templates.hpp"

namespace slisp::x64 {
namespace {

using abi::Kind;

static_assert(static_cast<int>(Kind::RSeq) - static_cast<int>(Kind::EmptyList) == 9);

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
// Out of line, at label c: the stub takes a block of another page. It does not come back without one.
void take_block_slowly(Text& cold, const AccessContext& at, const RegisterNames& d, std::uint32_t kind_flags_slots, std::size_t bytes) {
  cold << cold.label('c') << ":\n";
  cold.pass(0, std::to_string(bytes)) << "mov r11d," << std::to_string(kind_flags_slots) << "\ncall " << at.slow_path << "\nmov " << d.wide
                                      << ",r11\njmp near " << cold.label('d') << '\n';
}
// Out of line: the old object is released, at label f, and a fresh block stands in for it.
void take_block_instead(Text& cold, const AccessContext& at, const RegisterNames& d, const RegisterNames& old, std::uint32_t kind_flags_slots,
                        std::size_t bytes, const std::string& end) {
  cold << cold.label('f') << ":\nmov r11," << old.wide << "\ncall " << end << '\n' << cold.label('n') << ":\n";
  take_block(cold, d, bytes);
  write_header(cold, d, kind_flags_slots);
  cold << "jmp near " << cold.label('d') << '\n';
  take_block_slowly(cold, at, d, kind_flags_slots, bytes);
}
// Kinds from EmptyList to RSeq are seqs that a Cons may stand in front of; anything else goes to label c.
void is_rest(Text& hot, const RegisterNames& rest) {
  hot.is_object(rest, 'c') << "movzx r11d,byte [" << rest.wide << "+4]\nsub r11d," << number(Kind::EmptyList) << "\ncmp r11d,9\nja near "
                           << hot.label('c') << '\n';
}
}  // namespace

TemplateText new_object(const AccessContext& at, const RegisterNames& d, std::uint32_t kind_flags_slots, std::size_t bytes) {
  Text hot(at), cold(at);
  take_block(hot, d, bytes);
  write_header(hot, d, kind_flags_slots);
  hot << hot.label('d') << ":\n";
  take_block_slowly(cold, at, d, kind_flags_slots, bytes);
  return {hot.take(), cold.take()};
}

TemplateText renew(const AccessContext& at, const RegisterNames& d, const RegisterNames& old, std::uint32_t kind_flags_slots, std::size_t bytes,
                   const std::string& end) {
  Text hot(at), cold(at);
  // Emptied: one owner, every slot nil.
  hot << "cmp " << old.wide << ',' << std::to_string(abi::k_nil) << "\nje near " << hot.label('n') << "\ncmp dword [" << old.wide << "+4],"
      << std::to_string(kind_flags_slots) << "\njne near " << hot.label('f') << "\nmov " << d.wide << ',' << old.wide << '\n'
      << hot.label('d') << ":\n";
  take_block_instead(cold, at, d, old, kind_flags_slots, bytes, end);
  return {hot.take(), cold.take()};
}

TemplateText new_cons(const AccessContext& at, const RegisterNames& d, const std::string& element, const RegisterNames& rest) {
  Text hot(at), cold(at);
  is_rest(hot, rest);
  take_block(hot, d, sizeof(abi::List));
  write_header(hot, d, k_cons_header);
  hot << "mov qword " << first_of(d) << ',' << element << "\nmov " << rest_of(d) << ',' << rest.wide << '\n' << hot.label('d') << ":\n";
  cold.ask(d, element, rest.wide, 'c');
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
  // Kind alone decides: a cell with metadata is longer.
  hot.is_object(old, 'n').is_list_or_cons(old, 'f') << "mov dword [" << old.wide << "+4]," << std::to_string(k_cons_header) << "\nmov " << d.wide << ','
                                                    << old.wide << '\n' << hot.label('d') << ":\n";
  take_block_instead(cold, at, d, old, k_cons_header, sizeof(abi::List), end);
  return {hot.take(), cold.take()};
}

TemplateText fill_cell(const AccessContext& at, const RegisterNames& d, const RegisterNames& cell, const RegisterNames& rest,
                       const std::string& free_cell) {
  Text hot(at), cold(at);
  is_rest(hot, rest);
  hot << "mov " << rest_of(cell) << ',' << rest.wide << "\nmov " << d.wide << ',' << cell.wide << '\n' << hot.label('d') << ":\n";
  cold << cold.label('c') << ":\nmov r11," << first_of(cell) << '\n';
  cold.pass(0, "r11").pass(1, rest.wide) << "mov r11," << cell.wide << "\ncall " << free_cell << '\n';
  cold.call_slow_path(d);
  return {hot.take(), cold.take()};
}

}  // namespace slisp::x64
