// members.cpp: finding fields and methods of users' objects by name. Brings no code for users' types into a program: calls of members look here
// whatever they are called on.
#include "runtime/types/types.hpp"

namespace slisp::rt {
namespace {

// Index of the field with that name, or -1.
std::int64_t field_index(const UserClass* c, Borrowed symbol) {
  const std::string_view wanted = text_of(symbol_name(symbol));
  for (std::size_t i = 0, n = static_cast<std::size_t>(counted_size(c->fields)); i < n; ++i)
    if (text_of(symbol_name(vector_at(c->fields, i))) == wanted) return static_cast<std::int64_t>(i);
  return -1;
}

}  // namespace

Word find_method(Borrowed object, Method method) {
  const UserClass* c = class_of_object(object.word());
  if (!class_has(c, method)) return 0;
  const auto number = static_cast<unsigned>(method);
  unsigned before = static_cast<unsigned>(std::popcount(c->known[number / 64] & ((std::uint64_t{1} << number % 64) - 1)));
  if (number >= 64) before += static_cast<unsigned>(std::popcount(c->known[0]));
  const Word found = slots_of(header_of(c->methods))[2 * before + 1];
  return is_fixnum(found) ? slots_of(header_of(object.word()))[1 + to_fixnum(found)] : found;
}

Word find_method_named(Borrowed object, Borrowed symbol) {
  const UserClass* c = class_of_object(object.word());
  if (c->methods == abi::k_nil) return 0;
  const Header* block = header_of(c->methods);
  const Word* entry = slots_of(header_of(c->methods));
  const std::string_view wanted = text_of(symbol_name(symbol));
  for (unsigned i = 0; i < block->slots; i += 2) {
    if (text_of(symbol_name(entry[i])) != wanted) continue;
    return is_fixnum(entry[i + 1]) ? slots_of(header_of(object.word()))[1 + to_fixnum(entry[i + 1])] : entry[i + 1];
  }
  return 0;
}

}  // namespace slisp::rt

using namespace slisp::rt;
using slisp::abi::k_nil;

extern "C" {

std::int64_t slisp_field_find(Word object, Word name) {
  return is_user_object(Borrowed(object)) ? field_index(class_of_object(object), name) : -1;
}

Word slisp_member_field(Word object, Word name) {
  const std::int64_t index = slisp_field_find(object, name);
  if (index >= 0) return field_of(header_of(object), index);
  if (object == k_nil) return throw_null_pointer().take();
  TextBuffer text;
  text.append("No matching field found: ");
  text.append(text_of(symbol_name(name)));
  text.append(" for class ");
  text.append(class_name(class_of_value(object)));
  return throw_string(ClassId::IllegalArgumentException, text.finish()).take();
}

Word slisp_method_find(Word object, Word name) {
  if (!is_user_object(Borrowed(object))) return k_nil;
  const Word found = find_method_named(object, name);
  return found == 0 ? k_nil : retained(found);
}

}  // extern "C"
