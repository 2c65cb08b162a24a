// start.cpp: `main` of compiled programs; a member of the archive of its own, so that other hosts bring their own main.
// In:   slisp_program, emitted by the compiler: runs the top-level forms and -main; 0 with the exception pending, or a value.
// Out:  the exit status: an integer result modulo 256, 1 after an uncaught exception or when stdout cannot be written, else 0.
#include "runtime/abi/functions.hpp"
#include "runtime/control/exceptions.hpp"
#include "runtime/control/runtime.hpp"
#include "runtime/memory/context.hpp"
#include "runtime/sys/sys.hpp"
#include <cerrno>

extern "C" slisp::abi::Word slisp_program();

namespace slisp::rt {

[[gnu::weak]] int flush_standard_streams();   // programs without output do not contain it

namespace {

void run_program(int& status, bool& returned) {
  Owned result = enter(reinterpret_cast<abi::Code>(&slisp_program), abi::k_nil, nullptr, 0);
  if (exit_is_pending()) {
    status = exit_status();
    context().exception = abi::k_pending;
  } else if (result.failed()) {
    if (flush_standard_streams != nullptr) flush_standard_streams();   // what was printed stands before the report
    Owned exception = Owned::adopt(abi::slisp_exception_take());
    report_uncaught(exception);
    status = 1;
  } else {
    returned = true;
    if (is_long(result)) status = static_cast<int>(long_of(result) & 0xff);
  }
}

// What the program's end is, and whether it waits for its threads: not after System/exit or an exception that nothing caught.
struct End {
  int status = 0;
  bool threads_ended = true;
};

void run_to_the_end(void* end_address) {
  End& end = *static_cast<End*>(end_address);
  bool returned = false;
  run_program(end.status, returned);
  end.threads_ended = end_threads(returned, end.status);
}

void flush_output(int& status) {
  if (flush_standard_streams == nullptr) return;
  int error = flush_standard_streams();
  if (error == 0 || error == EPIPE) return;
  sys::write_error("slisp: cannot write standard output: ");
  sys::write_error(sys::error_text(error));
  sys::write_error("\n");
  status = 1;
}

}  // namespace
}  // namespace slisp::rt

int main(int argc, char** argv) {
  using namespace slisp::rt;
  End end;
  if (!runtime_start(argc, argv) || !run_on_big_stack(run_to_the_end, &end)) {
    sys::write_error("slisp: no memory for the stack\n");
    return 1;
  }
  flush_output(end.status);
  if (!end.threads_ended) sys::exit_now(end.status);
  runtime_stop();
  return end.status;
}
