// multimethods.cpp: MultiFn: method table, preferences, dispatch with a cache.
// Keeps: the cache holds for one value of the hierarchy var and one state of the tables; it is dropped when any of them changes.
#include "runtime/control/multimethods.hpp"
#include "runtime/abi/functions.hpp"
#include "runtime/control/call.hpp"
#include "runtime/control/cells.hpp"
#include "runtime/control/exceptions.hpp"

extern "C" [[gnu::weak]] slisp::rt::MultiFnObject* slisp_printing_multifn(const slisp::abi::FnDescriptor* descriptor);   // runtime/printing

namespace slisp::rt {
namespace {

constinit Lock g_caches_lock;          // guards the tables of all multimethods

Owned hierarchy_of(const MultiFnObject* multifn) {
  if (!is_kind(multifn->hierarchy, Kind::Var)) return Owned::copy(multifn->hierarchy);
  return Owned::adopt(abi::slisp_var_get(multifn->hierarchy));
}

void drop_cache(MultiFnObject* multifn, Borrowed hierarchy) {
  Locked hold(g_caches_lock);
  store_cell(multifn, multifn->cache, empty_map());
  store_cell(multifn, multifn->cached_hierarchy, Owned::copy(hierarchy));
}

// The tables a method was chosen by: they are replaced, never changed, so while they are held their addresses tell whether they still stand.
struct Tables {
  Owned methods, prefers;
};
Tables tables_of(MultiFnObject* multifn) {
  return {load_cell(multifn, multifn->methods), load_cell(multifn, multifn->prefers)};
}

// Notes a method that was found by these tables and this hierarchy, unless they changed meanwhile.
bool remember(MultiFnObject* multifn, const Tables& tables, Borrowed hierarchy, Borrowed dispatch_value, Borrowed method) {
  Owned cache;
  {
    Locked hold(g_caches_lock);
    if (multifn->methods != tables.methods.word() || multifn->prefers != tables.prefers.word()) return true;
    if (multifn->cached_hierarchy != hierarchy.word()) return true;
    cache = is_shared(&multifn->header) ? load_cell(multifn, multifn->cache) : Owned::adopt(std::exchange(multifn->cache, abi::k_nil));
  }
  const Word before = cache.word();
  cache = map_assoc(std::move(cache), Owned::copy(dispatch_value), Owned::copy(method));
  if (cache.failed()) return false;
  Locked hold(g_caches_lock);
  if (!is_shared(&multifn->header) || multifn->cache == before) store_cell(multifn, multifn->cache, std::move(cache));
  return true;
}

Answer dominates(Borrowed hierarchy, const Tables& tables, Borrowed x, Borrowed y) {
  Answer preferred = prefers(hierarchy, tables.prefers, x, y, 0);
  return preferred == Answer::No ? isa(hierarchy, x, y) : preferred;
}

Owned throw_ambiguous(const MultiFnObject* multifn, Borrowed dispatch_value, Borrowed a, Borrowed b) {
  TextBuffer out;
  out.append("Multiple methods in multimethod '");
  append_shown(out, multifn->name);
  out.append("' match dispatch value: ");
  append_shown(out, dispatch_value);
  out.append(" -> ");
  append_shown(out, a);
  out.append(" and ");
  append_shown(out, b);
  out.append(", and neither is preferred");
  return throw_string(ClassId::IllegalArgumentException, out.finish());
}

// The most specific entry of the table that the dispatch value is an instance of; nil when none is.
Owned best_method(const MultiFnObject* multifn, const Tables& tables, Borrowed hierarchy, Borrowed dispatch_value) {
  Owned best_key, best;
  bool found = false;
  MapCursor cursor{};
  Borrowed key = abi::k_nil, method = abi::k_nil;
  while (next_entry(tables.methods, cursor, key, method)) {
    Answer matches = isa(hierarchy, dispatch_value, key);
    if (matches == Answer::Failed) return Owned::pending();
    if (matches == Answer::No) continue;
    Answer better = found ? dominates(hierarchy, tables, key, best_key) : Answer::Yes;
    if (better == Answer::Failed) return Owned::pending();
    if (better == Answer::Yes) {
      best_key = Owned::copy(key);
      best = Owned::copy(method);
      found = true;
    }
    Answer settled = dominates(hierarchy, tables, best_key, key);
    if (settled == Answer::Failed) return Owned::pending();
    if (settled == Answer::No) return throw_ambiguous(multifn, dispatch_value, key, best_key);
  }
  return best;
}

}  // namespace

Owned choose_method(MultiFnObject* multifn, Borrowed dispatch_value) {
  Owned hierarchy = hierarchy_of(multifn);
  if (hierarchy.failed()) return hierarchy;
  // One lock for the pair: a cache goes with the hierarchy that stands beside it.
  Owned cache;
  {
    Locked hold(g_caches_lock);
    if (multifn->cached_hierarchy != hierarchy.word()) drop_cache(multifn, hierarchy);
    if (g_threading != nullptr) cache = load_cell(multifn, multifn->cache);
  }
  // A single thread looks into the cache itself, so that it stays unique.
  Owned method = Owned::adopt(abi::slisp_get(cache.is_nil() ? multifn->cache : cache.word(), dispatch_value.word()));
  cache = Owned();
  if (method.failed() || !method.is_nil()) return method;
  const Tables tables = tables_of(multifn);    // equality of users' types may run code that changes the tables
  method = best_method(multifn, tables, hierarchy, dispatch_value);
  if (method.failed()) return method;
  if (method.is_nil()) method = Owned::adopt(abi::slisp_get(tables.methods.word(), multifn->default_value));
  if (method.failed() || method.is_nil()) return method;
  return remember(multifn, tables, hierarchy, dispatch_value, method) ? std::move(method) : Owned::pending();
}

}  // namespace slisp::rt

using namespace slisp::rt;
namespace abi = slisp::abi;
using abi::k_nil;
using abi::k_pending;

namespace {

// print-method and print-dup are functions with a MultiFn behind them.
MultiFnObject* multifn_of(Borrowed value) {
  if (value.is(Kind::MultiFn)) return value.as<MultiFnObject>();
  if (value.is(Kind::Fn) && slisp_printing_multifn != nullptr) return slisp_printing_multifn(value.as<abi::Fn>()->descriptor);
  return nullptr;
}
Word not_a_multifn(Borrowed value) { return throw_class_cast(value, "clojure.lang.MultiFn").take(); }

}  // namespace

extern "C" {

Word slisp_multifn_invoke(Word callee, Word* block, std::int64_t count) {
  Owned held = Owned::copy(callee);
  auto* multifn = reinterpret_cast<MultiFnObject*>(callee);
  for (std::int64_t i = 0; i < count; ++i) retain(block[i]);
  // The block's words go to the dispatch function; the method gets a copy of them.
  constexpr std::int64_t k_on_stack = 32;
  Word small[k_on_stack];
  std::size_t bytes = static_cast<std::size_t>(count) * sizeof(Word);
  Word* arguments = count <= k_on_stack ? small : static_cast<Word*>(scratch_allocate(bytes));
  if (count != 0) __builtin_memcpy(arguments, block, bytes);
  Owned dispatch_value = invoke(multifn->dispatch, block, count);
  Owned method = dispatch_value.failed() ? Owned::pending() : choose_method(multifn, dispatch_value);
  if (!method.failed() && method.is_nil()) {
    TextBuffer before;
    before.append("No method in multimethod '");
    append_shown(before, multifn->name);
    before.append("' for dispatch value: ");
    method = throw_with_value(ClassId::IllegalArgumentException, before.view(), dispatch_value, "");
  }
  Owned result = Owned::pending();
  if (method.failed()) {
    for (std::int64_t i = 0; i < count; ++i) release(arguments[i]);
  } else {
    result = invoke(method, arguments, count);
  }
  if (arguments != small) scratch_free(arguments);
  return result.take();
}

Word slisp_multifn_new(Word name, Word dispatch, Word default_value, Word hierarchy) {
  auto* multifn = allocate_as<MultiFnObject>(Kind::MultiFn, sizeof(MultiFnObject), 8);
  multifn->name = name;
  multifn->dispatch = dispatch;
  multifn->default_value = default_value;
  multifn->hierarchy = hierarchy;
  multifn->methods = multifn->prefers = multifn->cache = multifn->cached_hierarchy = k_nil;
  multifn->methods = abi::slisp_hash_map(k_nil);
  multifn->prefers = empty_map().take();
  multifn->cache = empty_map().take();
  return word_of(multifn);
}

std::uint32_t slisp_multifn_p(Word value) { return is_kind(value, Kind::MultiFn); }

Word slisp_multifn_add(Word target, Word dispatch_value, Word function) {
  Owned held = Owned::adopt(target), key = Owned::adopt(dispatch_value), method = Owned::adopt(function);
  MultiFnObject* multifn = multifn_of(held);
  if (multifn == nullptr) return not_a_multifn(held);
  Locked hold(g_caches_lock);
  Owned methods = map_assoc(load_cell(multifn, multifn->methods), std::move(key), std::move(method));
  if (methods.failed()) return k_pending;
  store_cell(multifn, multifn->methods, std::move(methods));
  drop_cache(multifn, k_nil);
  return held.take();
}

Word slisp_multifn_remove(Word target, Word dispatch_value) {
  Owned held = Owned::adopt(target), key = Owned::adopt(dispatch_value);
  MultiFnObject* multifn = multifn_of(held);
  if (multifn == nullptr) return not_a_multifn(held);
  Locked hold(g_caches_lock);
  Owned methods = Owned::adopt(abi::slisp_dissoc(load_cell(multifn, multifn->methods).take(), key.word()));
  if (methods.failed()) return k_pending;
  store_cell(multifn, multifn->methods, std::move(methods));
  drop_cache(multifn, k_nil);
  return held.take();
}

Word slisp_multifn_remove_all(Word target) {
  Owned held = Owned::adopt(target);
  MultiFnObject* multifn = multifn_of(held);
  if (multifn == nullptr) return not_a_multifn(held);
  Locked hold(g_caches_lock);
  store_cell(multifn, multifn->methods, empty_map());
  store_cell(multifn, multifn->prefers, empty_map());
  drop_cache(multifn, k_nil);
  return held.take();
}

Word slisp_multifn_prefer(Word target, Word better_word, Word worse_word) {
  Owned held = Owned::adopt(target), better = Owned::adopt(better_word), worse = Owned::adopt(worse_word);
  MultiFnObject* multifn = multifn_of(held);
  if (multifn == nullptr) return not_a_multifn(held);
  Owned hierarchy = hierarchy_of(multifn);
  if (hierarchy.failed()) return k_pending;
  Owned now = load_cell(multifn, multifn->prefers);
  Answer conflict = prefers(hierarchy, now, worse, better, 0);
  if (conflict == Answer::Failed) return k_pending;
  if (conflict == Answer::Yes) {
    TextBuffer out;
    out.append("Preference conflict in multimethod '");
    append_shown(out, multifn->name);
    out.append("': ");
    append_shown(out, worse);
    out.append(" is already preferred to ");
    append_shown(out, better);
    return throw_string(ClassId::IllegalStateException, out.finish()).take();
  }
  now = Owned();
  Locked hold(g_caches_lock);
  Owned preferred = Owned::adopt(abi::slisp_get(multifn->prefers, better.word()));
  if (preferred.failed()) return k_pending;
  if (preferred.is_nil()) preferred = empty_set();
  preferred = set_conj(std::move(preferred), std::move(worse));
  if (preferred.failed()) return k_pending;
  Owned table = map_assoc(load_cell(multifn, multifn->prefers), std::move(better), std::move(preferred));
  if (table.failed()) return k_pending;
  store_cell(multifn, multifn->prefers, std::move(table));
  drop_cache(multifn, k_nil);
  return held.take();
}

Word slisp_multifn_methods(Word value) {
  MultiFnObject* multifn = multifn_of(value);
  return multifn == nullptr ? not_a_multifn(value) : load_cell(multifn, multifn->methods).take();
}

Word slisp_multifn_dispatch(Word value) {
  MultiFnObject* multifn = multifn_of(value);
  return multifn == nullptr ? not_a_multifn(value) : Owned::copy(multifn->dispatch).take();
}

Word slisp_multifn_prefers(Word value) {
  MultiFnObject* multifn = multifn_of(value);
  return multifn == nullptr ? not_a_multifn(value) : load_cell(multifn, multifn->prefers).take();
}

Word slisp_multifn_method(Word value, Word dispatch_value) {
  MultiFnObject* multifn = multifn_of(value);
  return multifn == nullptr ? not_a_multifn(value) : choose_method(multifn, dispatch_value).take();
}

}  // extern "C"
