// print_vars.cpp: finding *print-length* and its kin among the var cells that are linked into the program.
// Idea: the linker gathers all cells in one array; one look through it, at the first print, finds those the program kept.
#include "runtime/memory/threading.hpp"
#include "runtime/printing/printer.hpp"
#include <iterator>

// The array of var cells; absent in programs that keep none.
extern "C" {
[[gnu::weak]] extern slisp::abi::Var* slisp_vars_begin[];
[[gnu::weak]] extern slisp::abi::Var* slisp_vars_end[];
}

namespace slisp::rt {

extern "C" {
abi::Var* slisp_print_vars[static_cast<int>(PrintVar::k_count)] = {};
}

namespace {

constexpr std::string_view k_names[] = {"*print-length*", "*print-level*", "*print-meta*", "*print-readably*", "*print-namespace-maps*", "*print-dup*", "*out*"};
static_assert(std::size(k_names) == static_cast<std::size_t>(PrintVar::k_count));

void find_vars() {
  for (abi::Var** cell = slisp_vars_begin; cell != slisp_vars_end; ++cell) {
    abi::Var* var = *cell;
    if ((var->flags & abi::k_var_dynamic) == 0) continue;
    const std::string_view name = text_of(symbol_name(var->name));
    if ((!name.starts_with("*print-") && name != "*out*") || text_of(symbol_name(var->ns)) != "clojure.core") continue;
    for (std::size_t i = 0; i < std::size(k_names); ++i)
      if (name == k_names[i] && slisp_print_vars[i] == nullptr) slisp_print_vars[i] = var;
  }
}

}  // namespace

Owned print_setting(PrintVar which, Word otherwise) {
  static constinit Lock lock;
  static constinit bool searched = false;
  {
    Locked hold(lock);
    if (!searched) find_vars();
    searched = true;
  }
  const abi::Var* var = slisp_print_vars[static_cast<int>(which)];
  if (var == nullptr) return Owned::copy(otherwise);
  if (__atomic_load_n(&var->bound, __ATOMIC_RELAXED) == 0) {
    Owned root = load_cell(var, var->root);
    return root.failed() ? Owned::copy(otherwise) : std::move(root);
  }
  Owned value = Owned::adopt(abi::slisp_var_get(word_of(var)));
  return value.failed() ? Owned::copy(otherwise) : std::move(value);
}

}  // namespace slisp::rt
