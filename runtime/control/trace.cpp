// trace.cpp: the stack trace that a pending exception gathers on its way up.
// Keeps: the first and the last 64 frames, so that a runaway recursion costs what any other exception costs.
#include "runtime/abi/functions.hpp"
#include "runtime/control/exceptions.hpp"
#include "runtime/control/trace.hpp"

namespace slisp::rt {

std::size_t trace_frames(const ExceptionObject* exception, const abi::TraceSite* (&frames)[k_most_frames], std::uint64_t& skipped) {
  skipped = 0;
  const TraceBuffer* trace = exception->trace;
  if (trace == nullptr) return 0;
  std::size_t count = 0;
  for (; count < trace->total && count < 64; ++count) frames[count] = trace->first[count];
  if (trace->total <= 64) return count;
  std::uint64_t start = trace->total <= 128 ? 64 : trace->total - 64;
  skipped = start - 64;
  for (std::uint64_t i = start; i < trace->total; ++i) frames[count++] = trace->last[i % 64];
  return count;
}

}  // namespace slisp::rt

using namespace slisp::rt;
namespace abi = slisp::abi;

extern "C" {

void slisp_trace(std::int64_t site_address) {
  Word pending = context().exception;
  // An exception that other threads may see keeps the trace of the thread that made it.
  if (!is_kind(pending, Kind::Exception) || count_of(header_of(pending)) <= 0) return;
  auto* exception = reinterpret_cast<ExceptionObject*>(pending);
  if (exception->trace == nullptr) {
    exception->trace = static_cast<TraceBuffer*>(scratch_allocate(sizeof(TraceBuffer)));
    exception->trace->total = 0;
  }
  TraceBuffer& trace = *exception->trace;
  const auto* site = reinterpret_cast<const abi::TraceSite*>(site_address);
  if (trace.total < 64) {
    trace.first[trace.total] = site;
  } else {
    trace.last[trace.total % 64] = site;
  }
  ++trace.total;
}

Word slisp_ex_trace(Word value) {
  Owned result = empty_vector();
  if (!is_kind(value, Kind::Exception)) return result.take();
  const abi::TraceSite* frames[k_most_frames];
  std::uint64_t skipped;
  std::size_t count = trace_frames(reinterpret_cast<ExceptionObject*>(value), frames, skipped);
  for (std::size_t i = 0; i < count; ++i) {
    Owned parts[3] = {make_string(frames[i]->function), make_string(frames[i]->file), make_long(frames[i]->line)};
    result = vector_conj(std::move(result), vector_of(parts));
  }
  return result.take();
}

}  // extern "C"
