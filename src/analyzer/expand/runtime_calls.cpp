// runtime_calls.cpp: (rt/NAME ...), calls of the runtime from the library's source and from what its macros make.
// Keeps: programs cannot say it: the symbol was read from a file of the library, or a macro of the library made it.
#include "src/analyzer/expand/expander.hpp"
#include "src/reader/near.hpp"

namespace slisp::analyzer {

bool Expander::is_runtime_call(Borrowed head) const {
  if (name_of(head).ns != "rt") return false;
  if (file_ != nullptr && library_files_.count(file_->id) != 0) return true;
  return library_expansion_ && !spans_->find(head).known();
}

Node* Expander::runtime_call(const Items& items) {
  std::string name(name_of(items[0]).name);
  abi::RuntimeFunctionId id = abi::find_runtime_function(name);
  if (id == abi::RuntimeFunctionId::k_count) {
    std::vector<std::string> known;
    for (std::size_t i = 0; i < static_cast<std::size_t>(abi::RuntimeFunctionId::k_count); ++i) {
      known.emplace_back(abi::runtime_function(static_cast<abi::RuntimeFunctionId>(i)).name);
    }
    std::string near = reader::nearest(name, known);
    return error("e-runtime-call", "the runtime has no function " + name, "runtime/abi/functions.def lists them",
                 near.empty() ? std::string() : "did you mean rt/" + near + "?");
  }
  // From a block on, every argument is a word of the block; its length is filled in by whoever makes the call.
  const abi::RuntimeFunction& row = abi::runtime_function(id);
  std::size_t wanted = row.parameter_count;
  bool block = false;
  for (std::size_t i = 0; i < row.parameter_count && !block; ++i) {
    if (row.parameters[i] == abi::ParameterMode::Block) {
      block = true;
      wanted = i;
    }
  }
  std::size_t given = items.size() - 1;
  if (block ? given < wanted : given != wanted) {
    return error("e-runtime-call", "rt/" + name + " takes " + (block ? "at least " : "") + std::to_string(wanted) +
                 " arguments, got " + std::to_string(given), "runtime/abi/functions.def lists its parameters");
  }
  auto* node = make<RuntimeCallNode>(id);
  return analyze_all(items, 1, node->arguments) ? node : nullptr;
}

}  // namespace slisp::analyzer
