// processors.cpp: how many processors the program may use.
#include "runtime/api.hpp"
#include <unistd.h>

extern "C" std::int64_t slisp_processor_count() {
  const long count = ::sysconf(_SC_NPROCESSORS_ONLN);
  return count < 1 ? 1 : count;
}
