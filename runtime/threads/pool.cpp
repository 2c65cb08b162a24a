// pool.cpp: the threads that run futures and the like. One that has nothing to do waits for the next task and ends after a while.
// Keeps: a task starts at once: where no thread is idle, a new one is made; where none can be made, a running one takes the task when it is done.
#include "runtime/threads/threads.hpp"
#include "runtime/abi/functions.hpp"

namespace slisp::rt {
namespace {

constexpr std::int64_t k_idle_ms = 2000;

struct Task {
  Task* next;
  void (*body)(Word task);
  Word task;
};

// The gate of this object guards what follows.
constinit char g_pool = 0;
Task* g_first = nullptr;
Task* g_last = nullptr;
std::uint32_t g_queued = 0, g_idle = 0, g_workers = 0;

Task* take_task() {
  Task* task = g_first;
  if (task == nullptr) return nullptr;
  g_first = task->next;
  if (g_first == nullptr) g_last = nullptr;
  --g_queued;
  return task;
}

bool take_back(const Task* entry) {
  Task* before = nullptr;
  for (Task** link = &g_first; *link != nullptr; before = *link, link = &(*link)->next) {
    if (*link != entry) continue;
    *link = entry->next;
    if (g_last == entry) g_last = before;
    --g_queued;
    return true;
  }
  return false;
}

void run(Task* task) {
  task->body(task->task);
  scratch_free(task);
  end_of_body("pool");
}

void work(Word) {
  for (;;) {
    Task* task = nullptr;
    {
      GateHold hold(&g_pool);
      ++g_idle;
    }
    // Who takes a task is idle no longer, in the same moment: whoever submits one must not count on it.
    const Wake wake = wait_for(&g_pool, deadline_after(k_idle_ms), Patience::Stubborn, [&] {
      task = take_task();
      if (task != nullptr) --g_idle;
      return task != nullptr;
    });
    if (task == nullptr) {
      GateHold hold(&g_pool);
      --g_idle;
      // A task that came when the patience was over is this thread's all the same.
      if (wake == Wake::TimedOut) task = take_task();
      if (task == nullptr) --g_workers;
    }
    if (task == nullptr) break;
    run(task);
    take_interrupt(current_thread());
  }
  if (exiting()) drop_waiting_tasks();
}

}  // namespace

bool submit(void (*body)(Word task), Owned task) {
  begin_threading();
  mark_shared(task.word());
  auto* entry = static_cast<Task*>(scratch_allocate(sizeof(Task)));
  *entry = {nullptr, body, task.take()};
  bool grow;
  {
    GateHold hold(&g_pool);
    (g_last != nullptr ? g_last->next : g_first) = entry;
    g_last = entry;
    grow = ++g_queued > g_idle;
    if (grow) ++g_workers;
    hold.gate().wake_all();
  }
  if (!grow) return true;
  if (ThreadRecord* record = start_thread(work, Owned(), abi::k_nil, true)) {
    release_record(record);
    return true;
  }
  bool taken_back = false;
  {
    GateHold hold(&g_pool);
    // A busy thread will come to it, if there is one.
    taken_back = (--g_workers == 0 || exit_is_pending()) && take_back(entry);
  }
  if (taken_back) {
    release(entry->task);
    scratch_free(entry);
    return false;
  }
  Owned dropped = Owned::adopt(abi::slisp_exception_take());
  return true;
}

void drop_waiting_tasks() {
  for (;;) {
    Task* task;
    {
      GateHold hold(&g_pool);
      task = take_task();
    }
    if (task == nullptr) return;
    release(task->task);
    scratch_free(task);
  }
}

}  // namespace slisp::rt
