// value.hpp: the C++ types through which the runtime, the reader and the evaluator handle values.
//
//   Owned     holds one count; move-only. Destroying it releases the count. A function that takes Owned consumes it on
//             success and on failure alike.
//   Borrowed  a look at a value that somebody else keeps alive; trivially copyable.
//
// An Owned whose word is abi::k_pending says: it failed, the exception is pending in the thread context. Test `failed()`.
#pragma once
#include "runtime/abi/layout.h"
#include <utility>

namespace slisp::rt {

using abi::Header;
using abi::Kind;
using abi::Word;

inline bool is_fixnum(Word w) { return (w & abi::k_fixnum_bit) != 0; }
inline bool is_pointer(Word w) { return (w & abi::k_not_pointer_mask) == 0 && w != 0; }
inline bool is_character(Word w) { return (w & 0xff) == abi::k_character_tag; }
inline bool is_truthy(Word w) { return (w & abi::k_falsy_mask) != abi::k_nil; }
inline Word from_fixnum(std::int64_t n) { return (static_cast<Word>(n) << 1) | 1; }
inline std::int64_t to_fixnum(Word w) { return static_cast<std::int64_t>(w) >> 1; }
inline Word from_bool(bool b) { return b ? abi::k_true : abi::k_false; }
inline Word from_character(std::uint32_t code_point) {
  return (static_cast<Word>(code_point) << abi::k_character_shift) | abi::k_character_tag;
}
inline std::uint32_t to_character(Word w) { return static_cast<std::uint32_t>(w >> abi::k_character_shift); }
inline Header* header_of(Word w) { return reinterpret_cast<Header*>(w); }
inline bool is_kind(Word w, Kind kind) { return is_pointer(w) && header_of(w)->kind == kind; }

void release_slow(Header* object);   // count reached zero, or the object is shared between threads
void retain_slow(Header* object);    // the object is shared between threads

// An atomic look, which costs what a plain one does: other threads change the counts of shared objects.
inline std::int32_t count_of(const Header* object) { return __atomic_load_n(&object->count, __ATOMIC_RELAXED); }

inline void retain(Word w) {
  if (!is_pointer(w)) return;
  Header* h = header_of(w);
  const std::int32_t count = count_of(h);
  if (count > 0) {
    if (count != INT32_MAX) ++h->count;
  } else if (count < 0) {
    retain_slow(h);
  }
}
inline void release(Word w) {
  if (!is_pointer(w)) return;
  Header* h = header_of(w);
  const std::int32_t count = count_of(h);
  if (count > 1) {
    if (count != INT32_MAX) --h->count;
  } else if (count != 0) {
    release_slow(h);
  }
}

class Borrowed {
 public:
  constexpr Borrowed(Word word) : word_(word) {}
  constexpr Word word() const { return word_; }
  bool is(Kind kind) const { return is_kind(word_, kind); }
  bool is_nil() const { return word_ == abi::k_nil; }
  bool truthy() const { return is_truthy(word_); }
  template <class T> T* as() const { return reinterpret_cast<T*>(word_); }

 private:
  Word word_;
};

class [[nodiscard]] Owned {
 public:
  Owned() : word_(abi::k_nil) {}
  static Owned adopt(Word word) { return Owned(word); }                        // takes over a count
  static Owned copy(Borrowed value) { retain(value.word()); return Owned(value.word()); }
  static Owned pending() { return Owned(abi::k_pending); }
  Owned(Owned&& other) noexcept : word_(std::exchange(other.word_, abi::k_nil)) {}
  Owned& operator=(Owned&& other) noexcept {
    Word old = std::exchange(word_, std::exchange(other.word_, abi::k_nil));
    release(old);
    return *this;
  }
  Owned(const Owned&) = delete;
  Owned& operator=(const Owned&) = delete;
  ~Owned() { release(word_); }

  Word take() { return std::exchange(word_, abi::k_nil); }                     // hands the count to the caller
  Word word() const { return word_; }
  operator Borrowed() const { return Borrowed(word_); }
  bool failed() const { return word_ == abi::k_pending; }
  bool is(Kind kind) const { return is_kind(word_, kind); }
  bool is_nil() const { return word_ == abi::k_nil; }
  bool truthy() const { return is_truthy(word_); }
  // The only reference: may be mutated in place.
  bool unique() const { return is_pointer(word_) && count_of(header_of(word_)) == 1; }
  template <class T> T* as() const { return reinterpret_cast<T*>(word_); }

 private:
  explicit Owned(Word word) : word_(word) {}
  Word word_;
};

}  // namespace slisp::rt
