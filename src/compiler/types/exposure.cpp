// exposure.cpp: who may call the functions of a module.
// Idea: closures reach their entries by descriptors. Static objects that are not closures or constants are there for somebody else; a closure
//   counts when an instruction, or an object that counts, refers to it; then its descriptor counts, and so do the entries.
#include "src/compiler/types/exposure.hpp"
#include <string_view>
#include <unordered_map>

namespace slisp::compiler {

using namespace ir;

namespace {

std::unordered_map<std::string_view, std::size_t> by_symbol(const Module& module) {
  std::unordered_map<std::string_view, std::size_t> functions;
  for (std::size_t f = 0; f < module.functions.size(); ++f) functions.emplace(module.functions[f].symbol, f);
  return functions;
}

template <class Visit> void for_each_entry(const Descriptor& descriptor, Visit visit) {
  for (const auto& entry : descriptor.fixed) visit(entry.symbol);
  if (!descriptor.variadic.empty()) visit(descriptor.variadic);
}

}  // namespace

std::vector<bool> exposed_functions(const Module& module) {
  std::vector<bool> descriptor(module.descriptors.size()), object(module.statics.size()), exposed(module.functions.size());
  std::vector<std::uint32_t> work;
  auto reach = [&](StaticId id) {
    if (!id.valid() || object[id.index]) return;
    object[id.index] = true;
    work.push_back(id.index);
  };
  for (std::size_t s = 0; s < module.statics.size(); ++s)
    if (module.statics[s].global || (module.statics[s].kind != StaticKind::Closure && module.statics[s].kind != StaticKind::Constant))
      reach(StaticId{static_cast<std::uint32_t>(s)});
  for (std::size_t d = 0; d < module.descriptors.size(); ++d) descriptor[d] = module.descriptors[d].global;
  for (const Function& f : module.functions)
    for (const Block& b : f.blocks)
      for (const Instruction& inst : b.instructions) {
        if (inst.op == Op::Static || inst.op == Op::VarRoot) reach(StaticId{inst.id});
        if (inst.op == Op::Descriptor) descriptor[inst.id] = true;
      }
  while (!work.empty()) {
    const StaticObject& s = module.statics[work.back()];
    work.pop_back();
    reach(s.root);
    reach(s.metadata);
    for (const auto& m : s.methods) reach(m.closure);
    if (s.kind == StaticKind::Closure) descriptor[s.descriptor.index] = true;
  }
  auto functions = by_symbol(module);
  for (std::size_t d = 0; d < module.descriptors.size(); ++d)
    if (descriptor[d])
      for_each_entry(module.descriptors[d], [&](const std::string& symbol) {
        if (auto at = functions.find(symbol); at != functions.end()) exposed[at->second] = true;
      });
  for (std::size_t f = 0; f < exposed.size(); ++f)
    if (module.functions[f].global || module.functions[f].symbol == module.init_symbol) exposed[f] = true;
  return exposed;
}

void drop_unreached_functions(Module& module) {
  auto functions = by_symbol(module);
  std::vector<bool> live = exposed_functions(module);
  std::vector<std::size_t> work;
  for (std::size_t f = 0; f < live.size(); ++f)
    if (live[f]) work.push_back(f);
  while (!work.empty()) {
    const Function& fn = module.functions[work.back()];
    work.pop_back();
    for (const Block& b : fn.blocks) {
      if (b.instructions.empty() || b.instructions.back().op != Op::TryCallFn) continue;
      auto at = functions.find(b.instructions.back().symbol);
      if (at == functions.end() || live[at->second]) continue;
      live[at->second] = true;
      work.push_back(at->second);
    }
  }
  auto dead = [&](const std::string& symbol) {
    auto at = functions.find(symbol);
    return at != functions.end() && !live[at->second];
  };
  for (Descriptor& d : module.descriptors) {
    std::erase_if(d.fixed, [&](const Descriptor::Entry& e) { return dead(e.symbol); });
    if (!d.variadic.empty() && dead(d.variadic)) {
      d.variadic.clear();
      d.variadic_fixed = -1;
    }
  }
  std::vector<Function> kept;
  for (std::size_t f = 0; f < live.size(); ++f)
    if (live[f]) kept.push_back(std::move(module.functions[f]));
  module.functions = std::move(kept);
}

}  // namespace slisp::compiler
