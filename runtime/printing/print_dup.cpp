// print_dup.cpp: what *print-dup* changes: values are printed so that reading them back gives the same class again.
// Out: false when an exception is pending. Vectors, lists, hash sets and hash maps look as ever; their elements come here by themselves.
#include "runtime/control/exceptions.hpp"
#include "runtime/printing/printer.hpp"

namespace slisp::rt {

// "#=(CLASS/create " COLLECTION ")"
bool Printer::print_created(Borrowed value, bool (Printer::*print_collection)(Borrowed)) {
  out_.append("#=(");
  append_class_name(out_, value);
  out_.append("/create ");
  if (!(this->*print_collection)(value)) return false;
  out_.append(')');
  return true;
}

bool Printer::print_sorted_set_elements(Borrowed set) { return print_seq(set, "[", "]"); }

// "#CLASS[VALUE, VALUE]"
bool Printer::print_record_values(Borrowed record) {
  out_.append('#');
  append_class_name(out_, record);
  out_.append('[');
  SeqWalk walk(Owned::adopt(abi::slisp_vals(Owned::copy(record).take())));
  Owned element;
  for (bool first = true; walk.next(element); first = false) {
    if (!first) out_.append(", ");
    if (!print(element)) return false;
  }
  out_.append(']');
  return !walk.failed();
}

bool Printer::print_for_dup(Borrowed value, bool& handled) {
  handled = true;
  switch (header_of(value.word())->kind) {
    case Kind::ArrayMap:
    case Kind::TreeMap: return print_created(value, &Printer::print_map);
    case Kind::TreeSet: return print_created(value, &Printer::print_sorted_set_elements);
    case Kind::Class: {
      const Owned name = Owned::adopt(abi::slisp_class_name(value.word()));
      out_.append("#=");
      out_.append(text_of(name));
      return true;
    }
    case Kind::Var: {
      const Owned symbol = Owned::adopt(abi::slisp_var_symbol(value.word()));
      out_.append("#=(var ");
      if (!print(symbol)) return false;
      out_.append(')');
      return true;
    }
    case Kind::Namespace: {
      const Owned name = Owned::adopt(abi::slisp_ns_name(value.word()));
      out_.append("#=(find-ns ");
      if (!print(name)) return false;
      out_.append(')');
      return true;
    }
    case Kind::Fn:
      out_.append("#=(");
      append_class_name(out_, value);
      out_.append(". )");
      return true;
    case Kind::Record: return print_record_values(value);
    case Kind::Integer:
      out_.append("#=(");
      append_class_name(out_, value);
      out_.append(". \"");
      append_number(out_, value);
      out_.append("\")");
      return true;
    case Kind::Object:
      if (abi::slisp_coll_p(value.word())) {
        handled = false;
        return true;
      }
      [[fallthrough]];
    case Kind::Atom:
    case Kind::Volatile:
    case Kind::Delay:
    case Kind::Exception:
    case Kind::Stream: {
      TextBuffer message;
      message.append("No method in multimethod 'print-dup' for dispatch value: class ");
      append_class_name(message, value);
      (void)throw_string(ClassId::IllegalArgumentException, message.finish());
      return false;
    }
    default: handled = false; return true;
  }
}

}  // namespace slisp::rt
