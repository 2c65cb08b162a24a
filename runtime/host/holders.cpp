// holders.cpp: one value in a box that has a class of its own: java.util.concurrent.atomic, references, clojure.lang.Box.
// Keeps: the box holds an atom, so that what threads do to it is atomic.
#include "runtime/collections/layouts.hpp"
#include "runtime/control/objects.hpp"
#include "runtime/host/native.hpp"

namespace slisp::rt {
namespace {

// An AtomicLong shows what it holds.
bool content_text(TextBuffer& out, Borrowed x) {
  if (stack_exhausted()) return (void)throw_stack_overflow(), false;
  const Owned value = Owned::adopt(abi::slisp_atom_get(x.as<NativeObject>()->slot[0]));
  if (value.failed()) return false;
  if (value.is_nil()) return out.append("null"), true;
  return append_str(out, value);
}

Owned content_of(Borrowed x) { return Owned::adopt(abi::slisp_atom_get(x.as<NativeObject>()->slot[0])); }

// user$f.invoke(user.clj:12)
bool element_text(TextBuffer& out, Borrowed x) {
  const Owned parts = content_of(x);
  if (parts.failed()) return false;
  const char* before[] = {"", ".", "(", ":"};
  for (std::size_t i = 0; i < 4; ++i) {
    out.append(std::string_view(before[i]));
    if (!append_str(out, vector_at(parts, i))) return false;
  }
  out.append(')');
  return true;
}
bool equal_content(Borrowed a, Borrowed b, bool& failed) { return equal(content_of(a), content_of(b), failed); }
std::uint32_t hash_content(Borrowed x, bool& failed) { return hash_of(content_of(x), failed); }

constexpr NativeType k_types[] = {
    {.class_id = ClassId::AtomicLong, .sort = NativeSort::Holder, .text = content_text},      {.class_id = ClassId::AtomicInteger, .sort = NativeSort::Holder, .text = content_text},
    {.class_id = ClassId::AtomicReference, .sort = NativeSort::Holder, .text = content_text}, {.class_id = ClassId::AtomicBoolean, .sort = NativeSort::Holder, .text = content_text},
    {.class_id = ClassId::SoftReference, .sort = NativeSort::Holder},                         {.class_id = ClassId::WeakReference, .sort = NativeSort::Holder},
    {.class_id = ClassId::ThreadLocal, .sort = NativeSort::Holder},
    {.class_id = ClassId::LangBox, .sort = NativeSort::Holder},
    {.class_id = ClassId::StackTraceElement, .sort = NativeSort::Holder, .text = element_text, .equal = equal_content, .hash = hash_content},
    {.class_id = ClassId::StringTokenizer, .sort = NativeSort::Holder},
    {.class_id = ClassId::ReferenceQueue, .sort = NativeSort::Holder},
};

bool is_holder(Borrowed x) {
  const NativeType* type = native_type(x);
  return type >= std::begin(k_types) && type < std::end(k_types);
}

}  // namespace
}  // namespace slisp::rt

using namespace slisp::rt;
extern "C" {
Word slisp_holder_new(std::int64_t sort, Word value) {
  Owned atom = Owned::adopt(slisp::abi::slisp_atom(value));
  NativeObject* holder = make_native(k_types[sort], 1);
  holder->slot[0] = atom.take();
  return word_of(holder);
}

Word slisp_holder_content(Word x) {
  return is_holder(x) ? retained(at<NativeObject>(x)->slot[0]) : throw_cast(x, "java.util.concurrent.atomic.AtomicReference");
}
}
