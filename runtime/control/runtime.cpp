// runtime.cpp: the life of the runtime in a process.
// Keeps: what rooms registered with at_stop is released last first, then var roots and tables; only then is the heap counted.
#include "runtime/control/runtime.hpp"
#include "runtime/abi/functions.hpp"
#include "runtime/control/exceptions.hpp"
#include "runtime/memory/context.hpp"
#include "runtime/memory/most_stack.hpp"
#include "runtime/memory/threading.hpp"
#include "runtime/memory/updates.hpp"
#include "runtime/names/names.hpp"
#include "runtime/sys/sys.hpp"
#include <algorithm>
#include <new>

extern "C" void slisp_on_stack(void* top, void (*function)(void*), void* argument);

namespace slisp::rt {
namespace {

constexpr std::size_t k_reserve = 256 * 1024;       // below the limit, for C++ and GMP
constexpr unsigned k_most_hooks = 64;

void (*g_hooks[k_most_hooks])();
unsigned g_hook_count = 0;
int g_argument_count = 0;
char** g_arguments = nullptr;
sys::Stack g_big_stack;

// Until a big stack is entered: the C stack, of which the process has at least 1 MiB by the rules; half of it is ours.
void limit_to_c_stack() {
  constexpr std::size_t k_assumed = 512 * 1024;
  t_state.context.stack_limit = static_cast<char*>(__builtin_frame_address(0)) - k_assumed + k_reserve;
}

}  // namespace

namespace {
constinit Lock g_hooks_lock;
}

void at_stop(void (*release)()) {
  Locked hold(g_hooks_lock);
  for (unsigned i = 0; i < g_hook_count; ++i) {
    if (g_hooks[i] == release) return;
  }
  if (g_hook_count == k_most_hooks) fatal("too many rooms registered with at_stop");
  g_hooks[g_hook_count++] = release;
}

void set_command_line(int count, char** arguments) {
  g_argument_count = count;
  g_arguments = arguments;
}

bool runtime_start(int argc, char** argv) {
  sys::ignore_broken_pipes();
  set_command_line(argc > 0 ? argc - 1 : 0, argv + 1);
  limit_to_c_stack();
  return context().runtime != nullptr;
}

bool run_on_big_stack(void (*function)(void*), void* argument) {
  abi::ThreadContext& thread = context();
  auto here = static_cast<char*>(__builtin_frame_address(0));
  if (g_big_stack.base != nullptr && here > g_big_stack.base && here < g_big_stack.base + g_big_stack.bytes) {
    function(argument);
    return true;
  }
  if (g_big_stack.base == nullptr) g_big_stack = sys::map_stack(std::min(most_stack(), sys::physical_memory() / 4));
  if (g_big_stack.base == nullptr) return false;
  char* old_limit = thread.stack_limit;
  thread.stack_limit = g_big_stack.base + k_reserve;
  slisp_on_stack(g_big_stack.base + g_big_stack.bytes, function, argument);
  thread.stack_limit = old_limit;
  return true;
}

bool end_threads(bool wait, int& status) {
  if (g_threading == nullptr) return true;
  const bool before = g_threading->exiting();
  const bool ended = g_threading->end_threads(wait);
  if (!before && g_threading->exit_requested()) status = exit_status();
  if (ended) return true;
  const char* report = sys::environment("SLISP_HEAP_REPORT");
  if (report != nullptr && std::string_view(report) == "1") sys::write_error("heap: not counted, threads were still running\n");
  return false;
}

std::uint64_t runtime_stop() {
  Word pending = std::exchange(context().exception, abi::k_pending);
  release(pending);
  release_bindings();
  while (g_hook_count > 0) g_hooks[--g_hook_count]();
  release_vars();
  release_keywords();
  HeapCounts counts = heap_counts();
  if (counts.allocated != counts.freed) {
    collect_cycles();
    counts = heap_counts();
  }
  const char* report = sys::environment("SLISP_HEAP_REPORT");
  if (report != nullptr && std::string_view(report) == "1") heap_report();
  const char* stats = sys::environment("SLISP_STATS");
  if (stats != nullptr && std::string_view(stats) == "1") update_report();
  return counts.allocated - counts.freed;
}

}  // namespace slisp::rt

using namespace slisp::rt;

extern "C" Word slisp_command_line() {
  if (g_argument_count == 0) return slisp::abi::k_nil;
  auto* elements = static_cast<Owned*>(scratch_allocate(static_cast<std::size_t>(g_argument_count) * sizeof(Owned)));
  for (int i = 0; i < g_argument_count; ++i) new (&elements[i]) Owned(make_string(g_arguments[i]));
  Owned list = list_of({elements, static_cast<std::size_t>(g_argument_count)});
  scratch_free(elements);
  return list.take();
}
