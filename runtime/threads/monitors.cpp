// monitors.cpp: the monitor that any object can be: locking, wait, notify.
// Keeps: a monitor exists while a thread holds it or waits for it; who holds one keeps its object alive. The thread that holds it may enter again.
// Idea: monitors are found by address in a table of chains; a chain is guarded by the gate of the object, so that waiting needs no other lock.
#include "runtime/threads/threads.hpp"
#include "runtime/abi/functions.hpp"

namespace slisp::rt {
namespace {

struct Monitor {
  Monitor* next;
  Word object;
  std::uint32_t owner;           // number of a thread; 0: nobody
  std::uint32_t depth;
  std::uint32_t interested;      // threads that hold it, or wait to enter or to be notified
  std::uint32_t notified;        // notifications not yet taken
  std::uint32_t waiting;         // threads that wait to be notified
};

constexpr std::size_t k_chains = 256;    // as many as gates and by the same hash, so that one gate guards whole chains
Monitor* g_chains[k_chains];

const void* address_of(Word object) { return reinterpret_cast<const void*>(object); }
void release_monitors();
Monitor*& chain_of(Word object) { return g_chains[object * 0x9e3779b97f4a7c15u >> 56]; }

Monitor* find(Word object) {
  Monitor* monitor = chain_of(object);
  while (monitor != nullptr && monitor->object != object) monitor = monitor->next;
  return monitor;
}

Monitor& find_or_make(Word object) {
  if (Monitor* found = find(object)) return *found;
  at_stop(release_monitors);
  auto* monitor = static_cast<Monitor*>(scratch_allocate(sizeof(Monitor)));
  *monitor = {chain_of(object), object, 0, 0, 0, 0, 0};
  return *(chain_of(object) = monitor);
}

void lose_interest(Monitor& monitor) {
  if (--monitor.interested != 0) return;
  Monitor** link = &chain_of(monitor.object);
  while (*link != &monitor) link = &(*link)->next;
  *link = monitor.next;
  scratch_free(&monitor);
}

bool enter(Word object, std::uint32_t depth) {
  const std::uint32_t me = t_state.runtime.number;
  Monitor* monitor;
  {
    GateHold hold(address_of(object));
    monitor = &find_or_make(object);
    ++monitor->interested;
  }
  const Wake wake = wait_for(address_of(object), -1, Patience::Stubborn, [&] {
    if (monitor->owner != 0 && monitor->owner != me) return false;
    monitor->owner = me;
    monitor->depth += depth;
    return true;
  });
  if (wake == Wake::Ready) return true;
  GateHold hold(address_of(object));
  lose_interest(*monitor);
  return false;
}

Word not_the_owner() {
  return throw_new(ClassId::IllegalMonitorStateException, "current thread is not owner").take();
}

// What System/exit left.
void release_monitors() {
  for (Monitor*& chain : g_chains) {
    while (Monitor* monitor = chain) {
      chain = monitor->next;
      scratch_free(monitor);
    }
  }
}

}  // namespace
}  // namespace slisp::rt

using namespace slisp::rt;
using slisp::abi::k_nil;
using slisp::abi::k_pending;

extern "C" {

Word slisp_monitor_enter(Word object) {
  if (object == k_nil) return throw_null_pointer().take();
  return enter(object, 1) ? k_nil : k_pending;
}

Word slisp_monitor_exit(Word object) {
  if (object == k_nil) return throw_null_pointer().take();
  {
    GateHold hold(address_of(object));
    Monitor* monitor = find(object);
    if (monitor != nullptr && monitor->owner == t_state.runtime.number) {
      if (--monitor->depth == 0) {
        monitor->owner = 0;
        hold.gate().wake_all();
      }
      lose_interest(*monitor);
      return k_nil;
    }
  }
  return not_the_owner();
}

// Object.wait: milliseconds, 0 for ever. The monitor is left meanwhile, however often it was entered.
Word slisp_monitor_wait(Word object, std::int64_t milliseconds) {
  if (object == k_nil) return throw_null_pointer().take();
  if (milliseconds < 0) return throw_new(ClassId::IllegalArgumentException, "timeout value is negative").take();
  const std::uint32_t me = t_state.runtime.number;
  Monitor* monitor = nullptr;
  std::uint32_t depth = 0;
  {
    GateHold hold(address_of(object));
    monitor = find(object);
    if (monitor != nullptr && monitor->owner == me) {
      depth = std::exchange(monitor->depth, 0);
      monitor->owner = 0;
      ++monitor->waiting;
      hold.gate().wake_all();
    }
  }
  if (depth == 0) return not_the_owner();
  const std::int64_t deadline = milliseconds == 0 ? -1 : deadline_after(milliseconds);
  const Wake wake = wait_for(address_of(object), deadline, Patience::Interruptible, [&] {
    if (monitor->notified == 0) return false;
    --monitor->notified;
    return true;
  });
  // Its interest of `depth` entries was kept: only the ownership has to be won again.
  Owned interrupted = wake == Wake::Failed && !exit_is_pending() ? Owned::adopt(slisp::abi::slisp_exception_take()) : Owned();
  const Wake again = wait_for(address_of(object), -1, Patience::Stubborn, [&] {
    if (monitor->owner != 0) return false;
    monitor->owner = me;
    monitor->depth = depth;
    return true;
  });
  {
    GateHold hold(address_of(object));
    --monitor->waiting;
    if (monitor->notified > monitor->waiting) monitor->notified = monitor->waiting;
  }
  if (again == Wake::Failed) return k_pending;
  return interrupted.is_nil() ? k_nil : raise(std::move(interrupted)).take();
}

Word slisp_monitor_notify(Word object, bool all) {
  if (object == k_nil) return throw_null_pointer().take();
  {
    GateHold hold(address_of(object));
    Monitor* monitor = find(object);
    if (monitor != nullptr && monitor->owner == t_state.runtime.number) {
      if (monitor->notified < monitor->waiting) monitor->notified = all ? monitor->waiting : monitor->notified + 1;
      hold.gate().wake_all();
      return k_nil;
    }
  }
  return not_the_owner();
}

}  // extern "C"
