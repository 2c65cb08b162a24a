// threads.hpp: what the runtime asks of the system to have several threads.
#pragma once
#include "runtime/sys/sys.hpp"
#include <pthread.h>

namespace slisp::rt::sys {

// Runs the function on a thread of its own, on that stack. False: the system grants none.
bool start_thread(const Stack& stack, void (*function)(void*), void* argument, pthread_t& thread);
void join_thread(pthread_t thread);
void yield_thread();
void unmap_stack(const Stack& stack);

// Waits while the word holds the value, maybe shorter.
void wait_on_word(std::uint32_t& word, std::uint32_t value);
void wake_one_on_word(std::uint32_t& word);

// A mutex and those who wait for something that it guards.
class Gate {
 public:
  void lock() { pthread_mutex_lock(&mutex_); }
  void unlock() { pthread_mutex_unlock(&mutex_); }
  void wake_all() { pthread_cond_broadcast(&changed_); }
  // Waits for wake_all, or until the monotonic clock shows `deadline` (nanoseconds; negative: no deadline). May return early.
  void wait(std::int64_t deadline);

 private:
  pthread_mutex_t mutex_ = PTHREAD_MUTEX_INITIALIZER;
  pthread_cond_t changed_ = PTHREAD_COND_INITIALIZER;
};

}  // namespace slisp::rt::sys
