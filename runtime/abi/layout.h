// layout.h: words, object headers and the objects that generated code knows. The only place with tags, sizes and offsets;
// the runtime and the code generator both include it. Data only.
//
// A value is one 64-bit word:
//   ...xxx1  fixnum: the long n as n*2+1 (63 bit); a long outside that range is a Long object, canonically, so that two
//            fixnums are equal exactly when their words are
//   ...x000  pointer to a heap object (8-aligned)
//   ...xx10  immediate: nil, false, true, character
//   0        no value: "an exception is pending in the thread context"; no heap object lives at address 0
//
// nil and false differ in bit 2 alone: truthy(w) is (w & ~4) != 2.
#pragma once
#include <cstddef>
#include <cstdint>

namespace slisp::abi {

using Word = std::uint64_t;

inline constexpr Word k_pending = 0;
inline constexpr Word k_nil = 0x02;
inline constexpr Word k_false = 0x06;
inline constexpr Word k_true = 0x0a;
inline constexpr Word k_falsy_mask = ~Word{4};       // (w & k_falsy_mask) == k_nil  <=>  w is nil or false
inline constexpr Word k_character_tag = 0x12;        // low byte; the code point stands above it
inline constexpr unsigned k_character_shift = 8;
inline constexpr Word k_fixnum_bit = 1;
inline constexpr Word k_not_pointer_mask = 3;        // (w & 3) == 0 and w != 0  <=>  heap object
inline constexpr std::int64_t k_fixnum_max = (std::int64_t{1} << 62) - 1;
inline constexpr std::int64_t k_fixnum_min = -(std::int64_t{1} << 62);

enum class Kind : std::uint8_t {
#define SLISP_KIND(name, first_slot, class_name) name,
#include "kinds.def"
#undef SLISP_KIND
  k_count
};

// Header of every object.
//   count  > 0 owned by one thread, plain arithmetic, saturating at INT32_MAX (then immortal)
//          = 0 immortal: static data; never written to, refers to immortal objects only (Var cells excepted)
//          < 0 shared between threads, atomic, never mutated in place
//   flags  k_flag_*; the upper bits mean what the kind says
//   slots  how many value words stand at the kind's first_slot
struct Header {
  std::int32_t count;
  Kind kind;
  std::uint8_t flags;
  std::uint16_t slots;
};
static_assert(sizeof(Header) == 8);

inline constexpr std::uint8_t k_flag_has_meta = 1;   // the last slot is the metadata map
inline constexpr std::uint8_t k_flag_map_entry = 2;  // Vector: made as a map entry (class MapEntry; key and val work)
inline constexpr std::uint8_t k_flag_array_map = 2;  // ArrayMap: made by array-map, keeps insertion order beyond 8 entries
inline constexpr std::uint8_t k_flag_short = 2;      // Integer: a java.lang.Short
inline constexpr std::uint8_t k_flag_byte = 4;       // Integer: a java.lang.Byte
inline constexpr std::uint8_t k_flag_ascii = 2;      // String: bytes == code points

inline constexpr std::size_t k_offset_count = 0;
inline constexpr std::size_t k_offset_kind = 4;
inline constexpr std::size_t k_offset_flags = 5;
inline constexpr std::size_t k_offset_slots = 6;

// String: UTF-8 bytes after the raw words (first_slot 32 is where they start; slots is 0).
struct String {
  Header header;
  std::uint32_t bytes;
  std::uint32_t code_points;
  std::uint32_t capacity;      // bytes that fit behind `data`
  std::uint32_t hash;          // Murmur3 of Java's String.hashCode; valid when hashed != 0
  std::uint32_t hashed;
  std::uint32_t utf16_units;   // length on the JVM
  char data[];
};
static_assert(offsetof(String, data) == 32);

// Symbol and Keyword: slots are namespace (string or nil) and name (string); Symbol may have metadata behind them.
// Keywords are interned: one object per name, so identity is equality. Never freed before exit.
struct Named {
  Header header;
  std::uint32_t hash;          // hasheq, always computed
  std::uint32_t reserved;
  Word ns;
  Word name;
};
static_assert(offsetof(Named, ns) == 16);

// Long, and Integer: a 32, 16 or 8 bit integer, which is never a fixnum, so that it keeps its class.
struct Double {
  Header header;
  double value;
};
struct Long {
  Header header;
  std::int64_t value;
};
inline constexpr std::size_t k_offset_payload = 8;   // of Double and Long

// A cell: List: its size, then first and rest (a List or nil). Cons: first and rest (any seq, lazy seq, EmptyList or nil), its size says nothing.
// One layout, so that looks do not ask which it is, and a cell of one kind becomes one of the other where it is.
struct List {
  Header header;
  std::uint64_t size;
  Word first;
  Word rest;
};

// Vector of up to 32 elements; ArrayMap: keys and values alternate. Metadata, if flagged, is the last slot.
struct Inline {
  Header header;
  Word slot[];
};

// Array: `length` elements of one type. Elements that are references are its value slots: as many as `length` says where
// Header::slots has reached UINT16_MAX. Generic code reads elements through `operations`, so that a program without arrays has no
// code for them.
enum class ElementType : std::uint8_t { Object, Boolean, Char, Byte, Short, Int, Long, Float, Double };
inline constexpr unsigned k_element_type_shift = 4;  // in Header::flags
struct Array;
struct ArrayOperations {
  Word (*element)(const Array* array, std::uint64_t index);   // owned; index in range
};
struct Array {
  Header header;
  std::uint64_t length;
  const ArrayOperations* operations;
  const void* class_object;    // lives until the runtime stops
  alignas(8) unsigned char data[];
};
static_assert(offsetof(Array, data) == 32);
inline constexpr std::size_t k_offset_array_length = 8;
inline constexpr std::size_t k_offset_array_data = 32;

// Box: one value word, no behaviour. Reuse for cells that a compiler pass introduces.
struct Box {
  Header header;
  Word value;
};

// How code is entered. Arguments 1-6 in rdi rsi rdx rcx r8 r9, further ones in ThreadContext::arguments[0...];
// closure in r10 (borrowed), thread context in r15. Arguments are owned by the callee. Result in rax; 0: exception pending.
using Code = void (*)();
inline constexpr int k_register_arguments = 6;
inline constexpr int k_max_fixed_arguments = 20;     // as on the JVM; a call with more passes a list through apply

// Descriptor of a function's code: static, one per fn form.
struct FnDescriptor {
  Code entry[k_register_arguments + 1];  // entry[n]: called with exactly n arguments; throws ArityException if there is none
  Code entry_many;                       // 7-20 arguments, their number in eax
  Code variadic;                         // the fixed arguments, then the rest seq (nil when empty); null when not variadic
  std::int32_t variadic_fixed;           // number of fixed arguments of `variadic`; -1 when not variadic
  std::int32_t line;
  const char* name;                      // "ns/name" for ArityException, traces and printing; NUL-terminated UTF-8
  const char* file;
  std::uint32_t arity_mask;              // bit n: a fixed arity of n arguments exists
  std::uint32_t reserved;
};
inline constexpr std::size_t k_offset_entry = 0;
inline constexpr std::size_t k_offset_entry_many = 56;
inline constexpr std::size_t k_offset_variadic = 64;
static_assert(offsetof(FnDescriptor, entry_many) == k_offset_entry_many);
static_assert(offsetof(FnDescriptor, variadic) == k_offset_variadic);

// Fn: descriptor, then captured values (then metadata, if flagged).
struct Fn {
  Header header;
  const FnDescriptor* descriptor;
  Word captured[];
};
inline constexpr std::size_t k_offset_descriptor = 8;
inline constexpr std::size_t k_offset_captured = 16;
static_assert(offsetof(Fn, captured) == k_offset_captured);

// Var: a cell. root is k_unbound_root (word 0) while unbound. A static cell has count 0 and may still hold heap values in
// its slots: exit releases them. Var cells of a file are gathered in the section `slisp_vars`.
struct Var {
  Header header;
  std::uint32_t flags;         // k_var_*
  std::uint32_t bound;         // > 0: some thread has a binding of it
  Word root;
  Word name;                   // symbol without namespace
  Word ns;                     // symbol of the namespace
  Word meta;                   // map or nil
  Word watches;                // map or nil
};
inline constexpr Word k_unbound_root = 0;
inline constexpr std::uint32_t k_var_dynamic = 1;
inline constexpr std::uint32_t k_var_macro = 2;
inline constexpr std::uint32_t k_var_private = 4;
inline constexpr std::size_t k_offset_var_flags = 8;
inline constexpr std::size_t k_offset_var_root = 16;
static_assert(offsetof(Var, root) == k_offset_var_root);

// One entry of a stack trace site table: where a call stands.
struct TraceSite {
  const char* function;
  const char* file;
  std::uint32_t line;
  std::uint32_t column;
};

// Thread context, at r15 while slisp code runs. Generated code knows the first three members.
struct ThreadContext {
  Word exception;                        // pending exception, owned; 0: none
  char* stack_limit;                     // rsp below this: StackOverflowError
  Word arguments[16];                    // arguments 7-20 and a rest seq, on their way into a callee
  struct Runtime* runtime;               // the runtime's own members: runtime/memory/context.hpp
};
inline constexpr std::size_t k_offset_exception = 0;
inline constexpr std::size_t k_offset_stack_limit = 8;
inline constexpr std::size_t k_offset_arguments = 16;
static_assert(offsetof(ThreadContext, arguments) == k_offset_arguments);
static_assert(offsetof(ThreadContext, stack_limit) == k_offset_stack_limit);

// The allocator's part of what stands behind the context, for the inline form of allocation: the current page of each size class, and the
// page's free list. Asserted in runtime/memory/context.hpp.
inline constexpr std::size_t k_offset_heap_pages = 152;     // one pointer per size class, from 16 bytes on in steps of 8
inline constexpr std::size_t k_offset_heap_allocated = 1080;
inline constexpr std::size_t k_largest_inline_bytes = 128;  // classes up to here are those of every multiple of 8
inline constexpr std::size_t k_offset_page_free = 0;
inline constexpr std::size_t k_offset_page_used = 8;        // 32 bits

// What failing functions return besides word 0 (DESIGN: calls and exceptions): i64 -> edx = 0, f64 -> eax = 0,
// bool -> eax = 2.
inline constexpr std::uint32_t k_bool_failed = 2;

}  // namespace slisp::abi
