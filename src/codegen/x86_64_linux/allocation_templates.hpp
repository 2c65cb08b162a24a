// allocation_templates.hpp: new objects as text, of fresh blocks and of those that just died.
#pragma once
#include "src/codegen/x86_64_linux/template_text.hpp"

namespace slisp::x64 {

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
