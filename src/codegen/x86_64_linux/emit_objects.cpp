// emit_objects.cpp: the text of looks into collections, updates, new objects and calls, by the templates.
#include "src/codegen/x86_64_linux/access_templates.hpp"
#include "src/codegen/x86_64_linux/allocation_templates.hpp"
#include "src/codegen/x86_64_linux/cell_looks.hpp"
#include "src/codegen/x86_64_linux/printer.hpp"
#include "src/codegen/x86_64_linux/update_templates.hpp"
#include "src/codegen/x86_64_linux/walk_templates.hpp"

namespace slisp::x64 {

static_assert(static_cast<int>(abi::Kind::Fn) == 36);   // KIND_FN of runtime/control/generated_code_stubs.asm
static_assert(static_cast<int>(abi::Kind::ArrayMap) == 25 && static_cast<int>(abi::Kind::Record) == 47);   // generated_code_lookup.asm

// Is the keyword where the value seen last at this place had it (runtime/abi/lookup_site.h)? Then the value stands behind it.
void Printer::lookup_keyword(const MInst& inst) {
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

void Printer::print(TemplateText text) {
  out_ << text.hot;
  cold_ += text.cold;
}

AccessContext Printer::access(std::string slow_path, std::uint32_t exit) {
  return {fresh(), std::move(slow_path), keeping("slisp_dup_slow"), ".b" + std::to_string(exit)};
}

Part Printer::part_of(const MInst& inst) {
  const auto f = static_cast<abi::RuntimeFunctionId>(inst.number);
  return f == abi::RuntimeFunctionId::first ? Part::First : f == abi::RuntimeFunctionId::rest ? Part::Rest : Part::Next;
}

TemplateText Printer::access(const MInst& inst) {
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

void Printer::new_object(const MInst& inst) {
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
bool Printer::walk(const MInst& inst) {
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

void Printer::result_test(const MInst& inst) {
  if (inst.exit == k_no_block) return;
  switch (inst.test) {
    case ResultTest::None: return;
    case ResultTest::Word: out_ << "test rax,rax\n" << jump("jz", inst.exit); return;
    case ResultTest::I64: out_ << "test edx,edx\n" << jump("jz", inst.exit); return;
    case ResultTest::F64: out_ << "test eax,eax\n" << jump("jz", inst.exit); return;
    case ResultTest::Bool: out_ << "cmp eax,2\n" << jump("je", inst.exit); return;
  }
}

void Printer::invoke(const MInst& inst) {
  std::string n = fresh();
  out_ << "test r10b,3\njnz near .c" << n << "\ncmp byte [r10+" << abi::k_offset_kind << "]," << static_cast<int>(abi::Kind::Fn)
       << "\njne near .c" << n << "\nmov r11,[r10+" << abi::k_offset_descriptor << "]\n";
  if (inst.number <= abi::k_register_arguments) out_ << "call [r11+" << abi::k_offset_entry + 8 * inst.number << "]\n";
  else out_ << "mov eax," << inst.number << "\ncall [r11+" << abi::k_offset_entry_many << "]\n";
  out_ << ".d" << n << ":\n";
  cold_ += ".c" + n + ":\nmov eax," + std::to_string(inst.number) + "\ncall " + runtime("slisp_call_value") + "\njmp near .d" + n + "\n";
  result_test(inst);
}

void Printer::print_joined(std::span<const MInst> looks) {
  TemplateText apart;
  for (const MInst& inst : looks) {
    TemplateText one = access(inst);
    apart.hot += one.hot;
    apart.cold += one.cold;
  }
  print(join_looks(access(std::string(), k_no_block), looks, apart, keeping("slisp_free_cell")));
}

}  // namespace slisp::x64
