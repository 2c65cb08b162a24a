// isel_arithmetic.cpp: runtime functions that have an inline form on fixnums; everything else about them stays out of line.
#include "src/codegen/x86_64_linux/isel.hpp"
#include "src/compiler/symbols.hpp"
#include <optional>
#include <utility>

namespace slisp::x64 {

namespace {
using Rt = abi::RuntimeFunctionId;

struct InlineForm {
  Opcode op;
  Condition condition = Condition::Equal;
  std::int64_t constant = 0;         // operand 1 of functions of one argument, as a word
  bool unary = false;
};
constexpr std::int64_t k_one = 3, k_zero = 1;   // the words of 1 and 0

bool inline_form(Rt id, InlineForm& form) {
  switch (id) {
    case Rt::add:
    case Rt::add_promoting: form = {Opcode::FixAdd}; return true;
    case Rt::subtract:
    case Rt::subtract_promoting: form = {Opcode::FixSubtract}; return true;
    case Rt::multiply:
    case Rt::multiply_promoting: form = {Opcode::FixMultiply}; return true;
    case Rt::quot:
    case Rt::rem:
    case Rt::mod: form = {Opcode::FixDivide}; return true;
    case Rt::inc:
    case Rt::inc_promoting: form = {Opcode::FixAdd, Condition::Equal, k_one, true}; return true;
    case Rt::dec:
    case Rt::dec_promoting: form = {Opcode::FixSubtract, Condition::Equal, k_one, true}; return true;
    case Rt::parameter_long:
    case Rt::result_long: form = {Opcode::FixAdd, Condition::Equal, k_zero, true}; return true;
    case Rt::less: form = {Opcode::FixCompare, Condition::Less}; return true;
    case Rt::less_equal: form = {Opcode::FixCompare, Condition::LessEqual}; return true;
    case Rt::greater: form = {Opcode::FixCompare, Condition::Greater}; return true;
    case Rt::greater_equal: form = {Opcode::FixCompare, Condition::GreaterEqual}; return true;
    case Rt::numeric_equal:
    case Rt::equal: form = {Opcode::FixCompare, Condition::Equal}; return true;
    case Rt::less_i64: form = {Opcode::CompareLong, Condition::Less}; return true;
    case Rt::less_equal_i64: form = {Opcode::CompareLong, Condition::LessEqual}; return true;
    case Rt::greater_i64: form = {Opcode::CompareLong, Condition::Greater}; return true;
    case Rt::greater_equal_i64: form = {Opcode::CompareLong, Condition::GreaterEqual}; return true;
    case Rt::numeric_equal_i64:
    case Rt::equal_i64:
    case Rt::i64_equal: form = {Opcode::CompareLong, Condition::Equal}; return true;
    case Rt::zero_p: form = {Opcode::FixCompare, Condition::Equal, k_zero, true}; return true;
    case Rt::pos_p: form = {Opcode::FixCompare, Condition::Greater, k_zero, true}; return true;
    case Rt::neg_p: form = {Opcode::FixCompare, Condition::Less, k_zero, true}; return true;
    default: return false;
  }
}
// By 0, 1 or -1: it throws, or is seldom.
bool divides_by_little(const Operand& b) { return b.is(Operand::Kind::Immediate) && (b.value == -1 || b.value == 1 || b.value == 3); }
// The comparison that jumps by itself.
std::optional<Opcode> jump_of(Opcode op) {
  switch (op) {
    case Opcode::FixCompare: return Opcode::FixCompareJump;
    case Opcode::CompareLong: return Opcode::CompareLongJump;
    case Opcode::EqualStatic: return Opcode::EqualStaticJump;
    default: return std::nullopt;
  }
}
}  // namespace

// One is unknown, the other a keyword, a character, nil or a boolean, which only the same word equals, unless the program's types say
// otherwise.
bool Selector::compared_as_words(const Operand& a, const Operand& b) const {
  auto word = [&](const Operand& o) {
    if (o.is(Operand::Kind::Symbol)) return compiler::is_keyword_symbol(view_.symbols.name(o.index));
    return o.is(Operand::Kind::Immediate) && (o.value & static_cast<std::int64_t>(abi::k_not_pointer_mask)) == 2 && fits_32_bits(o.value);
  };
  return a.is(Operand::Kind::Virtual) ? word(b) : b.is(Operand::Kind::Virtual) && word(a);
}

Selector::Inline Selector::select_inline(const ir::Instruction& inst, std::uint32_t exit) {
  if (options_.optimize == 0 || !inst.result.valid()) return Inline::No;
  if (exit != k_no_block && select_to_raw(inst, exit)) return Inline::Yes;
  auto id = static_cast<Rt>(inst.id);
  // Predicates that look at a word alone.
  auto same = [&](std::int64_t word) {
    std::uint32_t d = define(inst.result);
    MInst& out = emit(Opcode::Same);
    out.operand[0] = virtual_register(d);
    out.operand[1] = operand(inst.operands[0]);
    out.operand[2] = immediate(word);
    return Inline::Yes;
  };
  if (id == Rt::nil_p) return same(abi::k_nil);
  if (id == Rt::true_p) return same(abi::k_true);
  if (id == Rt::long_p || id == Rt::int_p || id == Rt::double_p) {
    // It looks behind the word, so nothing may happen before the branch.
    const auto& list = in_[ir_block_].instructions;
    bool next = list.size() >= 2 && &list[list.size() - 2] == &inst;
    if (next && fusible(inst.result, ir_block_) && operand(inst.operands[0]).is(Operand::Kind::Virtual)) deferred_[inst.result.index] = &inst;
    else two_operands(inst, Opcode::IsNumber).number = inst.id;
    return Inline::Yes;
  }
  if (id == Rt::false_p) return same(abi::k_false);
  if (id == Rt::identical_p) {
    same(0);
    out_.blocks[current_].instructions.back().operand[2] = operand(inst.operands[1]);
    return Inline::Yes;
  }
  if (select_lookup(inst, exit)) return Inline::Yes;
  InlineForm form{};
  if (exit == k_no_block || !inline_form(id, form)) return Inline::No;
  Operand a = operand(inst.operands[0]);
  Operand b = form.unary ? immediate(form.constant) : operand(inst.operands[1]);
  auto never_fixnum = [](const Operand& o) {
    return o.is(Operand::Kind::Symbol) || (o.is(Operand::Kind::Immediate) && (o.value & 1) == 0);
  };
  if (form.op == Opcode::FixDivide && (!options_.inline_division || divides_by_little(b))) return Inline::No;
  if (id == Rt::equal && options_.inline_equality && compared_as_words(a, b)) {
    form = {Opcode::EqualStatic, a.is(Operand::Kind::Virtual) ? Condition::Equal : Condition::NotEqual};
    if (form.condition == Condition::NotEqual) std::swap(a, b);
  } else if (never_fixnum(a) || (form.op != Opcode::CompareLong && never_fixnum(b))) {
    return Inline::No;
  }
  // A comparison that nothing but the next instruction, a branch, looks at, jumps by itself.
  ir::BlockId after = inst.edges.empty() ? ir::BlockId{} : inst.edges[0].target;
  const std::optional<Opcode> jump = jump_of(form.op);
  if (jump && after.valid() && in_[after].instructions.size() == 1 && continues(inst.edges[0]) &&
      fusible(inst.result, after)) {
    const ir::Instruction& branch = in_[after].instructions[0];
    std::uint32_t yes = edge_block(branch.edges[0], false);
    std::uint32_t no = edge_block(branch.edges[1], false);
    MInst& out = emit(*jump);
    out.condition = form.condition;
    out.number = inst.id;
    out.operand[0] = a;
    out.operand[1] = b;
    out.target[0] = yes;
    out.target[1] = no;
    out.exit = exit;
    return Inline::WithBranch;
  }
  std::uint32_t d = define(inst.result);
  MInst& out = emit(form.op);
  out.condition = form.condition;
  out.number = inst.id;
  out.operand[0] = virtual_register(d);
  out.operand[1] = a;
  out.operand[2] = b;
  out.exit = exit;
  return Inline::Yes;
}

}  // namespace slisp::x64
