// text_values.cpp: values that are their text: java.io.File, java.net.URI, java.net.URL, java.util.Locale, Charset.
// Keeps: two of one class are equal when their texts are; none is ever changed.
#include "runtime/collections/layouts.hpp"
#include "runtime/equality/equality.hpp"
#include "runtime/host/native.hpp"
#include "runtime/text/text.hpp"

namespace slisp::rt {
namespace {

Word text_slot(Borrowed x) { return x.as<NativeObject>()->slot[0]; }

bool show(TextBuffer& out, Borrowed x) { return out.append(text_of(text_slot(x))), true; }
bool same(Borrowed a, Borrowed b, bool&) { return text_of(text_slot(a)) == text_of(text_slot(b)); }
std::int64_t order(Borrowed a, Borrowed b) { return abi::slisp_string_compare(text_slot(a), text_slot(b)).value; }
std::uint32_t text_hash(Borrowed x, bool&) { return static_cast<std::uint32_t>(abi::slisp_string_java_hash(text_slot(x)).value); }
std::uint32_t file_hash(Borrowed x, bool& failed) { return text_hash(x, failed) ^ 1234321; }

constexpr NativeType text_type(ClassId id, bool ordered) {
  NativeType type{};
  type.class_id = id;
  type.sort = NativeSort::Text;
  type.text = show;
  type.equal = same;
  type.hash = id == ClassId::File ? file_hash : text_hash;
  if (ordered) type.compare = order;
  return type;
}
constexpr NativeType k_types[] = {text_type(ClassId::File, true), text_type(ClassId::URI, true), text_type(ClassId::URL, false),
                                  text_type(ClassId::Locale, false), text_type(ClassId::Charset, true)};

}  // namespace
}  // namespace slisp::rt

using namespace slisp::rt;
extern "C" {
Word slisp_text_value_new(std::int64_t sort, Word text) {
  Owned given = Owned::adopt(text);
  if (!is_string(given)) return throw_cast(text, "java.lang.String");
  NativeObject* made = make_native(k_types[sort], 1);
  made->slot[0] = given.take();
  return word_of(made);
}

// Of any such value, and of a string itself.
Word slisp_text_value(Word x) {
  const NativeType* type = native_type(x);
  if (type != nullptr && type->sort == NativeSort::Text) return retained(text_slot(x));
  return is_string(x) ? retained(x) : throw_cast(x, "java.io.File");
}
}
