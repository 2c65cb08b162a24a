// isel_allocation.cpp: small objects that are made in line: vectors, maps of constant keys, closures, cells of lists, boxed doubles.
// Idea: what a literal puts into a block of frame memory only so that a runtime function copies it into an object goes into the object
//   at once. Stores and call stand in one IR block, and nobody else uses the slot.
#include "src/codegen/x86_64_linux/isel.hpp"
#include <algorithm>

namespace slisp::x64 {

namespace {
using Rt = abi::RuntimeFunctionId;
constexpr std::size_t k_most_slots = (abi::k_largest_inline_bytes - sizeof(abi::Header)) / sizeof(abi::Word);

struct Constructor {
  abi::Kind kind;
  std::size_t block;           // operand
  std::size_t words_before;    // raw words between header and slots
};
bool constructor(const ir::Instruction& inst, Constructor& made) {
  if (inst.op != ir::Op::RtCall && inst.op != ir::Op::TryRtCall) return false;
  switch (static_cast<Rt>(inst.id)) {
    case Rt::vector: made = {abi::Kind::Vector, 0, 0}; return true;
    case Rt::map_literal: made = {abi::Kind::ArrayMap, 0, 0}; return true;
    case Rt::alloc_fn: made = {abi::Kind::Fn, 1, 1}; return true;
    default: return false;
  }
}
}  // namespace

// Keys that are different keywords or fixnums: nothing is compared, nothing can throw.
static bool keys_differ(const ir::Module& module, const std::vector<const ir::Instruction*>& definition, const std::vector<ir::ValueId>& words) {
  std::vector<rt::Word> keys;
  for (std::size_t i = 0; i < words.size(); i += 2) {
    const ir::Instruction* key = definition[words[i].index];
    if (key == nullptr) return false;
    rt::Word word = 0;
    if (key->op == ir::Op::ConstWord) word = static_cast<rt::Word>(key->imm);
    else if (key->op == ir::Op::Static && module.statics[key->id].kind == ir::StaticKind::Constant &&
             module.statics[key->id].value.is(rt::Kind::Keyword))
      word = module.statics[key->id].value.word();
    if (word == 0 || std::find(keys.begin(), keys.end(), word) != keys.end()) return false;
    keys.push_back(word);
  }
  return true;
}

void Selector::find_constructions(ir::BlockId block) {
  if (options_.optimize == 0 || !options_.inline_allocation) return;
  const auto& list = in_[block].instructions;
  for (const ir::Instruction& inst : list) {
    Constructor made{};
    if (!constructor(inst, made)) continue;
    ir::ValueId address = inst.operands[made.block];
    std::vector<const ir::Instruction*> stores;
    for (const ir::Instruction& store : list)
      if (store.op == ir::Op::SlotStore && store.operands[0] == address) stores.push_back(&store);
    std::size_t n = stores.size();
    if (n == 0 || n + made.words_before > k_most_slots || uses_[address.index] != n + 1) continue;
    std::vector<ir::ValueId> words(n);
    for (const ir::Instruction* store : stores)
      if (store->imm >= 0 && static_cast<std::size_t>(store->imm) < n) words[static_cast<std::size_t>(store->imm)] = store->operands[1];
    if (std::any_of(words.begin(), words.end(), [](ir::ValueId v) { return !v.valid(); })) continue;
    const ir::Instruction* count = definition_[inst.operands[made.block + 1].index];
    if (count == nullptr || count->op != ir::Op::ConstI64 || count->imm != static_cast<std::int64_t>(n)) continue;
    if (made.kind == abi::Kind::ArrayMap && (n > 16 || !keys_differ(view_.module, definition_, words))) continue;
    const std::size_t parameters = abi::runtime_function(static_cast<Rt>(inst.id)).parameter_count;
    constructions_[&inst] = {made.kind, std::move(words), made.words_before != 0 ? inst.operands[0] : ir::ValueId{},
                             inst.operands.size() > parameters ? inst.operands[parameters] : ir::ValueId{}};
    elided_.insert(stores.begin(), stores.end());
  }
}

void Selector::construct(ir::ValueId result, const Construction& made) {
  std::uint32_t d = define(result);
  const bool renews = made.reused.valid() && operand(made.reused).is(Operand::Kind::Virtual);
  MInst& object = emit(renews ? Opcode::Renew : Opcode::NewObject);
  object.number = static_cast<std::uint32_t>(made.kind) | static_cast<std::uint32_t>(made.words.size()) << 8;
  object.operand[0] = virtual_register(d);
  if (renews) object.operand[1] = operand(made.reused);
  std::int64_t at = sizeof(abi::Header);
  auto put = [&](ir::ValueId v) {
    MInst& store = emit(Opcode::Store);
    store.operand[0] = memory(d, at);
    store.operand[1] = operand(v);
    at += 8;
  };
  if (made.raw.valid()) put(made.raw);
  for (ir::ValueId v : made.words) put(v);
}

// The block that a construction of a list's cell is to be written into; none: invalid.
ir::ValueId Selector::reused_by_cons(const ir::Instruction& inst) {
  if (inst.op != ir::Op::TryRtCall || static_cast<Rt>(inst.id) != Rt::cons) return {};
  const std::size_t parameters = abi::runtime_function(Rt::cons).parameter_count;
  return inst.operands.size() > parameters ? inst.operands[parameters] : ir::ValueId{};
}

void Selector::let_go(const ir::Instruction& inst) {
  const std::size_t parameters = abi::runtime_function(static_cast<Rt>(inst.id)).parameter_count;
  if (inst.operands.size() <= parameters || !operand(inst.operands[parameters]).is(Operand::Kind::Virtual)) return;
  emit(options_.optimize > 0 ? Opcode::Release : Opcode::ReleaseCall).operand[0] = operand(inst.operands[parameters]);
}

void Selector::box_double(const ir::Instruction& inst) {
  Operand value = operand(inst.operands[0]);
  std::uint32_t d = define(inst.result);
  MInst& object = emit(Opcode::NewObject);
  object.number = static_cast<std::uint32_t>(abi::Kind::Double);
  object.operand[0] = virtual_register(d);
  MInst& store = emit(Opcode::Store);
  store.operand[0] = memory(d, abi::k_offset_payload);
  store.operand[1] = value;
}

void Selector::lazy_seq(const ir::Instruction& inst) {
  std::uint32_t d = define(inst.result);
  MInst& object = emit(Opcode::NewObject);
  object.number = static_cast<std::uint32_t>(abi::Kind::LazySeq) | 1u << 8;
  object.operand[0] = virtual_register(d);
  MInst& state = emit(Opcode::Store);              // unrealised: runtime/collections/layouts.hpp
  state.operand[0] = memory(d, 8);
  state.operand[1] = immediate(0);
  MInst& thunk = emit(Opcode::Store);
  thunk.operand[0] = memory(d, 16);
  thunk.operand[1] = operand(inst.operands[0]);
}

bool Selector::select_allocation(const ir::Instruction& inst, std::uint32_t exit) {
  if (options_.optimize == 0 || !options_.inline_allocation) return false;
  if (auto found = constructions_.find(&inst); found != constructions_.end()) {
    construct(inst.result, found->second);
    return true;
  }
  if (static_cast<Rt>(inst.id) == Rt::lazy_seq) {
    lazy_seq(inst);
    return true;
  }
  if (static_cast<Rt>(inst.id) != Rt::cons || exit == k_no_block) return false;
  Operand rest = operand(inst.operands[1]);
  if (!rest.is(Operand::Kind::Virtual)) return false;
  if (const ir::ValueId reused = reused_by_cons(inst); reused.valid() && operand(reused).is(Operand::Kind::Virtual)) {
    const std::uint32_t cell = out_.new_register(false);
    MInst& renewed = emit(Opcode::RenewCell);
    renewed.number = inst.id;
    renewed.operand[0] = virtual_register(cell);
    renewed.operand[1] = operand(reused);
    MInst& store = emit(Opcode::Store);
    store.operand[0] = memory(cell, offsetof(abi::List, first));
    store.operand[1] = operand(inst.operands[0]);
    const std::uint32_t filled = define(inst.result);
    MInst& fill = emit(Opcode::FillCell);
    fill.number = inst.id;
    fill.operand[0] = virtual_register(filled);
    fill.operand[1] = virtual_register(cell);
    fill.operand[2] = rest;
    fill.exit = exit;
    return true;
  }
  std::uint32_t d = define(inst.result);
  MInst& out = emit(Opcode::NewCons);
  out.number = inst.id;
  out.operand[0] = virtual_register(d);
  out.operand[1] = operand(inst.operands[0]);
  out.operand[2] = rest;
  out.exit = exit;
  return true;
}

}  // namespace slisp::x64
