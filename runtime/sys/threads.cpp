// threads.cpp: threads, waiting and waking, over pthreads.
#include "runtime/sys/threads.hpp"
#include <ctime>
#include <linux/futex.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace slisp::rt::sys {
namespace {

struct Start {
  void (*function)(void*);
  void* argument;
};

}  // namespace

bool start_thread(const Stack& stack, void (*function)(void*), void* argument, pthread_t& thread) {
  // The start block lies at the far end of the stack, which the thread reaches last, above the guard page.
  mprotect(stack.base, 4096, PROT_NONE);
  auto* start = reinterpret_cast<Start*>(stack.base + 4096);
  *start = {function, argument};
  pthread_attr_t attributes;
  if (pthread_attr_init(&attributes) != 0) return false;
  bool good = pthread_attr_setstack(&attributes, stack.base, stack.bytes) == 0;
  good = good && pthread_create(&thread, &attributes, [](void* block) -> void* {
    const Start copy = *static_cast<Start*>(block);
    copy.function(copy.argument);
    return nullptr;
  }, start) == 0;
  pthread_attr_destroy(&attributes);
  return good;
}

void join_thread(pthread_t thread) { pthread_join(thread, nullptr); }
void yield_thread() { sched_yield(); }
void unmap_stack(const Stack& stack) { munmap(stack.base, stack.bytes); }

void wait_on_word(std::uint32_t& word, std::uint32_t value) { syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, value, nullptr, nullptr, 0); }
void wake_one_on_word(std::uint32_t& word) { syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0); }

void Gate::wait(std::int64_t deadline) {
  if (deadline < 0) {
    pthread_cond_wait(&changed_, &mutex_);
    return;
  }
  const timespec until{deadline / 1'000'000'000, deadline % 1'000'000'000};
  pthread_cond_clockwait(&changed_, &mutex_, CLOCK_MONOTONIC, &until);
}

}  // namespace slisp::rt::sys
