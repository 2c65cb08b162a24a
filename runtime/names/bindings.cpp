// bindings.cpp: push and pop of thread bindings.
// Keeps: Var::bound counts the threads' bindings of a var, so that an unbound look costs one test.
// Idea: shallow binding per thread: a table var -> current value; a frame remembers what it replaced and puts it back. A look is
//       one probe however deep the frames nest.
#include "runtime/names/bindings.hpp"
#include "runtime/abi/functions.hpp"
#include "runtime/control/classes.hpp"
#include "runtime/control/exceptions.hpp"
#include "runtime/memory/context.hpp"
#include "runtime/names/names.hpp"

namespace slisp::rt {

// One binding that a frame made: the table holds the new value, this the one to come back.
struct Saved {
  abi::Var* var;            // counted
  Word value;               // owned
  bool was_bound, was_conveyed;
};
struct Frame {
  Frame* outer;
  std::size_t count;
  Saved saved[];
};
struct Binding {
  const abi::Var* var;      // null: free place
  Word value;               // owned
  bool live;                // false: nobody binds it now, the place is kept for the probe sequence
  bool conveyed;            // bound by another thread, which started this one
};
struct BindingTable {
  Binding* entries;
  std::size_t capacity, used;
  Frame* frame;
};

namespace {

std::size_t place_of(const BindingTable& table, const abi::Var* var) {
  std::size_t i = (word_of(var) >> 3) * 0x9e3779b97f4a7c15u >> 32 & (table.capacity - 1);
  while (table.entries[i].var != nullptr && table.entries[i].var != var) i = (i + 1) & (table.capacity - 1);
  return i;
}

void resize(BindingTable& table, std::size_t capacity) {
  BindingTable next{static_cast<Binding*>(scratch_allocate(capacity * sizeof(Binding))), capacity, 0, table.frame};
  for (std::size_t i = 0; i < capacity; ++i) next.entries[i] = {nullptr, abi::k_nil, false, false};
  for (std::size_t i = 0; i < table.capacity; ++i) {
    if (!table.entries[i].live) continue;
    next.entries[place_of(next, table.entries[i].var)] = table.entries[i];
    ++next.used;
  }
  scratch_free(table.entries);
  table = next;
}

BindingTable& bindings() {
  BindingTable*& table = t_state.runtime.bindings;
  if (table == nullptr) {
    table = static_cast<BindingTable*>(scratch_allocate(sizeof(BindingTable)));
    *table = {nullptr, 0, 0, nullptr};
    resize(*table, 16);
  }
  return *table;
}

// Several threads may bind a var; one alone spares itself the locked instruction.
void count_binding(abi::Var* var, std::int32_t change) {
  if (g_threading != nullptr) {
    __atomic_fetch_add(&var->bound, static_cast<std::uint32_t>(change), __ATOMIC_RELAXED);
  } else {
    var->bound += static_cast<std::uint32_t>(change);
  }
}

void bind(BindingTable& table, abi::Var* var, Owned value, bool conveyed, Saved& saved) {
  std::size_t i = place_of(table, var);
  Binding& binding = table.entries[i];
  if (binding.var == nullptr) {
    ++table.used;
    binding = {var, abi::k_nil, false, false};
  }
  saved = {var, binding.value, binding.live, binding.conveyed};
  retain(word_of(var));
  binding.value = value.take();
  binding.live = true;
  binding.conveyed = conveyed;
  if (!saved.was_bound) count_binding(var, 1);
}

// The values of a map are put into force once all keys are known to be dynamic vars.
bool all_dynamic(Borrowed map) {
  MapCursor cursor{};
  Borrowed key = abi::k_nil, value = abi::k_nil;
  while (next_entry(map, cursor, key, value)) {
    if (!key.is(Kind::Var)) {
      (void)throw_class_cast(key, "clojure.lang.Var");
      return false;
    }
    if ((key.as<abi::Var>()->flags & abi::k_var_dynamic) != 0) continue;
    TextBuffer out;
    out.append("Can't dynamically bind non-dynamic var: ");
    append_var_name(out, key);
    (void)throw_string(ClassId::IllegalStateException, out.finish());
    return false;
  }
  return true;
}

}  // namespace

Word* find_binding(const abi::Var* var) {
  BindingTable* table = t_state.runtime.bindings;
  if (table == nullptr || __atomic_load_n(&var->bound, __ATOMIC_RELAXED) == 0) return nullptr;
  Binding& binding = table->entries[place_of(*table, var)];
  return binding.live ? &binding.value : nullptr;
}

bool binding_is_conveyed(const abi::Var* var) {
  BindingTable* table = t_state.runtime.bindings;
  return table->entries[place_of(*table, var)].conveyed;
}

void release_bindings() {
  BindingTable* table = t_state.runtime.bindings;
  if (table == nullptr) return;
  while (table->frame != nullptr) abi::slisp_pop_bindings();
  scratch_free(table->entries);
  scratch_free(table);
  t_state.runtime.bindings = nullptr;
}

}  // namespace slisp::rt

using namespace slisp::rt;
namespace abi = slisp::abi;
using abi::k_nil;
using abi::k_pending;

namespace {

Word push(Owned map, bool conveyed) {
  if (!is_instance(ClassId::IPersistentMap, map)) return throw_class_cast(map, "clojure.lang.Associative").take();
  std::int64_t count = map.is_nil() ? 0 : counted_size(map);
  if (count != 0 && !all_dynamic(map)) return k_pending;
  BindingTable& table = bindings();
  auto* frame = static_cast<Frame*>(scratch_allocate(sizeof(Frame) + static_cast<std::size_t>(count) * sizeof(Saved)));
  frame->outer = table.frame;
  frame->count = 0;
  if ((table.used + static_cast<std::size_t>(count)) * 2 > table.capacity) {
    std::size_t capacity = table.capacity;
    while (capacity < (table.used + static_cast<std::size_t>(count)) * 2) capacity *= 2;
    resize(table, capacity);
  }
  MapCursor cursor{};
  Borrowed var = k_nil, value = k_nil;
  while (count != 0 && next_entry(map, cursor, var, value)) {
    bind(table, var.as<abi::Var>(), Owned::copy(value), conveyed, frame->saved[frame->count++]);
  }
  table.frame = frame;
  return k_nil;
}

}  // namespace

extern "C" {

Word slisp_push_bindings(Word map) { return push(Owned::adopt(map), false); }
Word slisp_push_conveyed(Word map) { return push(Owned::adopt(map), true); }

void slisp_pop_bindings() {
  BindingTable& table = bindings();
  Frame* frame = table.frame;
  if (frame == nullptr) return;
  table.frame = frame->outer;
  for (std::size_t i = frame->count; i-- > 0;) {
    Saved& saved = frame->saved[i];
    Binding& binding = table.entries[place_of(table, saved.var)];
    Word ended = binding.value;
    binding.value = saved.value;
    binding.live = saved.was_bound;
    binding.conveyed = saved.was_conveyed;
    if (!saved.was_bound) count_binding(saved.var, -1);
    release(ended);
    release(word_of(saved.var));
  }
  scratch_free(frame);
}

Word slisp_get_bindings() {
  Owned map = empty_map();
  BindingTable* table = slisp::rt::t_state.runtime.bindings;
  for (std::size_t i = 0; table != nullptr && i < table->capacity; ++i) {
    const Binding& binding = table->entries[i];
    if (binding.live) map = map_assoc(std::move(map), Owned::copy(word_of(binding.var)), Owned::copy(binding.value));
  }
  return map.take();
}

}  // extern "C"
