// sets.cpp: hash sets and sorted sets.
// Keeps: updates in place where the set is unique; failing ones consume the set and the element.
#include "runtime/collections/maps.hpp"
#include "runtime/collections/small_set.hpp"

namespace slisp::rt {
namespace {
Word fail_put(Word set, Word element) {
  release(set);
  release(element);
  return 0;
}
}  // namespace

const Word* set_find(Word set, Word key, bool& failed) {
  if (kind_of(set) == Kind::TreeSet) return tree_find(at<TreeMap>(set)->root, at<TreeMap>(set)->comparator, key, failed);
  if (is_small_set(set)) return small_set_find(set, key, failed);
  const std::uint32_t hash = key_hash(key, failed);
  return failed ? nullptr : Champ<1>::find(at<HashMap>(set)->root, hash, key, failed);
}

Word set_put(Word set, Word element) {
  bool failed = false;
  Change change = Change::Failed;
  if (kind_of(set) == Kind::TreeSet) {
    auto* s = reinterpret_cast<TreeMap*>(own(&set));
    if (s->root == abi::k_nil && s->comparator == abi::k_nil) check_comparable(element, failed);
    if (!failed) change = tree_insert<1>(&s->root, s->comparator, element, 0);
    if (change == Change::Added) ++s->size;
  } else {
    const std::uint32_t hash = key_hash(element, failed);
    if (failed) return fail_put(set, element);
    if (is_small_set(set)) {
      const Word* found = small_set_find(set, element, failed);
      if (failed) return fail_put(set, element);
      if (found) {
        release(element);
        return set;
      }
      if (is_scalar(element) && at<SmallSet>(set)->size < k_small_set_limit) return small_set_add(set, hash, element);
      set = small_set_to_trie(set);
    } else if (!unique(set)) {
      const Word* found = Champ<1>::find(at<HashMap>(set)->root, hash, element, failed);
      if (failed) return fail_put(set, element);
      if (found) {
        release(element);
        return set;
      }
    }
    auto* s = reinterpret_cast<HashMap*>(own(&set));
    s->hash = 0;
    if (s->root == abi::k_nil) {
      s->root = Champ<1>::node_of_one(hash, element, 0);
      change = Change::Added;
    } else {
      change = Champ<1>::insert(&s->root, 0, hash, element, 0);
    }
    if (change == Change::Added) ++s->size;
  }
  if (change == Change::Added) return set;
  if (change == Change::Failed) return fail_put(set, element);
  release(element);
  return set;
}

Word set_remove(Word set, Word element) {
  bool failed = false;
  const Word* found = set_find(set, element, failed);
  if (!found && !failed) return set;
  Change change = Change::Failed;
  if (failed) {
    change = Change::Failed;
  } else if (kind_of(set) == Kind::TreeSet) {
    auto* s = reinterpret_cast<TreeMap*>(own(&set));
    change = tree_remove<1>(&s->root, s->comparator, element);
    if (change == Change::Removed) --s->size;
  } else if (is_small_set(set)) {
    return small_set_take_out(set, found);
  } else {
    const std::uint32_t hash = key_hash(element, failed);
    auto* s = reinterpret_cast<HashMap*>(own(&set));
    s->hash = 0;
    if (!failed) change = Champ<1>::remove(&s->root, 0, hash, element);
    if (change == Change::Removed && --s->size == 0) release(std::exchange(s->root, abi::k_nil));
  }
  if (change != Change::Failed) return set;
  release(set);
  return 0;
}

Owned empty_set() { return Owned::adopt(word_of(&slisp_empty_set)); }
Owned set_conj(Owned set, Owned element) {
  Word s = set.is_nil() ? word_of(&slisp_empty_set) : set.take();
  return Owned::adopt(set_put(s, element.take()));
}
bool next_element(Borrowed set, MapCursor& cursor, Borrowed& element) {
  const Word* found = cursor_next(set.word(), cursor);
  if (!found) return false;
  element = *found;
  return true;
}

}  // namespace slisp::rt

extern "C" {
alignas(8) slisp::rt::HashMap slisp_empty_set{{0, slisp::abi::Kind::HashSet, slisp::rt::k_flag_small_set, 0}, 0, 0, slisp::abi::k_nil};
}
