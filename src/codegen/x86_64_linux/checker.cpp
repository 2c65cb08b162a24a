// checker.cpp: a symbolic proof that every use sees the value the code before allocation names.
// In:   the code before allocation, and the final instruction list with the addresses of the IR slots. Nothing else: it knows no
//       allocator and no frame layout.
// Out:  the first thing that does not hold.
//
// State: location (register or frame word) -> set of what it is known to hold: virtual registers, constants, words of argument blocks.
// Rules:
//   at a join          intersection
//   inserted move      the destination holds what the source holds; it may not be memory of a slot whose epoch is open
//   other instruction  the same, in the same order, as before allocation; each operand must be among what its location holds; fixed
//                      uses stand in their registers
//   clobbers           caller-saved registers forget; r11 and xmm15 forget at every instruction
//   constants          a value that is defined as a constant is that constant, wherever either stands
//   entry, return      callee-saved registers hold at a return what they held at the entry
//   exit               memory and registers as they are, less what the instruction clobbers, and its definition where that is early, or free to come early
//   definition         its register holds just that value, and no other location holds it any more
//   jump               a block parameter is held where its argument is held, and nowhere else
//   store to a slot    its epoch is open, the address is the slot's; the word holds `this word of that slot`
//   use of a slot      its epoch is open, and all words stored to it since its last use hold what was stored there
//   opening an epoch   its slots lie in the frame and overlap no slot of another open epoch
#include "src/codegen/x86_64_linux/checker.hpp"
#include <algorithm>
#include <map>
#include <set>

namespace slisp::x64 {

namespace {

using Kind = Operand::Kind;
using Location = std::uint32_t;                  // 0-31 registers, then frame words
constexpr Register k_kept_for_caller[] = {Register::rbx, Register::rbp, Register::r12, Register::r13, Register::r14};
using Element = std::uint32_t;                   // virtual registers first, then constants and words of slots, as interned

struct State {
  std::vector<std::pair<Location, Element>> holds;   // sorted
  std::set<std::uint32_t> open;                      // epochs
  std::set<std::pair<std::uint32_t, std::int64_t>> written;   // (slot, word)
};

class Checker {
 public:
  Checker(const MFunction& before, const MFunction& after)
      : before_(before), after_(after) {}

  std::optional<std::string> run() {
    if (before_.blocks.size() != after_.blocks.size()) return "the number of blocks differs";
    if (after_.frame_bytes % 16 != 8) return "the frame leaves the stack unaligned";
    next_element_ = static_cast<Element>(before_.xmm.size());
    words_ = static_cast<Location>(after_.frame_bytes / 8);
    at_entry_.resize(before_.blocks.size());
    find_constants();
    order_ = reverse_postorder(before_);
    // Cells of the fixpoint only shrink, so this ends.
    at_entry_[0] = State{};
    for (Register r : k_kept_for_caller) at_entry_[0]->holds.emplace_back(static_cast<Location>(r), caller_value(r));
    std::sort(at_entry_[0]->holds.begin(), at_entry_[0]->holds.end());
    work_.insert(0);
    rank_.assign(before_.blocks.size(), 0);
    for (std::uint32_t i = 0; i < order_.size(); ++i) rank_[order_[i]] = i;
    while (!work_.empty() && error_.empty()) {
      std::uint32_t b = order_[*work_.begin()];
      work_.erase(work_.begin());
      block(b);
    }
    if (!error_.empty()) return error_;
    return std::nullopt;
  }

 private:
  // ---- elements
  Element constant(const Operand& o) {
    auto key = std::tuple(o.kind, o.reg, o.index, o.value);
    auto [it, fresh] = interned_.try_emplace(key, next_element_);
    if (fresh) ++next_element_;
    return it->second;
  }
  // What the caller had in a callee-saved register.
  Element caller_value(Register r) { return constant(physical(r)); }
  Element slot_word_element(std::uint32_t slot, std::int64_t word) { return constant(slot_word(slot, word)); }
  Element element(const Operand& o) { return o.is(Kind::Virtual) ? o.index : constant(o); }
  // What else a location may hold where this value is read; the value itself if nothing.
  Element other_name(Element v) const { return v < constant_of_.size() ? constant_of_[v] : v; }
  void find_constants() {
    constant_of_.resize(before_.xmm.size());
    for (Element v = 0; v < constant_of_.size(); ++v) constant_of_[v] = v;
    for (const MBlock& block : before_.blocks)
      for (const MInst& inst : block.instructions)
        if ((inst.op == Opcode::Move || inst.op == Opcode::MoveBits) && inst.operand[0].is(Kind::Virtual) &&
            (inst.operand[1].is(Kind::Immediate) || inst.operand[1].is(Kind::Symbol)))
          constant_of_[inst.operand[0].index] = constant(inst.operand[1]);
  }

  // ---- the state at hand
  void load(const State& state) {
    state_.clear();
    for (auto [location, element] : state.holds) state_[location].insert(element);
    open_ = state.open;
    written_ = state.written;
  }
  State save() const {
    State out;
    for (const auto& [location, elements] : state_)
      for (Element e : elements) out.holds.emplace_back(location, e);
    std::sort(out.holds.begin(), out.holds.end());
    out.open = open_;
    out.written = written_;
    return out;
  }
  bool holds(Location l, Element e) const {
    auto it = state_.find(l);
    return it != state_.end() && (it->second.count(e) != 0 || it->second.count(other_name(e)) != 0);
  }
  void erase_everywhere(Element e) {
    for (auto& [location, elements] : state_) elements.erase(e);
  }
  bool location(const Operand& o, Location& l) {
    if (o.is(Kind::Register)) {
      l = static_cast<Location>(o.reg);
      return true;
    }
    if (!o.is(Kind::Stack)) return false;
    if (o.value < 0 || o.value % 8 != 0 || o.value / 8 >= words_) return fail("memory outside the frame");
    l = k_registers + static_cast<Location>(o.value / 8);
    return true;
  }
  bool fail(std::string_view what) {
    if (error_.empty())
      error_ = std::string(what) + " (block " + std::to_string(block_) + ", instruction " + std::to_string(index_) + ")";
    return false;
  }
  const ir::Slot& slot(std::uint32_t s) const { return before_.source->slots[s]; }
  bool epoch_open(std::uint32_t s) const { return !slot(s).epoch.valid() || open_.count(slot(s).epoch.index) != 0; }
  bool inside_open_slot(std::int64_t offset) const {
    if (before_.source == nullptr) return false;
    for (std::uint32_t s = 0; s < before_.source->slots.size(); ++s)
      if (epoch_open(s) && offset >= after_.slot_offset[s] && offset < after_.slot_offset[s] + 8 * std::int64_t{slot(s).words})
        return true;
    return false;
  }

  // ---- operands
  bool check_operand(const Operand& wanted, const Operand& given) {
    Location l = 0;
    switch (wanted.kind) {
      case Kind::Virtual:
      case Kind::Immediate:
      case Kind::Symbol:
        if (given == wanted && !wanted.is(Kind::Virtual)) return true;
        if (!location(given, l)) return fail("an operand stands nowhere");
        return holds(l, element(wanted)) || fail("a location does not hold the value that is read from it");
      case Kind::Memory:
        if (wanted.reg != Register::None) return given == wanted || fail("another memory operand");
        if (!given.is(Kind::Memory) || given.value != wanted.value) return fail("another displacement");
        return holds(static_cast<Location>(given.reg), wanted.index) || fail("a base register does not hold its value");
      case Kind::SlotWord:
        if (!epoch_open(wanted.index)) return fail("a slot is written while its epoch is closed");
        return given == stack_word(after_.slot_offset[wanted.index] + 8 * wanted.value) || fail("a slot's word at another address");
      case Kind::SlotAddress: {
        if (!epoch_open(wanted.index)) return fail("a slot is used while its epoch is closed");
        bool direct = given == stack_address(after_.slot_offset[wanted.index]);
        if (!direct && (!location(given, l) || !holds(l, constant(stack_address(after_.slot_offset[wanted.index])))))
          return fail("another address than the slot's");
        return check_block(wanted.index);
      }
      case Kind::None:
      case Kind::SymbolMemory: return given == wanted || fail("another operand");
      default: return fail("an operand of a kind that does not exist before allocation");
    }
  }
  // All words stored to an argument block are still there; whoever uses it consumes them.
  bool check_block(std::uint32_t s) {
    for (auto it = written_.lower_bound({s, INT64_MIN}); it != written_.end() && it->first == s; ++it) {
      Location l = k_registers + static_cast<Location>((after_.slot_offset[s] + 8 * it->second) / 8);
      if (!holds(l, slot_word_element(s, it->second))) return fail("a word of an argument block was overwritten");
    }
    std::erase_if(written_, [&](const auto& word) { return word.first == s; });
    return true;
  }

  // ---- instructions
  bool inserted(const MInst& inst) {
    if (inst.op != Opcode::Move && inst.op != Opcode::Store) return fail("an inserted instruction is no move");
    Location to = 0, from = 0;
    if (!location(inst.operand[0], to)) return fail("a move to nowhere");
    if (inst.operand[0].is(Kind::Stack) && inside_open_slot(inst.operand[0].value)) return fail("a spill into an open slot");
    const Operand& source = inst.operand[1];
    std::set<Element> content;
    if (source.is(Kind::Immediate) || source.is(Kind::Symbol) || source.is(Kind::StackAddress)) content = {constant(source)};
    else if (location(source, from)) content = state_[from];
    else return fail("a move from nowhere");
    state_[to] = std::move(content);
    return true;
  }

  bool same_shape(const MInst& wanted, const MInst& given) {
    return (wanted.op == given.op && wanted.condition == given.condition && wanted.test == given.test &&
            wanted.number == given.number && wanted.exit == given.exit && wanted.target[0] == given.target[0] &&
            wanted.target[1] == given.target[1] && wanted.uses.size() == given.uses.size() &&
            wanted.defs.size() == given.defs.size()) ||
           fail("another instruction than before allocation");
  }

  bool original(const MInst& wanted, const MInst& given) {
    if (!same_shape(wanted, given)) return false;
    const OpcodeInfo& properties = info(wanted.op);
    for (unsigned i = 0; i < 3; ++i) {
      Role role = properties.roles[i];
      if (role == Role::None || role == Role::Def || role == Role::Early) continue;
      if (!check_operand(wanted.operand[i], given.operand[i])) return false;
      if (role == Role::Use && !given.operand[i].is(Kind::Register)) return fail("an operand outside registers");
    }
    for (std::size_t i = 0; i < wanted.uses.size(); ++i) {
      Register reg = wanted.uses[i].reg;
      if (!check_operand(wanted.uses[i].value, physical(reg)) || given.uses[i].reg != reg) return fail("an argument register");
    }
    if (wanted.op == Opcode::EpochOpen && !open_epoch(wanted.number)) return false;
    if (wanted.op == Opcode::EpochClose) close_epoch(wanted.number);
    if (wanted.op == Opcode::Return || wanted.op == Opcode::ReturnFailure)
      for (Register r : k_kept_for_caller)
        if (!holds(static_cast<Location>(r), caller_value(r))) return fail("a callee-saved register is not restored");
    if (properties.property == Property::Clobbers)
      for (Location r = 0; r < k_registers; ++r)
        if (std::find(std::begin(k_kept_for_caller), std::end(k_kept_for_caller), static_cast<Register>(r)) == std::end(k_kept_for_caller))
          state_.erase(r);
    state_.erase(static_cast<Location>(k_scratch));
    state_.erase(static_cast<Location>(k_scratch_xmm));
    for (unsigned i = 0; i < 3; ++i)
      if (properties.roles[i] == Role::Early && given.operand[i].is(Kind::Register)) state_.erase(static_cast<Location>(given.operand[i].reg));
    if (given.free_result && given.operand[0].is(Kind::Register)) state_.erase(static_cast<Location>(given.operand[0].reg));
    if (wanted.exit != k_no_block) leave(wanted.exit);
    if (wanted.op == Opcode::Store && wanted.operand[0].is(Kind::SlotWord)) {
      Location l = 0;
      if (!location(given.operand[0], l)) return false;
      state_[l] = {slot_word_element(wanted.operand[0].index, wanted.operand[0].value)};
      written_.insert({wanted.operand[0].index, wanted.operand[0].value});
    }
    for (unsigned i = 0; i < 3; ++i) {
      Role role = properties.roles[i];
      if (role != Role::Def && role != Role::Early) continue;
      Location l = 0;
      if (!given.operand[i].is(Kind::Register) || !location(given.operand[i], l)) return fail("a definition outside registers");
      if (role == Role::Early)
        for (unsigned k = 0; k < 3; ++k)
          if (k != i && given.operand[k] == given.operand[i]) return fail("an early definition in the register of a use");
      erase_everywhere(wanted.operand[i].index);
      state_[l] = {wanted.operand[i].index, other_name(wanted.operand[i].index)};
    }
    for (std::size_t i = 0; i < wanted.defs.size(); ++i) {
      if (given.defs[i].reg != wanted.defs[i].reg) return fail("a result register");
      erase_everywhere(wanted.defs[i].value);
      state_[static_cast<Location>(wanted.defs[i].reg)] = {wanted.defs[i].value};
    }
    for (std::uint32_t target : wanted.target)
      if (target != k_no_block && !jump(wanted, target)) return false;
    return true;
  }

  bool open_epoch(std::uint32_t epoch) {
    for (std::uint32_t s = 0; s < before_.source->slots.size(); ++s) {
      if (!slot(s).epoch.valid() || slot(s).epoch.index != epoch) continue;
      std::int64_t from = after_.slot_offset[s], to = from + 8 * std::int64_t{slot(s).words};
      if (from < 0 || to > after_.frame_bytes) return fail("a slot outside the frame");
      for (std::uint32_t o = 0; o < before_.source->slots.size(); ++o) {
        if (o == s || !epoch_open(o)) continue;
        std::int64_t other = after_.slot_offset[o], end = other + 8 * std::int64_t{slot(o).words};
        if (other < to && from < end) return fail("two open slots overlap");
      }
    }
    open_.insert(epoch);
    return true;
  }
  void close_epoch(std::uint32_t epoch) {
    open_.erase(epoch);
    std::erase_if(written_, [&](const auto& word) { return slot(word.first).epoch.valid() && slot(word.first).epoch.index == epoch; });
  }

  bool jump(const MInst& wanted, std::uint32_t target) {
    const auto& parameters = before_.blocks[target].parameters;
    if (parameters.size() != wanted.arguments.size()) return fail("a jump with another number of arguments");
    State state = save();
    if (parameters.empty()) {
      flow(target, std::move(state));
      return true;
    }
    std::set<Element> stale(parameters.begin(), parameters.end());
    std::map<Element, std::vector<Element>> renamed;                // argument -> parameters
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      const Element argument = element(wanted.arguments[i]), other = other_name(argument);
      renamed[argument].push_back(parameters[i]);
      if (other != argument) renamed[other].push_back(parameters[i]);
    }
    std::vector<std::pair<Location, Element>> holds_now;
    for (auto [l, e] : state.holds) {
      if (!stale.count(e)) holds_now.emplace_back(l, e);
      if (auto it = renamed.find(e); it != renamed.end())
        for (Element p : it->second) holds_now.emplace_back(l, p);
    }
    std::sort(holds_now.begin(), holds_now.end());
    state.holds = std::move(holds_now);
    flow(target, std::move(state));
    return true;
  }

  void leave(std::uint32_t target) { flow(target, save()); }

  void flow(std::uint32_t target, State state) {
    std::optional<State>& entry = at_entry_[target];
    if (!entry) {
      entry = std::move(state);
      work_.insert(rank_[target]);
      return;
    }
    State met;
    std::set_intersection(entry->holds.begin(), entry->holds.end(), state.holds.begin(), state.holds.end(),
                          std::back_inserter(met.holds));
    std::set_intersection(entry->open.begin(), entry->open.end(), state.open.begin(), state.open.end(),
                          std::inserter(met.open, met.open.end()));
    std::set_intersection(entry->written.begin(), entry->written.end(), state.written.begin(), state.written.end(),
                          std::inserter(met.written, met.written.end()));
    bool smaller = met.holds.size() != entry->holds.size() || met.open.size() != entry->open.size() ||
                   met.written.size() != entry->written.size();
    if (!smaller) return;
    entry = std::move(met);
    work_.insert(rank_[target]);
  }

  void block(std::uint32_t b) {
    block_ = b;
    load(*at_entry_[b]);
    const auto& wanted = before_.blocks[b].instructions;
    const auto& given = after_.blocks[b].instructions;
    std::size_t next = 0;
    for (index_ = 0; index_ < given.size(); ++index_) {
      const MInst& inst = given[index_];
      if (inst.origin == k_inserted) {
        if (!inserted(inst)) return;
        continue;
      }
      if (next >= wanted.size() || inst.origin != next) {
        fail("an instruction is missing, doubled or out of order");
        return;
      }
      if (!original(wanted[next++], inst)) return;
    }
    if (next != wanted.size()) fail("instructions are missing at the end of the block");
  }

  const MFunction& before_;
  const MFunction& after_;
  std::map<std::tuple<Kind, Register, std::uint32_t, std::int64_t>, Element> interned_;
  Element next_element_ = 0;
  std::vector<Element> constant_of_;               // value -> the constant that it is, or itself
  std::int64_t words_ = 0;
  std::vector<std::optional<State>> at_entry_;
  std::vector<std::uint32_t> order_, rank_;
  std::set<std::uint32_t> work_;                   // ranks: earlier blocks first
  std::map<Location, std::set<Element>> state_;
  std::set<std::uint32_t> open_;
  std::set<std::pair<std::uint32_t, std::int64_t>> written_;
  std::uint32_t block_ = 0;
  std::size_t index_ = 0;
  std::string error_;
};

}  // namespace

std::optional<std::string> check_allocation(const MFunction& before, const MFunction& after) {
  return Checker(before, after).run();
}

}  // namespace slisp::x64
