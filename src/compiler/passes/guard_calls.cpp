// guard_calls.cpp: calls of a protocol's functions ask for the classes of the program first.
// In:   verified IR of a module, as lowering left it.
// Out:  where the function of a protocol looks its method up, tests for the classes that implement the protocol where they are defined stand in
//       front; behind each stands a direct call of that class's method, behind none the lookup as it was.
// Keeps: which method is called. A class that implements a protocol in its own definition cannot be extended to it, and its method comes before
//       any other; whoever puts methods into a class later, or binds the protocol's var anew, keeps the lookup alone.
// Idea: receiver class prediction (Grove et al.), without a profile: the world is closed, so the few classes there are can be asked for. The
//   method's body may then be inlined.
#include "runtime/api.hpp"
#include "runtime/control/classes.hpp"
#include "runtime/types/types.hpp"
#include "src/compiler/ir/builder.hpp"
#include "src/compiler/ir/cfg.hpp"
#include "src/compiler/passes/inline_calls.hpp"
#include <algorithm>
#include <map>
#include <optional>

namespace slisp::compiler {
namespace {

using namespace ir;
using Rt = abi::RuntimeFunctionId;

constexpr std::size_t k_most_classes = 4;

struct Protocol {
  const rt::ClassObject* interface = nullptr;
  const rt::Owned* methods = nullptr;                // vector of keywords by index
  unsigned bound = 0;                                // how often its var is
};

class Guards {
 public:
  Guards(Module& module, InlineCounts& counts, const std::function<void(const std::string&)>& explain) : module_(module), counts_(counts), explain_(explain) {}

  void run() {
    for (const Function& fn : module_.functions) collect(fn);
    if (protocols_.empty()) return;
    for (Function& fn : module_.functions) {
      const std::size_t blocks = fn.blocks.size();
      for (std::uint32_t b = 0; b < blocks; ++b) guard(fn, BlockId{b});
    }
  }

 private:
  static bool is_rt(const Instruction& inst, Rt function) {
    return (inst.op == Op::RtCall || inst.op == Op::TryRtCall) && static_cast<Rt>(inst.id) == function;
  }

  // Protocols, by the cell of their var, and what forbids to know them.
  void collect(const Function& fn) {
    const std::vector<const Instruction*> definition = definitions(fn);
    auto static_of = [&](ValueId v) { return definition[v.index] != nullptr && definition[v.index]->op == Op::Static ? definition[v.index]->id : UINT32_MAX; };
    for (const Block& b : fn.blocks)
      for (const Instruction& inst : b.instructions) {
        for (std::size_t i = 0; i < inst.operands.size(); ++i) {
          const std::uint32_t id = static_of(inst.operands[i]);
          if (id == UINT32_MAX) continue;
          const StaticKind kind = module_.statics[id].kind;
          if (kind == StaticKind::VarCell) {
            Protocol& protocol = protocols_[id];
            const Instruction* made = is_rt(inst, Rt::var_bind_root) && i == 0 ? definition[inst.operands[1].index] : nullptr;
            protocol.bound += 1;
            if (made == nullptr || !is_rt(*made, Rt::protocol_new)) {
              protocol.bound = 2;                    // somebody has the var
              continue;
            }
            const std::uint32_t interface = static_of(made->operands[1]), methods = static_of(made->operands[2]);
            if (interface == UINT32_MAX || methods == UINT32_MAX) continue;
            const rt::Owned& c = module_.statics[interface].value;
            if (!c.is(rt::Kind::Class)) continue;
            protocol.interface = c.as<rt::ClassObject>();
            protocol.methods = &module_.statics[methods].value;
          } else if (kind == StaticKind::Class && is_rt(inst, Rt::class_set_methods)) {
            changed_.push_back(id);
          }
        }
      }
  }

  struct Target { std::uint32_t class_id; std::string symbol, name; };

  std::vector<Target> targets(const Protocol& protocol, std::int64_t index, std::size_t arity) const {
    std::vector<Target> found;
    if (protocol.interface == nullptr || protocol.bound != 1 || index < 0 || index >= rt::counted_size(*protocol.methods)) return found;
    const std::string_view method = rt::text_of(rt::symbol_name(rt::vector_at(*protocol.methods, static_cast<std::size_t>(index))));
    for (std::uint32_t id = 0; id < module_.statics.size(); ++id) {
      const StaticObject& s = module_.statics[id];
      if (s.kind != StaticKind::Class || !s.value.is(rt::Kind::Class)) continue;
      const auto* c = s.value.as<rt::ClassObject>();
      if (!rt::is_user_class(c) || (c->flags & rt::k_class_interface) != 0 || c == protocol.interface || !rt::class_assignable(c, protocol.interface)) continue;
      if (std::find(changed_.begin(), changed_.end(), id) != changed_.end()) continue;
      auto row = std::find_if(s.methods.begin(), s.methods.end(), [&](const StaticObject::Method& m) { return m.name == method; });
      if (row == s.methods.end() || module_.statics[row->closure.index].kind != StaticKind::Closure) continue;
      const Descriptor& descriptor = module_.descriptors[module_.statics[row->closure.index].descriptor.index];
      auto entry = std::find_if(descriptor.fixed.begin(), descriptor.fixed.end(), [&](const Descriptor::Entry& e) { return e.arity == arity; });
      if (entry == descriptor.fixed.end()) continue;
      found.push_back({id, entry->symbol, descriptor.name});
    }
    return found;
  }

  // Removes the drop of v from a block, which then goes on in a block of its own; that one.
  static std::optional<BlockId> behind_drop(Function& fn, BlockId at, ValueId v) {
    auto& list = fn[at].instructions;
    auto drop = std::find_if(list.begin(), list.end(), [&](const Instruction& inst) { return inst.op == Op::Drop && inst.operands[0] == v; });
    if (drop == list.end()) return std::nullopt;
    Instruction first = std::move(*drop);
    list.erase(drop);
    Builder builder(fn);
    const BlockId rest = builder.move_to_new_block(at);
    builder.position(at);
    builder.set_line(first.line);
    fn[at].instructions.push_back(std::move(first));
    builder.jump(rest);
    return rest;
  }
  static bool drops(const Function& fn, BlockId at, ValueId v) {
    return std::any_of(fn[at].instructions.begin(), fn[at].instructions.end(), [&](const Instruction& inst) { return inst.op == Op::Drop && inst.operands[0] == v; });
  }

  // var_root P; i64 INDEX; protocol_method -> [drop P; invoke m, x ... -> [drop m ...], [drop m ...]]
  void guard(Function& fn, BlockId b) {
    auto& list = fn[b].instructions;
    if (list.size() < 3 || !is_rt(list.back(), Rt::protocol_method)) return;
    const Instruction &root = list[list.size() - 3], &number = list[list.size() - 2], lookup = list.back();
    if (root.op != Op::VarRoot || number.op != Op::ConstI64 || lookup.operands[0] != root.result || lookup.operands[1] != number.result) return;
    auto known = protocols_.find(root.id);
    if (known == protocols_.end()) return;
    const BlockId calling = lookup.edges[0].target;
    const auto& rest = fn[calling].instructions;
    if (rest.size() != 2 || rest[0].op != Op::Drop || rest[0].operands[0] != root.result) return;
    const Instruction invoke = rest[1];
    const ValueId object = lookup.operands[2], method = lookup.result;
    if (invoke.op != Op::TryCallAny || invoke.operands.size() < 2 || invoke.operands[0] != method || fn[object].type != Type::Any) return;
    const BlockId done = invoke.edges[0].target, failed = invoke.edges[1].target;
    if (!fn[done].parameters.empty() || !fn[failed].parameters.empty() || !drops(fn, done, method) || !drops(fn, failed, method) || done == failed) return;
    const std::vector<Target> classes = targets(known->second, number.imm, invoke.operands.size() - 1);
    if (classes.empty() || classes.size() > k_most_classes) return;
    ++counts_.guarded;
    // The lookup goes into a block of its own; what it gives is dropped before the ways meet.
    const SourceLine line = lookup.line;
    Builder builder(fn);
    const BlockId slow = builder.new_block();
    for (std::size_t i = 3; i > 0; --i) {
      auto& from = fn[b].instructions;
      Instruction& inst = from[from.size() - i];
      if (inst.result.valid() && inst.op != Op::TryRtCall) fn[inst.result].block = slow;
      fn[slow].instructions.push_back(std::move(inst));
    }
    fn[b].instructions.resize(fn[b].instructions.size() - 3);
    const BlockId joined = *behind_drop(fn, done, method), given_up = *behind_drop(fn, failed, method);
    const ValueId result = invoke.result;
    const ValueId looked_up = builder.new_value(fn[result].type, fn[result].ownership, done);
    fn[calling].instructions[1].result = looked_up;
    fn[done].instructions.back().edges[0].arguments = {looked_up};
    fn[joined].parameters = {result};
    fn[result].block = joined;
    BlockId at = b;
    for (std::size_t i = 0; i < classes.size(); ++i) {
      if (explain_) explain_(fn.name + " asks for " + std::string(rt::class_name(module_.statics[classes[i].class_id].value.as<rt::ClassObject>())) + " and calls " + classes[i].name);
      builder.position(at);
      builder.set_line(line);
      const ValueId constant = builder.with_id(Op::Static, classes[i].class_id);
      const ValueId test = builder.plain(Op::HasClass, {object, constant});
      const BlockId yes = builder.new_block(), no = i + 1 < classes.size() ? builder.new_block() : slow;
      builder.branch(test, yes, no);
      builder.position(yes);
      builder.set_line(invoke.line);
      const ValueId given = builder.try_direct(classes[i].symbol, {invoke.operands.begin() + 1, invoke.operands.end()}, given_up);
      builder.set_line(line);
      builder.jump(joined, {given});
      at = no;
    }
  }

  Module& module_;
  InlineCounts& counts_;
  const std::function<void(const std::string&)>& explain_;
  std::map<std::uint32_t, Protocol> protocols_;      // by static object
  std::vector<std::uint32_t> changed_;               // classes that get methods later
};

}  // namespace

void guard_calls(Module& module, InlineCounts& counts, const std::function<void(const std::string&)>& explain) {
  Guards(module, counts, explain).run();
}

}  // namespace slisp::compiler
