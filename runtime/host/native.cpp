// native.cpp: making objects of the kind Native, and their end.
#include "runtime/host/native.hpp"
#include "runtime/collections/layouts.hpp"
#include "runtime/control/classes.hpp"

extern "C" void slisp_finalize_native(slisp::abi::Header* object) {
  const auto* native = reinterpret_cast<slisp::rt::NativeObject*>(object);
  if (native->type->finalise != nullptr) native->type->finalise(object);
}

extern "C" std::int64_t slisp_native_sort(slisp::abi::Word x) {
  const slisp::rt::NativeType* type = slisp::rt::native_type(x);
  return type == nullptr ? 0 : static_cast<std::int64_t>(type->sort);
}

namespace slisp::rt {

NativeObject* make_native(const NativeType& type, unsigned slots) {
  auto* object = allocate_as<NativeObject>(Kind::Native, sizeof(NativeObject) + slots * sizeof(Word), static_cast<std::uint16_t>(slots));
  object->type = &type;
  object->raw = 0;
  for (unsigned i = 0; i < slots; ++i) object->slot[i] = abi::k_nil;
  return object;
}

NativeObject* native_or_throw(Word x, const NativeType& type) {
  if (is_native(x, type)) return at<NativeObject>(x);
  throw_cast(x, class_name(class_with_id(type.class_id)));
  return nullptr;
}

}  // namespace slisp::rt
