// update_templates.cpp: assoc into a vector that nobody else has, in line.
// In:   the collection and the key in registers, the new value in the third word of the context's argument buffer; r11 and xmm15 are free.
// Out:  the collection in d. What the place held before is released.
// Idea: in line stand small vectors, behind the function flat large ones; tries, other kinds and whatever somebody shares go to the stub
//       (runtime/control/generated_code_update.asm).
#include "src/codegen/x86_64_linux/update_templates.hpp"
#include "runtime/abi/layout.h"
#include "runtime/collections/layouts.hpp"
#include "runtime/memory/context.hpp"

namespace slisp::x64 {
namespace {

using rt::LargeVector;
using rt::VectorBuffer;

std::string text(std::size_t n) { return std::to_string(n); }
constexpr std::size_t k_assoc_in_place = offsetof(rt::ThreadState, runtime) + offsetof(abi::Runtime, updates) +
                                         static_cast<std::size_t>(rt::Update::Assoc) * 24;
static_assert(k_assoc_in_place == 1160);                      // runtime/control/generated_code_update.asm

}  // namespace

TemplateText assoc_index(const AccessContext& at, const RegisterNames& d, const RegisterNames& v, const RegisterNames& key, const std::string& drop) {
  Text slow(at);
  auto label = [&](char c) { return slow.label(c); };
  const std::string arguments = "r15+" + text(abi::k_offset_arguments), small = text(static_cast<unsigned>(abi::Kind::Vector)),
                    large = text(static_cast<unsigned>(abi::Kind::LargeVector)), nil = text(abi::k_nil);
  // The place's address is in d: the values change there. Then d is the collection.
  const std::string change = "mov r11,[" + d.wide + "]\nmovq xmm15,[" + arguments + "+16]\nmovq [" + d.wide + "],xmm15\nmov " + d.wide + ',' + v.wide + '\n';
  TemplateText out;
  // Kind and flags at once: neither metadata nor a map entry.
  out.hot = "test " + v.byte + ",3\njnz near " + label('c') + "\ncmp dword [" + v.wide + "],1\njne near " + label('c') + "\ncmp word [" + v.wide +
            "+4]," + small + "\njne near " + label('f') + "\nmov r11," + key.wide + "\nsar r11,1\njnc near " + label('c') + "\ncmp r11," +
            text(rt::k_branch) + "\njae near " + label('c') + "\ncmp r11w,[" + v.wide + "+6]\njae near " + label('c') + "\nlea " + d.wide + ",[" + v.wide +
            "+r11*8+8]\n" + change + label('o') + ":\ninc qword [r15+" + text(k_assoc_in_place) + "]\ntest r11b,3\njz near " + label('r') + '\n' + label('d') +
            ":\n";
  out.cold = label('r') + ":\ncmp dword [r11],1\njle near " + label('s') + "\ncmp dword [r11],0x7fffffff\nje near " + label('d') +
             "\ndec dword [r11]\njmp near " + label('d') + '\n' + label('s') + ":\ncall " + drop + "\njmp near " + label('d') + '\n';
  out.cold += label('f') + ":\ncmp byte [" + v.wide + "+4]," + large + "\njne near " + label('c') + "\ncmp dword [" + v.wide + '+' +
              text(offsetof(LargeVector, shift)) + "],0\njne near " + label('c') + "\ncmp qword [" + v.wide + '+' + text(offsetof(LargeVector, tail)) + "]," +
              nil + "\njne near " + label('c') + "\nmov r11," + key.wide + "\nsar r11,1\njnc near " + label('c') + "\nmov " + d.half + ",[" + v.wide + '+' +
              text(offsetof(LargeVector, size)) + "]\ncmp r11," + d.wide + "\njae near " + label('c') + "\nmov " + d.wide + ",[" + v.wide + '+' +
              text(offsetof(LargeVector, root)) + "]\ncmp dword [" + d.wide + "],1\njne near " + label('c') + "\nlea " + d.wide + ",[" + d.wide + "+r11*8+" +
              text(offsetof(VectorBuffer, slot)) + "]\n" + change + "jmp near " + label('o') + '\n';
  slow.ask(d, v.wide, key.wide, 'c');
  out.cold += slow.take();
  return out;
}

}  // namespace slisp::x64
