// uncaught.cpp: what an exception that nothing caught says on stderr.
//   CLASS: MESSAGE
//     data: {...}
//       at NAME (FILE:LINE)
//   Caused by: CLASS: MESSAGE ...
#include "runtime/control/classes.hpp"
#include "runtime/control/exceptions.hpp"
#include "runtime/control/trace.hpp"
#include "runtime/sys/sys.hpp"

namespace slisp::rt {
namespace {

constexpr int k_most_causes = 32;

void drop_pending() {
  Word failure = std::exchange(context().exception, abi::k_pending);
  release(failure);
}

void append_frames(TextBuffer& out, const ExceptionObject* exception) {
  const abi::TraceSite* frames[k_most_frames];
  std::uint64_t skipped;
  std::size_t count = trace_frames(exception, frames, skipped);
  for (std::size_t i = 0; i < count; ++i) {
    if (i == 64 && skipped != 0) {
      out.append("    ... ");
      out.append_long(static_cast<std::int64_t>(skipped));
      out.append(" more\n");
    }
    out.append("    at ");
    out.append(frames[i]->function);
    out.append(" (");
    out.append(frames[i]->file);
    out.append(":");
    out.append_long(frames[i]->line);
    out.append(")\n");
  }
}

void append_exception(TextBuffer& out, const ExceptionObject* exception) {
  out.append(class_name(reinterpret_cast<const ClassObject*>(exception->class_object)));
  if (exception->message != abi::k_nil) {
    out.append(": ");
    append_shown(out, exception->message);
  } else if (exception->class_object == class_object(ClassId::StackOverflowError).word()) {
    out.append(": the stack is exhausted");
  }
  out.append("\n");
  if (exception->data != abi::k_nil) {
    out.append("  data: ");
    if (!print_value(out, exception->data, PrintMode::Readable)) drop_pending();
    out.append("\n");
  }
  append_frames(out, exception);
}

}  // namespace

void report_uncaught(Borrowed exception) {
  TextBuffer out;
  Word current = exception.word();
  for (int depth = 0; is_kind(current, Kind::Exception) && depth < k_most_causes; ++depth) {
    if (depth != 0) out.append("Caused by: ");
    const auto* object = reinterpret_cast<const ExceptionObject*>(current);
    append_exception(out, object);
    current = object->cause;
  }
  sys::write_error(out.view());
}

}  // namespace slisp::rt
