// value_names.hpp: values that turned out to be other names of earlier ones.
#pragma once
#include "src/compiler/ir/ir.hpp"
#include <vector>

namespace slisp::compiler {

class ValueNames {
 public:
  explicit ValueNames(std::size_t values) : stands_for_(values) {}

  void give(ir::ValueId name, ir::ValueId value) { stands_for_[name.index] = value; }
  bool is_name(ir::ValueId v) const { return stands_for_[v.index].valid(); }
  ir::ValueId operator()(ir::ValueId v) const {
    while (v.valid() && is_name(v)) v = stands_for_[v.index];
    return v;
  }
  // Everywhere in the function the values themselves.
  void resolve(ir::Function& fn) const {
    for (ir::Block& b : fn.blocks)
      for (ir::Instruction& i : b.instructions) {
        for (ir::ValueId& v : i.operands) v = (*this)(v);
        for (ir::Edge& e : i.edges)
          for (ir::ValueId& v : e.arguments) v = (*this)(v);
      }
    for (ir::Value& v : fn.values) v.owner = (*this)(v.owner);
  }

 private:
  std::vector<ir::ValueId> stands_for_;    // invalid: it is itself
};

}  // namespace slisp::compiler
