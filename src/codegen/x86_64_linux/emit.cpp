// emit.cpp: print allocated machine code as NASM text, line by line from the list.
// Keeps: every jump has its size written: NASM's time is quadratic in jumps that it must size itself.
// Idea: instructions.def bounds every instruction's size from above; a jump whose distance by those bounds is below 128 is short.
#include "src/codegen/x86_64_linux/emit.hpp"
#include "src/codegen/x86_64_linux/cell_looks.hpp"
#include "src/codegen/x86_64_linux/isel.hpp"
#include "src/codegen/x86_64_linux/printer.hpp"
#include "src/codegen/x86_64_linux/update_templates.hpp"
#include "src/compiler/check.hpp"
#include "src/compiler/symbols.hpp"
#include <algorithm>

namespace slisp::x64 {

std::string AsmText::string(std::string_view content) {
  // Named by content: the same text has the same label wherever it is used, and 64 bits of hash keep different ones apart; a
  // collision would be seen here, within a file.
  std::string label = compiler::label('N', content);
  auto [it, fresh] = strings.try_emplace(label, content);
  if (!fresh && it->second != content) compiler::internal_error("emission", "two strings have the same hash", it->second);
  mention(label);
  return label;
}

void emit_bytes(AsmText& out, std::string_view bytes) {
  for (std::size_t i = 0; i < bytes.size(); i += 32) {
    out << "db ";
    for (std::size_t k = i; k < bytes.size() && k < i + 32; ++k) {
      if (k > i) out << ',';
      out << static_cast<unsigned>(static_cast<unsigned char>(bytes[k]));
    }
    out << '\n';
  }
}

namespace {

// Frames up to this size fit into what lies below the stack limit together with all that C++ needs; for larger ones the prologue
// asks before it takes them.
constexpr std::int64_t k_large_frame = 16384;
// A hot loop begins where the machine fetches and caches decoded instructions.
constexpr std::uint32_t k_loop_alignment = 16;

}  // namespace

void Printer::run(bool global) {
  std::string name = naming_(f_.source->symbol);
  out_.define(name, global, true);
  out_ << "section .text." << name << " progbits alloc exec nowrite align=16\n";
  source_line(f_.source->line);
  out_ << name << ":\n";
  if (f_.frame_bytes > k_large_frame) {
    out_ << "lea rax,[rsp-" << f_.frame_bytes << "]\ncmp rax,[r15+" << abi::k_offset_stack_limit << "]\njb near .no_frame\n";
    cold_ += no_frame();
  }
  out_ << "sub rsp," << f_.frame_bytes << "\n.framed:\n";
  order_blocks();
  for (std::size_t i = 0; i < layout_.size(); ++i) {
    block_ = layout_[i];
    following_ = i + 1 < layout_.size() ? layout_[i + 1] : k_no_block;
    if (aligned_[block_]) out_ << "align " << k_loop_alignment << '\n';
    out_ << ".b" << block_ << ":\n";
    position_ = start_[block_];
    print(std::span<const MInst>(f_.blocks[block_].instructions));
  }
  out_ << cold_ << ".end:\n";
  if (!sites_.empty()) out_ << "section .data.sites_" << name << " progbits alloc noexec write align=8\n" << sites_;
  if (options_.debug_info) call_frame_information(name);
}

// Blocks in order of execution, those that only failures reach behind; and where each begins at the latest.
void Printer::order_blocks() {
  std::vector<std::uint32_t> order = reverse_postorder(f_);
  std::stable_partition(order.begin(), order.end(), [&](std::uint32_t b) { return !f_.blocks[b].cold; });
  layout_ = std::move(order);
  start_.assign(f_.blocks.size(), 0);
  std::uint32_t at = 40;                         // the prologue
  find_hot_loops();
  for (std::uint32_t b : layout_) {
    if (aligned_[b]) at += k_loop_alignment - 1;
    start_[b] = at;
    for (const MInst& inst : f_.blocks[b].instructions) at += info(inst.op).bytes;
  }
}

// Heads of innermost loops, in the order of the layout: an edge leads back to one, and none between leads back to another.
void Printer::find_hot_loops() {
  aligned_.assign(f_.blocks.size(), false);
  if (!options_.align_loops) return;
  std::vector<std::uint32_t> place(f_.blocks.size(), k_no_block), end(f_.blocks.size(), 0);
  for (std::uint32_t i = 0; i < layout_.size(); ++i) place[layout_[i]] = i;
  for (std::uint32_t i = 0; i < layout_.size(); ++i) {
    if (f_.blocks[layout_[i]].cold) break;
    for (std::uint32_t target : f_.blocks[layout_[i]].instructions.back().target)
      if (target != k_no_block && place[target] <= i) end[target] = i + 1;
  }
  std::uint32_t inner = k_no_block;                  // the nearest head behind
  for (std::uint32_t i = static_cast<std::uint32_t>(layout_.size()); i-- > 0;) {
    const std::uint32_t b = layout_[i];
    if (end[b] == 0) continue;
    aligned_[b] = inner == k_no_block || end[b] <= inner;
    inner = i;
  }
}

// How debuggers find the caller: the frame address is rsp + 8 at entry, and rsp + frame + 8 behind the prologue (DWARF 4, 6.4).
void Printer::call_frame_information(const std::string& name) {
  std::string offset;
  std::uint64_t rest = static_cast<std::uint64_t>(f_.frame_bytes) + 8;
  do {
    offset += "," + std::to_string((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
    rest >>= 7;
  } while (rest != 0);
  out_ << "section .debug_frame progbits noalloc noexec nowrite align=8\n.cie:\ndd .cie_end-.cie-4\ndd 0xffffffff\n"
          "db 1,0,1,0x78,16, 0x0c,7,8, 0x90,1\nalign 8,db 0\n.cie_end:\n.fde:\ndd .fde_end-.fde-4\ndd .cie\ndq "
       << name << ',' << name << ".end-" << name << "\ndb 2,.framed-" << name << ", 0x0e" << offset
       << "\nalign 8,db 0\n.fde_end:\n";
}

void Printer::source_line(const ir::SourceLine& line) {
  if (!options_.debug_info || line.line == 0 || (line.line == last_line_.line && line.file == last_line_.file)) return;
  last_line_ = line;
  out_ << "%line " << line.line << "+0 ";
  for (char c : module_.files[line.file]) out_ << (static_cast<unsigned char>(c) < 0x20 ? '?' : c);
  out_ << '\n';
}

// There is no room for the frame: arguments are given up, StackOverflowError is pending.
std::string Printer::no_frame() {
  const auto& parameters = f_.source->blocks[0].parameters;
  bool words = f_.source->result == ir::Type::Any;
  for (ir::ValueId p : parameters) words = words && (*f_.source)[p].type == ir::Type::Any;
  if (words) return ".no_frame:\nmov eax," + std::to_string(parameters.size()) + "\njmp near " + runtime("slisp_no_frame") + "\n";
  std::string text = ".no_frame:\nsub rsp,8\n", from_registers;
  ArgumentPlaces places;
  for (ir::ValueId p : parameters) {
    ArgumentPlace place = places.next((*f_.source)[p].type == ir::Type::F64);
    if ((*f_.source)[p].type != ir::Type::Any) continue;
    bool in_register = place.reg != Register::None;
    std::string from = in_register ? std::string(register_name(place.reg)) : "[r15+" + std::to_string(place.offset) + "]";
    (in_register ? from_registers : text) += "mov r11," + from + "\ncall " + runtime("slisp_drop_slow") + "\n";
  }
  return text + from_registers + "call " + runtime("slisp_stack_overflow") + "\nxor eax,eax\nxor edx,edx\nadd rsp,8\nret\n";
}

std::string Printer::symbol(std::uint32_t id) {
  std::string name = naming_(symbols_.name(id));
  out_.mention(name);
  return name;
}

std::string Printer::runtime(std::string name) {
  out_.mention(name);
  return name;
}

std::string Printer::slow_path(const MInst& inst) {
  return keeping("slisp_slow_" + std::string(abi::runtime_function(static_cast<abi::RuntimeFunctionId>(inst.number)).name));
}

std::string Printer::place(const Operand& o, unsigned bytes) {
  switch (o.kind) {
    case Kind::Register: return reg(o, bytes);
    case Kind::Immediate: return std::to_string(o.value);
    case Kind::Symbol: return symbol(o.index);
    case Kind::SymbolMemory: return "[rel " + symbol(o.index) + "+" + std::to_string(o.value) + "]";
    case Kind::Memory: return "[" + reg(o) + "+" + std::to_string(o.value) + "]";
    case Kind::Stack:
    case Kind::StackAddress: return "[rsp+" + std::to_string(o.value) + "]";
    default: return "?";
  }
}

bool Printer::near_enough(std::uint32_t block) const {
  std::int64_t distance = std::int64_t{start_[block]} - position_;
  return distance < 64 && distance > -64;        // the jump may stand anywhere in its template, of at most 50 bytes
}

std::string Printer::jump(std::string_view mnemonic, std::uint32_t block) {
  return std::string(mnemonic) + (near_enough(block) ? " short .b" : " near .b") + std::to_string(block) + "\n";
}

// Jumps for a condition in the flags, falling through where possible.
void Printer::conditional(Condition c, const std::uint32_t (&target)[2]) {
  if (target[0] == following_) {
    out_ << jump("j" + std::string(condition_text(opposite(c))), target[1]);
  } else {
    out_ << jump("j" + std::string(condition_text(c)), target[0]);
    if (target[1] != following_) out_ << jump("jmp", target[1]);
  }
}

void Printer::print(std::span<const MInst> code) {
  while (!code.empty()) {
    source_line(code[0].line);
    const std::size_t joined = options_.join_looks ? joined_looks(code) : 0;
    if (joined != 0) print_joined(code.first(joined));
    else print(code[0]);
    for (const std::size_t end = code.size() - std::max<std::size_t>(joined, 1); code.size() > end; code = code.subspan(1)) position_ += info(code[0].op).bytes;
  }
}

void Printer::print(const MInst& inst) {
  const Operand* o = inst.operand;
  if (print_raw(inst)) return;
  if (inst.op == Opcode::IsNumberJump) return jump_on_kind(inst);
  if (walk(inst)) return;
  switch (inst.op) {
    default: compiler::internal_error("emission", "an instruction without text", f_.source->name);
    case Opcode::Entry:
    case Opcode::EpochOpen:
    case Opcode::EpochClose:
    case Opcode::ParallelMove:
    case Opcode::k_count: return;
    case Opcode::Move: move(o[0], o[1]); return;
    case Opcode::Store: store(o[0], o[1]); return;
    case Opcode::MoveBits: out_ << "movq " << reg(o[0]) << ',' << reg(o[1]) << '\n'; return;
    case Opcode::BoolNot:
      out_ << "xor r11d,r11d\ntest " << reg(o[1], 4) << ',' << reg(o[1], 4) << "\nsetz r11b\nmov " << reg(o[0], 4) << ",r11d\n";
      return;
    case Opcode::BoolToAny: out_ << "lea " << reg(o[0], 4) << ",[" << reg(o[1]) << "*4+6]\n"; return;
    case Opcode::Truthy:
      out_ << "mov r11," << reg(o[1]) << "\nand r11,-5\ncmp r11,2\nsetne r11b\nmovzx " << reg(o[0], 4) << ",r11b\n";
      return;
    case Opcode::Same:
      out_ << "cmp " << reg(o[1]) << ',' << place(o[2]) << "\nsete r11b\nmovzx " << reg(o[0], 4) << ",r11b\n";
      return;
    case Opcode::Retain: retain(reg(o[0]), reg(o[0], 1)); return;
    case Opcode::Release: release(reg(o[0]), reg(o[0], 1)); return;
    case Opcode::RetainCall: by_stub(inst, "slisp_dup_slow"); return;
    case Opcode::ReleaseCall: by_stub(inst, "slisp_drop_slow"); return;
    case Opcode::VarRoot: var_root(inst); return;
    case Opcode::BoxI64: box_i64(inst); return;
    case Opcode::FixAdd:
    case Opcode::FixSubtract:
    case Opcode::FixMultiply: arithmetic(inst); return;
    case Opcode::FixCompare:
    case Opcode::CompareLong: compare(inst); return;
    case Opcode::EqualStatic: equal_static(inst); return;
    case Opcode::EqualStaticJump: equal_static_jump(inst); return;
    case Opcode::LookupKeyword:
    case Opcode::TakeKeyword: lookup_keyword(inst); return;
    case Opcode::NthLook:
    case Opcode::FirstLook:
    case Opcode::RestLook:
    case Opcode::NextLook:
    case Opcode::SeqLook:
    case Opcode::EmptyLook:
    case Opcode::NthTake:
    case Opcode::CaptureTake:
    case Opcode::FirstTake:
    case Opcode::RestTake:
    case Opcode::NextTake:
    case Opcode::ShellOfCell:
    case Opcode::RenewCell:
    case Opcode::FillCell:
    case Opcode::Nth:
    case Opcode::Step:
    case Opcode::NewCons: print(access(inst)); return;
    case Opcode::Update:
      out_ << "mov [r15+" << abi::k_offset_arguments << "]," << reg(o[1]) << "\ncall " << slow_path(inst) << "\ntest r11,r11\njz near .b"
           << inst.exit << "\nmov " << reg(o[0]) << ",r11\n";
      return;
    case Opcode::AssocIndex:
      print(assoc_index(access(slow_path(inst), inst.exit), names(o[0]), names(o[1]), names(o[2]), keeping("slisp_drop_slow")));
      return;
    case Opcode::Renew:
    case Opcode::NewObject: new_object(inst); return;
    case Opcode::Shell:
      out_ << "mov r11," << reg(o[1]) << "\ncall " << keeping("slisp_shell") << "\nmov " << reg(o[0]) << ",r11\n";
      return;
    case Opcode::StackCheck: {
      std::string n = fresh();
      out_ << "cmp rsp,[r15+" << abi::k_offset_stack_limit << "]\njb near .c" << n << '\n';
      cold_ += ".c" + n + ":\ncall " + keeping("slisp_stack_overflow_slow") + "\njmp near .b" + std::to_string(inst.exit) + "\n";
      return;
    }
    case Opcode::Call:
      out_ << "call " << place(o[0]) << '\n';
      result_test(inst);
      return;
    case Opcode::Invoke: invoke(inst); return;
    case Opcode::InvokeCall:
      out_ << "mov eax," << inst.number << "\ncall " << runtime("slisp_invoke_slow") << '\n';
      result_test(inst);
      return;
    case Opcode::Jump:
      if (inst.target[0] != following_) out_ << jump("jmp", inst.target[0]);
      return;
    case Opcode::BoolJump:
      out_ << "test " << reg(o[0], 4) << ',' << reg(o[0], 4) << '\n';
      conditional(Condition::NotEqual, inst.target);
      return;
    case Opcode::TruthyJump:
      out_ << "mov r11," << reg(o[0]) << "\nand r11,-5\ncmp r11,2\n";
      conditional(Condition::NotEqual, inst.target);
      return;
    case Opcode::SameJump:
      out_ << "cmp " << reg(o[0]) << ',' << place(o[1]) << '\n';
      conditional(Condition::Equal, inst.target);
      return;
    case Opcode::FixCompareJump:
    case Opcode::CompareLongJump: compare_jump(inst); return;
    case Opcode::Return: out_ << "add rsp," << f_.frame_bytes << "\nret\n"; return;
    case Opcode::ReturnFailure: out_ << (inst.number == static_cast<std::uint32_t>(ir::Type::I64) ? "xor edx,edx" : "xor eax,eax") << "\nadd rsp," << f_.frame_bytes << "\nret\n"; return;
    case Opcode::Unreachable: out_ << "ud2\n"; return;
  }
}
void emit_function(const MFunction& function, const SymbolTable& symbols, const ir::Module& module, const Naming& naming,
                   bool global, const Options& options, AsmText& out) {
  Printer(function, symbols, module, naming, options, out).run(global);
}

}  // namespace slisp::x64
