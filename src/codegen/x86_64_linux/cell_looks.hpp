// cell_looks.hpp: looks at one cell that follow one another, as one.
#pragma once
#include "src/codegen/x86_64_linux/instructions.hpp"
#include "src/codegen/x86_64_linux/template_text.hpp"
#include <span>

namespace slisp::x64 {

// How many of the instructions at the head of a list are looks that may be joined: 0, 2 or 3.
std::size_t joined_looks(std::span<const MInst> code);

// Their text, given what each of them prints alone. free_cell: slisp_free_cell.
TemplateText join_looks(const AccessContext& at, std::span<const MInst> looks, const TemplateText& apart, const std::string& free_cell);

}  // namespace slisp::x64
