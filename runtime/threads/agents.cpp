// agents.cpp: what the library needs of the runtime for agents: their objects, and threads for their actions. The rest is slisp:
// stdlib/clojure/core/agents.slisp.
#include "runtime/abi/functions.hpp"
#include "runtime/control/classes.hpp"
#include "runtime/threads/threads.hpp"

namespace slisp::rt {
namespace {

constexpr unsigned k_agent_slots = 7;      // value, validator, watches, [error actions], error mode, error handler, metadata

SyncObject* agent_of(Word value) {
  SyncObject* agent = sync_of(value, SyncSort::Agent);
  if (agent == nullptr) (void)throw_class_cast(value, "clojure.lang.Agent");
  return agent;
}

void run_function(Word task) {
  Owned function = Owned::adopt(task);
  Owned result = call(function);
}

}  // namespace
}  // namespace slisp::rt

using namespace slisp::rt;
namespace abi = slisp::abi;
using abi::k_nil;
using abi::k_pending;

extern "C" {

Word slisp_agent_new(Word value) {
  SyncObject* agent = new_sync(SyncSort::Agent, k_agent_slots);
  agent->header.flags = abi::k_flag_has_meta;
  agent->slot[SyncObject::k_value] = value;
  return word_of(agent);
}
std::uint32_t slisp_agent_p(Word value) { return sync_of(value, SyncSort::Agent) != nullptr; }

Word slisp_agent_get(Word target, std::int64_t slot) {
  SyncObject* agent = agent_of(target);
  return agent == nullptr ? k_pending : load_cell(agent, agent->slot[slot]).take();
}

Word slisp_agent_put(Word target, std::int64_t slot, Word value) {
  Owned next = Owned::adopt(value);
  SyncObject* agent = agent_of(target);
  if (agent == nullptr) return k_pending;
  store_cell(agent, agent->slot[slot], std::move(next));
  return k_nil;
}

// Puts the value into the slot if the other one stands there.
std::uint32_t slisp_agent_replace(Word target, std::int64_t slot, Word expected, Word value) {
  Owned next = Owned::adopt(value);
  SyncObject* agent = agent_of(target);
  if (agent == nullptr) return abi::k_bool_failed;
  return compare_and_set_shared(agent, &agent->slot[slot], expected, next.take());
}

Word slisp_nested_sends() { return Owned::copy(current_thread().nested_sends).take(); }
void slisp_set_nested_sends(Word sends) { release(std::exchange(current_thread().nested_sends, sends)); }

// A thread of the pool calls the function of no arguments; its value is dropped.
Word slisp_run_elsewhere(Word function) { return submit(run_function, Owned::adopt(function)) ? k_nil : k_pending; }

}  // extern "C"
