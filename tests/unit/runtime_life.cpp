// runtime_life.cpp: the runtime runs while the tests do; at the end nothing may live.
#include "runtime/control/runtime.hpp"
#include <cstdio>
#include <cstdlib>

namespace {

class Running {
 public:
  Running() {
    static char name[] = "test";
    static char* arguments[] = {name, nullptr};
    slisp::rt::runtime_start(1, arguments);
  }
  ~Running() {
    const std::uint64_t live = slisp::rt::runtime_stop();
    if (live == 0) return;
    std::fprintf(stderr, "%llu objects live at the end\n", static_cast<unsigned long long>(live));
    std::_Exit(1);
  }
};
const Running k_running;

}  // namespace
