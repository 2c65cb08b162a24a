// references.cpp: printing what has identity: functions, cells, namespaces, exceptions.
#include "runtime/printing/printer.hpp"
#include "runtime/control/objects.hpp"
#include "runtime/memory/threading.hpp"

namespace slisp::rt {

// Promises, futures, agents, refs: what they hold and how they are; false for what is printed otherwise. Only programs with such objects
// contain it.
extern "C" [[gnu::weak]] bool slisp_sync_status(Word object, Owned& content, const char*& status);

void append_hex(TextBuffer& out, std::uint64_t value) {
  char digits[16];
  std::size_t start = sizeof digits;
  do {
    digits[--start] = "0123456789abcdef"[value & 15];
    value >>= 4;
  } while (value != 0);
  out.append(std::string_view(digits + start, sizeof digits - start));
}

void append_class_name(TextBuffer& out, Borrowed value) {
  if (value.is(Kind::Fn)) {
    append_function_class_name(out, *value.as<abi::Fn>()->descriptor);
    return;
  }
  const Owned type = Owned::adopt(abi::slisp_class_of(value.word()));
  const Owned name = Owned::adopt(abi::slisp_class_name(type.word()));
  out.append(text_of(name));
}

namespace {

std::uint64_t identity(Borrowed value) { return static_cast<std::uint64_t>(abi::slisp_identity_hash(value.word())) & 0xffffffffu; }

}  // namespace

// A queue has its own hashCode, and no text of its own.
void append_object_name(TextBuffer& out, Borrowed value) {
  append_class_name(out, value);
  out.append('@');
  bool failed = false;
  append_hex(out, value.is(Kind::Queue) ? static_cast<std::uint32_t>(java_hash_code(value, failed)) : identity(value));
}

// #object[class 0x1f ...]: what a reference holds, a namespace's name, or the text of the object.
bool Printer::print_reference(Borrowed value) {
  out_.append("#object[");
  const bool array = value.is(Kind::Array);
  if (array && readable_) out_.append('"');
  append_class_name(out_, value);
  if (array && readable_) out_.append('"');
  out_.append(" 0x");
  append_hex(out_, identity(value));
  out_.append(' ');
  Owned content;           // what it holds may change while it is printed
  const char* status = "ready";
  switch (header_of(value.word())->kind) {
    case Kind::Atom:
    case Kind::Volatile:
    case Kind::Reduced: content = load_cell(value.as<CellObject>(), value.as<CellObject>()->value); break;
    case Kind::Delay: {
      const auto* delay = value.as<DelayObject>();
      const auto state = static_cast<DelayState>(__atomic_load_n(reinterpret_cast<const std::uint32_t*>(&delay->state), __ATOMIC_ACQUIRE));
      if (state != DelayState::Realised) status = state == DelayState::Failed ? "failed" : "pending";
      if (state >= DelayState::Realised) content = Owned::copy(delay->value);
      break;
    }
    case Kind::Sync:
      if (slisp_sync_status != nullptr && slisp_sync_status(value.word(), content, status)) break;
      [[fallthrough]];
    default: {
      TextBuffer text;
      if (!append_str(text, value)) return false;
      if (readable_) out_.append('"');
      out_.append(text.view());
      out_.append(readable_ ? "\"]" : "]");
      return true;
    }
  }
  out_.append("{:status :");
  out_.append(std::string_view(status));
  out_.append(", :val ");
  if (!print(content)) return false;
  out_.append("}]");
  return true;
}

bool Printer::print_via(Borrowed exception) {
  const auto* object = exception.as<ExceptionObject>();
  out_.append("{:type ");
  if (!print(object->class_object)) return false;
  out_.append("\n   :message ");
  if (!print(object->message)) return false;
  if (object->data != abi::k_nil) {
    out_.append("\n   :data ");
    if (!print(object->data)) return false;
  }
  const Owned trace = Owned::adopt(abi::slisp_ex_trace(exception.word()));
  if (counted_size(trace) > 0) {
    out_.append("\n   :at ");
    if (!print(vector_at(trace, 0))) return false;
  }
  out_.append('}');
  return true;
}

bool Printer::print_exception(Borrowed value) {
  Borrowed root = value;
  while (root.as<ExceptionObject>()->cause != abi::k_nil) root = root.as<ExceptionObject>()->cause;
  const auto* innermost = root.as<ExceptionObject>();
  out_.append("#error {\n :cause ");
  if (!print(innermost->message)) return false;
  if (innermost->data != abi::k_nil) {
    out_.append("\n :data ");
    if (!print(innermost->data)) return false;
  }
  out_.append("\n :via\n [");
  for (Borrowed e = value;; e = e.as<ExceptionObject>()->cause) {
    if (!print_via(e)) return false;
    if (e.word() == root.word()) break;
    out_.append("\n  ");
  }
  out_.append("]\n :trace\n [");
  const Owned trace = Owned::adopt(abi::slisp_ex_trace(root.word()));
  const std::int64_t frames = counted_size(trace);
  for (std::int64_t i = 0; i < frames; ++i) {
    if (i > 0) out_.append("\n  ");
    if (!print(vector_at(trace, static_cast<std::size_t>(i)))) return false;
  }
  out_.append("]}");
  return true;
}

}  // namespace slisp::rt
