// control.cpp: if, case, and where ways meet.
#include "src/compiler/check.hpp"
#include "src/compiler/ir/text.hpp"
#include "src/compiler/lowering/function_lowering.hpp"

namespace slisp::compiler {

using namespace analyzer;

void FunctionLowering::arrive(Join& join, ValueId value) {
  if (!builder_.reachable()) return;
  SLISP_CHECK(!join.reached || join.held == held_, "lowering", "ways that meet own different values in\n" + ir::print(fn_));
  join.reached = true;
  join.held = held_;
  join.ways.emplace_back(builder_.current(), value);
  builder_.position({});
}

ir::ValueId FunctionLowering::meet(Join& join, Want want) {
  if (!join.reached) return {};                  // every way has returned, thrown or jumped back
  held_ = join.held;
  if (join.ways.size() == 1) {
    builder_.position(join.ways[0].first);
    return join.ways[0].second;
  }
  bool value = want == Want::Value;
  BlockId block = builder_.new_block();
  ValueId parameter;
  if (value) {
    bool trivial = true;
    for (auto& way : join.ways) trivial = trivial && fn_[way.second].ownership == ir::Ownership::Trivial;
    parameter = builder_.add_parameter(block, ir::Type::Any, trivial ? ir::Ownership::Trivial : ir::Ownership::Owned);
  }
  for (auto& [from, v] : join.ways) {
    builder_.position(from);
    builder_.jump(block, value ? std::vector<ValueId>{v} : std::vector<ValueId>{});
  }
  builder_.position(block);
  return parameter;
}

ir::ValueId FunctionLowering::test(Node* node) {
  if (auto* call = as<RuntimeCallNode>(node)) return runtime_call(call);
  std::vector<Node*> nodes{node};
  std::vector<Operand> operands = prepare(nodes);
  ValueId result = builder_.plain(ir::Op::Truthy, {look(node, operands[0])});
  drop_temporaries(operands);
  return result;
}

ir::ValueId FunctionLowering::lower_if(IfNode* node, Want want) {
  ValueId condition = test(node->test);
  BlockId then = builder_.new_block(), otherwise = builder_.new_block();
  builder_.branch(condition, then, otherwise);
  std::vector<ValueId> before = held_;
  Join join;
  builder_.position(then);
  release(node->release_then);
  arrive(join, lower(node->then, want));
  held_ = std::move(before);
  builder_.position(otherwise);
  release(node->release_otherwise);
  arrive(join, lower(node->otherwise, want));
  return meet(join, want);
}

ir::ValueId FunctionLowering::lower_case(CaseNode* node, Want want) {
  std::vector<Node*> nodes{node->test};
  std::vector<Operand> operands = prepare(nodes);
  ValueId value = look(node->test, operands[0]);
  std::vector<BlockId> blocks;
  for (std::size_t i = 0; i < node->clauses.size(); ++i) blocks.push_back(builder_.new_block());
  choose_clause(node, value, blocks);
  const BlockId otherwise = builder_.current();
  std::vector<ValueId> before = held_;
  Join join;
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    held_ = before;
    builder_.position(blocks[i]);
    drop_temporaries(operands);
    release(node->clauses[i].release);
    arrive(join, lower(node->clauses[i].body, want));
  }
  held_ = std::move(before);
  builder_.position(otherwise);
  drop_temporaries(operands);
  release(node->release_otherwise);
  arrive(join, lower(node->otherwise, want));
  return meet(join, want);
}

}  // namespace slisp::compiler
