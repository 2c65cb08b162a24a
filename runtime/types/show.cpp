// show.cpp: printing and str of users' objects, by what print-method chooses for the interfaces they declare.
#include "runtime/printing/printer.hpp"
#include "runtime/types/answers.hpp"
#include "runtime/types/protocol.hpp"

namespace slisp::rt::types {
namespace {

// "#object[class 0x1f TEXT]", TEXT what str gives; of a reference what it holds.
bool print_object(Printer& printer, TextBuffer& out, Word x, bool readable) {
  out.append("#object[");
  out.append(class_name(&class_of_object(x)->base));
  out.append(" 0x");
  append_hex(out, static_cast<std::uint64_t>(abi::slisp_identity_hash(x)) & 0xffffffffu);
  out.append(' ');
  if (object_is(x, ClassId::IDeref)) {
    out.append("{:status :ready, :val ");
    const Owned content = Owned::adopt(deref(x));
    if (content.failed() || !printer.print(content)) return false;
    out.append("}]");
    return true;
  }
  TextBuffer text;
  if (!append_str(text, x)) return false;
  const Owned string = text.finish();
  if (!(readable ? printer.print(string) : (out.append(text_of(string)), true))) return false;
  out.append(']');
  return true;
}

}  // namespace

bool print(Printer& printer, TextBuffer& out, Word x, bool readable) {
  if (is_kind(x, Kind::Protocol)) {
    const Owned map = protocol_map(at<const ProtocolObject>(x));
    return printer.print(map);
  }
  if (is_kind(x, Kind::Record) || object_is(x, ClassId::IRecord)) {
    out.append('#');
    out.append(class_name(&class_of_object(x)->base));
    return printer.print_entries(x, false);
  }
  if (object_is(x, ClassId::ISeq)) return printer.print_seq(x, "(", ")");
  if (object_is(x, ClassId::IPersistentVector)) return printer.print_seq(x, "[", "]");
  if (object_is(x, ClassId::IPersistentMap)) return printer.print_entries(x, true);
  if (object_is(x, ClassId::IPersistentSet)) return printer.print_seq(x, "#{", "}");
  if (readable && class_name(&class_of_object(x)->base) == "clojure.core.Eduction") return printer.print_seq(x, "(", ")");
  if (object_is(x, ClassId::IDeref) || !readable) return print_object(printer, out, x, readable);
  if (object_is(x, ClassId::RandomAccess)) return printer.print_seq(x, "[", "]");
  if (object_is(x, ClassId::JavaList)) return printer.print_seq(x, "(", ")");
  if (object_is(x, ClassId::JavaMap)) return printer.print_entries(x, false);
  if (object_is(x, ClassId::JavaSet)) return printer.print_seq(x, "#{", "}");
  return print_object(printer, out, x, readable);
}

// toString where the class has it; else Object's, with the object's own hashCode.
bool append_str(TextBuffer& out, Word x) {
  if (is_kind(x, Kind::Protocol)) {
    const Owned map = protocol_map(at<const ProtocolObject>(x));
    return rt::append_str(out, map);
  }
  if (object_has(x, Method::ToString)) {
    const Owned text = call_method(x, Method::ToString);
    if (text.failed()) return false;
    if (text.is(Kind::String)) {
      out.append(text_of(text));
      return true;
    }
    if (text.is_nil()) return true;
    (void)throw_class_cast(text, "java.lang.String");
    return false;
  }
  bool failed = false;
  const std::uint32_t code = java_hash(x, failed);
  if (failed) return false;
  out.append(class_name(&class_of_object(x)->base));
  out.append('@');
  append_hex(out, code);
  return true;
}

}  // namespace slisp::rt::types
