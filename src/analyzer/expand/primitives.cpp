// primitives.cpp: where the JVM's compiler computes with primitive longs and doubles, and division by zero is another thing.
// In:   a call of /, quot or rem with its arguments analyzed.
// Out:  the call of a runtime row that divides as primitives do: / by a zero double gives an infinity or NaN, where boxed numbers throw;
//       quot and rem of a long by a literal 0 say "/ by zero". null: it divides as boxed numbers do.
// Keeps: all other operators answer alike for both.
// Idea: as Clojure's compiler: literals are primitive, locals bound to what is primitive, hinted parameters, and the inlined operators of them.
#include "src/analyzer/expand/expander.hpp"
#include <algorithm>
#include <iterator>

namespace slisp::analyzer {
namespace {

template <std::size_t n> bool among(std::string_view name, const std::string_view (&names)[n]) {
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

// An int counts as a long as soon as it is computed with.
Primitive widened(Primitive p) { return p == Primitive::Int ? Primitive::Long : p; }

Primitive contagion(Primitive a, Primitive b) {
  if (a == Primitive::Double || b == Primitive::Double) return Primitive::Double;
  return widened(a) == Primitive::Long && widened(b) == Primitive::Long ? Primitive::Long : Primitive::None;
}

Primitive of_constant(Borrowed value) {
  if (value.is(abi::Kind::Integer)) return Primitive::None;
  if (rt::is_long(value)) return Primitive::Long;
  return value.is(abi::Kind::Double) ? Primitive::Double : Primitive::None;
}

Primitive of_row(abi::RuntimeFunctionId function) {
  using Row = abi::RuntimeFunctionId;
  switch (function) {
    case Row::int_cast:
    case Row::short_cast:
    case Row::byte_cast:
    case Row::unchecked_int_cast:
    case Row::box_int:
    case Row::box_short:
    case Row::box_byte: return Primitive::Int;
    case Row::parameter_long:
    case Row::result_long:
    case Row::quot_long:
    case Row::rem_long: return Primitive::Long;
    case Row::parameter_double:
    case Row::result_double:
    case Row::divide_double: return Primitive::Double;
    default: return Primitive::None;
  }
}

// Static methods that take and give doubles, whatever they are given.
bool gives_double(std::string_view name) {
  static constexpr std::string_view k_names[] = {
      "Math--sqrt", "Math--cbrt", "Math--pow",  "Math--exp",   "Math--expm1", "Math--log",    "Math--log10",     "Math--log1p",     "Math--sin",
      "Math--cos",  "Math--tan",  "Math--asin", "Math--acos",  "Math--atan",  "Math--atan2",  "Math--sinh",      "Math--cosh",      "Math--tanh",
      "Math--floor", "Math--ceil", "Math--rint", "Math--random", "Math--hypot", "Math--toRadians", "Math--toDegrees", "Double--parseDouble"};
  return among(name, k_names);
}
bool is_longs_operator(std::string_view name) {
  static constexpr std::string_view k_names[] = {"bit-and", "bit-or", "bit-xor", "bit-not", "bit-and-not", "bit-shift-left", "bit-shift-right",
                                                 "unsigned-bit-shift-right", "count", "long", "alength", "unchecked-long"};
  return among(name, k_names);
}
bool gives_int(std::string_view name) {
  static constexpr std::string_view k_names[] = {"int", "short", "byte", "unchecked-int", "unchecked-short", "unchecked-byte", "unchecked-add-int",
                                                 "unchecked-subtract-int", "unchecked-multiply-int", "unchecked-inc-int", "unchecked-dec-int",
                                                 "unchecked-negate-int", "unchecked-divide-int", "unchecked-remainder-int"};
  return among(name, k_names);
}
bool is_arithmetic(std::string_view name) {
  static constexpr std::string_view k_names[] = {"+", "-", "*", "inc", "dec", "unchecked-add", "unchecked-subtract", "unchecked-multiply",
                                                 "unchecked-inc", "unchecked-dec", "unchecked-negate"};
  return among(name, k_names);
}

}  // namespace

void Expander::note_primitive(const Local* local, const Node* init) {
  const Primitive primitive = init == nullptr ? Primitive::None : primitive_of(*init);
  if (primitive != Primitive::None) local_primitives_[local] = primitive;
}

// The JVM's loops have no locals of type int.
Node* Expander::loop_value(Node* value) {
  if (value == nullptr || primitive_of(*value) != Primitive::Int) return value;
  auto* widened = make<RuntimeCallNode>(abi::RuntimeFunctionId::result_long);
  widened->arguments = {value};
  return widened;
}

Primitive Expander::primitive_of(const Node& node) const {
  if (const auto* constant = as<ConstNode>(&node)) return of_constant(constant->value);
  if (const auto* local = as<LocalRefNode>(&node)) {
    auto known = local_primitives_.find(local->local);
    return known == local_primitives_.end() ? Primitive::None : known->second;
  }
  if (const auto* call = as<RuntimeCallNode>(&node)) return of_row(call->function);
  if (const auto* body = as<DoNode>(&node)) return primitive_of(*body->body.back());
  if (const auto* let = as<LetNode>(&node)) return primitive_of(*let->body);
  if (const auto* choice = as<IfNode>(&node)) {
    if (choice->then->kind == NodeKind::Recur) return primitive_of(*choice->otherwise);
    if (choice->otherwise->kind == NodeKind::Recur) return primitive_of(*choice->then);
    const Primitive then = primitive_of(*choice->then);
    return then == primitive_of(*choice->otherwise) ? then : Primitive::None;
  }
  const auto* call = as<InvokeNode>(&node);
  const auto* callee = call == nullptr ? nullptr : as<VarRefNode>(call->callee);
  return callee == nullptr ? Primitive::None : primitive_of_call(*callee->var, call->arguments);
}

Primitive Expander::primitive_of_call(const VarInfo& var, const std::vector<Node*>& arguments) const {
  if (var.ns == "slisp.host") return gives_double(var.name) ? Primitive::Double : Primitive::None;
  if (var.ns != "clojure.core" || arguments.empty()) return Primitive::None;
  if (gives_int(var.name)) return Primitive::Int;
  if (is_longs_operator(var.name)) return Primitive::Long;
  if (var.name == "double" || var.name == "float" || var.name == "unchecked-double") return Primitive::Double;
  const bool division = var.name == "/" || var.name == "quot" || var.name == "rem";
  if (!is_arithmetic(var.name) && !(division && arguments.size() > 1)) return Primitive::None;
  Primitive result = widened(primitive_of(*arguments[0]));
  for (std::size_t i = 1; i < arguments.size(); ++i) result = contagion(result, primitive_of(*arguments[i]));
  return var.name == "/" && result == Primitive::Long ? Primitive::None : result;
}

Node* Expander::primitive_division(const VarInfo& var, const std::vector<Node*>& arguments) {
  using Row = abi::RuntimeFunctionId;
  if (var.ns != "clojure.core" || arguments.size() < 2) return nullptr;
  const bool division = var.name == "/";
  if (!division && ((var.name != "quot" && var.name != "rem") || arguments.size() != 2)) return nullptr;
  auto call = [&](Row row, Node* a, Node* b) {
    auto* node = make<RuntimeCallNode>(row);
    node->arguments = {a, b};
    return node;
  };
  const Primitive first = widened(primitive_of(*arguments[0]));
  if (!division) {
    // Only of a zero that is written: the other rows are quicker.
    const auto* divisor = as<ConstNode>(arguments[1]);
    const bool zero = divisor != nullptr && divisor->value.word() == rt::from_fixnum(0);
    return zero && first == Primitive::Long ? call(var.name == "quot" ? Row::quot_long : Row::rem_long, arguments[0], arguments[1]) : nullptr;
  }
  const bool any = std::any_of(arguments.begin(), arguments.end(), [&](const Node* n) { return primitive_of(*n) == Primitive::Double; });
  if (!any) return nullptr;
  Node* result = arguments[0];
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    const bool doubles = primitive_of(*result) == Primitive::Double || primitive_of(*arguments[i]) == Primitive::Double;
    result = call(doubles ? Row::divide_double : Row::divide, result, arguments[i]);
  }
  return result;
}

}  // namespace slisp::analyzer
