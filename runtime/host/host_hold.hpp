// host_hold.hpp: mutable objects of the host that several threads may see: one thread at a time changes or reads them.
// Keeps: what a shared object refers to is shared; what comes in is published before, what was made meanwhile after.
#pragma once
#include "runtime/collections/layouts.hpp"
#include "runtime/memory/threading.hpp"

namespace slisp::rt {

inline constinit Lock g_host_lock;

class HostHold {
 public:
  template <class... Words> explicit HostHold(Word object, Words... values)
      : hold_(g_host_lock), object_(is_kind(object, Kind::Native) && is_shared(header_of(object)) ? header_of(object) : nullptr) {
    if (object_ != nullptr) (publish(values), ...);
  }
  ~HostHold() {
    if (object_ == nullptr) return;
    for (unsigned i = 0; i < object_->slots; ++i) publish(slots_of(object_)[i]);
  }
  HostHold(const HostHold&) = delete;
  HostHold& operator=(const HostHold&) = delete;

 private:
  Locked hold_;
  Header* object_;
};

}  // namespace slisp::rt
