// text.hpp: the text form of the IR: printed, and parsed back to the same thing.
//
//   file 0 "sum.clj"
//   site 0 "user/sum" 0:3:7
//   descriptor 0 L1 "user/sum" "sum.clj" 3 [2 f_0_2] variadic=1 f_0_v global
//   static 0 constant L2 global "{:a 1}"       static 1 closure L3 descriptor=0      static 2 external slisp_empty_list
//   static 3 var v_0 "user/x" root=0 meta=1    (root: a static, or the word nil, true, 5, unbound ...)
//   init slisp_program
//   fn f_0_2 "user/sum" captures=1 global @0:3 {
//   epoch 0            (nested: epoch 1 in 0)
//   slot 0 words=2 in 0
//   b0(v0: owned any, v1: trivial i64):
//     v2 = word 5                      @0:4
//     v3 = try_rt add v0, v2 -> b1, b2
//   b1:
//     return v3
//   b2:
//     unwind
//   }
#pragma once
#include "src/compiler/ir/ir.hpp"
#include <string>
#include <string_view>

namespace slisp::ir {

std::string print(const Function& function);
std::string print(const Module& module);
const char* condition_text(Condition c);
std::string print_instruction(const Instruction& instruction);

// False: `error` says line and reason. Lines that start with ';' are comments.
bool parse(std::string_view text, Module& module, std::string& error);

}  // namespace slisp::ir
