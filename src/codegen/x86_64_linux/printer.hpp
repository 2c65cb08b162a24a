// printer.hpp: the text of one function: what the files that print its instructions share. Only they include it.
#pragma once
#include "src/codegen/x86_64_linux/access_templates.hpp"
#include "src/codegen/x86_64_linux/emit.hpp"
#include "src/codegen/x86_64_linux/emit_raw.hpp"
#include <algorithm>
#include <span>

namespace slisp::x64 {

class Printer {
 public:
  Printer(const MFunction& function, const SymbolTable& symbols, const ir::Module& module, const Naming& naming,
          const Options& options, AsmText& out)
      : f_(function), symbols_(symbols), module_(module), naming_(naming), options_(options), out_(out),
        uses_xmm_(std::find(function.xmm.begin(), function.xmm.end(), true) != function.xmm.end()) {}
  void run(bool global);

 private:
  using Kind = Operand::Kind;

  // emit.cpp: the function, its blocks, names and jumps; which text an instruction has
  void order_blocks();
  void find_hot_loops();
  void call_frame_information(const std::string& name);
  void source_line(const ir::SourceLine& line);
  std::string no_frame();
  std::string symbol(std::uint32_t id);
  std::string runtime(std::string name);
  // The stub in the form that keeps the registers this function uses.
  std::string keeping(std::string stub) { return runtime(uses_xmm_ ? stub + "_x" : stub); }
  std::string slow_path(const MInst& inst);
  static std::string reg(const Operand& o, unsigned bytes = 8) { return std::string(register_name(o.reg, bytes)); }
  std::string place(const Operand& o, unsigned bytes = 8);
  bool near_enough(std::uint32_t block) const;
  std::string jump(std::string_view mnemonic, std::uint32_t block);
  // Labels of a template's inner join and of its part out of line.
  std::string fresh() { return std::to_string(next_label_++); }
  void conditional(Condition c, const std::uint32_t (&target)[2]);
  void print(std::span<const MInst> code);
  void print(const MInst& inst);
  // emit_words.cpp: moves, counts, tagged words and numbers outside boxes
  void move(const Operand& to, const Operand& from);
  static std::string hex(std::uint64_t n);
  void store(const Operand& to, const Operand& from);
  void retain(const std::string& r, const std::string& r8);
  void release(const std::string& r, const std::string& r8);
  void by_stub(const MInst& inst, const char* stub);
  void var_root(const MInst& inst);
  void box_i64(const MInst& inst);
  void test_tags(const Operand& a, const Operand& b, const std::string& n);
  std::string slow_call(const MInst& inst, const Operand& a, const Operand& b, const std::string& n);
  void add_words(const MInst& inst, const std::string& n);
  void arithmetic(const MInst& inst);
  void compare_operands(const MInst& inst, const Operand& a, const Operand& b, const std::string& n);
  void compare(const MInst& inst);
  void compare_jump(const MInst& inst);
  std::string equal_slowly(const MInst& inst, const Operand& a, const Operand& word, const std::string& n, const std::string& no);
  void equal_static(const MInst& inst);
  void equal_static_jump(const MInst& inst);
  bool print_raw(const MInst& inst);
  void jump_on_kind(const MInst& inst);
  void jump_on_doubles(Condition c, const std::uint32_t (&target)[2]);
  // emit_objects.cpp: looks, updates, allocation, calls
  void lookup_keyword(const MInst& inst);
  void print(TemplateText text);
  static RegisterNames names(const Operand& o) { return {reg(o), reg(o, 4), reg(o, 1)}; }
  AccessContext access(std::string slow_path, std::uint32_t exit);
  static Part part_of(const MInst& inst);
  TemplateText access(const MInst& inst);
  void new_object(const MInst& inst);
  bool walk(const MInst& inst);
  AccessContext walk_context() { return {fresh(), {}, {}, {}}; }   // nothing is called
  void result_test(const MInst& inst);
  void invoke(const MInst& inst);
  void print_joined(std::span<const MInst> looks);

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

}  // namespace slisp::x64
