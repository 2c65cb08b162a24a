// fn_classes.cpp: each function has a class of its own below AFunction, named as the JVM names it: clojure.core$inc.
// In:   the descriptor of a function. Out: its class, always the same object.
// Keeps: a class is made when somebody asks for it by (class f); protocols look only for classes that were made, for only these can have been
//        extended. A descriptor that took the place of one which is gone has another name, and gets another class.
#include "runtime/control/fn_classes.hpp"
#include "runtime/control/classes.hpp"
#include "runtime/memory/threading.hpp"
#include "runtime/printing/printer.hpp"
#include "runtime/types/types.hpp"

namespace slisp::rt {
namespace {

struct Row {
  const abi::FnDescriptor* descriptor;
  Word type;                                             // owned
};
struct Registry {
  Row* rows = nullptr;                                   // open addressing, capacity a power of two
  std::size_t count = 0, capacity = 0;
};
constinit Registry g_registry;
constinit Lock g_lock;                                   // guards it

void give_back() {
  for (std::size_t i = 0; i < g_registry.capacity; ++i)
    if (g_registry.rows[i].descriptor != nullptr) release(g_registry.rows[i].type);
  scratch_free(g_registry.rows);
  g_registry = {};
}

Row* find_row(const abi::FnDescriptor* descriptor) {
  std::size_t i = (reinterpret_cast<std::uintptr_t>(descriptor) * 0x9e3779b97f4a7c15u >> 40) & (g_registry.capacity - 1);
  while (g_registry.rows[i].descriptor != nullptr && g_registry.rows[i].descriptor != descriptor) i = (i + 1) & (g_registry.capacity - 1);
  return &g_registry.rows[i];
}

void grow() {
  const Registry old = g_registry;
  g_registry.capacity = old.capacity == 0 ? 16 : 2 * old.capacity;
  g_registry.rows = static_cast<Row*>(scratch_allocate(g_registry.capacity * sizeof(Row)));
  for (std::size_t i = 0; i < g_registry.capacity; ++i) g_registry.rows[i] = {nullptr, abi::k_nil};
  for (std::size_t i = 0; i < old.capacity; ++i)
    if (old.rows[i].descriptor != nullptr) *find_row(old.rows[i].descriptor) = old.rows[i];
  if (old.rows == nullptr) at_stop(give_back);
  scratch_free(old.rows);
}

Owned name_of(const abi::FnDescriptor& descriptor) {
  TextBuffer text;
  append_function_class_name(text, descriptor);
  return text.finish();
}

Owned new_class(Borrowed name) {
  Owned made = make_class(text_of(name));
  auto* type = const_cast<UserClass*>(user_class(at<const ClassObject>(made.word())));
  type->base.flags = 0;
  type->base.parent = class_with_id(ClassId::AFunction);
  type->ancestors = ancestors_of(ClassId::AFunction);
  return made;
}

}  // namespace

Owned class_of_function(const abi::FnDescriptor& descriptor) {
  const Owned name = name_of(descriptor);
  Locked hold(g_lock);
  before_threads([] {
    for (std::size_t i = 0; i < g_registry.capacity; ++i)
      if (g_registry.rows[i].descriptor != nullptr) publish(g_registry.rows[i].type);
  });
  if (2 * (g_registry.count + 1) > g_registry.capacity) grow();
  Row* row = find_row(&descriptor);
  if (row->descriptor == nullptr || class_name(at<const ClassObject>(row->type)) != text_of(name)) {
    Owned made = new_class(name);
    publish(made);
    if (row->descriptor == nullptr) ++g_registry.count;
    else release(row->type);
    *row = {&descriptor, made.take()};
  }
  return Owned::copy(row->type);
}

extern "C" const ClassObject* slisp_known_function_class(const abi::FnDescriptor* descriptor) {
  if (__atomic_load_n(&g_registry.count, __ATOMIC_ACQUIRE) == 0) return nullptr;
  Locked hold(g_lock);
  const Row* row = find_row(descriptor);
  return row->descriptor == nullptr ? nullptr : at<const ClassObject>(row->type);
}

}  // namespace slisp::rt
