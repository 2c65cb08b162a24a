// turns.cpp: the lock that gives threads their turns, first come, first served.
// Keeps: a thread that has taken its turn n times holds the lock, if there is more than one thread, until it has given it n times.
#include "src/evaluator/turns.hpp"
#include "runtime/threads/threads.hpp"
#include <condition_variable>
#include <mutex>

namespace slisp::evaluator {
namespace {

std::mutex g_mutex;
std::condition_variable g_changed;
std::uint64_t g_next_ticket = 0, g_serving = 0;
thread_local int t_depth = 0;              // how often this thread has taken its turn
thread_local bool t_holds = false;         // the lock is this thread's
thread_local bool t_given_up = false;      // for a wait
thread_local unsigned t_calls = 0;

void wait_for_turn() {
  std::unique_lock<std::mutex> hold(g_mutex);
  const std::uint64_t ticket = g_next_ticket++;
  g_changed.wait(hold, [&] { return g_serving == ticket; });
  t_holds = true;
}

void let_next() {
  t_holds = false;
  {
    std::lock_guard<std::mutex> hold(g_mutex);
    ++g_serving;
  }
  g_changed.notify_all();
}

bool somebody_waits() {
  std::lock_guard<std::mutex> hold(g_mutex);
  return g_next_ticket != g_serving + 1;
}

void before_wait() {
  t_given_up = t_holds;
  if (t_given_up) let_next();
}

void after_wait() {
  if (std::exchange(t_given_up, false)) wait_for_turn();
}

// The second thread is about to start: the first may be in the middle of its turn.
void on_first_thread() {
  if (t_depth > 0) wait_for_turn();
}

}  // namespace

void prepare_turns(Owner owner) {
  rt::g_before_wait = before_wait;
  rt::g_after_wait = after_wait;
  rt::g_on_first_thread = on_first_thread;
  if (owner == Owner::Compiler && t_depth == 0) t_depth = 1;
}

void take_turn() {
  if (t_depth++ == 0 && rt::g_threading != nullptr) wait_for_turn();
}

void give_turn() {
  if (--t_depth == 0 && t_holds) let_next();
}

void maybe_yield_turn() {
  if (!t_holds || ++t_calls % 256 != 0 || !somebody_waits()) return;
  before_wait();
  after_wait();
}

}  // namespace slisp::evaluator
