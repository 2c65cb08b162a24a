// instructions.cpp: names, block order and the text dump of machine code.
#include "src/codegen/x86_64_linux/instructions.hpp"
#include <algorithm>

namespace slisp::x64 {

std::string_view register_name(Register r, unsigned bytes) {
  static constexpr std::string_view wide[] = {"rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi",
                                              "r8",  "r9",  "r10", "r11", "r12", "r13", "r14", "r15"};
  static constexpr std::string_view half[] = {"eax", "ecx", "edx",  "ebx",  "esp",  "ebp",  "esi",  "edi",
                                              "r8d", "r9d", "r10d", "r11d", "r12d", "r13d", "r14d", "r15d"};
  static constexpr std::string_view byte[] = {"al",  "cl",  "dl",   "bl",   "spl",  "bpl",  "sil",  "dil",
                                              "r8b", "r9b", "r10b", "r11b", "r12b", "r13b", "r14b", "r15b"};
  static constexpr std::string_view xmm[] = {"xmm0", "xmm1", "xmm2",  "xmm3",  "xmm4",  "xmm5",  "xmm6",  "xmm7",
                                             "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15"};
  unsigned n = static_cast<unsigned>(r);
  if (n >= k_registers) return "none";
  if (n >= 16) return xmm[n - 16];
  return bytes == 8 ? wide[n] : bytes == 4 ? half[n] : byte[n];
}

const OpcodeInfo& info(Opcode op) {
  using enum Role;
  using enum Property;
  static constexpr OpcodeInfo table[] = {
#define SLISP_MACHINE(name, r0, r1, r2, bytes, property) {#name, {r0, r1, r2}, bytes, property},
#include "src/codegen/x86_64_linux/instructions.def"
#undef SLISP_MACHINE
  };
  return table[static_cast<unsigned>(op)];
}

std::uint32_t SymbolTable::intern(std::string_view name) {
  auto [it, fresh] = ids_.try_emplace(std::string(name), static_cast<std::uint32_t>(names_.size()));
  if (fresh) names_.emplace_back(name);
  return it->second;
}

std::vector<std::uint32_t> reverse_postorder(const MFunction& function) {
  // Iterative depth-first search: functions of ten thousand blocks in a row must not exhaust the stack.
  std::vector<std::vector<std::uint32_t>> successors(function.blocks.size());
  std::vector<bool> seen(function.blocks.size());
  std::vector<std::pair<std::uint32_t, std::size_t>> path;
  std::vector<std::uint32_t> order;
  auto enter = [&](std::uint32_t b) {
    seen[b] = true;
    for_each_edge(function.blocks[b], [&](std::uint32_t to, std::uint32_t) { successors[b].push_back(to); });
    path.emplace_back(b, 0);
  };
  enter(0);
  while (!path.empty()) {
    auto& [block, next] = path.back();
    if (next == successors[block].size()) {
      order.push_back(block);
      path.pop_back();
      continue;
    }
    std::uint32_t to = successors[block][next++];
    if (!seen[to]) enter(to);
  }
  std::reverse(order.begin(), order.end());
  return order;
}

namespace {
std::string text(const Operand& o, const SymbolTable& symbols) {
  using Kind = Operand::Kind;
  auto number = [](auto n) { return std::to_string(n); };
  switch (o.kind) {
    case Kind::None: return "-";
    case Kind::Virtual: return "v" + number(o.index);
    case Kind::Register: return std::string(register_name(o.reg));
    case Kind::Immediate: return number(o.value);
    case Kind::Symbol: return symbols.name(o.index);
    case Kind::SymbolMemory: return "[" + symbols.name(o.index) + "+" + number(o.value) + "]";
    case Kind::Memory:
      return "[" + (o.reg == Register::None ? "v" + number(o.index) : std::string(register_name(o.reg))) + "+" +
             number(o.value) + "]";
    case Kind::SlotWord: return "slot" + number(o.index) + "[" + number(o.value) + "]";
    case Kind::SlotAddress: return "&slot" + number(o.index);
    case Kind::Spill: return "spill(v" + number(o.index) + ")";
    case Kind::Stack: return "[rsp+" + number(o.value) + "]";
    case Kind::StackAddress: return "rsp+" + number(o.value);
  }
  return {};
}
}  // namespace

std::string dump(const MFunction& function, const SymbolTable& symbols) {
  std::string out = function.source ? function.source->symbol + ":\n" : std::string("?:\n");
  for (std::size_t b = 0; b < function.blocks.size(); ++b) {
    const MBlock& block = function.blocks[b];
    out += "b" + std::to_string(b) + "(";
    for (std::uint32_t p : block.parameters) out += " v" + std::to_string(p);
    out += block.cold ? ") cold\n" : ")\n";
    for (const MInst& inst : block.instructions) {
      out += inst.origin == k_inserted ? "   +" : "    ";
      out += info(inst.op).name;
      for (const Operand& o : inst.operand)
        if (!o.is(Operand::Kind::None)) out += " " + text(o, symbols);
      for (const FixedUse& use : inst.uses) out += " " + std::string(register_name(use.reg)) + "=" + text(use.value, symbols);
      for (const MoveItem& move : inst.moves) out += " " + text(move.to, symbols) + "<-" + text(move.from, symbols);
      for (const FixedDef& def : inst.defs) out += " v" + std::to_string(def.value) + ":" + std::string(register_name(def.reg));
      for (const Operand& o : inst.arguments) out += " (" + text(o, symbols) + ")";
      for (std::uint32_t t : inst.target)
        if (t != k_no_block) out += " b" + std::to_string(t);
      if (inst.exit != k_no_block) out += " exit b" + std::to_string(inst.exit);
      out += "\n";
    }
  }
  return out;
}

}  // namespace slisp::x64
