// cell_looks.cpp: the rest of a list's cell moves out, and then its element moves out, is looked at, or is all that is left: one after the other.
// In:   instructions after allocation, neighbours in a block, that look at one register.
// Out:  one text: a cell that nobody else has, and that is not the last, is asked once what it is; for everything else the looks stand behind
//       the function, each as it would stand alone.
// Keeps: what the looks would leave, in the same order: rest, then element, then the emptied cell.
// Idea: walks along lists take both parts of a cell, and what is true of the cell for the first look is true for the second.
#include "src/codegen/x86_64_linux/cell_looks.hpp"
#include "runtime/abi/functions.hpp"

namespace slisp::x64 {
namespace {

bool consumes_element(const MInst& inst) {
  return inst.op == Opcode::Step && static_cast<abi::RuntimeFunctionId>(inst.number) == abi::RuntimeFunctionId::first;
}
RegisterNames names(const Operand& o) {
  auto name = [&](unsigned bytes) { return std::string(register_name(o.reg, bytes)); };
  return {name(8), name(4), name(1)};
}

}  // namespace

std::size_t joined_looks(std::span<const MInst> code) {
  if (code.size() < 2 || code[0].op != Opcode::RestTake) return 0;
  const Operand& cell = code[0].operand[1];
  const MInst& element = code[1];
  const bool looks = element.op == Opcode::FirstTake || element.op == Opcode::FirstLook || consumes_element(element);
  // The cell is read after the first result was written, and a result that nobody wants may have its register.
  if (!looks || !(element.operand[1] == cell) || code[0].operand[0] == cell || element.operand[0] == cell || code[0].operand[0] == element.operand[0]) return 0;
  const bool emptied = element.op == Opcode::FirstTake && code.size() > 2 && code[2].op == Opcode::ShellOfCell && code[2].operand[1] == cell &&
                       !(code[2].operand[0] == code[0].operand[0]) && !(code[2].operand[0] == element.operand[0]);
  return emptied ? 3 : 2;
}

TemplateText join_looks(const AccessContext& at, std::span<const MInst> looks, const TemplateText& apart, const std::string& free_cell) {
  const RegisterNames v = names(looks[0].operand[1]), rest = names(looks[0].operand[0]), element = names(looks[1].operand[0]);
  const std::string nil = std::to_string(abi::k_nil);
  Text hot(at), cold(at);
  hot.is_object(v, 'c') << "cmp dword [" << v.wide << "],1\njne near " << hot.label('c') << '\n';
  hot.is_cell(v, 'c') << "mov " << rest.wide << ',' << rest_of(v) << "\ncmp " << rest.wide << ',' << nil << "\nje near " << hot.label('c') << "\nmov "
                      << element.wide << ',' << first_of(v) << '\n';
  if (looks[1].op == Opcode::Step) {
    hot << "mov r11," << v.wide << "\ncall " << free_cell << '\n' << hot.label('d') << ":\n";
  } else {
    hot << "mov qword " << rest_of(v) << ',' << nil << '\n';
    if (looks[1].op == Opcode::FirstLook) {
      hot.count(element);
      cold.count_slow(element);
    } else {
      hot << "mov qword " << first_of(v) << ',' << nil << '\n';
      if (looks.size() == 3 && !(looks[2].operand[0] == looks[0].operand[1])) hot << "mov " << names(looks[2].operand[0]).wide << ',' << v.wide << '\n';
      hot << hot.label('d') << ":\n";
    }
  }
  cold << cold.label('c') << ":\n" << apart.hot << "jmp near " << cold.label('d') << '\n' << apart.cold;
  return {hot.take(), cold.take()};
}

}  // namespace slisp::x64
