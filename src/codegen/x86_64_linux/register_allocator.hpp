// register_allocator.hpp: the full allocator: registers over the whole function, spilling by furthest next use.
//
// One walk over the blocks in reverse postorder. At each point a value that is alive stands in a register, in its slot, or in both.
//   register_allocator.cpp   the walk: operands, calls, exits, definitions
//   register_file.cpp        which register: hints, furthest next use, eviction
//   block_entries.cpp        where values stand when a block begins, and the moves on the edges that bring them there
// A value is stored once for all right behind its definition, when an eviction in code that runs about as often asks for it; in code that
// runs more rarely (cold blocks above all) it is stored right there.
// Sources: Braun & Hack 2009 (distances, loops); the walk with desired registers is that of Go's register allocator.
#pragma once
#include "src/codegen/x86_64_linux/allocate.hpp"
#include "src/codegen/x86_64_linux/flow.hpp"

namespace slisp::x64 {

inline constexpr std::uint32_t k_nobody = UINT32_MAX;
inline constexpr Register k_callee_saved[] = {Register::rbx, Register::rbp, Register::r12, Register::r13, Register::r14};
// Argument registers last: what is about to be passed wants them.
inline constexpr Register k_caller_saved[] = {Register::rax, Register::r10, Register::r9,  Register::r8,
                                              Register::rcx, Register::rdx, Register::rsi, Register::rdi};
inline constexpr unsigned k_xmm_count = 15;        // xmm15 is scratch
inline bool is_callee_saved(Register r) {
  for (Register c : k_callee_saved)
    if (c == r) return true;
  return false;
}

class RegisterAllocator {
 public:
  RegisterAllocator(const MFunction& in, const Flow& flow, const RegisterSwitches& switches, AllocationCounts& counts);
  MFunction run();

 private:
  // Where the values that are alive stand.
  struct State {
    std::vector<std::pair<std::uint32_t, Register>> registers;   // sorted by value
    std::vector<std::uint32_t> slots;                            // stored on the way here (not right behind the definition), sorted
    bool known = false;
    Register of(std::uint32_t v) const;
    bool stored(std::uint32_t v) const;
  };

  // ---- register_allocator.cpp
  void find_constants();
  void prepare_block(std::uint32_t b);
  void block(std::uint32_t b);
  void instruction(const MInst& source, std::uint32_t index);
  void operand(Operand& o, Role role);
  void make_room_for_call(const MInst& source);
  void pass_fixed_uses(MInst& inst);
  void define(const MInst& source, MInst& inst, Role role);
  void free_dead(const MInst& source);
  void leave(const MInst& inst);                   // what the edges out of this instruction find
  void store_behind_definitions();

  // ---- register_file.cpp
  std::uint32_t next_use(std::uint32_t v) const;   // after the instruction at hand; k_never: dead
  bool needed_by_exit(std::uint32_t v, const MInst& inst) const;
  bool slot_valid(std::uint32_t v) const { return stored_[v] != Stored::No || here_[v] == epoch_; }
  void need_slot(std::uint32_t v);                 // v is in a register and must be in its slot as well
  void forget(Register r);
  void forget_all();
  void hold(Register r, std::uint32_t v);
  bool is_free(Register r) const { return holds_[static_cast<unsigned>(r)] == k_nobody && !locked(r); }
  bool locked(Register r) const { return (locked_ >> static_cast<unsigned>(r)) & 1; }
  void lock(Register r) { locked_ |= 1u << static_cast<unsigned>(r); }
  Register take(bool xmm, bool crossing, Register hint);
  Register free_register(bool xmm, bool crossing, Register hint);
  Register free_callee_saved(bool also_new);
  Register victim(bool xmm) const;
  void evict(Register r);
  Register in_register(std::uint32_t v);
  Operand location(const Operand& o) const;
  Operand home(std::uint32_t v) const;             // where v is read from when it is in no register: its slot, or the constant that it is
  Operand bring(std::uint32_t v);                  // the same, counted
  Register wish(std::uint32_t v) const;            // where a value defined now would like to be

  // ---- block_entries.cpp
  void enter(std::uint32_t b);
  State capture(std::uint32_t to) const;           // restricted to what is alive at the entry of `to`
  void load(const State& state);
  void choose_merge(std::uint32_t b);
  void choose_header(std::uint32_t b);
  void place_parameters(std::uint32_t b, State& entry, std::uint32_t& taken, const Loop* loop);
  void connect(std::uint32_t from, std::uint32_t to);            // moves before the jump at the end of `from`
  void want_slot_at_entry(std::uint32_t v, std::uint32_t b);

  enum class Stored : std::uint8_t {
    No,
    AtDefinition,                                  // a store follows the definition
    AtEntry,                                       // a block parameter: the jumps store it
    Constant,                                      // never: it is made again where it is needed
  };

  const MFunction& in_;
  const Flow& flow_;
  RegisterSwitches switches_;
  AllocationCounts& counts_;
  MFunction out_;
  std::vector<MInst>* code_ = nullptr;
  std::uint32_t block_ = 0, position_ = 0;
  ir::SourceLine line_;
  std::vector<Register> register_of_;
  std::uint32_t holds_[k_registers];
  std::uint32_t locked_ = 0, used_callee_saved_ = 0;
  struct Copy {
    Operand at;
    std::uint32_t value;
  };
  std::vector<Copy> copies_;                       // where values still stand that were just moved out of a call's way
  std::vector<Stored> stored_;
  std::vector<Operand> constant_;                  // of values that are Stored::Constant
  std::vector<std::uint32_t> here_;                // == epoch_: stored on the way to this point
  std::uint32_t epoch_ = 0;
  std::vector<State> at_entry_, at_end_;           // per block; at_end_ of blocks that end with a jump
  // Uses of the block at hand, by value: positions in rising order, then what lies behind the block.
  std::vector<std::vector<std::uint32_t>> uses_;
  std::vector<std::uint32_t> last_exit_;           // position of the last exit that needs the value, or k_nobody
  std::vector<std::uint32_t> beyond_;              // distance from the end of the block
  std::vector<std::uint32_t> touched_;
  std::vector<std::vector<std::uint32_t>> parameter_wishes_;     // value -> block parameters that jumps make of it
  std::vector<std::uint32_t> clobbers_before_;     // per position of the block: how many calls stand before it
  std::vector<std::pair<std::uint32_t, Register>> fixed_wish_;   // value -> position, register: its first use in a fixed register
};

}  // namespace slisp::x64
