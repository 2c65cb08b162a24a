// queries.cpp: questions about classes and kinds that bring no code for users' types into a program.
#include "runtime/collections/vectors.hpp"
#include "runtime/types/types.hpp"

using namespace slisp::rt;

extern "C" {

std::uint32_t slisp_record_p(Word x) { return is_kind(x, Kind::Record); }
std::uint32_t slisp_user_object_p(Word x) { return is_user_object(x); }
std::uint32_t slisp_native_vector_p(Word x) { return is_vector(x); }
std::uint32_t slisp_protocol_p(Word x) { return is_kind(x, Kind::Protocol); }
std::uint32_t slisp_class_interface_p(Word x) { return is_kind(x, Kind::Class) && is_interface(at<const ClassObject>(x)); }

// What stands behind the last dot of the name, and the last dollar sign.
Word slisp_class_simple_name(Word x) {
  if (!is_kind(x, Kind::Class)) return slisp::abi::k_nil;
  std::string_view name = class_name(at<const ClassObject>(x));
  const std::size_t cut = name.find_last_of(".$");
  if (cut != std::string_view::npos) name.remove_prefix(cut + 1);
  return make_string(name).take();
}

}  // extern "C"
