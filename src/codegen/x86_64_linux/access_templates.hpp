// access_templates.hpp: looks into vectors and lists as text: what stands in line, and what stands behind the function's last block.
#pragma once
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

// index: a number, or a register's name of 8 bytes. strings: a string has elements too.
TemplateText nth_look(const AccessContext& at, const RegisterNames& d, const RegisterNames& v, const std::string& index, bool constant, bool strings);
TemplateText first_look(const AccessContext& at, const RegisterNames& d, const RegisterNames& v);
TemplateText rest_look(const AccessContext& at, const RegisterNames& d, const RegisterNames& v, std::string_view empty_list);
TemplateText next_look(const AccessContext& at, const RegisterNames& d, const RegisterNames& v);
TemplateText seq_look(const AccessContext& at, const RegisterNames& d, const RegisterNames& v);
TemplateText empty_look(const AccessContext& at, const RegisterNames& d, const RegisterNames& v);
// The element of an object that nobody else has moves out, and nil stays; of others it is counted. slow_path: of the look.
TemplateText nth_take(const AccessContext& at, const RegisterNames& d, const RegisterNames& v, const std::string& index);
TemplateText first_take(const AccessContext& at, const RegisterNames& d, const RegisterNames& v);
TemplateText capture_take(const AccessContext& at, const RegisterNames& d, const RegisterNames& closure, std::int64_t index);
TemplateText rest_take(const AccessContext& at, const RegisterNames& d, const RegisterNames& v, std::string_view empty_list);
TemplateText next_take(const AccessContext& at, const RegisterNames& d, const RegisterNames& v);
// v is consumed; d is another register. end: slisp_end_object.
TemplateText nth_last(const AccessContext& at, const RegisterNames& d, const RegisterNames& v, const std::string& index, bool constant,
                      const std::string& end);
TemplateText seq_last(const AccessContext& at, const RegisterNames& d, const RegisterNames& v);
// first, rest and next, of what is consumed; d is another register. A cell that nobody else has ends here where nothing of it is left to release.
// free_cell: slisp_free_cell.
enum class Part { First, Rest, Next };
TemplateText step(const AccessContext& at, const RegisterNames& d, const RegisterNames& v, Part part, const std::string& free_cell,
                  std::string_view empty_list);

// slow_path: slisp_allocate_slow. kind_flags_slots: the upper half of the header; the slots are left to the instructions behind it.
TemplateText new_object(const AccessContext& at, const RegisterNames& d, std::uint32_t kind_flags_slots, std::size_t bytes);
// The same, into `old`, an emptied object or nil, if it has just that kind and those slots; else it ends. end: slisp_end_object.
TemplateText renew(const AccessContext& at, const RegisterNames& d, const RegisterNames& old, std::uint32_t kind_flags_slots, std::size_t bytes,
                   const std::string& end);
// For the block of a cell that dies to become a Cons. shell_of_cell: v is consumed; slow_path: slisp_shell. renew_cell: d is a Cons whose parts are
// left to the instructions behind it; `old` is an emptied object or nil; slow_path: slisp_allocate_slow, end: slisp_end_object. fill_cell: `rest` goes
// into the cell, whose element is there; slow_path: of cons, for which the cell is given up.
TemplateText shell_of_cell(const AccessContext& at, const RegisterNames& d, const RegisterNames& v);
TemplateText renew_cell(const AccessContext& at, const RegisterNames& d, const RegisterNames& old, const std::string& end);
TemplateText fill_cell(const AccessContext& at, const RegisterNames& d, const RegisterNames& cell, const RegisterNames& rest,
                       const std::string& free_cell);
// slow_path: of cons, which goes on when `rest` is no seq or memory is short. element: a register, number or symbol.
TemplateText new_cons(const AccessContext& at, const RegisterNames& d, const std::string& element, const RegisterNames& rest);

}  // namespace slisp::x64
