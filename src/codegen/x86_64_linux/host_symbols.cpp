// host_symbols.cpp: everything of the runtime that generated code may name, so that the host of the REPL contains it.
// Programs take from the archive what they use; a host must have all of it, since forms typed later link against it by name.
#include "src/codegen/x86_64_linux/host_symbols.hpp"
#include "runtime/abi/functions.hpp"

extern "C" {
#define SLISP_STUB(name) void name();
#define SLISP_SLOW(name) SLISP_STUB(slisp_slow_##name) SLISP_STUB(slisp_slow_##name##_x)
#define SLISP_STUBS                                                                                                         \
  SLISP_STUB(slisp_dup_slow) SLISP_STUB(slisp_dup_slow_x) SLISP_STUB(slisp_drop_slow) SLISP_STUB(slisp_drop_slow_x)          \
  SLISP_STUB(slisp_var_root_slow) SLISP_STUB(slisp_var_root_slow_x) SLISP_STUB(slisp_box_long_slow)                          \
  SLISP_STUB(slisp_box_long_slow_x) SLISP_STUB(slisp_invoke_slow) SLISP_STUB(slisp_call_value) SLISP_STUB(slisp_no_frame)    \
  SLISP_STUB(slisp_variadic_0) SLISP_STUB(slisp_variadic_1) SLISP_STUB(slisp_variadic_2) SLISP_STUB(slisp_variadic_3)        \
  SLISP_STUB(slisp_variadic_4) SLISP_STUB(slisp_variadic_5) SLISP_STUB(slisp_variadic_6) SLISP_STUB(slisp_variadic_many)     \
  SLISP_STUB(slisp_arity_missing_0) SLISP_STUB(slisp_arity_missing_1) SLISP_STUB(slisp_arity_missing_2)                      \
  SLISP_STUB(slisp_arity_missing_3) SLISP_STUB(slisp_arity_missing_4) SLISP_STUB(slisp_arity_missing_5)                      \
  SLISP_STUB(slisp_arity_missing_6) SLISP_STUB(slisp_arity_missing_many) SLISP_STUB(slisp_lookup_slow)                       \
  SLISP_STUB(slisp_lookup_slow_x) SLISP_STUB(slisp_lookup_take) SLISP_STUB(slisp_lookup_take_x) SLISP_STUB(slisp_slow_to_long) SLISP_STUB(slisp_slow_to_long_x) SLISP_STUB(slisp_slow_to_double_x) SLISP_STUB(slisp_slow_operand_double_x)                 \
  SLISP_STUB(slisp_long_overflow_slow) SLISP_STUB(slisp_long_overflow_slow_x) SLISP_STUB(slisp_divide_by_zero_slow)          \
  SLISP_STUB(slisp_divide_by_zero_slow_x) SLISP_SLOW(nth_look) SLISP_SLOW(first_look) SLISP_SLOW(rest_look)                  \
  SLISP_SLOW(next_look) SLISP_SLOW(seq_look) SLISP_SLOW(empty_look) SLISP_SLOW(first_take) SLISP_SLOW(rest_take) SLISP_SLOW(next_take) SLISP_SLOW(seq)  \
  SLISP_SLOW(nth_default) SLISP_SLOW(nth_default_look) SLISP_SLOW(vector_nth) SLISP_SLOW(assoc_index) SLISP_SLOW(conj_vector)                 \
  SLISP_SLOW(pop_vector) SLISP_SLOW(assoc_transient) SLISP_SLOW(conj_transient) SLISP_SLOW(rest) SLISP_SLOW(next) SLISP_SLOW(first)   \
  SLISP_STUB(slisp_shell) SLISP_STUB(slisp_shell_x) SLISP_STUB(slisp_end_object) SLISP_STUB(slisp_end_object_x) SLISP_STUB(slisp_free_cell) SLISP_STUB(slisp_free_cell_x)              \
  SLISP_STUB(slisp_allocate_slow) SLISP_STUB(slisp_allocate_slow_x)
SLISP_STUBS
#define SLISP_SLOW_PATH(group, name) SLISP_STUB(slisp_slow_##name) SLISP_STUB(slisp_slow_##name##_x)
#include "runtime/control/slow_paths.def"
#undef SLISP_SLOW_PATH
#undef SLISP_STUB
extern slisp::abi::Header slisp_empty_list, slisp_empty_vector, slisp_empty_map, slisp_empty_set;
extern slisp::abi::Header slisp_stdout_object, slisp_stdin_object, slisp_stderr_object;
extern const char slisp_big_table[], slisp_type_operations[];
}

namespace slisp::x64 {

namespace {
const void* const k_symbols[] = {
#define SLISP_RT(name, ...) reinterpret_cast<const void*>(&abi::slisp_##name),
#include "runtime/abi/functions.def"
#undef SLISP_RT
#define SLISP_STUB(name) reinterpret_cast<const void*>(&name),
    SLISP_STUBS
#define SLISP_SLOW_PATH(group, name) SLISP_STUB(slisp_slow_##name) SLISP_STUB(slisp_slow_##name##_x)
#include "runtime/control/slow_paths.def"
#undef SLISP_SLOW_PATH
#undef SLISP_STUB
    &slisp_empty_list, &slisp_empty_vector, &slisp_empty_map, &slisp_empty_set, &slisp_stdout_object, &slisp_stdin_object,
    &slisp_stderr_object, &slisp_big_table, &slisp_type_operations,
};
}  // namespace

std::size_t host_symbols() {
  // Through a volatile, so that the compiler keeps the table.
  const void* const* volatile table = k_symbols;
  return table[0] != nullptr ? std::size(k_symbols) : 0;
}

}  // namespace slisp::x64
