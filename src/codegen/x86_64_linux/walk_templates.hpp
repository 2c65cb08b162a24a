// walk_templates.hpp: walks along lists that somebody else keeps, as text: nothing is counted, and nothing fails.
#pragma once
#include "src/codegen/x86_64_linux/template_text.hpp"

namespace slisp::x64 {

// d: 1 or 0. An object with another count than 1: somebody else has it, or everyone.
TemplateText is_shared(const AccessContext& at, const RegisterNames& d, const RegisterNames& v);
// d: 1 or 0. A List or Cons without metadata; next: and behind it another one, or nil.
TemplateText is_cell(const AccessContext& at, const RegisterNames& d, const RegisterNames& v, bool next);
// The same as tests that lead to `no`, a label, or fall through.
TemplateText unless_cell(const AccessContext& at, const RegisterNames& v, bool next, const std::string& no);
// Of what that holds of. empty_list: what stands for nil behind the last cell; no text: nil itself.
TemplateText cell_first(const AccessContext& at, const RegisterNames& d, const RegisterNames& v);
TemplateText cell_rest(const AccessContext& at, const RegisterNames& d, const RegisterNames& v, std::string_view empty_list);

}  // namespace slisp::x64
