// builders.cpp: java.lang.StringBuilder: a string that nobody else holds, appended to in place.
#include "runtime/collections/layouts.hpp"
#include "runtime/host/host_hold.hpp"
#include "runtime/host/native.hpp"
#include "runtime/seqs/seqs.hpp"
#include "runtime/text/text.hpp"

namespace slisp::rt {
namespace {

Word text_slot(Borrowed x) { return x.as<NativeObject>()->slot[0]; }

bool builder_text(TextBuffer& out, Borrowed x) { return out.append(text_of(text_slot(x))), true; }
std::int64_t builder_count(Borrowed x) { return code_points(text_slot(x)); }
Word builder_seq(Borrowed x) { return seq_of(make_valid_string(text_of(text_slot(x))).take()); }
Word builder_element(Borrowed x, std::int64_t index) { return abi::slisp_string_char_at(text_slot(x), index); }

constexpr NativeType k_type = {.class_id = ClassId::StringBuilder, .sort = NativeSort::Builder, .text = builder_text, .count = builder_count, .seq = builder_seq,
                               .element = builder_element};

NativeObject* builder_of(Word x) { return native_or_throw(x, k_type); }

}  // namespace
}  // namespace slisp::rt

using namespace slisp::rt;
using slisp::abi::k_nil;
using slisp::abi::k_pending;

extern "C" {
Word slisp_builder_new() {
  Owned text = make_valid_string("");
  NativeObject* builder = make_native(k_type, 1);
  builder->slot[0] = text.take();
  return word_of(builder);
}

// A copy: what is built goes on being the builder's own.
Word slisp_builder_text(Word x) {
  HostHold hold(x);
  const NativeObject* builder = builder_of(x);
  return builder == nullptr ? k_pending : make_valid_string(text_of(builder->slot[0])).take();
}

Word slisp_builder_append(Word x, Word text) {
  HostHold hold(x);
  NativeObject* builder = builder_of(x);
  std::string_view bytes;
  char room[4];
  if (builder == nullptr || !string_or_char_argument(text, bytes, room)) return k_pending;
  Owned own = Owned::adopt(std::exchange(builder->slot[0], k_nil));
  builder->slot[0] = string_append(std::move(own), bytes).take();
  return k_nil;
}

Word slisp_builder_set_text(Word x, Word text) {
  HostHold hold(x);
  const Owned given = Owned::adopt(text);
  NativeObject* builder = builder_of(x);
  if (builder == nullptr) return k_pending;
  if (!is_string(given)) return throw_cast(text, "java.lang.String");
  const Owned old = Owned::adopt(std::exchange(builder->slot[0], make_valid_string(text_of(given)).take()));
  return k_nil;
}
}
