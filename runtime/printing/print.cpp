// print.cpp: pr and print of every kind, as Clojure's print-method does it.
// Keeps: readable or not makes a difference for strings and characters alone, at any depth.
#include "runtime/printing/printer.hpp"
#include "runtime/control/objects.hpp"
#include "runtime/host/native.hpp"
#include "runtime/types/operations.hpp"

namespace slisp::rt {

namespace {

std::int64_t limit(PrintVar which) {
  const Owned value = print_setting(which, abi::k_nil);
  return is_long(value) && long_of(value) >= 0 ? long_of(value) : -1;
}

}  // namespace

Printer::Printer(TextBuffer& out, PrintMode mode) : out_(out), readable_(mode == PrintMode::Readable) {
  if (readable_) readable_ = print_setting(PrintVar::Readably, abi::k_true).truthy();
  max_length_ = limit(PrintVar::Length);
  max_level_ = limit(PrintVar::Level);
  set_dup(print_setting(PrintVar::Dup, abi::k_false).truthy());
}

// Metadata is for readers: print and println leave it out, *print-dup* always wants it. It also leaves namespaces where they are.
void Printer::set_dup(bool dup) {
  dup_ = dup;
  with_meta_ = dup || (readable_ && print_setting(PrintVar::Meta, abi::k_false).truthy());
  namespace_maps_ = !dup && print_setting(PrintVar::NamespaceMaps, abi::k_true).truthy();
}

bool Printer::print(Borrowed value) {
  if (slisp_print_hook != nullptr && !stream_.is_nil()) {
    const HookAnswer answer = slisp_print_hook(value, abi::k_nil, dup_);
    if (answer == HookAnswer::Failed) return false;
    if (answer == HookAnswer::Mine) return print_by_method(value);
  }
  return print_natively(value);
}

bool Printer::print_first_natively(Borrowed value) { return print_natively(value); }

bool Printer::print_natively(Borrowed value) {
  const Word word = value.word();
  if (is_fixnum(word)) {
    out_.append_long(to_fixnum(word));
    return true;
  }
  if (is_pointer(word)) return print_object(value);
  if (is_character(word)) print_character(to_character(word));
  else out_.append(word == abi::k_nil ? "nil" : word == abi::k_true ? "true" : "false");
  return true;
}

// The method sees *print-readably* and *print-level* as they are here.
bool Printer::print_by_method(Borrowed value) {
  if (stack_exhausted()) {
    (void)throw_stack_overflow();
    return false;
  }
  if (!drain_(drain_context_, out_)) return false;
  Owned bindings;
  auto bind = [&](PrintVar which, Owned setting) {
    abi::Var* var = slisp_print_vars[static_cast<int>(which)];
    if (var == nullptr) return;
    if (bindings.is_nil()) bindings = empty_map();
    bindings = map_assoc(std::move(bindings), Owned::copy(word_of(var)), std::move(setting));
  };
  if (!readable_) bind(PrintVar::Readably, Owned());
  if (max_level_ >= 0) bind(PrintVar::Level, Owned::adopt(from_fixnum(max_level_ > level_ ? max_level_ - level_ : 0)));
  const bool bound = !bindings.is_nil();
  if (bound && abi::slisp_push_bindings(bindings.take()) == abi::k_pending) return false;
  const HookAnswer answer = slisp_print_hook(value, stream_, dup_);
  if (bound) (void)abi::slisp_pop_bindings();
  if (answer == HookAnswer::Native) return print_natively(value);
  return answer == HookAnswer::Mine;
}

bool Printer::print_object(Borrowed value) {
  if (stack_exhausted()) {
    (void)throw_stack_overflow();
    return false;
  }
  if (with_meta_ && !print_meta(value)) return false;
  if (dup_) {
    bool handled = false;
    if (!print_for_dup(value, handled)) return false;
    if (handled) return true;
  }
  switch (header_of(value.word())->kind) {
    case Kind::String: print_string(text_of(value)); return true;
    case Kind::Keyword: out_.append(':'); [[fallthrough]];
    case Kind::Symbol:
      if (!symbol_ns(value).is_nil()) {
        out_.append(text_of(symbol_ns(value)));
        out_.append('/');
      }
      out_.append(text_of(symbol_name(value)));
      return true;
    case Kind::Long:
    case Kind::Integer:
    case Kind::Double:
    case Kind::BigInt:
    case Kind::Ratio:
    case Kind::BigDecimal: append_number(out_, value); return true;
    case Kind::Regex: print_regex(text_of(*slot_of(header_of(value.word()), 0))); return true;
    case Kind::Uuid: {
      char text[k_uuid_text_size];
      format_uuid(*value.as<UuidObject>(), text);
      out_.append("#uuid \"");
      out_.append(std::string_view(text, sizeof text));
      out_.append('"');
      return true;
    }
    case Kind::Inst:
      out_.append("#inst \"");
      append_inst(out_, value.as<InstObject>()->milliseconds);
      out_.append('"');
      return true;
    case Kind::EmptyList:
    case Kind::List:
    case Kind::Cons:
    case Kind::LazySeq:
    case Kind::ChunkedCons:
    case Kind::VectorSeq:
    case Kind::MapSeq:
    case Kind::StringSeq:
    case Kind::Repeat:
    case Kind::Range:
    case Kind::RSeq:
    case Kind::ArraySeq: return print_seq(value, "(", ")");
    case Kind::Vector:
    case Kind::LargeVector:
    case Kind::SubVector: return print_vector(value);
    case Kind::ArrayMap:
    case Kind::HashMap:
    case Kind::TreeMap: return print_map(value);
    case Kind::HashSet:
    case Kind::TreeSet: return print_set(value);
    case Kind::Var: {
      const Owned symbol = Owned::adopt(abi::slisp_var_symbol(value.word()));
      if (value.as<abi::Var>()->ns == abi::k_nil) {          // of with-local-vars
        out_.append("#<Var: --unnamed-->");
        return true;
      }
      out_.append("#'");
      return print(symbol);
    }
    case Kind::Class: {
      const Owned name = Owned::adopt(abi::slisp_class_name(value.word()));
      out_.append(text_of(name));
      return true;
    }
    case Kind::Exception: return print_exception(value);
    case Kind::TaggedLiteral:
    case Kind::ReaderConditional: return print_tagged(value);
    case Kind::Native:
      switch (native_type(value)->shape) {
        case NativeShape::List: {
          const bool vector = native_type(value)->element != nullptr;
          return print_seq(value, vector ? "[" : "(", vector ? "]" : ")");
        }
        case NativeShape::Map: return print_entries(value, false);
        case NativeShape::Set: return print_seq(value, "#{", "}");
        case NativeShape::Opaque: break;
      }
      return print_reference(value);
    case Kind::VectorNode:
    case Kind::MapNode:
    case Kind::SetNode:
    case Kind::TreeNode:
    case Kind::Queue:
    case Kind::Transient:
    case Kind::ChunkBuffer:
    case Kind::Fn:
    case Kind::Namespace:
    case Kind::Atom:
    case Kind::Volatile:
    case Kind::Delay:
    case Kind::Reduced:
    case Kind::MultiFn:
    case Kind::Object:
    case Kind::Stream:
    case Kind::Array:
    case Kind::Box:
    case Kind::Unbound:
    default:
      if (asks_type(value.word())) return slisp_type_operations.print(*this, out_, value.word(), readable_);
      return print_reference(value);
  }
}

void Printer::print_string(std::string_view text) {
  if (!readable_) {
    out_.append(text);
    return;
  }
  out_.append('"');
  std::size_t done = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c != '"' && c != '\\' && (static_cast<unsigned char>(c) > '\r' || c < '\b')) continue;
    std::string_view escape;
    switch (c) {
      case '"': escape = "\\\""; break;
      case '\\': escape = "\\\\"; break;
      case '\n': escape = "\\n"; break;
      case '\t': escape = "\\t"; break;
      case '\r': escape = "\\r"; break;
      case '\f': escape = "\\f"; break;
      case '\b': escape = "\\b"; break;
      default: continue;
    }
    out_.append(text.substr(done, i - done));
    out_.append(escape);
    done = i + 1;
  }
  out_.append(text.substr(done));
  out_.append('"');
}

void Printer::print_character(std::uint32_t c) {
  if (!readable_) {
    out_.append_code_point(c);
    return;
  }
  out_.append('\\');
  switch (c) {
    case '\n': out_.append("newline"); return;
    case ' ': out_.append("space"); return;
    case '\t': out_.append("tab"); return;
    case '\b': out_.append("backspace"); return;
    case '\f': out_.append("formfeed"); return;
    case '\r': out_.append("return"); return;
    default: out_.append_code_point(c); return;
  }
}

// Double quotes are escaped, also inside \Q...\E.
void Printer::print_regex(std::string_view pattern) {
  out_.append("#\"");
  bool quoting = false;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '\\' && i + 1 < pattern.size()) {
      if (pattern[i + 1] == 'Q') quoting = true;
      if (pattern[i + 1] == 'E') quoting = false;
      out_.append(pattern.substr(i, 2));
      ++i;
    } else if (pattern[i] == '"') {
      out_.append(quoting ? "\\E\\\"\\Q" : "\\\"");
    } else {
      out_.append(pattern[i]);
    }
  }
  out_.append('"');
}

bool Printer::print_tagged(Borrowed value) {
  Header* object = header_of(value.word());
  if (object->kind == Kind::TaggedLiteral) {
    out_.append('#');
    if (!print(*slot_of(object, 0))) return false;
    out_.append(' ');
    return print(*slot_of(object, 1));
  }
  // ReaderConditional: the raw word before its slots tells whether it splices.
  const bool splicing = *reinterpret_cast<const std::uint64_t*>(object + 1) != 0;
  out_.append(splicing ? "#?@" : "#?");
  return print(*slot_of(object, 0));
}

bool Printer::print_meta(Borrowed value) {
  if ((header_of(value.word())->flags & abi::k_flag_has_meta) == 0) return true;
  const Owned meta = Owned::adopt(abi::slisp_meta(value.word()));
  if (meta.is_nil() || counted_size(meta) == 0) return true;
  out_.append('^');
  // Metadata that is a tag alone is written as the tag: ^x, as Clojure does. A keyword nothing interned is in no map.
  const Owned key = find_keyword({}, "tag");
  const Borrowed tag = !key.is_nil() && counted_size(meta) == 1 ? map_get(meta, key) : Borrowed(abi::k_nil);
  if (!print(tag.truthy() ? tag : Borrowed(meta))) return false;
  out_.append(' ');
  return true;
}

extern "C" {
PrintHook slisp_print_hook = nullptr;
// Printing to a string by way of methods, which need a stream; in writers.cpp.
[[gnu::weak]] bool slisp_print_through_stream(TextBuffer& out, Word value, PrintMode mode, bool is_out);
}

namespace {
// With methods there is a stream for them; `is_out`: it is bound to *out* meanwhile.
bool print_text(TextBuffer& out, Borrowed value, PrintMode mode, bool is_out) {
  if (slisp_print_hook != nullptr && slisp_print_through_stream != nullptr) return slisp_print_through_stream(out, value.word(), mode, is_out);
  return Printer(out, mode).print(value);
}
}  // namespace

bool print_value(TextBuffer& out, Borrowed value, PrintMode mode) { return print_text(out, value, mode, false); }

}  // namespace slisp::rt

using namespace slisp::rt;
extern "C" Word slisp_pr_str(Word value, bool readably) {
  const Owned x = Owned::adopt(value);
  TextBuffer out;
  if (!print_text(out, x, readably ? PrintMode::Readable : PrintMode::Plain, true)) return slisp::abi::k_pending;
  return out.finish().take();
}
