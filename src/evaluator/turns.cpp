// turns.cpp: the lock that gives threads their turns, first come, first served.
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
thread_local int t_given_up = 0;           // the depth to come back to after a wait
thread_local unsigned t_calls = 0;

void wait_for_turn() {
  std::unique_lock<std::mutex> hold(g_mutex);
  const std::uint64_t ticket = g_next_ticket++;
  g_changed.wait(hold, [&] { return g_serving == ticket; });
}

void give_turn_up() {
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
  t_given_up = std::exchange(t_depth, 0);
  if (t_given_up != 0) give_turn_up();
}

void after_wait() {
  if (t_given_up == 0) return;
  wait_for_turn();
  t_depth = std::exchange(t_given_up, 0);
}

void on_first_thread() {
  wait_for_turn();
  t_depth = 1;
}

}  // namespace

void prepare_turns() {
  rt::g_before_wait = before_wait;
  rt::g_after_wait = after_wait;
  rt::g_on_first_thread = on_first_thread;
}

Turn::Turn() : taken_(rt::g_threading != nullptr) {
  if (taken_ && t_depth++ == 0) wait_for_turn();
}

Turn::~Turn() {
  if (taken_ && --t_depth == 0) give_turn_up();
}

void maybe_yield_turn() {
  if (rt::g_threading == nullptr || ++t_calls % 256 != 0 || !somebody_waits()) return;
  before_wait();
  after_wait();
}

}  // namespace slisp::evaluator
