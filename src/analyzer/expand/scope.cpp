// scope.cpp: locals: binding, finding, which frame and index holds each, which functions capture it.
// Keeps: a frame index is reused once its scope is left; ScopeEntry::home tells in which function's frame the local lives.
#include "src/analyzer/expand/expander.hpp"

namespace slisp::analyzer {
namespace {

std::uint32_t hash_of_symbol(Borrowed symbol) { return symbol.as<abi::Named>()->hash; }

}  // namespace

void Expander::add_capture(FnNode* fn, Local* local) {
  for (const Capture& capture : fn->captures) {
    if (capture.outer == local) return;
  }
  fn->captures.push_back({local, local, Use::Copy});
  local->captured = true;
}

std::uint32_t Expander::take_frame_index() {
  std::uint32_t& next = context_ ? context_->next : top_next_;
  std::uint32_t& size = context_ ? context_->size : top_size_;
  std::uint32_t index = next++;
  if (next > size) size = next;
  return index;
}

Local* Expander::bind(Borrowed symbol, LocalKind kind) {
  Local* local = program_->arena.local();
  local->name = name_of(symbol).name;
  local->kind = kind;
  local->span = narrow(symbol);
  local->owner = context_ ? context_->method : nullptr;
  local->frame_index = take_frame_index();
  scope_.push_back({hash_of_symbol(symbol), local, current_fn(), Owned::copy(symbol), Owned(), false});
  return local;
}

void Expander::bind_self(Borrowed symbol, FnNode* fn, Local* local) {
  local->name = name_of(symbol).name;
  local->kind = LocalKind::Self;
  local->span = narrow(symbol);
  scope_.push_back({hash_of_symbol(symbol), local, fn, Owned::copy(symbol), Owned(), false});
}

ScopeEntry* Expander::find_entry(Borrowed symbol) {
  if (!rt::symbol_ns(symbol).is_nil()) return nullptr;
  std::uint32_t hash = hash_of_symbol(symbol);
  std::string_view name = rt::text_of(rt::symbol_name(symbol));
  for (std::size_t i = scope_.size(); i-- > 0;) {
    if (scope_[i].hash == hash && scope_[i].local->name == name) return &scope_[i];
  }
  return nullptr;
}

Local* Expander::find_local(Borrowed symbol) {
  ScopeEntry* entry = find_entry(symbol);
  if (entry == nullptr) return nullptr;
  for (FnContext* at = context_; at != nullptr && at->fn != entry->home; at = at->outer) add_capture(at->fn, entry->local);
  return entry->local;
}

void Expander::leave_scope(std::size_t size) {
  while (scope_.size() > size) {
    const ScopeEntry& last = scope_.back();
    bool in_this_frame = last.local->kind != LocalKind::Self && last.local->kind != LocalKind::Field && last.home == current_fn() &&
                         (!context_ || last.local->owner == context_->method);
    if (in_this_frame) --(context_ ? context_->next : top_next_);
    scope_.pop_back();
  }
}

// &env: symbol -> true for each local; nil at top level.
Owned Expander::local_environment() {
  std::size_t known = scope_.size();
  while (known > 0 && !scope_[known - 1].has_env) --known;
  Owned env = known == 0 ? Owned() : Owned::copy(scope_[known - 1].env);
  for (std::size_t i = known; i < scope_.size(); ++i) {
    env = rt::map_assoc(std::move(env), Owned::copy(scope_[i].symbol), Owned::adopt(abi::k_true));
    scope_[i].env = Owned::copy(env);
    scope_[i].has_env = true;
  }
  return env;
}

}  // namespace slisp::analyzer
