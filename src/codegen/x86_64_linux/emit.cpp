// emit.cpp: print allocated machine code as NASM text, line by line from the list.
// Keeps: every jump has its size written: NASM's time is quadratic in jumps that it must size itself.
// Idea: instructions.def bounds every instruction's size from above; a jump whose distance by those bounds is below 128 is short.
#include "src/codegen/x86_64_linux/emit.hpp"
#include "src/codegen/x86_64_linux/access_templates.hpp"
#include "src/codegen/x86_64_linux/allocation_templates.hpp"
#include "src/codegen/x86_64_linux/cell_looks.hpp"
#include "src/codegen/x86_64_linux/emit_raw.hpp"
#include "src/codegen/x86_64_linux/isel.hpp"
#include "src/codegen/x86_64_linux/update_templates.hpp"
#include "src/codegen/x86_64_linux/walk_templates.hpp"
#include "src/compiler/check.hpp"
#include "src/compiler/symbols.hpp"
#include <algorithm>

namespace slisp::x64 {

static_assert(static_cast<int>(abi::Kind::Fn) == 36);   // KIND_FN of runtime/control/generated_code_stubs.asm
static_assert(static_cast<int>(abi::Kind::ArrayMap) == 25 && static_cast<int>(abi::Kind::Record) == 47);   // generated_code_lookup.asm

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

using Kind = Operand::Kind;

// Frames up to this size fit into what lies below the stack limit together with all that C++ needs; for larger ones the prologue
// asks before it takes them.
constexpr std::int64_t k_large_frame = 16384;
// A hot loop begins where the machine fetches and caches decoded instructions.
constexpr std::uint32_t k_loop_alignment = 16;

class Printer {
 public:
  Printer(const MFunction& function, const SymbolTable& symbols, const ir::Module& module, const Naming& naming,
          const Options& options, AsmText& out)
      : f_(function), symbols_(symbols), module_(module), naming_(naming), options_(options), out_(out),
        uses_xmm_(std::find(function.xmm.begin(), function.xmm.end(), true) != function.xmm.end()) {}

  void run(bool global) {
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

 private:
  // Blocks in order of execution, those that only failures reach behind; and where each begins at the latest.
  void order_blocks() {
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
  void find_hot_loops() {
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
  void call_frame_information(const std::string& name) {
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

  void source_line(const ir::SourceLine& line) {
    if (!options_.debug_info || line.line == 0 || (line.line == last_line_.line && line.file == last_line_.file)) return;
    last_line_ = line;
    out_ << "%line " << line.line << "+0 ";
    for (char c : module_.files[line.file]) out_ << (static_cast<unsigned char>(c) < 0x20 ? '?' : c);
    out_ << '\n';
  }

  // There is no room for the frame: arguments are given up, StackOverflowError is pending.
  std::string no_frame() {
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

  // ---- pieces
  std::string symbol(std::uint32_t id) {
    std::string name = naming_(symbols_.name(id));
    out_.mention(name);
    return name;
  }
  std::string runtime(std::string name) {
    out_.mention(name);
    return name;
  }
  // The stub in the form that keeps the registers this function uses.
  std::string keeping(std::string stub) { return runtime(uses_xmm_ ? stub + "_x" : stub); }
  std::string slow_path(const MInst& inst) {
    return keeping("slisp_slow_" + std::string(abi::runtime_function(static_cast<abi::RuntimeFunctionId>(inst.number)).name));
  }
  static std::string reg(const Operand& o, unsigned bytes = 8) { return std::string(register_name(o.reg, bytes)); }
  std::string place(const Operand& o, unsigned bytes = 8) {
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
  bool near_enough(std::uint32_t block) const {
    std::int64_t distance = std::int64_t{start_[block]} - position_;
    return distance < 64 && distance > -64;        // the jump may stand anywhere in its template, of at most 50 bytes
  }
  std::string jump(std::string_view mnemonic, std::uint32_t block) {
    return std::string(mnemonic) + (near_enough(block) ? " short .b" : " near .b") + std::to_string(block) + "\n";
  }
  // Labels of a template's inner join and of its part out of line.
  std::string fresh() { return std::to_string(next_label_++); }

  // Jumps for a condition in the flags, falling through where possible.
  void conditional(Condition c, const std::uint32_t (&target)[2]) {
    if (target[0] == following_) {
      out_ << jump("j" + std::string(condition_text(opposite(c))), target[1]);
    } else {
      out_ << jump("j" + std::string(condition_text(c)), target[0]);
      if (target[1] != following_) out_ << jump("jmp", target[1]);
    }
  }

  // ---- instructions
  void move(const Operand& to, const Operand& from) {
    std::string d = reg(to), d32 = reg(to, 4);
    if (is_xmm(to.reg)) {
      if (from.is(Kind::Register)) out_ << (is_xmm(from.reg) ? "movaps " : "movq ") << d << ',' << reg(from) << '\n';
      else out_ << "movsd " << d << ",qword " << place(from) << '\n';
      return;
    }
    switch (from.kind) {
      case Kind::Register: out_ << (is_xmm(from.reg) ? "movq " : "mov ") << d << ',' << reg(from) << '\n'; return;
      case Kind::Immediate:
        if (from.value == 0) out_ << "xor " << d32 << ',' << d32 << '\n';
        else if (from.value > 0 && from.value <= UINT32_MAX) out_ << "mov " << d32 << ',' << from.value << '\n';
        else if (fits_32_bits(from.value)) out_ << "mov " << d << ",strict dword " << from.value << '\n';
        else out_ << "mov " << d << ",strict qword " << hex(static_cast<std::uint64_t>(from.value)) << '\n';
        return;
      case Kind::Symbol: out_ << "mov " << d32 << ',' << symbol(from.index) << '\n'; return;
      case Kind::StackAddress: out_ << "lea " << d << ',' << place(from) << '\n'; return;
      default: out_ << "mov " << d << ',' << place(from) << '\n'; return;
    }
  }
  static std::string hex(std::uint64_t n) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string out = "0x";
    for (int shift = 60; shift >= 0; shift -= 4) out += digits[(n >> shift) & 15];
    return out;
  }
  void store(const Operand& to, const Operand& from) {
    if (from.is(Kind::Register) && is_xmm(from.reg)) out_ << "movsd qword " << place(to) << ',' << reg(from) << '\n';
    else if (from.is(Kind::Register)) out_ << "mov " << place(to) << ',' << reg(from) << '\n';
    else out_ << "mov qword " << place(to) << ',' << place(from) << '\n';
  }

  // count == 0: immortal, nothing to do; 0 < count < INT32_MAX: counted here; all else out of line.
  void retain(const std::string& r, const std::string& r8) {
    std::string n = fresh();
    out_ << "test " << r8 << ",3\njnz short .d" << n << "\nmov r11d,[" << r << "]\nsub r11d,1\njc short .d" << n
         << "\ncmp r11d,0x7ffffffe\njae near .c" << n << "\ninc dword [" << r << "]\n.d" << n << ":\n";
    cold_ += ".c" + n + ":\nmov r11," + r + "\ncall " + keeping("slisp_dup_slow") + "\njmp near .d" + n + "\n";
  }
  void release(const std::string& r, const std::string& r8) {
    std::string n = fresh();
    out_ << "test " << r8 << ",3\njnz short .d" << n << "\nmov r11d,[" << r << "]\nsub r11d,1\njc short .d" << n
         << "\ndec r11d\ncmp r11d,0x7ffffffd\njae near .c" << n << "\ndec dword [" << r << "]\n.d" << n << ":\n";
    cold_ += ".c" + n + ":\nmov r11," + r + "\ncall " + keeping("slisp_drop_slow") + "\njmp near .d" + n + "\n";
  }
  void by_stub(const MInst& inst, const char* stub) {
    out_ << "mov r11," << reg(inst.operand[0]) << "\ncall " << keeping(stub) << '\n';
  }
  void var_root(const MInst& inst) {
    std::string n = fresh(), d = reg(inst.operand[0]), cell = symbol(inst.operand[1].index);
    out_ << "mov " << d << ",[rel " << cell << "+" << abi::k_offset_var_root << "]\ntest " << reg(inst.operand[0], 1)
         << ",3\njnz short .d" << n << "\ntest " << d << ',' << d << "\njz near .c" << n << "\nmov r11d,[" << d
         << "]\nsub r11d,1\njc short .d" << n << "\ncmp r11d,0x7ffffffe\njae near .c" << n << "\ninc dword [" << d << "]\n.d"
         << n << ":\n";
    cold_ += ".c" + n + ":\nmov r11d," + cell + "\ncall " + keeping("slisp_var_root_slow") + "\nmov " + d +
             ",r11\njmp near .d" + n + "\n";
  }
  void box_i64(const MInst& inst) {
    std::string n = fresh(), d = reg(inst.operand[0]), a = reg(inst.operand[1]);
    if (d == a) {                                  // the carry is the sign that was shifted out
      out_ << "add " << d << ',' << d << "\njo near .o" << n << "\ninc " << d << "\n.d" << n << ":\n";
      cold_ += ".o" + n + ":\nrcr " + d + ",1\n";
    } else {
      out_ << "mov " << d << ',' << a << "\nadd " << d << ',' << d << "\njo near .c" << n << "\ninc " << d << "\n.d" << n << ":\n";
    }
    cold_ += ".c" + n + ":\nmov r11," + a + "\ncall " + keeping("slisp_box_long_slow") + "\nmov " + d + ",r11\njmp near .d" + n + "\n";
  }

  // Both operands fixnums? Else out of line. Leaves nothing in flags.
  void test_tags(const Operand& a, const Operand& b, const std::string& n) {
    if (b.is(Kind::Register))
      out_ << "mov r11d," << reg(a, 4) << "\nand r11d," << reg(b, 4) << "\ntest r11b,1\njz near .c" << n << '\n';
    else out_ << "test " << reg(a, 1) << ",1\njz near .c" << n << '\n';
  }
  // Out of line: operands through the context's buffer, result in r11, everything else kept.
  std::string slow_call(const MInst& inst, const Operand& a, const Operand& b, const std::string& n) {
    std::string first = "[r15+" + std::to_string(abi::k_offset_arguments) + "]";
    std::string second = "[r15+" + std::to_string(abi::k_offset_arguments + 8) + "]";
    return ".c" + n + ":\nmov " + first + "," + reg(a) + "\nmov qword " + second + "," + place(b) + "\ncall " + slow_path(inst) + "\n";
  }
  // 2a+1 +- 2b+1 with one tag. It is made in its own register, if that is an operand's, overflow takes it back; in r11 where the exit needs what stands there.
  void add_words(const MInst& inst, const std::string& n) {
    const Operand &a = inst.operand[1], &b = inst.operand[2];
    const bool add = inst.op == Opcode::FixAdd, constant = b.is(Kind::Immediate);
    std::string d = reg(inst.operand[0]), by = constant ? std::to_string(b.value - 1) : reg(b), overflow = "jo near .c" + n + "\n";
    const bool on_a = inst.operand[0] == a, on_b = inst.operand[0] == b;
    if (on_a != on_b && (on_a || add)) {           // b's word is odd, so one less still fits
      if (on_b) by = reg(a);
      // The tag goes before a sum, so that overflow is that of the result, and comes behind a difference, which is even without it.
      const bool tag_first = add && !constant;
      if (tag_first) out_ << "dec " << d << '\n';
      out_ << (add ? "add " : "sub ") << d << ',' << by << "\njo near .o" << n << '\n';
      if (!add && !constant) out_ << "inc " << d << '\n';
      cold_ += ".o" + n + ":\n" + (add ? "sub " : "add ") + d + "," + by + "\n" + (tag_first ? "inc " + d + "\n" : "");   // and on to the slow call
      out_ << ".d" << n << ":\n";
      return;
    }
    const bool direct = !on_a && !on_b && inst.free_result;
    const std::string r = direct ? d : "r11";
    if (constant || !add) out_ << "mov " << r << ',' << reg(a) << '\n';
    else out_ << "lea " << r << ",[" << reg(a) << "-1]\n";
    out_ << (add ? "add " : "sub ") << r << ',' << by << '\n' << overflow;
    if (!add && !constant) out_ << "lea " << d << ",[" << r << "+1]\n";
    else if (!direct) out_ << "mov " << d << ",r11\n";
    out_ << ".d" << n << ":\n";
  }
  void arithmetic(const MInst& inst) {
    const Operand &d = inst.operand[0], &a = inst.operand[1], &b = inst.operand[2];
    std::string n = fresh();
    test_tags(a, b, n);
    bool constant = b.is(Kind::Immediate);
    if (inst.op == Opcode::FixMultiply) {
      out_ << "mov r11," << reg(a) << "\nsar r11,1\n";
      if (constant && fits_32_bits(b.value - 1)) out_ << "imul " << reg(d) << ",r11," << b.value - 1 << '\n';
      else out_ << "lea " << reg(d) << ",[" << reg(b) << "-1]\nimul " << reg(d) << ",r11\n";
      out_ << "jo near .c" << n << "\ninc " << reg(d) << "\n.d" << n << ":\n";
    } else {
      add_words(inst, n);
    }
    cold_ += slow_call(inst, a, b, n) + "test r11,r11\njz near .b" + std::to_string(inst.exit) + "\nmov " + reg(d) +
             ",r11\njmp near .d" + n + "\n";
  }
  // Flags of the comparison; what is no fixnum leads to .c.
  void compare_operands(const MInst& inst, const Operand& a, const Operand& b, const std::string& n) {
    if (inst.op == Opcode::CompareLong || inst.op == Opcode::CompareLongJump) {
      out_ << "test " << reg(a, 1) << ",1\njz near .c" << n << '\n';
      if (b.is(Kind::Immediate) && fits_32_bits(2 * b.value + 1)) out_ << "cmp " << reg(a) << ',' << 2 * b.value + 1 << '\n';
      else out_ << "mov r11," << reg(a) << "\nsar r11,1\ncmp r11," << place(b) << '\n';
      return;
    }
    test_tags(a, b, n);
    out_ << "cmp " << reg(a) << ',' << place(b) << '\n';
  }
  void compare(const MInst& inst) {
    const Operand &d = inst.operand[0], &a = inst.operand[1], &b = inst.operand[2];
    std::string n = fresh();
    compare_operands(inst, a, b, n);
    out_ << "set" << condition_text(inst.condition) << " r11b\nmovzx " << reg(d, 4)
         << ",r11b\n.d" << n << ":\n";
    cold_ += slow_call(inst, a, b, n) + "cmp r11d,2\nje near .b" + std::to_string(inst.exit) + "\nmov " + reg(d, 4) +
             ",r11d\njmp near .d" + n + "\n";
  }
  void compare_jump(const MInst& inst) {
    const Operand &a = inst.operand[0], &b = inst.operand[1];
    std::string n = fresh();
    compare_operands(inst, a, b, n);
    conditional(inst.condition, inst.target);
    cold_ += slow_call(inst, a, b, n) + "cmp r11d,2\nje near .b" + std::to_string(inst.exit) + "\ntest r11d,r11d\njnz near .b" +
             std::to_string(inst.target[0]) + "\njmp near .b" + std::to_string(inst.target[1]) + "\n";
  }

  // A word that is no pointer, or a keyword, equals itself alone; an object of the program's types may say that it equals anything.
  std::string equal_slowly(const MInst& inst, const Operand& a, const Operand& word, const std::string& n, const std::string& no) {
    const std::int64_t first = static_cast<std::int64_t>(abi::k_offset_arguments) + (inst.condition == Condition::Equal ? 0 : 8);
    const std::int64_t second = 2 * static_cast<std::int64_t>(abi::k_offset_arguments) + 8 - first;
    std::string text = ".c" + n + ":\n";
    if (word.is(Kind::Symbol))
      text += "cmp byte [" + reg(a) + "+" + std::to_string(abi::k_offset_kind) + "]," + std::to_string(static_cast<int>(abi::Kind::Keyword)) + "\nje near " + no + "\n";
    return text + "mov [r15+" + std::to_string(first) + "]," + reg(a) + "\nmov qword [r15+" + std::to_string(second) + "]," + place(word) + "\ncall " +
           slow_path(inst) + "\ncmp r11d,2\nje near .b" + std::to_string(inst.exit) + "\n";
  }
  void equal_static(const MInst& inst) {
    const Operand &d = inst.operand[0], &a = inst.operand[1], &word = inst.operand[2];
    const std::string n = fresh();
    out_ << "xor r11d,r11d\ncmp " << reg(a) << ',' << place(word) << "\nje short .e" << n << "\ntest " << reg(a, 1) << ",3\njz near .c" << n
         << "\njmp short .d" << n << "\n.e" << n << ":\ninc r11d\n.d" << n << ":\nmov " << reg(d, 4) << ",r11d\n";
    cold_ += equal_slowly(inst, a, word, n, ".d" + n) + "jmp near .d" + n + "\n";
  }
  void equal_static_jump(const MInst& inst) {
    const Operand &a = inst.operand[0], &word = inst.operand[1];
    const std::string n = fresh(), yes = std::to_string(inst.target[0]), no = std::to_string(inst.target[1]);
    out_ << "cmp " << reg(a) << ',' << place(word) << '\n' << jump("je", inst.target[0]) << "test " << reg(a, 1) << ",3\njz near .c" << n << '\n';
    if (inst.target[1] != following_) out_ << jump("jmp", inst.target[1]);
    cold_ += equal_slowly(inst, a, word, n, ".b" + no) + "test r11d,r11d\njnz near .b" + yes + "\njmp near .b" + no + "\n";
  }

  // Is the keyword where the value seen last at this place had it (runtime/abi/lookup_site.h)? Then the value stands behind it.
  void lookup_keyword(const MInst& inst) {
    const bool takes = inst.op == Opcode::TakeKeyword;
    const std::string n = fresh(), d = reg(inst.operand[0]), a = reg(inst.operand[1]), key = symbol(inst.number), site = ".s" + n;
    out_ << "test " << reg(inst.operand[1], 1) << ",3\njnz near .e" << n << "\nmov " << d << ",[rel " << site << "]\ncmp " << reg(inst.operand[0], 4)
         << ",[" << a << "+" << abi::k_offset_kind << "]\njne near .e" << n << "\nshr " << d << ",32\ncmp qword [" << a << "+" << d << "],"
         << key << "\njne near .e" << n << '\n';
    if (takes) {
      out_ << "lea r11,[" << a << "+" << d << "+8]\nmov " << d << ",[r11]\ncmp dword [" << a << "],1\njne short .t" << n << "\nmov qword [r11],"
           << abi::k_nil << "\njmp short .f" << n << "\n.t" << n << ":\n";
    } else {
      out_ << "mov " << d << ",[" << a << "+" << d << "+8]\n";
    }
    retain(d, reg(inst.operand[0], 1));
    out_ << ".f" << n << ":\n";
    const std::int64_t words = static_cast<std::int64_t>(abi::k_offset_arguments);
    cold_ += ".e" + n + ":\nmov [r15+" + std::to_string(words) + "]," + a + "\nmov qword [r15+" + std::to_string(words + 8) + "]," + key +
             "\nmov qword [r15+" + std::to_string(words + 16) + "]," + place(inst.operand[2]) + "\nmov r11d," + site + "\ncall " +
             keeping(takes ? "slisp_lookup_take" : "slisp_lookup_slow") + "\ntest r11,r11\njz near .b" + std::to_string(inst.exit) + "\nmov " + d + ",r11\njmp near .f" + n + "\n";
    sites_ += site + ": dq 0,0\n";
  }
  void print(TemplateText text) {
    out_ << text.hot;
    cold_ += text.cold;
  }
  static RegisterNames names(const Operand& o) { return {reg(o), reg(o, 4), reg(o, 1)}; }
  AccessContext access(std::string slow_path, std::uint32_t exit) {
    return {fresh(), std::move(slow_path), keeping("slisp_dup_slow"), ".b" + std::to_string(exit)};
  }
  static Part part_of(const MInst& inst) {
    const auto f = static_cast<abi::RuntimeFunctionId>(inst.number);
    return f == abi::RuntimeFunctionId::first ? Part::First : f == abi::RuntimeFunctionId::rest ? Part::Rest : Part::Next;
  }
  TemplateText access(const MInst& inst) {
    const RegisterNames d = names(inst.operand[0]), v = names(inst.operand[1]);
    const AccessContext at = access(slow_path(inst), inst.exit);
    switch (inst.op) {
      case Opcode::NthLook: {
        const bool strings = static_cast<abi::RuntimeFunctionId>(inst.number) != abi::RuntimeFunctionId::vector_nth;
        return nth_look(at, d, v, place(inst.operand[2]), inst.operand[2].is(Kind::Immediate), strings);
      }
      case Opcode::NthTake: return nth_take(access(keeping("slisp_slow_nth_look"), inst.exit), d, v, place(inst.operand[2]));
      case Opcode::Nth:
        return nth_last(at, d, v, place(inst.operand[2]), inst.operand[2].is(Kind::Immediate), keeping("slisp_end_object"));
      case Opcode::Step:
        if (static_cast<abi::RuntimeFunctionId>(inst.number) == abi::RuntimeFunctionId::seq) return seq_last(at, d, v);
        return step(at, d, v, part_of(inst), keeping("slisp_free_cell"), runtime("slisp_empty_list"));
      case Opcode::CaptureTake: return capture_take(at, d, v, inst.operand[2].value);
      case Opcode::FirstTake: return first_take(at, d, v);
      case Opcode::RestTake: return rest_take(at, d, v, runtime("slisp_empty_list"));
      case Opcode::NextTake: return next_take(at, d, v);
      case Opcode::ShellOfCell: return shell_of_cell(access(keeping("slisp_shell"), k_no_block), d, v);
      case Opcode::RenewCell: return renew_cell(access(keeping("slisp_allocate_slow"), k_no_block), d, v, keeping("slisp_end_object"));
      case Opcode::FillCell: return fill_cell(at, d, v, names(inst.operand[2]), keeping("slisp_free_cell"));
      case Opcode::FirstLook: return first_look(at, d, v);
      case Opcode::RestLook: return rest_look(at, d, v, runtime("slisp_empty_list"));
      case Opcode::NextLook: return next_look(at, d, v);
      case Opcode::SeqLook: return seq_look(at, d, v);
      case Opcode::NewCons: return new_cons(at, d, place(inst.operand[1]), names(inst.operand[2]));
      default: return empty_look(at, d, v);
    }
  }
  void new_object(const MInst& inst) {
    const std::uint32_t kind = inst.number & 0xff, slots = inst.number >> 8;
    // Descriptor; payload of a number; state of a lazy seq.
    const std::size_t raw = kind == static_cast<std::uint32_t>(abi::Kind::Fn) || kind == static_cast<std::uint32_t>(abi::Kind::LazySeq) || slots == 0 ? 8 : 0;
    if (inst.op == Opcode::Renew) {
      const AccessContext at = access(keeping("slisp_allocate_slow"), k_no_block);
      return print(renew(at, names(inst.operand[0]), names(inst.operand[1]), kind | slots << 16, 8 + raw + 8 * slots, keeping("slisp_end_object")));
    }
    print(x64::new_object(access(keeping("slisp_allocate_slow"), k_no_block), names(inst.operand[0]), kind | slots << 16, 8 + raw + 8 * slots));
  }

  // Steps along lists that somebody else keeps.
  bool walk(const MInst& inst) {
    const Operand* o = inst.operand;
    switch (inst.op) {
      case Opcode::IsShared: print(is_shared(walk_context(), names(o[0]), names(o[1]))); return true;
      case Opcode::IsCell: print(is_cell(walk_context(), names(o[0]), names(o[1]), inst.number != 0)); return true;
      case Opcode::CellFirst: print(cell_first(walk_context(), names(o[0]), names(o[1]))); return true;
      case Opcode::CellRest: print(cell_rest(walk_context(), names(o[0]), names(o[1]), inst.number != 0 ? "" : runtime("slisp_empty_list"))); return true;
      case Opcode::IsCellJump:
        print(unless_cell(walk_context(), names(o[0]), inst.number != 0, ".b" + std::to_string(inst.target[1])));
        if (inst.target[0] != following_) out_ << jump("jmp", inst.target[0]);
        return true;
      default: return false;
    }
  }
  AccessContext walk_context() { return {fresh(), {}, {}, {}}; }   // nothing is called

  void result_test(const MInst& inst) {
    if (inst.exit == k_no_block) return;
    switch (inst.test) {
      case ResultTest::None: return;
      case ResultTest::Word: out_ << "test rax,rax\n" << jump("jz", inst.exit); return;
      case ResultTest::I64: out_ << "test edx,edx\n" << jump("jz", inst.exit); return;
      case ResultTest::F64: out_ << "test eax,eax\n" << jump("jz", inst.exit); return;
      case ResultTest::Bool: out_ << "cmp eax,2\n" << jump("je", inst.exit); return;
    }
  }
  void invoke(const MInst& inst) {
    std::string n = fresh();
    out_ << "test r10b,3\njnz near .c" << n << "\ncmp byte [r10+" << abi::k_offset_kind << "]," << static_cast<int>(abi::Kind::Fn)
         << "\njne near .c" << n << "\nmov r11,[r10+" << abi::k_offset_descriptor << "]\n";
    if (inst.number <= abi::k_register_arguments) out_ << "call [r11+" << abi::k_offset_entry + 8 * inst.number << "]\n";
    else out_ << "mov eax," << inst.number << "\ncall [r11+" << abi::k_offset_entry_many << "]\n";
    out_ << ".d" << n << ":\n";
    cold_ += ".c" + n + ":\nmov eax," + std::to_string(inst.number) + "\ncall " + runtime("slisp_call_value") + "\njmp near .d" + n + "\n";
    result_test(inst);
  }

  // Numbers outside boxes.
  bool print_raw(const MInst& inst) {
    RawText text{[this](const Operand& o) { return place(o); },
                 [this](std::string stub) { return stub.ends_with("_x") ? runtime(std::move(stub)) : keeping(std::move(stub)); },
                 [this] { return fresh(); }, {}, {}, Condition::Equal};
    if (!text.print(inst)) return false;
    out_ << text.code;
    cold_ += text.cold;
    if (inst.op == Opcode::CompareI64Jump) conditional(text.flags, inst.target);
    if (inst.op == Opcode::CompareF64Jump) jump_on_doubles(inst.condition, inst.target);
    return true;
  }
  // A long is a fixnum or an object of its kind; a double is an object without the mark of a Float.
  void jump_on_kind(const MInst& inst) {
    std::string r = reg(inst.operand[0]), r8 = reg(inst.operand[0], 1), kind = "cmp byte [" + r + "+" + std::to_string(abi::k_offset_kind) + "],";
    std::string yes = ".b" + std::to_string(inst.target[0]), no = ".b" + std::to_string(inst.target[1]);
    const auto test = static_cast<abi::RuntimeFunctionId>(inst.number);
    if (test == abi::RuntimeFunctionId::long_p || test == abi::RuntimeFunctionId::int_p) {
      std::string n = fresh();
      out_ << "test " << r8 << ",1\njz near .c" << n << '\n';
      if (inst.target[0] != following_) out_ << jump("jmp", inst.target[0]);
      cold_ += ".c" + n + ":\ntest " + r8 + ",3\njnz near " + no + "\n" + kind + std::to_string(static_cast<int>(abi::Kind::Long)) + "\nje near " + yes +
               (test == abi::RuntimeFunctionId::int_p ? "\n" + kind + std::to_string(static_cast<int>(abi::Kind::Integer)) + "\nje near " + yes : "") +
               "\njmp near " + no + "\n";
      return;
    }
    out_ << "test " << r8 << ",3\njnz near " << no << '\n'
         << kind << static_cast<int>(abi::Kind::Double) << "\njne near " << no << "\ntest byte [" << r << "+" << abi::k_offset_flags << "],2\njnz near " << no << '\n';
    if (inst.target[0] != following_) out_ << jump("jmp", inst.target[0]);
  }
  // After ucomisd: unordered sets parity, carry and zero.
  void jump_on_doubles(Condition c, const std::uint32_t (&target)[2]) {
    if (c == Condition::Equal || c == Condition::NotEqual) {
      std::uint32_t equal = target[c == Condition::Equal ? 0 : 1], other = target[c == Condition::Equal ? 1 : 0];
      out_ << jump("jp", other) << jump("jne", other);
      if (equal != following_) out_ << jump("jmp", equal);
      return;
    }
    bool strict = c == Condition::Less || c == Condition::Greater;
    if (target[0] == following_) {
      out_ << jump(strict ? "jbe" : "jb", target[1]);
    } else {
      out_ << jump(strict ? "ja" : "jae", target[0]);
      if (target[1] != following_) out_ << jump("jmp", target[1]);
    }
  }

  void print(std::span<const MInst> code) {
    while (!code.empty()) {
      source_line(code[0].line);
      const std::size_t joined = options_.join_looks ? joined_looks(code) : 0;
      if (joined != 0) print_joined(code.first(joined));
      else print(code[0]);
      for (const std::size_t end = code.size() - std::max<std::size_t>(joined, 1); code.size() > end; code = code.subspan(1)) position_ += info(code[0].op).bytes;
    }
  }
  void print_joined(std::span<const MInst> looks) {
    TemplateText apart;
    for (const MInst& inst : looks) {
      TemplateText one = access(inst);
      apart.hot += one.hot;
      apart.cold += one.cold;
    }
    print(join_looks(access(std::string(), k_no_block), looks, apart, keeping("slisp_free_cell")));
  }
  void print(const MInst& inst) {
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

  const MFunction& f_;
  const SymbolTable& symbols_;
  const ir::Module& module_;
  const Naming& naming_;
  const Options& options_;
  AsmText& out_;
  bool uses_xmm_;
  std::string sites_;                            // what places that look up remember
  std::string cold_;                             // parts out of line, behind the last block
  std::vector<std::uint32_t> layout_, start_;
  std::vector<bool> aligned_;
  std::uint32_t block_ = 0, following_ = k_no_block;
  std::int64_t position_ = 0;
  unsigned next_label_ = 0;
  ir::SourceLine last_line_;
};

}  // namespace

void emit_function(const MFunction& function, const SymbolTable& symbols, const ir::Module& module, const Naming& naming,
                   bool global, const Options& options, AsmText& out) {
  Printer(function, symbols, module, naming, options, out).run(global);
}

}  // namespace slisp::x64
