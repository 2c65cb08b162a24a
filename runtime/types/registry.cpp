// registry.cpp: users' classes by name: those that class_new made, the newest of a name first, then those of the executable.
#include "runtime/memory/threading.hpp"
#include "runtime/types/answers.hpp"

extern "C" {
// Bounds of the array of pointers that the link step gathers; missing where nothing was gathered.
[[gnu::weak]] extern const slisp::rt::UserClass* slisp_classes_begin[];
[[gnu::weak]] extern const slisp::rt::UserClass* slisp_classes_end[];
}

namespace slisp::rt::types {
namespace {

struct Registry {
  Word* classes = nullptr;                               // owned
  std::size_t count = 0, capacity = 0;
};
constinit Registry g_registry;
constinit Lock g_lock;                                   // guards it

void give_back() {
  for (std::size_t i = 0; i < g_registry.count; ++i) release(g_registry.classes[i]);
  scratch_free(g_registry.classes);
  g_registry = {};
}

}  // namespace

void register_class(Word class_word) {
  Locked hold(g_lock);
  before_threads([] {
    for (std::size_t i = 0; i < g_registry.count; ++i) publish(g_registry.classes[i]);
  });
  publish(class_word);
  if (g_registry.classes == nullptr) at_stop(give_back);
  if (g_registry.count == g_registry.capacity) {
    g_registry.capacity = g_registry.capacity == 0 ? 16 : 2 * g_registry.capacity;
    g_registry.classes = static_cast<Word*>(scratch_reallocate(g_registry.classes, g_registry.capacity * sizeof(Word)));
  }
  g_registry.classes[g_registry.count++] = retained(class_word);
}

const ClassObject* class_named(std::string_view name) {
  Locked hold(g_lock);
  for (std::size_t i = g_registry.count; i-- > 0;)
    if (class_name(at<const ClassObject>(g_registry.classes[i])) == name) return at<const ClassObject>(g_registry.classes[i]);
  if (slisp_classes_begin == nullptr) return nullptr;
  for (const UserClass** c = slisp_classes_begin; c != slisp_classes_end; ++c)
    if (class_name(&(*c)->base) == name) return &(*c)->base;
  return nullptr;
}

}  // namespace slisp::rt::types
