// keywords.cpp: the intern table of keywords.
// In:   the static keywords of the executable, an array the link step lays out; names that the program computes.
// Keeps: one object per name, so identity is equality; the table holds a count of each until the runtime stops.
// Idea: open addressing over addresses; the static ones enter at the first dynamic keyword, so a program without any pays nothing.
#include "runtime/abi/functions.hpp"
#include "runtime/memory/threading.hpp"
#include "runtime/names/names.hpp"

extern "C" {
[[gnu::weak]] extern slisp::abi::Named slisp_keywords_begin[];
[[gnu::weak]] extern slisp::abi::Named slisp_keywords_end[];
}

namespace slisp::rt {
namespace {

using abi::Named;
static_assert(sizeof(Named) == 32);

class KeywordTable {
 public:
  Named* find(std::string_view ns, std::string_view name, std::uint32_t hash) {
    if (capacity_ == 0) seed();
    return entries_[place(ns, name, hash)];
  }
  // The name is not in the table.
  void add(Named* keyword) {
    if (count_ * 2 >= capacity_) grow();
    put(keyword);
    ++count_;
  }
  void publish_all() {
    for (std::size_t i = 0; i < capacity_; ++i) {
      if (entries_[i] != nullptr) publish(word_of(entries_[i]));
    }
  }
  void release_all() {
    for (std::size_t i = 0; i < capacity_; ++i) {
      if (entries_[i] != nullptr) release(word_of(entries_[i]));
    }
    scratch_free(entries_);
    entries_ = nullptr;
    capacity_ = count_ = 0;
  }

 private:
  void seed() {
    resize(256);
    for (Named* keyword = slisp_keywords_begin; keyword != slisp_keywords_end; ++keyword) add(keyword);
  }
  void resize(std::size_t capacity) {
    capacity_ = capacity;
    entries_ = static_cast<Named**>(scratch_allocate(capacity * sizeof(Named*)));
    for (std::size_t i = 0; i < capacity; ++i) entries_[i] = nullptr;
  }
  void grow() {
    Named** old = entries_;
    std::size_t old_capacity = capacity_;
    resize(capacity_ * 2);
    for (std::size_t i = 0; i < old_capacity; ++i) {
      if (old[i] != nullptr) put(old[i]);
    }
    scratch_free(old);
  }
  void put(Named* keyword) {
    std::size_t i = keyword->hash & (capacity_ - 1);
    while (entries_[i] != nullptr) i = (i + 1) & (capacity_ - 1);
    entries_[i] = keyword;
  }
  std::size_t place(std::string_view ns, std::string_view name, std::uint32_t hash) const {
    std::size_t i = hash & (capacity_ - 1);
    for (; entries_[i] != nullptr; i = (i + 1) & (capacity_ - 1)) {
      const Named* entry = entries_[i];
      if (entry->hash != hash || text_of(entry->name) != name) continue;
      if (entry->ns == abi::k_nil ? ns.empty() : text_of(entry->ns) == ns) break;
    }
    return i;
  }

  Named** entries_ = nullptr;
  std::size_t capacity_ = 0, count_ = 0;
};

constinit KeywordTable g_keywords;
constinit Lock g_lock;               // guards it

}  // namespace

Owned keyword(std::string_view ns_or_empty, std::string_view name) {
  std::uint32_t hash = keyword_hash(ns_or_empty, name);
  Locked hold(g_lock);
  if (Named* found = g_keywords.find(ns_or_empty, name, hash)) return Owned::copy(word_of(found));
  auto* object = allocate_as<Named>(Kind::Keyword, sizeof(Named), 2);
  object->hash = hash;
  object->reserved = 0;
  object->ns = abi::k_nil;
  object->name = abi::k_nil;
  if (!ns_or_empty.empty()) object->ns = make_string(ns_or_empty).take();
  object->name = make_string(name).take();
  publish(word_of(object));
  g_keywords.add(object);
  return Owned::copy(word_of(object));
}

Owned find_keyword(std::string_view ns_or_empty, std::string_view name) {
  Locked hold(g_lock);
  Named* found = g_keywords.find(ns_or_empty, name, keyword_hash(ns_or_empty, name));
  return found == nullptr ? Owned() : Owned::copy(word_of(found));
}

void publish_keywords() { g_keywords.publish_all(); }
void release_keywords() { g_keywords.release_all(); }

}  // namespace slisp::rt

extern "C" slisp::abi::Word slisp_keyword(slisp::abi::Word ns, slisp::abi::Word name) {
  using namespace slisp::rt;
  std::string_view ns_text, name_text;
  if (!name_parts(ns, name, ns_text, name_text)) return slisp::abi::k_pending;
  return keyword(ns_text, name_text).take();
}

// find-keyword: of a string ("a/b" is split at its first slash), a symbol or a keyword.
extern "C" slisp::abi::Word slisp_find_keyword(slisp::abi::Word value) {
  using namespace slisp::rt;
  if (is_kind(value, Kind::Keyword)) return Owned::copy(value).take();
  std::string_view ns, name;
  if (is_kind(value, Kind::Symbol)) {
    name = text_of(symbol_name(value));
    if (!symbol_ns(value).is_nil()) ns = text_of(symbol_ns(value));
  } else if (is_kind(value, Kind::String)) {
    name = text_of(value);
    std::size_t slash = name == "/" ? std::string_view::npos : name.find('/');
    if (slash != std::string_view::npos) {
      ns = std::string_view(name.data(), slash);
      name.remove_prefix(slash + 1);
    }
  } else {
    return slisp::abi::k_nil;
  }
  return find_keyword(ns, name).take();
}
