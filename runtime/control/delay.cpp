// delay.cpp: values computed at most once, by one thread while the others wait.
// Keeps: as on the JVM a failure is remembered too and thrown again each time; System/exit on its way is no result and is not.
#include "runtime/abi/functions.hpp"
#include "runtime/control/cells.hpp"
#include "runtime/control/exceptions.hpp"
#include "runtime/types/operations.hpp"
#include "runtime/memory/context.hpp"
#include "runtime/memory/threading.hpp"

using namespace slisp::rt;
namespace abi = slisp::abi;
using abi::k_nil;
using abi::k_pending;

// LazySeq: runtime/seqs; only programs with lazy seqs contain it.
extern "C" [[gnu::weak]] bool slisp_lazy_seq_realized(Word lazy_seq);
// Promises and futures: only programs with such objects contain it.
extern "C" [[gnu::weak]] std::uint32_t slisp_sync_realized(Word object);

namespace {

Computation computation_of(DelayObject* delay, std::uint32_t* before) {
  return {delay, reinterpret_cast<std::uint32_t*>(&delay->state), &delay->runner, static_cast<std::uint32_t>(DelayState::Running),
          1u << static_cast<unsigned>(DelayState::Pending), before};
}

DelayState state_of(const DelayObject* delay) {
  return static_cast<DelayState>(__atomic_load_n(reinterpret_cast<const std::uint32_t*>(&delay->state), __ATOMIC_ACQUIRE));
}

bool is_settled(const DelayObject* delay) { return state_of(delay) >= DelayState::Realised; }

Word result_of(DelayObject* delay) {
  Owned value = Owned::copy(delay->value);
  return state_of(delay) == DelayState::Failed ? raise(std::move(value)).take() : value.take();
}

// This thread is to run it, or runs it already and asks for it again.
bool claim(DelayObject* delay) {
  std::uint32_t before;
  if (is_shared(&delay->header)) return g_threading->claim(computation_of(delay, &before)) <= Claim::Mine;
  if (is_settled(delay)) return false;
  delay->state = DelayState::Running;
  delay->runner = t_state.runtime.number;
  return true;
}

void settle(DelayObject* delay, DelayState state, Owned value) {
  // Between the start and now other threads may have got hold of it.
  store_cell(delay, delay->function, Owned());
  if (is_shared(&delay->header)) {
    return g_threading->settle(computation_of(delay, nullptr), static_cast<std::uint32_t>(state), &delay->value, value.take());
  }
  delay->value = value.take();
  delay->state = state;
}

}  // namespace

extern "C" {

Word slisp_delay_new(Word function) {
  cell_made();
  auto* delay = allocate_as<DelayObject>(Kind::Delay, sizeof(DelayObject), 2);
  delay->state = DelayState::Pending;
  delay->runner = 0;
  delay->function = function;
  delay->value = k_nil;
  return word_of(delay);
}

std::uint32_t slisp_delay_p(Word value) { return is_kind(value, Kind::Delay); }

Word slisp_force(Word value) {
  if (!is_kind(value, Kind::Delay)) return Owned::copy(value).take();
  auto* delay = reinterpret_cast<DelayObject*>(value);
  if (is_settled(delay)) return result_of(delay);
  // The function may force this delay again, or drop the last reference to it.
  Owned held = Owned::copy(value);
  if (!claim(delay)) return is_settled(delay) ? result_of(delay) : k_pending;
  Owned function = Owned::copy(delay->function);
  Owned result = call(function);
  if (exit_is_pending()) return k_pending;
  if (is_settled(delay)) {
    if (result.failed()) return k_pending;
    return result_of(delay);
  }
  if (result.failed()) {
    settle(delay, DelayState::Failed, Owned::adopt(abi::slisp_exception_take()));
  } else {
    settle(delay, DelayState::Realised, std::move(result));
  }
  return result_of(delay);
}

std::uint32_t slisp_realized_p(Word value) {
  if (is_kind(value, Kind::Delay)) return is_settled(reinterpret_cast<DelayObject*>(value));
  if (is_kind(value, Kind::LazySeq) && slisp_lazy_seq_realized != nullptr) return slisp_lazy_seq_realized(value);
  if (asks_type(value)) return slisp_type_operations.realized(value);
  if (is_kind(value, Kind::Sync) && slisp_sync_realized != nullptr) return slisp_sync_realized(value);
  (void)throw_class_cast(value, "clojure.lang.IPending");
  return abi::k_bool_failed;
}

}  // extern "C"
