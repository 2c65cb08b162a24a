// interfaces.cpp: which classes are interfaces. Those of the host by their names: what classes.def calls a child of Object and is none.
#include "runtime/types/types.hpp"
#include <algorithm>

namespace slisp::rt {
namespace {

constexpr std::string_view k_java[] = {"java.io.Closeable", "java.io.Serializable", "java.lang.Appendable", "java.lang.AutoCloseable",
                                       "java.lang.CharSequence", "java.lang.Cloneable", "java.lang.Comparable", "java.lang.Iterable",
                                       "java.lang.Readable", "java.lang.Runnable", "java.lang.constant.Constable", "java.lang.constant.ConstantDesc", "java.util.Collection", "java.util.Comparator",
                                       "java.util.Deque", "java.util.Iterator", "java.util.List", "java.util.ListIterator", "java.util.Map",
                                       "java.util.Map$Entry", "java.util.Queue", "java.util.RandomAccess", "java.util.Set",
                                       "java.util.concurrent.Callable", "java.util.concurrent.Future"};
constexpr std::string_view k_clojure[] = {"Associative", "Counted", "Fn", "Indexed", "MapEquivalence", "Named", "Reversible", "Seqable",
                                          "Sequential", "Settable", "Sorted"};

bool is_interface_name(std::string_view name) {
  if (name.starts_with("java.")) return std::find(std::begin(k_java), std::end(k_java), name) != std::end(k_java);
  constexpr std::string_view prefix = "clojure.lang.";
  if (!name.starts_with(prefix)) return false;
  name.remove_prefix(prefix.size());
  if (name.size() > 1 && name[0] == 'I' && name[1] >= 'A' && name[1] <= 'Z') return true;
  return std::find(std::begin(k_clojure), std::end(k_clojure), name) != std::end(k_clojure);
}

}  // namespace

bool is_interface(const ClassObject* c) { return is_user_class(c) ? (c->flags & k_class_interface) != 0 : is_interface_name(class_name(c)); }

}  // namespace slisp::rt
