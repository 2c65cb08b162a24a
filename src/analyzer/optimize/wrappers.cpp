// wrappers.cpp: calls that are just a runtime call.
// In:   the expanded tree; VarInfo::open and wrappers set.
// Out:  (f a b) is (rt/g a b) when f's method of two parameters is exactly that and f is closed; (:k m) and (:k m d) are lookups;
//       str, vector and list of the library build from an argument block.
// Keeps: evaluation order; arity errors (only existing arities have wrappers).
#include "src/analyzer/annotate/children.hpp"
#include "src/analyzer/optimize/optimize.hpp"

namespace slisp::analyzer {
namespace {

using abi::RuntimeFunctionId;

RuntimeFunctionId replacement(const VarInfo& var, std::size_t arguments) {
  if (var.open) return RuntimeFunctionId::k_count;
  for (const auto& w : var.wrappers)
    if (w.arity == arguments) return w.function;
  // Variadic in the library, so no wrapper says it.
  if (var.from_library && var.ns == "clojure.core" && arguments >= 1 && arguments <= 64) {
    if (var.name == "str") return arguments == 1 ? RuntimeFunctionId::str1 : RuntimeFunctionId::str_block;
    if (var.name == "vector") return RuntimeFunctionId::vector;
    if (var.name == "list") return RuntimeFunctionId::list;
  }
  return RuntimeFunctionId::k_count;
}

// Takes an Integer, Short or Byte for a long and gives none back: of (aget ints i) it is given the long at once, without a box.
bool widens_operands(RuntimeFunctionId f) {
  switch (f) {
    case RuntimeFunctionId::add:
    case RuntimeFunctionId::subtract:
    case RuntimeFunctionId::multiply:
    case RuntimeFunctionId::divide:
    case RuntimeFunctionId::quot:
    case RuntimeFunctionId::rem:
    case RuntimeFunctionId::mod:
    case RuntimeFunctionId::inc:
    case RuntimeFunctionId::dec:
    case RuntimeFunctionId::unchecked_add:
    case RuntimeFunctionId::unchecked_subtract:
    case RuntimeFunctionId::unchecked_multiply:
    case RuntimeFunctionId::less:
    case RuntimeFunctionId::less_equal:
    case RuntimeFunctionId::greater:
    case RuntimeFunctionId::greater_equal:
    case RuntimeFunctionId::numeric_equal:
    case RuntimeFunctionId::equal:
    case RuntimeFunctionId::zero_p:
    case RuntimeFunctionId::pos_p:
    case RuntimeFunctionId::neg_p:
    case RuntimeFunctionId::even_p:
    case RuntimeFunctionId::bit_and:
    case RuntimeFunctionId::bit_or:
    case RuntimeFunctionId::bit_xor:
    case RuntimeFunctionId::bit_and_not:
    case RuntimeFunctionId::bit_not:
    case RuntimeFunctionId::bit_shift_left:
    case RuntimeFunctionId::bit_shift_right:
    case RuntimeFunctionId::unsigned_bit_shift_right:
    case RuntimeFunctionId::to_long:
    case RuntimeFunctionId::to_double:
    case RuntimeFunctionId::int_cast:
    case RuntimeFunctionId::to_char: return true;
    default: return false;
  }
}

class Inliner {
 public:
  explicit Inliner(Arena& arena) : arena_(arena) {}
  void walk(Node*& node) {
    for_each_child(node, [&](Node*& child) { walk(child); });
    auto* call = as<InvokeNode>(node);
    if (!call) return;
    if (auto* ref = as<VarRefNode>(call->callee)) {
      RuntimeFunctionId f = replacement(*ref->var, call->arguments.size());
      if (f == RuntimeFunctionId::k_count) return;
      auto* direct = arena_.make<RuntimeCallNode>(call->span, f);
      direct->arguments = std::move(call->arguments);
      if (widens_operands(f))
        for (Node* argument : direct->arguments)
          if (auto* element = as<RuntimeCallNode>(argument); element != nullptr && element->function == RuntimeFunctionId::array_get)
            element->function = RuntimeFunctionId::array_get_widened;
      node = direct;
    } else if (auto* constant = as<ConstNode>(call->callee)) {
      std::size_t n = call->arguments.size();
      if (!constant->value.is(rt::Kind::Keyword) || n < 1 || n > 2) return;
      auto* lookup = arena_.make<RuntimeCallNode>(call->span, n == 1 ? RuntimeFunctionId::get : RuntimeFunctionId::get_default);
      lookup->arguments = {call->arguments[0], constant};
      if (n == 2) lookup->arguments.push_back(call->arguments[1]);
      node = lookup;
    }
  }

 private:
  Arena& arena_;
};

}  // namespace

void inline_wrappers(Program& program) {
  for (TopLevel& form : program.forms) Inliner(program.arena).walk(form.node);
}

}  // namespace slisp::analyzer
