// update_templates.hpp: changes of vectors in place as text.
#pragma once
#include "src/codegen/x86_64_linux/template_text.hpp"

namespace slisp::x64 {

// d: neither v nor key. slow_path: slisp_slow_assoc_index; drop: slisp_drop_slow.
TemplateText assoc_index(const AccessContext& at, const RegisterNames& d, const RegisterNames& v, const RegisterNames& key, const std::string& drop);

}  // namespace slisp::x64
