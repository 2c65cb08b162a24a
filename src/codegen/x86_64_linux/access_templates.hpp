// access_templates.hpp: looks into vectors and lists as text: what stands in line, and what stands behind the function's last block.
#pragma once
#include "src/codegen/x86_64_linux/template_text.hpp"

namespace slisp::x64 {

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

}  // namespace slisp::x64
