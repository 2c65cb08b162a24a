// objects.cpp: objects of users' classes: making them, their fields, and calling their methods.
// Keeps: a method that is missing, or that lacks the arity asked for, is an AbstractMethodError in the JVM's words.
#include "runtime/types/operations.hpp"
#include "runtime/types/types.hpp"

namespace slisp::rt {
namespace {

struct MethodRow {
  ClassId interface;
  std::string_view name, result, parameters;
};
constexpr MethodRow k_rows[] = {
#define SLISP_METHOD(id, interface, name, result, parameters) {ClassId::interface, name, result, parameters},
#include "runtime/abi/methods.def"
#undef SLISP_METHOD
};

// The first `count` types of a list.
std::string_view first_parameters(std::string_view all, std::size_t count) {
  if (count == 0) return {};
  std::size_t end = all.find(", ");
  while (--count > 0 && end != std::string_view::npos) end = all.find(", ", end + 1);
  return all.substr(0, end);
}

Owned throw_abstract(Borrowed object, Method method, std::size_t count) {
  const MethodRow& row = k_rows[static_cast<std::size_t>(method)];
  TextBuffer out;
  out.append("Receiver class ");
  out.append(class_name(&class_of_object(object.word())->base));
  out.append(" does not define or inherit an implementation of the resolved method 'abstract ");
  out.append(row.result);
  out.append(' ');
  out.append(row.name);
  out.append('(');
  out.append(first_parameters(row.parameters, count));
  out.append(")' of interface ");
  out.append(class_name(class_with_id(row.interface)));
  out.append('.');
  return throw_string(ClassId::AbstractMethodError, out.finish());
}

bool accepts(const abi::FnDescriptor& descriptor, std::size_t count) {
  return (count < 32 && (descriptor.arity_mask >> count & 1) != 0) ||
         (descriptor.variadic_fixed >= 0 && static_cast<std::size_t>(descriptor.variadic_fixed) <= count);
}

Word make_object(const UserClass* c, Word* block, std::int64_t count) {
  const bool record = (c->base.flags & k_class_record) != 0;
  const std::size_t slots = 1 + static_cast<std::size_t>(count) + record;
  Header* object = allocate(record ? Kind::Record : Kind::Object, sizeof(Header) + slots * sizeof(Word), static_cast<std::uint16_t>(slots));
  Word* slot = slots_of(object);
  slot[0] = retained(word_of(c));
  for (std::int64_t i = 0; i < count; ++i) slot[1 + i] = block[i];
  if (record) slot[slots - 1] = abi::k_nil;
  return word_of(object);
}

}  // namespace

Owned call_method_block(Borrowed object, Method method, std::span<Owned> arguments) {
  constexpr std::size_t k_most = 20;
  const Word function = find_method(object, method);
  if (function == 0 || arguments.size() > k_most ||
      (is_kind(function, Kind::Fn) && !accepts(*at<abi::Fn>(function)->descriptor, arguments.size() + 1)))
    return throw_abstract(object, method, arguments.size());
  Owned block[k_most + 1];
  block[0] = Owned::copy(object);
  for (std::size_t i = 0; i < arguments.size(); ++i) block[1 + i] = std::move(arguments[i]);
  return call_block(function, {block, arguments.size() + 1});
}

Owned call_method(Borrowed object, Method method) { return call_method_block(object, method, {}); }
Owned call_method(Borrowed object, Method method, Owned a) { return call_method_block(object, method, {&a, 1}); }
Owned call_method(Borrowed object, Method method, Owned a, Owned b) {
  Owned block[] = {std::move(a), std::move(b)};
  return call_method_block(object, method, block);
}

bool call_predicate(Borrowed object, Method method, Owned a, bool& failed) {
  const Owned answer = call_method(object, method, std::move(a));
  failed = answer.failed();
  return !failed && answer.truthy();
}

std::int32_t call_int(Borrowed object, Method method, bool& failed) {
  const Owned answer = call_method(object, method);
  failed = answer.failed();
  if (failed) return 0;
  const auto number = abi::slisp_unchecked_int(answer.word());
  failed = !number.valid;
  return static_cast<std::int32_t>(number.value);
}

}  // namespace slisp::rt

using namespace slisp::rt;

extern "C" {

Word slisp_type_new(Word class_word, Word* block, std::int64_t count) {
  keep_type_operations();
  return make_object(at<const UserClass>(class_word), block, count);
}

Word slisp_type_field(Word object, std::int64_t index) { return field_of(header_of(object), index); }

Word slisp_type_field_set(Word object, std::int64_t index, Word value) {
  retain(value);
  if (is_pointer(value)) cell_made();
  store_cell(header_of(object), slots_of(header_of(object))[1 + index], Owned::adopt(value));
  return value;
}

}  // extern "C"
