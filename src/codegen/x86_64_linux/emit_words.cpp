// emit_words.cpp: the text of moves, counts, and what is done with tagged words and numbers outside boxes.
// Keeps: r11 is a template's own; what seldom happens stands behind the function's last block.
#include "src/codegen/x86_64_linux/isel.hpp"
#include "src/codegen/x86_64_linux/printer.hpp"

namespace slisp::x64 {

void Printer::move(const Operand& to, const Operand& from) {
  std::string d = reg(to), d32 = reg(to, 4);
  if (is_xmm(to.reg)) {
    if (from.is(Kind::Register)) out_ << (is_xmm(from.reg) ? "movaps " : "movq ") << d << ',' << reg(from) << '\n';
    else out_ << "movsd " << d << ",qword " << place(from) << '\n';
    return;
  }
  switch (from.kind) {
    case Kind::Register: out_ << (is_xmm(from.reg) ? "movq " : "mov ") << d << ',' << reg(from) << '\n'; return;
    case Kind::Immediate:
      if (from.value == 0) out_ << "xor " << d32 << ',' << d32 << '\n';
      else if (from.value > 0 && from.value <= UINT32_MAX) out_ << "mov " << d32 << ',' << from.value << '\n';
      else if (fits_32_bits(from.value)) out_ << "mov " << d << ",strict dword " << from.value << '\n';
      else out_ << "mov " << d << ",strict qword " << hex(static_cast<std::uint64_t>(from.value)) << '\n';
      return;
    case Kind::Symbol: out_ << "mov " << d32 << ',' << symbol(from.index) << '\n'; return;
    case Kind::StackAddress: out_ << "lea " << d << ',' << place(from) << '\n'; return;
    default: out_ << "mov " << d << ',' << place(from) << '\n'; return;
  }
}

std::string Printer::hex(std::uint64_t n) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string out = "0x";
  for (int shift = 60; shift >= 0; shift -= 4) out += digits[(n >> shift) & 15];
  return out;
}

void Printer::store(const Operand& to, const Operand& from) {
  if (from.is(Kind::Register) && is_xmm(from.reg)) out_ << "movsd qword " << place(to) << ',' << reg(from) << '\n';
  else if (from.is(Kind::Register)) out_ << "mov " << place(to) << ',' << reg(from) << '\n';
  else out_ << "mov qword " << place(to) << ',' << place(from) << '\n';
}

// count == 0: immortal, nothing to do; 0 < count < INT32_MAX: counted here; all else out of line.
void Printer::retain(const std::string& r, const std::string& r8) {
  std::string n = fresh();
  out_ << "test " << r8 << ",3\njnz short .d" << n << "\nmov r11d,[" << r << "]\nsub r11d,1\njc short .d" << n
       << "\ncmp r11d,0x7ffffffe\njae near .c" << n << "\ninc dword [" << r << "]\n.d" << n << ":\n";
  cold_ += ".c" + n + ":\nmov r11," + r + "\ncall " + keeping("slisp_dup_slow") + "\njmp near .d" + n + "\n";
}

void Printer::release(const std::string& r, const std::string& r8) {
  std::string n = fresh();
  out_ << "test " << r8 << ",3\njnz short .d" << n << "\nmov r11d,[" << r << "]\nsub r11d,1\njc short .d" << n
       << "\ndec r11d\ncmp r11d,0x7ffffffd\njae near .c" << n << "\ndec dword [" << r << "]\n.d" << n << ":\n";
  cold_ += ".c" + n + ":\nmov r11," + r + "\ncall " + keeping("slisp_drop_slow") + "\njmp near .d" + n + "\n";
}

void Printer::by_stub(const MInst& inst, const char* stub) {
  out_ << "mov r11," << reg(inst.operand[0]) << "\ncall " << keeping(stub) << '\n';
}

void Printer::var_root(const MInst& inst) {
  std::string n = fresh(), d = reg(inst.operand[0]), cell = symbol(inst.operand[1].index);
  out_ << "mov " << d << ",[rel " << cell << "+" << abi::k_offset_var_root << "]\ntest " << reg(inst.operand[0], 1)
       << ",3\njnz short .d" << n << "\ntest " << d << ',' << d << "\njz near .c" << n << "\nmov r11d,[" << d
       << "]\nsub r11d,1\njc short .d" << n << "\ncmp r11d,0x7ffffffe\njae near .c" << n << "\ninc dword [" << d << "]\n.d"
       << n << ":\n";
  cold_ += ".c" + n + ":\nmov r11d," + cell + "\ncall " + keeping("slisp_var_root_slow") + "\nmov " + d +
           ",r11\njmp near .d" + n + "\n";
}

void Printer::box_i64(const MInst& inst) {
  std::string n = fresh(), d = reg(inst.operand[0]), a = reg(inst.operand[1]);
  if (d == a) {                                  // the carry is the sign that was shifted out
    out_ << "add " << d << ',' << d << "\njo near .o" << n << "\ninc " << d << "\n.d" << n << ":\n";
    cold_ += ".o" + n + ":\nrcr " + d + ",1\n";
  } else {
    out_ << "mov " << d << ',' << a << "\nadd " << d << ',' << d << "\njo near .c" << n << "\ninc " << d << "\n.d" << n << ":\n";
  }
  cold_ += ".c" + n + ":\nmov r11," + a + "\ncall " + keeping("slisp_box_long_slow") + "\nmov " + d + ",r11\njmp near .d" + n + "\n";
}

// Both operands fixnums? Else out of line. Leaves nothing in flags.
void Printer::test_tags(const Operand& a, const Operand& b, const std::string& n) {
  if (b.is(Kind::Register))
    out_ << "mov r11d," << reg(a, 4) << "\nand r11d," << reg(b, 4) << "\ntest r11b,1\njz near .c" << n << '\n';
  else out_ << "test " << reg(a, 1) << ",1\njz near .c" << n << '\n';
}

// Out of line: operands through the context's buffer, result in r11, everything else kept.
std::string Printer::slow_call(const MInst& inst, const Operand& a, const Operand& b, const std::string& n) {
  std::string first = "[r15+" + std::to_string(abi::k_offset_arguments) + "]";
  std::string second = "[r15+" + std::to_string(abi::k_offset_arguments + 8) + "]";
  return ".c" + n + ":\nmov " + first + "," + reg(a) + "\nmov qword " + second + "," + place(b) + "\ncall " + slow_path(inst) + "\n";
}

// 2a+1 +- 2b+1 with one tag. It is made in its own register, if that is an operand's, overflow takes it back; in r11 where the exit needs what stands there.
void Printer::add_words(const MInst& inst, const std::string& n) {
  const Operand &a = inst.operand[1], &b = inst.operand[2];
  const bool add = inst.op == Opcode::FixAdd, constant = b.is(Kind::Immediate);
  std::string d = reg(inst.operand[0]), by = constant ? std::to_string(b.value - 1) : reg(b), overflow = "jo near .c" + n + "\n";
  const bool on_a = inst.operand[0] == a, on_b = inst.operand[0] == b;
  if (on_a != on_b && (on_a || add)) {           // b's word is odd, so one less still fits
    if (on_b) by = reg(a);
    // The tag goes before a sum, so that overflow is that of the result, and comes behind a difference, which is even without it.
    const bool tag_first = add && !constant;
    if (tag_first) out_ << "dec " << d << '\n';
    out_ << (add ? "add " : "sub ") << d << ',' << by << "\njo near .o" << n << '\n';
    if (!add && !constant) out_ << "inc " << d << '\n';
    cold_ += ".o" + n + ":\n" + (add ? "sub " : "add ") + d + "," + by + "\n" + (tag_first ? "inc " + d + "\n" : "");   // and on to the slow call
    out_ << ".d" << n << ":\n";
    return;
  }
  const bool direct = !on_a && !on_b && inst.free_result;
  const std::string r = direct ? d : "r11";
  if (constant || !add) out_ << "mov " << r << ',' << reg(a) << '\n';
  else out_ << "lea " << r << ",[" << reg(a) << "-1]\n";
  out_ << (add ? "add " : "sub ") << r << ',' << by << '\n' << overflow;
  if (!add && !constant) out_ << "lea " << d << ",[" << r << "+1]\n";
  else if (!direct) out_ << "mov " << d << ",r11\n";
  out_ << ".d" << n << ":\n";
}

void Printer::arithmetic(const MInst& inst) {
  const Operand &d = inst.operand[0], &a = inst.operand[1], &b = inst.operand[2];
  std::string n = fresh();
  test_tags(a, b, n);
  bool constant = b.is(Kind::Immediate);
  if (inst.op == Opcode::FixMultiply) {
    out_ << "mov r11," << reg(a) << "\nsar r11,1\n";
    if (constant && fits_32_bits(b.value - 1)) out_ << "imul " << reg(d) << ",r11," << b.value - 1 << '\n';
    else out_ << "lea " << reg(d) << ",[" << reg(b) << "-1]\nimul " << reg(d) << ",r11\n";
    out_ << "jo near .c" << n << "\ninc " << reg(d) << "\n.d" << n << ":\n";
  } else {
    add_words(inst, n);
  }
  cold_ += slow_call(inst, a, b, n) + "test r11,r11\njz near .b" + std::to_string(inst.exit) + "\nmov " + reg(d) +
           ",r11\njmp near .d" + n + "\n";
}

// Flags of the comparison; what is no fixnum leads to .c.
void Printer::compare_operands(const MInst& inst, const Operand& a, const Operand& b, const std::string& n) {
  if (inst.op == Opcode::CompareLong || inst.op == Opcode::CompareLongJump) {
    out_ << "test " << reg(a, 1) << ",1\njz near .c" << n << '\n';
    if (b.is(Kind::Immediate) && fits_32_bits(2 * b.value + 1)) out_ << "cmp " << reg(a) << ',' << 2 * b.value + 1 << '\n';
    else out_ << "mov r11," << reg(a) << "\nsar r11,1\ncmp r11," << place(b) << '\n';
    return;
  }
  test_tags(a, b, n);
  out_ << "cmp " << reg(a) << ',' << place(b) << '\n';
}

void Printer::compare(const MInst& inst) {
  const Operand &d = inst.operand[0], &a = inst.operand[1], &b = inst.operand[2];
  std::string n = fresh();
  compare_operands(inst, a, b, n);
  out_ << "set" << condition_text(inst.condition) << " r11b\nmovzx " << reg(d, 4)
       << ",r11b\n.d" << n << ":\n";
  cold_ += slow_call(inst, a, b, n) + "cmp r11d,2\nje near .b" + std::to_string(inst.exit) + "\nmov " + reg(d, 4) +
           ",r11d\njmp near .d" + n + "\n";
}

void Printer::compare_jump(const MInst& inst) {
  const Operand &a = inst.operand[0], &b = inst.operand[1];
  std::string n = fresh();
  compare_operands(inst, a, b, n);
  conditional(inst.condition, inst.target);
  cold_ += slow_call(inst, a, b, n) + "cmp r11d,2\nje near .b" + std::to_string(inst.exit) + "\ntest r11d,r11d\njnz near .b" +
           std::to_string(inst.target[0]) + "\njmp near .b" + std::to_string(inst.target[1]) + "\n";
}

// A word that is no pointer, or a keyword, equals itself alone; an object of the program's types may say that it equals anything.
std::string Printer::equal_slowly(const MInst& inst, const Operand& a, const Operand& word, const std::string& n, const std::string& no) {
  const std::int64_t first = static_cast<std::int64_t>(abi::k_offset_arguments) + (inst.condition == Condition::Equal ? 0 : 8);
  const std::int64_t second = 2 * static_cast<std::int64_t>(abi::k_offset_arguments) + 8 - first;
  std::string text = ".c" + n + ":\n";
  if (word.is(Kind::Symbol))
    text += "cmp byte [" + reg(a) + "+" + std::to_string(abi::k_offset_kind) + "]," + std::to_string(static_cast<int>(abi::Kind::Keyword)) + "\nje near " + no + "\n";
  return text + "mov [r15+" + std::to_string(first) + "]," + reg(a) + "\nmov qword [r15+" + std::to_string(second) + "]," + place(word) + "\ncall " +
         slow_path(inst) + "\ncmp r11d,2\nje near .b" + std::to_string(inst.exit) + "\n";
}

void Printer::equal_static(const MInst& inst) {
  const Operand &d = inst.operand[0], &a = inst.operand[1], &word = inst.operand[2];
  const std::string n = fresh();
  out_ << "xor r11d,r11d\ncmp " << reg(a) << ',' << place(word) << "\nje short .e" << n << "\ntest " << reg(a, 1) << ",3\njz near .c" << n
       << "\njmp short .d" << n << "\n.e" << n << ":\ninc r11d\n.d" << n << ":\nmov " << reg(d, 4) << ",r11d\n";
  cold_ += equal_slowly(inst, a, word, n, ".d" + n) + "jmp near .d" + n + "\n";
}

void Printer::equal_static_jump(const MInst& inst) {
  const Operand &a = inst.operand[0], &word = inst.operand[1];
  const std::string n = fresh(), yes = std::to_string(inst.target[0]), no = std::to_string(inst.target[1]);
  out_ << "cmp " << reg(a) << ',' << place(word) << '\n' << jump("je", inst.target[0]) << "test " << reg(a, 1) << ",3\njz near .c" << n << '\n';
  if (inst.target[1] != following_) out_ << jump("jmp", inst.target[1]);
  cold_ += equal_slowly(inst, a, word, n, ".b" + no) + "test r11d,r11d\njnz near .b" + yes + "\njmp near .b" + no + "\n";
}

// Numbers outside boxes.
bool Printer::print_raw(const MInst& inst) {
  RawText text{[this](const Operand& o) { return place(o); },
               [this](std::string stub) { return stub.ends_with("_x") ? runtime(std::move(stub)) : keeping(std::move(stub)); },
               [this] { return fresh(); }, {}, {}, Condition::Equal};
  if (!text.print(inst)) return false;
  out_ << text.code;
  cold_ += text.cold;
  if (inst.op == Opcode::CompareI64Jump) conditional(text.flags, inst.target);
  if (inst.op == Opcode::CompareF64Jump) jump_on_doubles(inst.condition, inst.target);
  return true;
}

// A long is a fixnum or an object of its kind; a double is an object without the mark of a Float.
void Printer::jump_on_kind(const MInst& inst) {
  std::string r = reg(inst.operand[0]), r8 = reg(inst.operand[0], 1), kind = "cmp byte [" + r + "+" + std::to_string(abi::k_offset_kind) + "],";
  std::string yes = ".b" + std::to_string(inst.target[0]), no = ".b" + std::to_string(inst.target[1]);
  const auto test = static_cast<abi::RuntimeFunctionId>(inst.number);
  if (test == abi::RuntimeFunctionId::long_p || test == abi::RuntimeFunctionId::int_p) {
    std::string n = fresh();
    out_ << "test " << r8 << ",1\njz near .c" << n << '\n';
    if (inst.target[0] != following_) out_ << jump("jmp", inst.target[0]);
    cold_ += ".c" + n + ":\ntest " + r8 + ",3\njnz near " + no + "\n" + kind + std::to_string(static_cast<int>(abi::Kind::Long)) + "\nje near " + yes +
             (test == abi::RuntimeFunctionId::int_p ? "\n" + kind + std::to_string(static_cast<int>(abi::Kind::Integer)) + "\nje near " + yes : "") +
             "\njmp near " + no + "\n";
    return;
  }
  out_ << "test " << r8 << ",3\njnz near " << no << '\n'
       << kind << static_cast<int>(abi::Kind::Double) << "\njne near " << no << "\ntest byte [" << r << "+" << abi::k_offset_flags << "],2\njnz near " << no << '\n';
  if (inst.target[0] != following_) out_ << jump("jmp", inst.target[0]);
}

// After ucomisd: unordered sets parity, carry and zero.
void Printer::jump_on_doubles(Condition c, const std::uint32_t (&target)[2]) {
  if (c == Condition::Equal || c == Condition::NotEqual) {
    std::uint32_t equal = target[c == Condition::Equal ? 0 : 1], other = target[c == Condition::Equal ? 1 : 0];
    out_ << jump("jp", other) << jump("jne", other);
    if (equal != following_) out_ << jump("jmp", equal);
    return;
  }
  bool strict = c == Condition::Less || c == Condition::Greater;
  if (target[0] == following_) {
    out_ << jump(strict ? "jbe" : "jb", target[1]);
  } else {
    out_ << jump(strict ? "ja" : "jae", target[0]);
    if (target[1] != following_) out_ << jump("jmp", target[1]);
  }
}

}  // namespace slisp::x64
