// emit_division.cpp: the text of quotients, remainders and moduli: of longs outside boxes, and of words that are fixnums.
// Keeps: the machine divides rdx:rax; both are put away in the context and brought back, so that nothing is pinned to them. The dividend goes
//   into r11, the result comes out of it, and the result's register is written last.
// Idea: a constant divisor costs a product or a shift; fixnums are divided here, all else by the runtime's function.
#include "runtime/abi/functions.hpp"
#include "src/codegen/x86_64_linux/emit_raw.hpp"
#include <bit>

namespace slisp::x64 {
namespace {

std::string reg(const Operand& o, unsigned bytes = 8) { return std::string(register_name(o.reg, bytes)); }
std::string at_context(std::size_t offset) { return "[r15+" + std::to_string(offset) + "]"; }
const std::string k_first = at_context(abi::k_offset_arguments), k_second = at_context(abi::k_offset_arguments + 8),
                  k_third = at_context(abi::k_offset_arguments + 16);
const std::string k_put_away = "mov " + k_first + ",rax\nmov " + k_second + ",rdx\n", k_bring_back = "mov rax," + k_first + "\nmov rdx," + k_second + "\n";

// r11 = rax divided by r11, which is neither 0 nor -1. `short_ones`: two numbers below 2^32 are asked for, and divided in half the time.
std::string by_machine(DivisionKind kind, const std::string& n, bool short_ones) {
  std::string out;
  if (kind == DivisionKind::Modulus) out += "mov " + k_third + ",r11\n";
  if (short_ones) out += "mov rdx,rax\nor rdx,r11\nshr rdx,32\njz short .s" + n + "\n";
  out += "cqo\nidiv r11\n";
  if (short_ones) out += "jmp short .e" + n + "\n.s" + n + ":\ndiv r11d\n.e" + n + ":\n";
  if (kind == DivisionKind::Quotient) return out + "mov r11,rax\n";
  out += "mov r11,rdx\n";
  // A remainder takes the sign of the dividend, a modulus that of the divisor.
  if (kind == DivisionKind::Modulus) out += "test rdx,rdx\njz short .m" + n + "\nxor rdx," + k_third + "\njns short .m" + n + "\nadd r11," + k_third + "\n.m" + n + ":\n";
  return out;
}

// Where the high word of a product with `factor`, shifted by `shift`, is the quotient by d of every long but for its sign (Granlund &
// Montgomery; Hacker's Delight, 10-1). d is neither 0, 1, -1 nor a power of two.
struct Reciprocal { std::int64_t factor; unsigned shift; };

Reciprocal reciprocal(std::int64_t d) {
  const std::uint64_t two63 = std::uint64_t{1} << 63;
  const std::uint64_t size = d < 0 ? 0 - static_cast<std::uint64_t>(d) : static_cast<std::uint64_t>(d);
  const std::uint64_t t = two63 + (static_cast<std::uint64_t>(d) >> 63);
  const std::uint64_t most = t - 1 - t % size;
  unsigned p = 63;
  std::uint64_t q1 = two63 / most, r1 = two63 - q1 * most, q2 = two63 / size, r2 = two63 - q2 * size, delta;
  do {
    ++p;
    q1 *= 2;
    r1 *= 2;
    if (r1 >= most) ++q1, r1 -= most;
    q2 *= 2;
    r2 *= 2;
    if (r2 >= size) ++q2, r2 -= size;
    delta = size - r2;
  } while (q1 < delta || (q1 == delta && r1 == 0));
  const auto factor = static_cast<std::int64_t>(q2 + 1);
  return {d < 0 ? -factor : factor, p - 64};
}

// Powers of two have their own forms, or are rare.
bool has_reciprocal(std::int64_t by) {
  const std::uint64_t size = by < 0 ? 0 - static_cast<std::uint64_t>(by) : static_cast<std::uint64_t>(by);
  return !std::has_single_bit(size) && size != 0;
}

// r11 divided by `by`: a product takes the place of the quotient.
std::string by_product(DivisionKind kind, std::int64_t by) {
  const Reciprocal r = reciprocal(by);
  std::string out = "mov rax," + std::to_string(r.factor) + "\nimul r11\n";
  if (by > 0 && r.factor < 0) out += "add rdx,r11\n";
  if (by < 0 && r.factor > 0) out += "sub rdx,r11\n";
  if (r.shift > 0) out += "sar rdx," + std::to_string(r.shift) + "\n";
  out += "mov rax,rdx\nshr rax,63\nadd rdx,rax\n";
  if (kind == DivisionKind::Quotient) return out + "mov r11,rdx\n";
  const bool small = by >= INT32_MIN && by <= INT32_MAX;
  out += small ? "imul rdx,rdx," + std::to_string(by) + "\n" : "mov rax," + std::to_string(by) + "\nimul rdx,rax\n";
  out += "sub r11,rdx\n";
  if (kind == DivisionKind::Modulus) {                   // a remainder on the wrong side of zero goes to the divisor's
    out += std::string("mov rax,r11\n") + (by < 0 ? "neg rax\n" : "") + "sar rax,63\n";
    out += small ? "and rax," + std::to_string(by) + "\n" : "mov rdx," + std::to_string(by) + "\nand rax,rdx\n";
    out += "add r11,rax\n";
  }
  return out;
}

// 0 and -1 aside.
void divide(RawText& t, const MInst& inst) {
  const Operand &d = inst.operand[0], &a = inst.operand[1], &b = inst.operand[2];
  const auto kind = static_cast<DivisionKind>(inst.number);
  const std::string n = t.fresh();
  t.code += "lea r11,[" + reg(b) + "+1]\ncmp r11,1\njbe near .c" + n + "\n";
  t.cold += ".c" + n + ":\n";
  t.cold += kind == DivisionKind::Quotient ? "mov r11," + reg(a) + "\nneg r11\n" : std::string("xor r11d,r11d\n");
  t.cold += "test " + reg(b) + "," + reg(b) + "\njnz near .d" + n + "\ncall " + t.stub("slisp_divide_by_zero_slow") + "\njmp near .b" +
            std::to_string(inst.exit) + "\n";
  t.code += k_put_away + "mov r11," + reg(b) + "\nmov rax," + reg(a) + "\n" + by_machine(kind, n, false) + k_bring_back + ".d" + n + ":\nmov " + reg(d) + ",r11\n";
}

// The divisor is neither 0 nor -1.
void divide_by_constant(RawText& t, const MInst& inst) {
  const Operand &d = inst.operand[0], &a = inst.operand[1], &b = inst.operand[2];
  const auto kind = static_cast<DivisionKind>(inst.number);
  t.code += k_put_away;
  if (b.is(Operand::Kind::Immediate) && has_reciprocal(b.value)) t.code += "mov r11," + reg(a) + "\n" + by_product(kind, b.value);
  else t.code += "mov r11," + t.place(b) + "\nmov rax," + reg(a) + "\n" + by_machine(kind, t.fresh(), false);
  t.code += k_bring_back + "mov " + reg(d) + ",r11\n";
}

// By 2^k, towards zero: negative dividends are raised by 2^k-1 first.
void divide_by_power(RawText& t, const MInst& inst) {
  const Operand &d = inst.operand[0], &a = inst.operand[1];
  auto kind = static_cast<DivisionKind>(inst.number % 4);
  unsigned k = inst.number / 4;
  std::int64_t mask = (std::int64_t{1} << k) - 1;
  t.code += "mov r11," + reg(a) + "\n";
  if (kind == DivisionKind::Modulus) {
    t.code += "and r11," + std::to_string(mask) + "\n";
  } else {
    if (k > 1) t.code += "sar r11,63\n";
    t.code += "shr r11," + std::to_string(64 - k) + "\nadd r11," + reg(a) + "\n";
    if (kind == DivisionKind::Quotient) t.code += "sar r11," + std::to_string(k) + "\n";
    else t.code += "and r11," + std::to_string(~mask) + "\nneg r11\nadd r11," + reg(a) + "\n";
  }
  t.code += "mov " + reg(d) + ",r11\n";
}

// Words: fixnums here, by a constant other than 0, 1 and -1 or by a register; the number is the runtime function that answers the rest.
DivisionKind kind_of(abi::RuntimeFunctionId function) {
  if (function == abi::RuntimeFunctionId::quot) return DivisionKind::Quotient;
  return function == abi::RuntimeFunctionId::rem ? DivisionKind::Remainder : DivisionKind::Modulus;
}

// The same on words, in which a number n is 2n+1: what is shifted, masked and raised has one bit more.
std::string word_by_power(DivisionKind kind, const std::string& a, unsigned k) {
  const std::int64_t mask = (std::int64_t{1} << (k + 1)) - 1;
  std::string out = "mov r11," + a + "\n";
  if (kind == DivisionKind::Modulus) return out + "and r11," + std::to_string(mask) + "\n";
  out += "sar r11,63\nshr r11," + std::to_string(64 - k) + "\nlea r11,[r11*2+" + a + "]\n";
  if (kind == DivisionKind::Quotient) return out + "sar r11," + std::to_string(k) + "\nor r11,1\n";
  return out + "and r11," + std::to_string(~mask) + "\nneg r11\nadd r11," + a + "\n";
}

void divide_words(RawText& t, const MInst& inst) {
  const Operand &d = inst.operand[0], &a = inst.operand[1], &b = inst.operand[2];
  const auto function = static_cast<abi::RuntimeFunctionId>(inst.number);
  const DivisionKind kind = kind_of(function);
  const std::string n = t.fresh();
  const bool constant = b.is(Operand::Kind::Immediate);
  const std::int64_t by = constant ? b.value >> 1 : 0;
  if (constant && by > 1 && by <= std::int64_t{1} << 28 && std::has_single_bit(static_cast<std::uint64_t>(by))) {
    t.code += "test " + reg(a, 1) + ",1\njz near .c" + n + "\n" + word_by_power(kind, reg(a), static_cast<unsigned>(std::countr_zero(static_cast<std::uint64_t>(by)))) +
              "mov " + reg(d) + ",r11\n";
  } else {
    if (constant) t.code += "test " + reg(a, 1) + ",1\njz near .c" + n + "\n";
    else t.code += "mov r11d," + reg(a, 4) + "\nand r11d," + reg(b, 4) + "\ntest r11b,1\njz near .c" + n + "\nlea r11,[" + reg(b) + "+1]\ncmp r11,2\njbe near .c" + n + "\n";
    t.code += k_put_away;
    if (constant && has_reciprocal(by)) {
      t.code += "mov r11," + reg(a) + "\nsar r11,1\n" + by_product(kind, by);
    } else {
      // rdx and rax may be a or b: what is read last was not written.
      t.code += constant ? "mov r11," + std::to_string(by) + "\n" : "mov r11," + reg(b) + "\nsar r11,1\n";
      t.code += "mov rax," + reg(a) + "\nsar rax,1\n" + by_machine(kind, n, true);
    }
    t.code += k_bring_back + "lea " + reg(d) + ",[r11+r11+1]\n";
  }
  t.code += ".d" + n + ":\n";
  t.cold += ".c" + n + ":\nmov " + k_first + "," + reg(a) + "\nmov qword " + k_second + "," + t.place(b) + "\ncall " +
            t.stub("slisp_slow_" + std::string(abi::runtime_function(function).name)) + "\ntest r11,r11\njz near .b" + std::to_string(inst.exit) + "\nmov " +
            reg(d) + ",r11\njmp near .d" + n + "\n";
}

}  // namespace

void print_division(RawText& text, const MInst& inst) {
  switch (inst.op) {
    case Opcode::DivideI64: return divide(text, inst);
    case Opcode::DivideByConstant: return divide_by_constant(text, inst);
    case Opcode::DivideByPower: return divide_by_power(text, inst);
    default: return divide_words(text, inst);
  }
}

}  // namespace slisp::x64
