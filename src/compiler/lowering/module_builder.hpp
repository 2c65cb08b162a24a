// module_builder.hpp: what functions of one module share: labels, static objects, descriptors, trace sites, files.
#pragma once
#include "src/analyzer/ast.hpp"
#include "src/compiler/closed_world.hpp"
#include "src/compiler/compile_context.hpp"
#include "src/compiler/ir/ir.hpp"
#include <map>
#include <string>
#include <unordered_map>

namespace slisp::compiler {

// The code of one fn form.
struct FnCode {
  ir::DescriptorId descriptor;
  ir::StaticId closure;                  // valid when there are no captures
  std::vector<std::string> entries;      // one label per method, in order
  bool defined = false;
};

class ModuleBuilder {
 public:
  ModuleBuilder(CompileContext& context, ClosedWorld& world, ir::Module& module)
      : context_(context), world_(world), module_(module) {}

  CompileContext& context() { return context_; }
  ClosedWorld& world() { return world_; }
  ir::Module& module() { return module_; }
  Mode mode() const { return context_.options.mode; }

  std::string local_label() { return "L" + std::to_string(next_label_++); }
  std::uint32_t file(const reader::Span& span);
  ir::SourceLine line(const reader::Span& span) { return {file(span), span.line}; }
  ir::SiteId site(const std::string& function, const reader::Span& span);

  // Static objects, one each per module.
  ir::StaticId constant(rt::Borrowed value, const reader::Span& span);   // a heap value; what cannot be laid out is reported
  ir::StaticId external(const std::string& symbol);
  ir::StaticId var_cell(analyzer::VarInfo& var);
  void note_type(analyzer::TypeNode& node) { types_[node.type.word()] = &node; }
  void emit_cells();                     // all cells that the plans ask for

  // Labels and descriptor of a function; `var` when it is the root of a closed var or of a library var.
  FnCode& code_of(analyzer::FnNode& fn, analyzer::VarInfo* var = nullptr);

 private:
  CompileContext& context_;
  ClosedWorld& world_;
  ir::Module& module_;
  std::uint64_t next_label_ = 0;
  std::unordered_map<std::uint32_t, std::uint32_t> files_;              // by id in the source map
  std::map<std::tuple<std::string, std::uint32_t, std::uint32_t>, ir::SiteId> sites_;
  std::unordered_map<std::string, ir::StaticId> constants_;             // by content
  // The class of a user's type, and the classes that a constant mentions.
  ir::StaticId user_class(rt::Borrowed type);
  void note_classes(rt::Borrowed value);
  std::unordered_map<rt::Word, analyzer::TypeNode*> types_;             // by class
  std::unordered_map<rt::Word, ir::StaticId> classes_;
  std::map<std::string, unsigned> class_names_;                         // how many classes have the name

  std::unordered_map<std::string, ir::StaticId> externals_;
  std::unordered_map<const analyzer::VarInfo*, ir::StaticId> cells_;
  std::unordered_map<const analyzer::FnNode*, FnCode> functions_;
};

}  // namespace slisp::compiler
