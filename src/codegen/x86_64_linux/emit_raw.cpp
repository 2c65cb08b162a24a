// emit_raw.cpp: the text of instructions on numbers outside boxes.
// Keeps: what an exit still needs stays in its register: where it may be taken, results are made in r11, or undone out of line.
#include "src/codegen/x86_64_linux/emit_raw.hpp"
#include "runtime/abi/functions.hpp"

namespace slisp::x64 {

std::string_view condition_text(Condition c) {
  switch (c) {
    case Condition::Less: return "l";
    case Condition::LessEqual: return "le";
    case Condition::Greater: return "g";
    case Condition::GreaterEqual: return "ge";
    case Condition::Equal: return "e";
    case Condition::NotEqual: return "ne";
  }
  return "";
}

namespace {

std::string reg(const Operand& o, unsigned bytes = 8) { return std::string(register_name(o.reg, bytes)); }
const std::string k_first = "[r15+" + std::to_string(abi::k_offset_arguments) + "]";
bool same(const Operand& a, const Operand& b) { return a.is(Operand::Kind::Register) && a == b; }

// d = a op b of doubles.
void on_doubles(RawText& t, const MInst& inst, const std::string& name, bool commutes) {
  const Operand &d = inst.operand[0], &a = inst.operand[1], &b = inst.operand[2];
  auto with = [&](const Operand& o) { return (o.is(Operand::Kind::Register) ? "" : "qword ") + t.place(o); };
  if (same(d, a)) {
    t.code += name + " " + reg(d) + "," + with(b) + "\n";
  } else if (same(d, b)) {
    if (commutes) t.code += name + " " + reg(d) + "," + reg(a) + "\n";
    else t.code += "movaps xmm15," + reg(b) + "\nmovaps " + reg(d) + "," + reg(a) + "\n" + name + " " + reg(d) + ",xmm15\n";
  } else {
    t.code += "movaps " + reg(d) + "," + reg(a) + "\n" + name + " " + reg(d) + "," + with(b) + "\n";
  }
}

// Zero of either sign as divisor leads to the exit, unless the dividend is NaN, which is asked about first.
void refuse_zero(RawText& t, const MInst& inst) {
  const Operand& b = inst.operand[2];
  const std::string n = t.fresh();
  t.code += std::string(b.is(Operand::Kind::Register) ? "movq r11," : "mov r11,qword ") + t.place(b) + "\nadd r11,r11\njz near .c" + n + "\n.k" + n + ":\n";
  t.cold += ".c" + n + ":\nucomisd " + reg(inst.operand[1]) + "," + reg(inst.operand[1]) + "\njp near .k" + n + "\ncall " + t.stub("slisp_divide_by_zero_slow") + "\njmp near .b" + std::to_string(inst.exit) + "\n";
}

// d = a op b of longs; with an exit overflow leads there. `undo` takes b away from the result again.
void on_longs(RawText& t, const MInst& inst, const std::string& name, const std::string& undo, bool commutes) {
  const Operand &d = inst.operand[0], &a = inst.operand[1];
  const Operand& b = inst.operand[2];
  bool checked = inst.exit != k_no_block;
  std::string n = checked ? t.fresh() : "";
  auto overflow = [&](const std::string& first) {
    if (!checked) return;
    t.code += "jo near .c" + n + "\n";
    t.cold += ".c" + n + ":\n" + first + "call " + t.stub("slisp_long_overflow_slow") + "\njmp near .b" + std::to_string(inst.exit) + "\n";
  };
  bool in_place = !checked || !undo.empty();
  if (same(d, a) && in_place && !(checked && same(d, b))) {
    t.code += name + " " + reg(d) + "," + t.place(b) + "\n";
    overflow(undo + " " + reg(d) + "," + t.place(b) + "\n");
  } else if (same(d, b) && in_place && commutes && !same(d, a)) {
    t.code += name + " " + reg(d) + "," + reg(a) + "\n";
    overflow(undo + " " + reg(d) + "," + reg(a) + "\n");
  } else if (!same(d, a) && !same(d, b) && (!checked || inst.free_result)) {
    // Unchecked, a sum is computed as an address.
    const bool number = b.is(Operand::Kind::Immediate);
    const std::int64_t distance = number ? (name == "sub" ? -b.value : b.value) : 0;
    if (!checked && number && (name == "add" || name == "sub") && distance >= INT32_MIN && distance <= INT32_MAX) {
      t.code += "lea " + reg(d) + ",[" + reg(a) + (distance < 0 ? "" : "+") + std::to_string(distance) + "]\n";
    } else if (!checked && name == "add" && b.is(Operand::Kind::Register)) {
      t.code += "lea " + reg(d) + ",[" + reg(a) + "+" + reg(b) + "]\n";
    } else {
      t.code += "mov " + reg(d) + "," + reg(a) + "\n" + name + " " + reg(d) + "," + t.place(b) + "\n";
      overflow("");
    }
  } else {
    t.code += "mov r11," + reg(a) + "\n" + name + " r11," + t.place(b) + "\n";
    overflow("");
    t.code += "mov " + reg(d) + ",r11\n";
  }
}

// An ordered comparison of doubles is one of "above": NaN is not above anything. Equality needs the parity flag too.
void compare_doubles(RawText& t, const MInst& inst, const Operand& a, const Operand& b) {
  bool swap = inst.condition == Condition::Less || inst.condition == Condition::LessEqual;
  t.code += "ucomisd " + reg(swap ? b : a) + "," + reg(swap ? a : b) + "\n";
}
std::string above(Condition c) { return c == Condition::Less || c == Condition::Greater ? "a" : "ae"; }

void to_double(RawText& t, const MInst& inst) {
  const Operand &d = inst.operand[0], &a = inst.operand[1];
  std::string n = t.fresh();
  std::string slow = std::string("slisp_slow_") + std::string(abi::runtime_function(static_cast<abi::RuntimeFunctionId>(inst.number)).name) + "_x";
  t.code += "test " + reg(a, 1) + ",3\njnz near .c" + n + "\ncmp byte [" + reg(a) + "+" + std::to_string(abi::k_offset_kind) + "]," +
            std::to_string(static_cast<int>(abi::Kind::Double)) + "\njne near .s" + n + "\nmovsd " + reg(d) + ",qword [" + reg(a) + "+" +
            std::to_string(abi::k_offset_payload) + "]\n.d" + n + ":\n";
  t.cold += ".c" + n + ":\nmov r11," + reg(a) + "\nsar r11,1\njnc short .s" + n + "\npxor " + reg(d) + "," + reg(d) + "\ncvtsi2sd " + reg(d) +
            ",r11\njmp near .d" + n + "\n.s" + n + ":\nmov r11," + reg(a) + "\ncall " + t.stub(slow) +
            "\ntest r11d,r11d\njz near .b" + std::to_string(inst.exit) + "\nmovsd " + reg(d) + ",qword " + k_first + "\njmp near .d" + n + "\n";
}

// A fixnum's word halved, or on to .c: where it is made in its own place, that is taken back first.
void untag(RawText& t, const MInst& inst, const std::string& n) {
  const Operand &d = inst.operand[0], &a = inst.operand[1];
  if (same(d, a)) {
    t.code += "sar " + reg(d) + ",1\njnc near .o" + n + "\n.d" + n + ":\n";
    t.cold += ".o" + n + ":\nadd " + reg(d) + "," + reg(d) + "\n";
  } else if (inst.exit == k_no_block || inst.free_result) {
    t.code += "mov " + reg(d) + "," + reg(a) + "\nsar " + reg(d) + ",1\njnc near .c" + n + "\n.d" + n + ":\n";
  } else {
    t.code += "mov r11," + reg(a) + "\nsar r11,1\njnc near .c" + n + "\nmov " + reg(d) + ",r11\n.d" + n + ":\n";
  }
}

void to_long(RawText& t, const MInst& inst) {
  const Operand &d = inst.operand[0], &a = inst.operand[1];
  std::string n = t.fresh();
  std::string slow = std::string("slisp_slow_") + std::string(abi::runtime_function(static_cast<abi::RuntimeFunctionId>(inst.number)).name);
  untag(t, inst, n);
  t.cold += ".c" + n + ":\nmov r11," + reg(a) + "\ncall " + t.stub(slow) + "\ntest r11d,r11d\njz near .b" + std::to_string(inst.exit) +
            "\nmov " + reg(d) + "," + k_first + "\njmp near .d" + n + "\n";
}

}  // namespace

bool RawText::print(const MInst& inst) {
  const Operand* o = inst.operand;
  auto shift = [&](const char* name) {
    if (!same(o[0], o[1])) code += "mov " + reg(o[0]) + "," + reg(o[1]) + "\n";
    if (inst.number != 0) code += std::string(name) + " " + reg(o[0]) + "," + std::to_string(inst.number) + "\n";
    return true;
  };
  switch (inst.op) {
    case Opcode::AddF64: on_doubles(*this, inst, "addsd", true); return true;
    case Opcode::SubtractF64: on_doubles(*this, inst, "subsd", false); return true;
    case Opcode::MultiplyF64: on_doubles(*this, inst, "mulsd", true); return true;
    case Opcode::DivideF64:
      if (inst.exit != k_no_block) refuse_zero(*this, inst);
      on_doubles(*this, inst, "divsd", false);
      return true;
    case Opcode::SqrtF64: code += "sqrtsd " + reg(o[0]) + "," + (o[1].is(Operand::Kind::Register) ? "" : "qword ") + place(o[1]) + "\n"; return true;
    case Opcode::I64ToF64: code += "pxor " + reg(o[0]) + "," + reg(o[0]) + "\ncvtsi2sd " + reg(o[0]) + "," + reg(o[1]) + "\n"; return true;
    case Opcode::AddI64: on_longs(*this, inst, "add", "sub", true); return true;
    case Opcode::SubtractI64: on_longs(*this, inst, "sub", "add", false); return true;
    case Opcode::MultiplyI64:
      if (o[2].is(Operand::Kind::Immediate)) {
        std::string n = inst.exit != k_no_block ? fresh() : "";
        const bool direct = n.empty() || inst.free_result;
        code += "imul " + (direct ? reg(o[0]) : std::string("r11")) + "," + reg(o[1]) + "," + place(o[2]) + "\n";
        if (!n.empty()) {
          code += "jo near .c" + n + "\n";
          cold += ".c" + n + ":\ncall " + stub("slisp_long_overflow_slow") + "\njmp near .b" + std::to_string(inst.exit) + "\n";
        }
        if (!direct) code += "mov " + reg(o[0]) + ",r11\n";
      } else {
        on_longs(*this, inst, "imul", "", true);
      }
      return true;
    case Opcode::AndI64: on_longs(*this, inst, "and", "", true); return true;
    case Opcode::OrI64: on_longs(*this, inst, "or", "", true); return true;
    case Opcode::XorI64: on_longs(*this, inst, "xor", "", true); return true;
    case Opcode::ShiftLeftI64: return shift("shl");
    case Opcode::ShiftRightI64: return shift("sar");
    case Opcode::ShiftRightU64: return shift("shr");
    case Opcode::DivideI64:
    case Opcode::DivideByConstant:
    case Opcode::DivideByPower:
    case Opcode::FixDivide: print_division(*this, inst); return true;
    case Opcode::UnboxI64: {
      std::string n = fresh();
      untag(*this, inst, n);
      cold += ".c" + n + ":\nmov " + reg(o[0]) + ",[" + reg(o[1]) + "+" + std::to_string(abi::k_offset_payload) + "]\njmp near .d" + n + "\n";
      return true;
    }
    case Opcode::HasClass: {
      static_assert(static_cast<int>(abi::Kind::Record) == static_cast<int>(abi::Kind::Object) + 1);
      std::string n = fresh();
      code += "xor r11d,r11d\ntest " + reg(o[1], 1) + ",3\njnz short .d" + n + "\nmovzx r11d,byte [" + reg(o[1]) + "+" + std::to_string(abi::k_offset_kind) +
              "]\nsub r11d," + std::to_string(static_cast<int>(abi::Kind::Object)) + "\ncmp r11d,1\nmov r11d,0\nja short .d" + n + "\ncmp qword [" + reg(o[1]) +
              "+8]," + place(o[2]) + "\nsete r11b\n.d" + n + ":\nmov " + reg(o[0], 4) + ",r11d\n";
      return true;
    }
    case Opcode::IsNumber: {
      std::string n = fresh(), kind = "[" + reg(o[1]) + "+" + std::to_string(abi::k_offset_kind) + "],";
      const auto test = static_cast<abi::RuntimeFunctionId>(inst.number);
      bool is_long = test == abi::RuntimeFunctionId::long_p || test == abi::RuntimeFunctionId::int_p;
      if (is_long) {
        code += "mov r11d," + reg(o[1], 4) + "\nand r11d,1\njz near .c" + n + "\n.d" + n + ":\nmov " + reg(o[0], 4) + ",r11d\n";
        cold += ".c" + n + ":\ntest " + reg(o[1], 1) + ",3\njnz near .d" + n + "\ncmp byte " + kind + std::to_string(static_cast<int>(abi::Kind::Long)) +
                (test == abi::RuntimeFunctionId::int_p ? "\nje near .i" + n + "\ncmp byte " + kind + std::to_string(static_cast<int>(abi::Kind::Integer)) + "\n.i" + n + ":" : "") +
                "\nsete r11b\njmp near .d" + n + "\n";
      } else {
        code += "xor r11d,r11d\ntest " + reg(o[1], 1) + ",3\njnz short .d" + n + "\ncmp byte " + kind + std::to_string(static_cast<int>(abi::Kind::Double)) +
                "\nje near .c" + n + "\n.d" + n + ":\nmov " + reg(o[0], 4) + ",r11d\n";
        cold += ".c" + n + ":\ntest byte [" + reg(o[1]) + "+" + std::to_string(abi::k_offset_flags) + "],2\nsete r11b\njmp near .d" + n + "\n";
      }
      return true;
    }
    case Opcode::ToI64: to_long(*this, inst); return true;
    case Opcode::ToF64: to_double(*this, inst); return true;
    case Opcode::CompareI64:
      code += "cmp " + reg(o[1]) + "," + place(o[2]) + "\nset" + std::string(condition_text(inst.condition)) + " r11b\nmovzx " + reg(o[0], 4) + ",r11b\n";
      return true;
    case Opcode::CompareI64Jump:
      code += "cmp " + reg(o[0]) + "," + place(o[1]) + "\n";
      flags = inst.condition;
      return true;
    case Opcode::CompareF64:
      compare_doubles(*this, inst, o[1], o[2]);
      if (inst.condition == Condition::Equal) code += "mov r11d,0\nsetnp r11b\nmov " + reg(o[0], 4) + ",0\ncmove " + reg(o[0], 4) + ",r11d\n";
      else if (inst.condition == Condition::NotEqual) code += "mov r11d,0\nsetp r11b\nmov " + reg(o[0], 4) + ",1\ncmove " + reg(o[0], 4) + ",r11d\n";
      else code += "set" + above(inst.condition) + " r11b\nmovzx " + reg(o[0], 4) + ",r11b\n";
      return true;
    case Opcode::CompareF64Jump: compare_doubles(*this, inst, o[0], o[1]); return true;
    default: return false;
  }
}

}  // namespace slisp::x64
