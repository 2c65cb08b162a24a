// iterators.cpp: see iterators.hpp.
// Idea: a lazy seq whose thunk is C++: a Fn with the iterator as its only captured value, entered through a stub that hands the closure over.
#include "runtime/types/iterators.hpp"
#include "runtime/collections/vectors.hpp"
#include "runtime/seqs/seqs.hpp"

extern "C" {
// Iterators of the host; only programs that make one contain them.
[[gnu::weak]] std::uint32_t slisp_iterator_has_next(slisp::abi::Word iterator);
[[gnu::weak]] slisp::abi::Word slisp_iterator_next(slisp::abi::Word iterator);
// The closure is in r10, the first C argument goes to rdi; r15 is callee-saved, so C++ leaves it alone.
[[gnu::naked]] void slisp_iterator_thunk() { asm("mov %r10, %rdi\n\tjmp slisp_iterator_chunk"); }
slisp::abi::Word slisp_iterator_chunk(slisp::abi::Word closure);
}

namespace slisp::rt::types {
namespace {

constexpr abi::FnDescriptor k_descriptor = {
    {slisp_iterator_thunk, slisp_iterator_thunk, slisp_iterator_thunk, slisp_iterator_thunk, slisp_iterator_thunk, slisp_iterator_thunk,
     slisp_iterator_thunk},
    slisp_iterator_thunk, nullptr, -1, 0, "clojure.core/iterator-seq", "", 1, 0};

}  // namespace

bool iterator_next(Borrowed iterator, Owned& element, bool& failed) {
  if (!is_user_object(iterator)) {
    if (slisp_iterator_has_next == nullptr) (void)throw_class_cast(iterator, "java.util.Iterator");
    const std::uint32_t more = slisp_iterator_has_next == nullptr ? abi::k_bool_failed : slisp_iterator_has_next(iterator.word());
    if (more == 1) element = Owned::adopt(slisp_iterator_next(iterator.word()));
    failed = more == abi::k_bool_failed || element.failed();
    return !failed && more == 1;
  }
  const Owned more = call_method(iterator, Method::HasNext);
  if (more.truthy() && !more.failed()) element = call_method(iterator, Method::Next);
  failed = more.failed() || (more.truthy() && element.failed());
  return !failed && more.truthy();
}

Word iterator_seq(Word iterator) {
  auto* thunk = allocate_as<abi::Fn>(Kind::Fn, sizeof(abi::Fn) + sizeof(Word), 1);
  thunk->descriptor = &k_descriptor;
  thunk->captured[0] = iterator;
  return abi::slisp_lazy_seq(word_of(thunk));
}

}  // namespace slisp::rt::types

using namespace slisp::rt;

// The next 32 elements, and a lazy seq of what follows.
extern "C" slisp::abi::Word slisp_iterator_chunk(slisp::abi::Word closure) {
  const Owned iterator = Owned::copy(at<slisp::abi::Fn>(closure)->captured[0]);
  Word chunk = word_of(&slisp_empty_vector);
  bool failed = false, more = true;
  for (std::size_t i = 0; i < k_branch && more; ++i) {
    Owned element;
    more = types::iterator_next(iterator, element, failed);
    if (more) chunk = vec_conj(chunk, element.take());
  }
  if (failed) {
    release(chunk);
    return 0;
  }
  if (vector_size(chunk) == 0) {
    release(chunk);
    return slisp::abi::k_nil;
  }
  return slisp::abi::slisp_chunk_cons(chunk, more ? types::iterator_seq(Owned::copy(iterator).take()) : slisp::abi::k_nil);
}
