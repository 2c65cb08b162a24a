// raw_forms.cpp: the table of forms on numbers outside boxes.
// Keeps: the same results and exceptions as the runtime functions of runtime/numbers, which read like this table: longs among themselves,
//   doubles as soon as one is there. An operand of unknown kind beside a double is converted by `operand_double`, which throws as they do.
#include "src/compiler/types/raw_forms.hpp"

namespace slisp::compiler {

using namespace kind;
using ir::Condition;
using ir::Op;
using Rt = abi::RuntimeFunctionId;
using Shape = RawForm::Shape;

namespace {

// Which operation on longs and which on doubles.
struct Operator {
  Op longs, doubles;                     // Unreachable: none
  bool unary = false;
  std::int64_t second = 0;               // of a unary one: the other operand
};

std::optional<Operator> operator_of(Rt function) {
  switch (function) {
    case Rt::add: return Operator{Op::TryAddI64, Op::AddF64};
    case Rt::subtract: return Operator{Op::TrySubtractI64, Op::SubtractF64};
    case Rt::multiply: return Operator{Op::TryMultiplyI64, Op::MultiplyF64};
    case Rt::add_promoting: return Operator{Op::Unreachable, Op::AddF64};
    case Rt::subtract_promoting: return Operator{Op::Unreachable, Op::SubtractF64};
    case Rt::multiply_promoting: return Operator{Op::Unreachable, Op::MultiplyF64};
    case Rt::unchecked_add: return Operator{Op::AddI64, Op::AddF64};
    case Rt::unchecked_subtract: return Operator{Op::SubtractI64, Op::SubtractF64};
    case Rt::unchecked_multiply: return Operator{Op::MultiplyI64, Op::MultiplyF64};
    case Rt::divide: return Operator{Op::Unreachable, Op::TryDivideF64};
    case Rt::divide_double: return Operator{Op::Unreachable, Op::DivideF64};
    case Rt::quot: return Operator{Op::TryQuotientI64, Op::Unreachable};
    case Rt::rem: return Operator{Op::TryRemainderI64, Op::Unreachable};
    case Rt::mod: return Operator{Op::TryModulusI64, Op::Unreachable};
    case Rt::bit_and: return Operator{Op::AndI64, Op::Unreachable};
    case Rt::bit_or: return Operator{Op::OrI64, Op::Unreachable};
    case Rt::bit_xor: return Operator{Op::XorI64, Op::Unreachable};
    case Rt::bit_not: return Operator{Op::XorI64, Op::Unreachable, true, -1};
    case Rt::inc: return Operator{Op::TryAddI64, Op::AddF64, true, 1};
    case Rt::dec: return Operator{Op::TrySubtractI64, Op::SubtractF64, true, 1};
    case Rt::inc_promoting: return Operator{Op::Unreachable, Op::AddF64, true, 1};
    case Rt::dec_promoting: return Operator{Op::Unreachable, Op::SubtractF64, true, 1};
    case Rt::negate: return Operator{Op::TryMultiplyI64, Op::MultiplyF64, true, -1};   // keeps the sign of zero
    default: return std::nullopt;
  }
}

std::optional<Condition> comparison_of(Rt function) {
  switch (function) {
    case Rt::less: return Condition::Less;
    case Rt::less_equal: return Condition::LessEqual;
    case Rt::greater: return Condition::Greater;
    case Rt::greater_equal: return Condition::GreaterEqual;
    case Rt::numeric_equal:
    case Rt::equal: return Condition::Equal;
    default: return std::nullopt;
  }
}

Raw as_double(KindSet k) { return k == k_double ? Raw::Double : k == k_long ? Raw::Widened : Raw::Converted; }

std::optional<RawForm> on(KindSet a, KindSet b, bool has_longs, bool has_doubles) {
  if (a == k_long && b == k_long) {
    if (!has_longs) return std::nullopt;
    return RawForm{.type = ir::Type::I64, .operands = {Raw::Long, Raw::Long}, .count = 2, .constant = {}};
  }
  if ((a != k_double && b != k_double) || !has_doubles || a == k_nothing || b == k_nothing) return std::nullopt;
  return RawForm{.type = ir::Type::F64, .operands = {as_double(a), as_double(b)}, .count = 2, .constant = {}};
}

std::optional<RawForm> shift(Rt function, KindSet a, std::optional<std::int64_t> distance) {
  if (a != k_long || !distance) return std::nullopt;
  Op op = function == Rt::bit_shift_left    ? Op::ShiftLeftI64
          : function == Rt::bit_shift_right ? Op::ShiftRightI64
                                            : Op::ShiftRightU64;
  return RawForm{.op = op, .type = ir::Type::I64, .condition = *distance & 63, .count = 1, .constant = {}};
}

}  // namespace

std::optional<RawForm> raw_form(Rt function, std::span<const KindSet> operands, std::optional<std::int64_t> second) {
  if (operands.empty()) return std::nullopt;
  KindSet a = operands[0], b = operands.size() > 1 ? operands[1] : k_long;
  if (auto op = operator_of(function)) {
    auto form = on(a, b, op->longs != Op::Unreachable, op->doubles != Op::Unreachable);
    if (!form) return std::nullopt;
    form->op = form->type == ir::Type::I64 ? op->longs : op->doubles;
    if (op->unary) {
      form->count = 1;
      form->constant = op->second;
    }
    return form;
  }
  if (auto condition = comparison_of(function)) {
    // = asks for the same category first.
    if (function == Rt::equal && a != b) {
      bool apart = (a == k_long && b == k_double) || (a == k_double && b == k_long);
      if (!apart) return std::nullopt;
      return RawForm{.shape = Shape::Answer, .condition = 0, .constant = {}};
    }
    auto form = on(a, b, true, true);
    if (!form) return std::nullopt;
    form->shape = Shape::Comparison;
    form->condition = static_cast<std::int64_t>(*condition);
    return form;
  }
  auto compare_with_zero = [&](Condition condition) -> std::optional<RawForm> {
    if (a != k_long && a != k_double) return std::nullopt;
    return RawForm{.shape = Shape::Comparison, .type = a == k_long ? ir::Type::I64 : ir::Type::F64, .condition = static_cast<std::int64_t>(condition),
                   .operands = {a == k_long ? Raw::Long : Raw::Double}, .count = 1, .constant = 0};
  };
  auto alias = [&](KindSet wanted, ir::Type type, Raw how) -> std::optional<RawForm> {
    if (a != wanted) return std::nullopt;
    return RawForm{.shape = Shape::Alias, .type = type, .operands = {how}, .count = 1, .constant = {}};
  };
  switch (function) {
    case Rt::bit_shift_left:
    case Rt::bit_shift_right:
    case Rt::unsigned_bit_shift_right: return shift(function, a, second);
    case Rt::zero_p: return compare_with_zero(Condition::Equal);
    case Rt::pos_p: return compare_with_zero(Condition::Greater);
    case Rt::neg_p: return compare_with_zero(Condition::Less);
    case Rt::even_p:
      if (a != k_long) return std::nullopt;
      return RawForm{.shape = Shape::Parity, .type = ir::Type::I64, .count = 1, .constant = {}};
    case Rt::to_long:
      if (a == k_double)
        return RawForm{.shape = Shape::Truncation, .type = ir::Type::F64, .operands = {Raw::Double}, .count = 1, .constant = {}};
      return alias(k_long, ir::Type::I64, Raw::Long);
    case Rt::parameter_long:
    case Rt::result_long: return alias(k_long, ir::Type::I64, Raw::Long);
    case Rt::to_double:
    case Rt::parameter_double:
    case Rt::result_double:
      if (a == k_double) return alias(k_double, ir::Type::F64, Raw::Double);
      return alias(k_long, ir::Type::F64, Raw::Widened);
    default: return std::nullopt;
  }
}

}  // namespace slisp::compiler
