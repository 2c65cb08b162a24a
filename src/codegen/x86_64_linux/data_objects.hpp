// data_objects.hpp: looking at objects in this process's memory as data: where their slots are, and what follows them.
#pragma once
#include "runtime/api.hpp"
#include "runtime/numbers/numbers.hpp"
#include "runtime/types/types.hpp"
#include "src/codegen/x86_64_linux/data.hpp"

namespace slisp::x64 {

using abi::Kind;
using rt::Header;
using rt::Word;

inline std::size_t first_slot_of(const Header* object) {
  static constexpr std::size_t k_first_slot[] = {
#define SLISP_KIND(name, first_slot, class_name) first_slot,
#include "runtime/abi/kinds.def"
#undef SLISP_KIND
  };
  return k_first_slot[static_cast<std::size_t>(object->kind)];
}

inline const Word* slots_of(const Header* object) {
  return reinterpret_cast<const Word*>(reinterpret_cast<const char*>(object) + first_slot_of(object));
}

// Does this metadata say nothing but where a list stood?
inline bool is_position(rt::Borrowed meta) {
  if (!meta.is(Kind::ArrayMap) || meta.as<Header>()->slots != 4) return false;
  rt::MapCursor cursor;
  rt::Borrowed key = abi::k_nil, value = abi::k_nil;
  while (rt::next_entry(meta, cursor, key, value)) {
    if (!key.is(Kind::Keyword) || !rt::symbol_ns(key).is_nil()) return false;
    if (auto name = rt::text_of(rt::symbol_name(key)); name != "line" && name != "column") return false;
  }
  return true;
}

// The header as it is laid out: count 0, and a list without a position that nobody looks at.
inline Header laid_out(const Header* object, bool keeps_positions) {
  Header header = *object;
  header.count = 0;
  if (object->kind == Kind::List && !keeps_positions && (object->flags & abi::k_flag_has_meta) != 0 &&
      is_position(slots_of(object)[object->slots - 1])) {
    header.flags &= static_cast<std::uint8_t>(~abi::k_flag_has_meta);
    --header.slots;
  }
  return header;
}

// Of UserClass: the slot behind name, parent, interfaces, fields and keys.
inline constexpr unsigned k_class_methods_slot = 5;
static_assert(offsetof(rt::UserClass, methods) == 16 + 8 * k_class_methods_slot);   // 16: a Class's first slot, see kinds.def

// Raw bytes behind the slots.
inline std::size_t tail_bytes(const Header* object) {
  if (object->kind == Kind::String) return reinterpret_cast<const abi::String*>(object)->bytes;
  if (object->kind == Kind::BigInt) {
    std::int64_t size = reinterpret_cast<const rt::BigInt*>(object)->size;
    return 8 * static_cast<std::size_t>(size < 0 ? -size : size);
  }
  if (object->kind == Kind::Class && rt::is_user_class(reinterpret_cast<const rt::ClassObject*>(object)))
    return sizeof(rt::UserClass) - first_slot_of(object) - 8u * object->slots;
  return 0;
}

// Generic operations know some kinds through weak symbols; a constant of such a kind keeps their code in the program. Null: no such kind.
inline const char* weak_symbol_of(const Header* object) {
  if (object->kind == Kind::BigInt || object->kind == Kind::Ratio || object->kind == Kind::BigDecimal) return "slisp_big_table";
  if (object->kind == Kind::Record) return "slisp_type_operations";
  return rt::is_float(rt::word_of(object)) ? "slisp_float_text" : nullptr;
}

// What emit_content prints of an object; `slots`: those that are laid out.
inline std::size_t printed_bytes(const Header* object, unsigned slots) {
  std::size_t bytes = first_slot_of(object) + 8 * std::size_t{slots} + tail_bytes(object);
  return object->kind == Kind::String ? (bytes + 1 + 7) / 8 * 8 : bytes;
}

}  // namespace slisp::x64
