// hierarchy.cpp: isa? and prefers over a hierarchy map, as clojure.core and MultiFn.java define them.
#include "runtime/abi/functions.hpp"
#include "runtime/control/classes.hpp"
#include "runtime/control/multimethods.hpp"

namespace slisp::rt {
namespace {

Answer answer(std::uint32_t boolean) {
  return boolean == abi::k_bool_failed ? Answer::Failed : boolean != 0 ? Answer::Yes : Answer::No;
}

// ((relation hierarchy) tag): a set or nil.
Owned relatives(Borrowed hierarchy, std::string_view relation, Borrowed tag) {
  Owned key = keyword("", relation);
  Owned table = Owned::adopt(abi::slisp_get(hierarchy.word(), key.word()));
  if (table.failed()) return table;
  return Owned::adopt(abi::slisp_get(table.word(), tag.word()));
}

Answer set_contains(Borrowed set, Borrowed element) {
  return set.is_nil() ? Answer::No : answer(abi::slisp_contains_p(set.word(), element.word()));
}

Answer has_ancestor(Borrowed hierarchy, Borrowed child, Borrowed parent) {
  Owned ancestors = relatives(hierarchy, "ancestors", child);
  return ancestors.failed() ? Answer::Failed : set_contains(ancestors, parent);
}

// A class inherits what was derived from its superclasses and interfaces.
Answer class_has_ancestor(Borrowed hierarchy, Borrowed child, Borrowed parent) {
  Owned bases = Owned::adopt(abi::slisp_class_bases(child.word()));
  SeqWalk walk(std::move(bases));
  Owned base;
  while (walk.next(base)) {
    Answer found = has_ancestor(hierarchy, base, parent);
    if (found == Answer::No) found = class_has_ancestor(hierarchy, base, parent);
    if (found != Answer::No) return found;
  }
  return Answer::No;
}

bool is_vector(Borrowed value) { return abi::slisp_vector_p(value.word()) != 0; }

Answer vectors_are(Borrowed hierarchy, Borrowed child, Borrowed parent) {
  std::int64_t size = counted_size(child);
  if (size != counted_size(parent)) return Answer::No;
  for (std::int64_t i = 0; i < size; ++i) {
    Answer element = isa(hierarchy, vector_at(child, static_cast<std::size_t>(i)), vector_at(parent, static_cast<std::size_t>(i)));
    if (element != Answer::Yes) return element;
  }
  return Answer::Yes;
}

}  // namespace

Answer isa(Borrowed hierarchy, Borrowed child, Borrowed parent) {
  if (stack_exhausted()) {
    (void)throw_stack_overflow();
    return Answer::Failed;
  }
  bool failed = false;
  if (equal(child, parent, failed)) return Answer::Yes;
  if (failed) return Answer::Failed;
  if (child.is(Kind::Class) && parent.is(Kind::Class) && class_assignable(child.as<ClassObject>(), parent.as<ClassObject>())) {
    return Answer::Yes;
  }
  if (Answer found = has_ancestor(hierarchy, child, parent); found != Answer::No) return found;
  if (child.is(Kind::Class)) {
    if (Answer found = class_has_ancestor(hierarchy, child, parent); found != Answer::No) return found;
  }
  if (is_vector(child) && is_vector(parent)) return vectors_are(hierarchy, child, parent);
  return Answer::No;
}

namespace {

// (parents hierarchy tag): what was derived directly, and the bases of a class.
template <class Visit> Answer any_parent(Borrowed hierarchy, Borrowed tag, Visit visit) {
  Owned parents = relatives(hierarchy, "parents", tag);
  if (parents.failed()) return Answer::Failed;
  if (!parents.is_nil()) {
    MapCursor cursor{};
    Borrowed parent = abi::k_nil;
    while (next_element(parents, cursor, parent)) {
      if (Answer found = visit(parent); found != Answer::No) return found;
    }
  }
  if (!tag.is(Kind::Class)) return Answer::No;
  SeqWalk walk(Owned::adopt(abi::slisp_class_bases(tag.word())));
  Owned base;
  while (walk.next(base)) {
    if (Answer found = visit(base); found != Answer::No) return found;
  }
  return Answer::No;
}

}  // namespace

Answer prefers(Borrowed hierarchy, Borrowed prefer_table, Borrowed x, Borrowed y, int depth) {
  // prefer-method checks for direct conflicts only, so longer loops can be built; the JVM overflows its stack on them.
  if (stack_exhausted() || depth > 10000) {
    (void)throw_stack_overflow();
    return Answer::Failed;
  }
  Owned preferred = Owned::adopt(abi::slisp_get(prefer_table.word(), x.word()));
  if (preferred.failed()) return Answer::Failed;
  if (Answer found = set_contains(preferred, y); found != Answer::No) return found;
  Answer found = any_parent(hierarchy, y, [&](Borrowed parent) { return prefers(hierarchy, prefer_table, x, parent, depth + 1); });
  if (found != Answer::No) return found;
  return any_parent(hierarchy, x, [&](Borrowed parent) { return prefers(hierarchy, prefer_table, parent, y, depth + 1); });
}

}  // namespace slisp::rt
