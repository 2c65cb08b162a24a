// delay.cpp: values computed at most once.
// Keeps: as on the JVM a failure is remembered too and thrown again each time; System/exit on its way is no result and is not.
#include "runtime/abi/functions.hpp"
#include "runtime/control/cells.hpp"
#include "runtime/control/exceptions.hpp"
#include "runtime/types/operations.hpp"

using namespace slisp::rt;
namespace abi = slisp::abi;
using abi::k_nil;
using abi::k_pending;

// LazySeq: runtime/seqs; only programs with lazy seqs contain it.
extern "C" [[gnu::weak]] bool slisp_lazy_seq_realized(Word lazy_seq);

namespace {

Word result_of(DelayObject* delay) {
  Owned value = Owned::copy(delay->value);
  return delay->state == DelayState::Failed ? raise(std::move(value)).take() : value.take();
}

}  // namespace

extern "C" {

Word slisp_delay_new(Word function) {
  auto* delay = allocate_as<DelayObject>(Kind::Delay, sizeof(DelayObject), 2);
  delay->state = DelayState::Pending;
  delay->function = function;
  delay->value = k_nil;
  return word_of(delay);
}

std::uint32_t slisp_delay_p(Word value) { return is_kind(value, Kind::Delay); }

Word slisp_force(Word value) {
  if (!is_kind(value, Kind::Delay)) return Owned::copy(value).take();
  auto* delay = reinterpret_cast<DelayObject*>(value);
  if (delay->state != DelayState::Pending) return result_of(delay);
  // The function may force this delay again, or drop the last reference to it.
  Owned held = Owned::copy(value), function = Owned::copy(delay->function);
  Owned result = call(function);
  if (exit_is_pending()) return k_pending;
  if (delay->state != DelayState::Pending) {
    if (result.failed()) return k_pending;
    return result_of(delay);
  }
  delay->state = result.failed() ? DelayState::Failed : DelayState::Realised;
  store(delay->value, result.failed() ? Owned::adopt(abi::slisp_exception_take()) : std::move(result));
  store(delay->function, Owned());
  return result_of(delay);
}

std::uint32_t slisp_realized_p(Word value) {
  if (is_kind(value, Kind::Delay)) return reinterpret_cast<DelayObject*>(value)->state != DelayState::Pending;
  if (is_kind(value, Kind::LazySeq) && slisp_lazy_seq_realized != nullptr) return slisp_lazy_seq_realized(value);
  if (asks_type(value)) return slisp_type_operations.realized(value);
  (void)throw_class_cast(value, "clojure.lang.IPending");
  return abi::k_bool_failed;
}

}  // extern "C"
