// parking.cpp: where threads wait.
// Idea: a fixed number of gates; an address is guarded by the one it hashes to. Strangers may share a gate and then wake each other for nothing.
#include "runtime/threads/threads.hpp"

namespace slisp::rt {
namespace {

constexpr std::size_t k_gates = 256;
constinit sys::Gate g_gates[k_gates];

}  // namespace

void (*g_before_wait)() = nullptr;
void (*g_after_wait)() = nullptr;

sys::Gate& gate_of(const void* address) {
  return g_gates[reinterpret_cast<std::uintptr_t>(address) * 0x9e3779b97f4a7c15u >> 56];
}

void wake_all_gates() {
  for (sys::Gate& gate : g_gates) {
    gate.lock();
    gate.wake_all();
    gate.unlock();
  }
}

std::int64_t deadline_after(std::int64_t milliseconds) {
  std::int64_t wait, deadline;
  if (__builtin_mul_overflow(milliseconds, std::int64_t{1'000'000}, &wait)) return milliseconds < 0 ? 0 : INT64_MAX;
  if (__builtin_add_overflow(sys::monotonic_nanoseconds(), wait, &deadline)) return INT64_MAX;
  return deadline < 0 ? 0 : deadline;
}

Owned throw_interrupted(std::string_view message) {
  return message.empty() ? throw_string(ClassId::InterruptedException, Owned()) : throw_new(ClassId::InterruptedException, message);
}

// The gate is noted before the reasons to stop are looked at: who sets one of them afterwards finds the gate and wakes it.
void begin_wait(sys::Gate& gate) {
  if (g_before_wait != nullptr) g_before_wait();
  __atomic_store_n(&current_thread().parked, &gate, __ATOMIC_SEQ_CST);
}

Stop reason_to_stop(Patience patience) {
  if (exiting()) return Stop::Exiting;
  if (patience == Patience::Interruptible && __atomic_load_n(&current_thread().interrupted, __ATOMIC_SEQ_CST) != 0) return Stop::Interrupted;
  return Stop::No;
}

void end_wait() {
  __atomic_store_n(&current_thread().parked, nullptr, __ATOMIC_SEQ_CST);
  if (g_after_wait != nullptr) g_after_wait();
}

void raise_stop(Stop stop) {
  if (stop == Stop::Exiting) {
    (void)raise(Owned::adopt(word_of(&k_exit_token)));
    return;
  }
  take_interrupt(current_thread());
  (void)throw_interrupted("");
}

}  // namespace slisp::rt
