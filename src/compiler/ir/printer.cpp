// printer.cpp: IR -> text (text.hpp shows the form).
#include "src/compiler/ir/text.hpp"
#include "runtime/api.hpp"
#include <cstdio>

namespace slisp::ir {
namespace {

std::string number(std::uint64_t n) { return std::to_string(n); }

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
  return out + '"';
}

std::string word_text(rt::Word w) {
  if (w == abi::k_nil) return "nil";
  if (w == abi::k_true) return "true";
  if (w == abi::k_false) return "false";
  if (rt::is_fixnum(w)) return std::to_string(rt::to_fixnum(w));
  if (rt::is_character(w)) return "char:" + number(rt::to_character(w));
  if (w == abi::k_unbound_root) return "unbound";
  return "raw:" + number(w);
}

std::string value_text(ValueId v) { return v.valid() ? "v" + number(v.index) : "v?"; }

const char* type_text(Type t) {
  switch (t) {
    case Type::Any: return "any";
    case Type::I64: return "i64";
    case Type::F64: return "f64";
    case Type::Bool: return "bool";
    case Type::Block: return "block";
    case Type::None: return "none";
  }
  return "?";
}

const char* ownership_text(Ownership o) {
  switch (o) {
    case Ownership::Owned: return "owned";
    case Ownership::Borrowed: return "borrowed";
    case Ownership::Trivial: return "trivial";
  }
  return "?";
}

std::string line_text(SourceLine line) {
  if (line.line == 0) return "";
  return " @" + number(line.file) + ":" + number(line.line);
}

void operands_text(std::string& out, const std::vector<ValueId>& operands) {
  bool first = true;
  for (ValueId v : operands) {
    out += first ? " " : ", ";
    out += value_text(v);
    first = false;
  }
}

void edge_text(std::string& out, const Edge& edge) {
  out += "b" + number(edge.target.index);
  if (edge.arguments.empty()) return;
  out += '(';
  for (std::size_t i = 0; i < edge.arguments.size(); ++i) {
    if (i) out += ", ";
    out += value_text(edge.arguments[i]);
  }
  out += ')';
}

std::string readable(rt::Borrowed value) {
  rt::TextBuffer buffer;
  if (!rt::print_value(buffer, value, rt::PrintMode::Readable)) {
    rt::Owned ignored = rt::Owned::adopt(abi::slisp_exception_take());
    return "#<unprintable>";
  }
  return std::string(buffer.view());
}

std::string var_name(rt::Borrowed var) {
  if (var.is(rt::Kind::Var)) return readable(rt::Owned::adopt(abi::slisp_var_symbol(var.word())));
  return readable(var);
}

void static_text(std::string& out, const Module& module, std::size_t index) {
  const StaticObject& s = module.statics[index];
  out += "static " + number(index);
  switch (s.kind) {
    case StaticKind::Constant: out += " constant " + s.symbol + (s.global ? " global " : " ") + quoted(readable(s.value)); break;
    case StaticKind::Closure:
      out += " closure " + s.symbol + (s.global ? " global" : "") + " descriptor=" + number(s.descriptor.index);
      break;
    case StaticKind::Class:
      out += " class " + s.symbol + (s.global ? " global " : " ") + quoted(readable(s.value));
      for (const StaticObject::Method& m : s.methods) out += " " + quoted(m.name) + ":" + number(m.closure.index);
      break;
    case StaticKind::External: out += " external " + s.symbol; break;
    case StaticKind::VarCell:
      out += " var " + s.symbol + (s.global ? " global " : " ") + quoted(var_name(s.value)) + " root=";
      out += s.root.valid() ? "static:" + number(s.root.index) : word_text(s.root_word);
      if (s.metadata.valid()) out += " meta=" + number(s.metadata.index);
      break;
  }
  out += '\n';
}

}  // namespace

const char* condition_text(Condition c) {
  static constexpr const char* names[] = {"less", "less_equal", "greater", "greater_equal", "equal", "not_equal"};
  return names[static_cast<std::size_t>(c)];
}

std::string print_instruction(const Instruction& i) {
  std::string out;
  if (i.result.valid()) out += value_text(i.result) + " = ";
  out += op_text(i.op);
  switch (i.op) {
    case Op::ConstWord: out += " " + word_text(static_cast<rt::Word>(i.imm)); break;
    case Op::ConstI64:
    case Op::ConstBool:
    case Op::Capture: out += " " + std::to_string(i.imm); break;
    case Op::ConstF64: {
      char text[32];
      std::snprintf(text, sizeof text, " 0x%016llx", static_cast<unsigned long long>(i.imm));
      out += text;
      break;
    }
    case Op::Static:
    case Op::Descriptor:
    case Op::Site:
    case Op::VarRoot:
    case Op::EpochOpen:
    case Op::EpochClose:
    case Op::SlotAddress: out += " #" + number(i.id); break;
    case Op::SlotStore: out += " " + std::to_string(i.imm); break;
    case Op::RtCall:
    case Op::TryRtCall:
      out += ' ';
      out += abi::runtime_function(static_cast<abi::RuntimeFunctionId>(i.id)).name;
      break;
    case Op::ShiftLeftI64:
    case Op::ShiftRightI64:
    case Op::ShiftRightU64: out += " " + std::to_string(i.imm); break;
    case Op::IsCell:
    case Op::CellRest: out += i.imm != 0 ? " next" : " rest"; break;
    case Op::CompareI64:
    case Op::CompareF64: out += std::string(" ") + condition_text(static_cast<Condition>(i.imm)); break;
    case Op::TryCallFn:
      out += " " + i.symbol;
      if (static_cast<Type>(i.id) != Type::Any) out += std::string(":") + type_text(static_cast<Type>(i.id));
      if (i.imm != 0) out += " lends=" + std::to_string(i.imm);
      break;
    default: break;
  }
  operands_text(out, i.operands);
  if (!i.edges.empty()) {
    out += " -> ";
    for (std::size_t e = 0; e < i.edges.size(); ++e) {
      if (e) out += ", ";
      edge_text(out, i.edges[e]);
    }
  }
  return out + line_text(i.line);
}

std::string print(const Function& f) {
  std::string out = "fn " + f.symbol + " " + quoted(f.name);
  if (f.captures) out += " captures=" + number(f.captures);
  if (f.result != Type::Any) out += std::string(" returns=") + type_text(f.result);
  if (f.global) out += " global";
  out += line_text(f.line) + " {\n";
  for (std::size_t i = 0; i < f.epochs.size(); ++i) {
    out += "epoch " + number(i);
    if (f.epochs[i].parent.valid()) out += " in " + number(f.epochs[i].parent.index);
    out += '\n';
  }
  for (std::size_t i = 0; i < f.slots.size(); ++i)
    out += "slot " + number(i) + " words=" + number(f.slots[i].words) + " in " + number(f.slots[i].epoch.index) + '\n';
  for (std::size_t b = 0; b < f.blocks.size(); ++b) {
    out += "b" + number(b);
    const Block& block = f.blocks[b];
    if (!block.parameters.empty()) {
      out += '(';
      for (std::size_t p = 0; p < block.parameters.size(); ++p) {
        const Value& value = f[block.parameters[p]];
        if (p) out += ", ";
        out += value_text(block.parameters[p]) + ": " + ownership_text(value.ownership) + " " + type_text(value.type);
        if (value.owner.valid()) out += " of " + value_text(value.owner);
      }
      out += ')';
    }
    out += ":\n";
    for (const Instruction& i : block.instructions) out += "  " + print_instruction(i) + '\n';
  }
  return out + "}\n";
}

std::string print(const Module& m) {
  std::string out;
  for (std::size_t i = 0; i < m.files.size(); ++i) out += "file " + number(i) + " " + quoted(m.files[i]) + '\n';
  for (std::size_t i = 0; i < m.sites.size(); ++i) {
    const TraceSite& s = m.sites[i];
    out += "site " + number(i) + " " + quoted(s.function) + " " + number(s.file) + ":" + number(s.line) + ":" +
           number(s.column) + '\n';
  }
  for (std::size_t i = 0; i < m.descriptors.size(); ++i) {
    const Descriptor& d = m.descriptors[i];
    out += "descriptor " + number(i) + " " + d.symbol + " " + quoted(d.name) + " " + quoted(d.file) + " " + number(d.line);
    for (const auto& e : d.fixed) out += " [" + number(e.arity) + " " + e.symbol + "]";
    if (!d.variadic.empty()) out += " variadic=" + std::to_string(d.variadic_fixed) + " " + d.variadic;
    out += d.global ? " global\n" : "\n";
  }
  for (std::size_t i = 0; i < m.statics.size(); ++i) static_text(out, m, i);
  if (!m.init_symbol.empty()) out += "init " + m.init_symbol + '\n';
  for (const Function& f : m.functions) out += print(f);
  return out;
}

}  // namespace slisp::ir
