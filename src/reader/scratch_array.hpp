// scratch_array.hpp: a growing array of plain data in uncounted memory: what std::vector would be, had programs libstdc++;
// and parts of text without the exception that string_view::substr would link.
#pragma once
#include "runtime/api.hpp"
#include <cstddef>
#include <string_view>
#include <type_traits>

namespace slisp::reader {

// `from` is within the text.
inline std::string_view cut(std::string_view text, std::size_t from, std::size_t count = std::string_view::npos) {
  std::size_t rest = text.size() - from;
  return {text.data() + from, count < rest ? count : rest};
}

template <class T> class ScratchArray {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  ScratchArray() = default;
  ScratchArray(const ScratchArray&) = delete;
  ScratchArray& operator=(const ScratchArray&) = delete;
  ~ScratchArray() { rt::scratch_free(data_); }

  void push(const T& element) {
    if (size_ == capacity_) grow();
    data_[size_++] = element;
  }
  T pop() { return data_[--size_]; }
  T& top() { return data_[size_ - 1]; }
  T& operator[](std::size_t index) { return data_[index]; }
  const T& operator[](std::size_t index) const { return data_[index]; }
  T* at(std::size_t index) { return data_ + index; }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  void truncate(std::size_t size) { size_ = size; }

 private:
  void grow() {
    capacity_ = capacity_ == 0 ? 64 : capacity_ * 2;
    data_ = static_cast<T*>(rt::scratch_reallocate(data_, capacity_ * sizeof(T)));
  }

  T* data_ = nullptr;
  std::size_t size_ = 0, capacity_ = 0;
};

}  // namespace slisp::reader
