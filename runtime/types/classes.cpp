// classes.cpp: classes that programs define.
// In:   a name, interfaces, fields and methods, as the compiler (through the evaluator) or a running program gives them.
// Out:  a UserClass; the compiler lays out those of an executable as static data, the raw words behind the slots copied.
// Keeps: methods of methods.def stand first, in the order of Method, so that `known` leads to them; all others behind, by name.
#include "runtime/types/types.hpp"
#include "runtime/collections/vectors.hpp"
#include "runtime/types/answers.hpp"
#include <algorithm>

namespace slisp::rt {
namespace {

constexpr std::string_view k_method_names[] = {
#define SLISP_METHOD(id, interface, name, result, parameters) name,
#include "runtime/abi/methods.def"
#undef SLISP_METHOD
};

// The number of a method that the runtime knows; k_methods for others.
std::size_t method_number(Borrowed symbol) {
  const std::string_view name = text_of(symbol_name(symbol));
  return static_cast<std::size_t>(std::find(std::begin(k_method_names), std::end(k_method_names), name) - std::begin(k_method_names));
}

struct Entry {
  std::size_t number;
  Word name;                                             // borrowed
  Word function;
};

Header* word_block(std::size_t count) {
  return allocate(Kind::VectorNode, sizeof(Header) + count * sizeof(Word), static_cast<std::uint16_t>(count));
}

// A record stands for what Clojure's defrecord implements, a type for IType, what reify makes carries metadata.
void add_own_interfaces(UserClass* c) {
  auto add = [c](ClassId id) { c->ancestors.add_all(ancestors_of(id)); };
  add(ClassId::Object);
  for (ClassId id : own_interfaces(c->base.flags)) add(id);
}

void add_interfaces(UserClass* c, Borrowed interfaces) {
  for (std::size_t i = 0, n = static_cast<std::size_t>(counted_size(interfaces)); i < n; ++i) {
    const auto* interface = vector_at(interfaces, i).as<const ClassObject>();
    if (is_user_class(interface)) c->ancestors.add_all(user_class(interface)->ancestors);
    else if (interface->id < k_classes) c->ancestors.add_all(ancestors_of(static_cast<ClassId>(interface->id)));
  }
}

// The fields of a record as keywords, so that a lookup compares words.
Word keywords_of(Borrowed fields) {
  const auto count = static_cast<std::size_t>(counted_size(fields));
  Header* block = word_block(count);
  for (std::size_t i = 0; i < count; ++i) slots_of(block)[i] = keyword("", text_of(symbol_name(vector_at(fields, i)))).take();
  return word_of(block);
}

void set_methods(UserClass* c, Borrowed methods) {
  const auto given = static_cast<std::size_t>(counted_size(methods)) / 2;
  const std::size_t old = c->methods == abi::k_nil ? 0 : header_of(c->methods)->slots / 2u;
  auto* entries = static_cast<Entry*>(scratch_allocate((given + old + 1) * sizeof(Entry)));
  std::size_t count = 0;
  auto enter = [&](Word name, Word function) {
    const std::size_t number = method_number(name);
    bool failed = false;
    for (std::size_t i = 0; i < count; ++i)
      if (entries[i].number == number && equal(entries[i].name, name, failed)) return void(entries[i].function = function);
    entries[count++] = {number, name, function};
  };
  for (std::size_t i = 0; i < old; ++i) enter(slots_of(header_of(c->methods))[2 * i], slots_of(header_of(c->methods))[2 * i + 1]);
  for (std::size_t i = 0; i < given; ++i) enter(vector_at(methods, 2 * i).word(), vector_at(methods, 2 * i + 1).word());
  // An insertion sort: stable, and a class has few methods.
  for (std::size_t i = 1; i < count; ++i)
    for (std::size_t j = i; j > 0 && entries[j].number < entries[j - 1].number; --j) std::swap(entries[j], entries[j - 1]);
  Header* block = word_block(2 * count);
  c->known[0] = c->known[1] = 0;
  for (std::size_t i = 0; i < count; ++i) {
    slots_of(block)[2 * i] = retained(entries[i].name);
    slots_of(block)[2 * i + 1] = retained(entries[i].function);
    if (entries[i].number < k_methods) c->known[entries[i].number / 64] |= std::uint64_t{1} << entries[i].number % 64;
  }
  scratch_free(entries);
  release(std::exchange(c->methods, word_of(block)));
}

const UserClass* user_class_of(Word word) {
  if (!is_kind(word, Kind::Class)) return nullptr;
  const auto* c = reinterpret_cast<const ClassObject*>(word);
  return is_user_class(c) ? user_class(c) : nullptr;
}

}  // namespace

}  // namespace slisp::rt

using namespace slisp::rt;
using slisp::abi::k_nil;

extern "C" {

Word slisp_class_new(Word name, Word interfaces, Word fields, Word methods, std::int64_t flags) {
  const Owned given = Owned::adopt(methods);
  auto* c = allocate_as<UserClass>(Kind::Class, sizeof(UserClass), k_user_class_slots);
  c->base.id = k_user_class_id;
  c->base.flags = static_cast<std::uint32_t>(flags);
  c->base.name = reinterpret_cast<const void*>(name);
  c->base.parent = (flags & k_class_interface) != 0 ? reinterpret_cast<const void*>(k_nil) : class_with_id(ClassId::Object);
  c->interfaces = interfaces;
  c->fields = fields;
  c->keys = c->methods = k_nil;
  c->ancestors = {};
  c->type_hash = symbol_hash({}, text_of(name));
  c->reserved = 0;
  if ((flags & k_class_record) != 0) c->keys = keywords_of(fields);
  add_own_interfaces(c);
  add_interfaces(c, interfaces);
  set_methods(c, given);
  types::register_class(word_of(c));
  return word_of(c);
}

void slisp_class_set_methods(Word class_word, Word methods) {
  const Owned given = Owned::adopt(methods);
  if (user_class_of(class_word) != nullptr) set_methods(reinterpret_cast<UserClass*>(class_word), given);
}

std::uint32_t slisp_class_user_p(Word x) {
  const UserClass* c = user_class_of(x);
  return c != nullptr && (c->base.flags & k_class_interface) == 0;
}
std::uint32_t slisp_class_record_p(Word x) {
  const UserClass* c = user_class_of(x);
  return c != nullptr && (c->base.flags & k_class_record) != 0;
}
Word slisp_class_fields(Word x) {
  const UserClass* c = user_class_of(x);
  return c == nullptr ? k_nil : retained(c->fields);
}

}  // extern "C"
