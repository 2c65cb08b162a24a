// kinds.cpp: kinds of constants, and what runtime functions say about kinds.
// Keeps: every statement here holds for every value: a function that is not listed may return anything and asks for nothing.
#include "src/compiler/types/kinds.hpp"
#include "runtime/numbers/numbers.hpp"

namespace slisp::compiler {

using namespace kind;
using Rt = abi::RuntimeFunctionId;

KindSet kind_of_constant(rt::Borrowed value) {
  rt::Word w = value.word();
  if (w == abi::k_nil) return k_nil;
  if (w == abi::k_true) return k_true;
  if (w == abi::k_false) return k_false;
  if (rt::is_fixnum(w)) return k_long;
  if (rt::is_character(w)) return k_character;
  if (!rt::is_pointer(w)) return k_all;
  switch (value.as<rt::Header>()->kind) {
    case rt::Kind::Long: return k_long;
    case rt::Kind::Integer: return k_integer;
    case rt::Kind::Double: return rt::is_float(value) ? k_other_number : k_double;
    case rt::Kind::BigInt:
    case rt::Kind::Ratio:
    case rt::Kind::BigDecimal: return k_other_number;
    case rt::Kind::String: return k_string;
    case rt::Kind::Keyword: return k_keyword;
    case rt::Kind::Symbol: return k_symbol;
    case rt::Kind::Vector:
    case rt::Kind::LargeVector: return k_vector;
    case rt::Kind::ArrayMap:
    case rt::Kind::HashMap: return k_map;
    case rt::Kind::HashSet: return k_set;
    case rt::Kind::EmptyList:
    case rt::Kind::List: return k_list;
    case rt::Kind::Fn: return k_function;
    default: return k_other;
  }
}

namespace {

// + - * on two numbers: doubles are contagious, longs stay among themselves, and narrower integers count as longs.
KindSet arithmetic(KindSet a, KindSet b, bool promotes) {
  a = widened(a & k_number);
  b = widened(b & k_number);
  KindSet out = k_nothing;
  if (a == k_nothing || b == k_nothing) return out;
  if ((a & k_long) && (b & k_long)) out |= promotes ? k_long | k_other_number : k_long;
  if ((a & k_double) || (b & k_double)) out |= k_double;
  if (((a & k_other_number) && (b & ~k_double)) || ((b & k_other_number) && (a & ~k_double))) out |= k_number;
  return out;
}

// Of a long and of a double the same kind; others some number.
KindSet same_number(KindSet a) {
  a = widened(a);
  KindSet out = a & (k_long | k_double);
  if (a & k_other_number) out |= k_number;
  return out;
}

// An update keeps the kinds of `same`, makes `of_nil` from nil, and anything from what is not listed (types of the program among it).
KindSet updated(KindSet collection, KindSet same, KindSet of_nil) {
  if (collection & ~(same | k_nil)) return k_all;
  return (collection & same) | (collection & k_nil ? of_nil : k_nothing);
}

}  // namespace

KindSet kinds_of_result(Rt function, std::span<const KindSet> operands) {
  auto operand = [&](std::size_t i) { return i < operands.size() ? operands[i] : k_all; };
  switch (function) {
    case Rt::add:
    case Rt::subtract:
    case Rt::multiply:
    case Rt::unchecked_add:
    case Rt::unchecked_subtract:
    case Rt::unchecked_multiply:
    case Rt::quot:
    case Rt::rem:
    case Rt::mod: return arithmetic(operand(0), operand(1), false);
    case Rt::divide:
    case Rt::add_promoting:
    case Rt::subtract_promoting:
    case Rt::multiply_promoting: return arithmetic(operand(0), operand(1), true);
    case Rt::inc:
    case Rt::dec: return arithmetic(operand(0), k_long, false);
    case Rt::inc_promoting:
    case Rt::dec_promoting: return arithmetic(operand(0), k_long, true);
    case Rt::negate:
    case Rt::abs: return same_number(operand(0));
    case Rt::bit_and:
    case Rt::bit_or:
    case Rt::bit_xor:
    case Rt::bit_and_not:
    case Rt::bit_not:
    case Rt::bit_shift_left:
    case Rt::bit_shift_right:
    case Rt::unsigned_bit_shift_right:
    case Rt::parameter_long:
    case Rt::result_long:
    case Rt::box_long: return k_long;
    case Rt::int_cast:
    case Rt::short_cast:
    case Rt::byte_cast:
    case Rt::unchecked_int_cast:
    case Rt::box_int:
    case Rt::box_short:
    case Rt::box_byte: return k_integer;
    case Rt::parameter_double:
    case Rt::result_double:
    case Rt::box_double:
    case Rt::divide_double: return k_double;
    case Rt::parse_long: return k_long | k_nil;
    case Rt::parse_double: return k_double | k_nil;
    case Rt::parse_number: return k_long;
    case Rt::parse_double_strict: return k_double;
    case Rt::vector: return k_vector;
    case Rt::assoc:
    case Rt::assoc_index: return updated(operand(0), k_vector | k_map, k_map);
    case Rt::conj:
    case Rt::conj_vector: return updated(operand(0), k_vector | k_map | k_set | k_list, k_list);
    case Rt::dissoc: return updated(operand(0), k_map, k_nil);
    case Rt::disj: return updated(operand(0), k_set, k_nil);
    case Rt::pop:
    case Rt::pop_vector: return updated(operand(0), k_vector, k_nil);
    case Rt::map_literal: return k_map;
    case Rt::set_literal: return k_set;
    case Rt::list: return k_list;
    case Rt::rest_list: return k_list | k_nil;
    case Rt::alloc_fn: return k_function;
    case Rt::str1:
    case Rt::str_block: return k_string;
    case Rt::throw_value: return k_nothing;
    default: return k_all;
  }
}

std::optional<Predicate> predicate_of(Rt function) {
  switch (function) {
    case Rt::nil_p: return Predicate{k_nil, true};
    case Rt::true_p: return Predicate{k_true, true};
    case Rt::false_p: return Predicate{k_false, true};
    case Rt::boolean_p: return Predicate{k_boolean, true};
    case Rt::number_p: return Predicate{k_number, true};
    case Rt::long_p: return Predicate{k_long, true};
    case Rt::double_p: return Predicate{k_double, true};
    case Rt::int_p: return Predicate{k_long | k_integer, true};
    case Rt::integer_p: return Predicate{k_long | k_integer | k_other_number, false};
    case Rt::boxed_integer_p: return Predicate{k_integer | k_other_number, false};
    case Rt::floating_p: return Predicate{k_double | k_other_number, false};
    case Rt::ratio_p:
    case Rt::bigint_p:
    case Rt::decimal_p: return Predicate{k_other_number, false};
    case Rt::reduced_p: return Predicate{k_other, false};
    case Rt::char_p: return Predicate{k_character, true};
    case Rt::string_p: return Predicate{k_string, true};
    case Rt::keyword_p: return Predicate{k_keyword, true};
    case Rt::symbol_p: return Predicate{k_symbol, true};
    default: return std::nullopt;
  }
}

KindSet kinds_of_survivor(Rt function, std::size_t index) {
  switch (function) {
    case Rt::add:
    case Rt::subtract:
    case Rt::multiply:
    case Rt::divide:
    case Rt::divide_double:
    case Rt::add_promoting:
    case Rt::subtract_promoting:
    case Rt::multiply_promoting:
    case Rt::unchecked_add:
    case Rt::unchecked_subtract:
    case Rt::unchecked_multiply:
    case Rt::quot:
    case Rt::rem:
    case Rt::mod:
    case Rt::less:
    case Rt::less_equal:
    case Rt::greater:
    case Rt::greater_equal:
    case Rt::numeric_equal: return index < 2 ? k_number : k_all;
    case Rt::inc:
    case Rt::dec:
    case Rt::inc_promoting:
    case Rt::dec_promoting:
    case Rt::negate:
    case Rt::abs:
    case Rt::zero_p:
    case Rt::pos_p:
    case Rt::neg_p:
    case Rt::operand_double: return index == 0 ? k_number : k_all;
    case Rt::bit_and:
    case Rt::bit_or:
    case Rt::bit_xor:
    case Rt::bit_shift_left:
    case Rt::bit_shift_right:
    case Rt::unsigned_bit_shift_right: return index < 2 ? k_long | k_integer : k_all;
    case Rt::even_p: return index == 0 ? k_long | k_integer | k_other_number : k_all;
    default: return k_all;
  }
}

}  // namespace slisp::compiler
