// descriptors.cpp: descriptors of functions (layout.h, FnDescriptor) and the dispatchers of those with an arity above six.
// Idea: packing a rest list is the same for every function, so the entries slisp_variadic_* of the stubs serve all: they find the
//       number of fixed arguments and the variadic entry through the closure.
#include "src/codegen/x86_64_linux/data.hpp"

namespace slisp::x64 {

void DataLayout::emit_descriptor(const ir::Descriptor& descriptor, const Naming& naming, AsmText& out) {
  bool variadic = !descriptor.variadic.empty();
  std::string name = naming(descriptor.symbol);
  std::string entries[abi::k_register_arguments + 1];
  std::string many = "slisp_arity_missing_many";
  if (variadic) many = "slisp_variadic_many";
  std::uint32_t mask = 0;
  std::vector<const ir::Descriptor::Entry*> large;
  for (int n = 0; n <= abi::k_register_arguments; ++n)
    entries[n] = (variadic && n >= descriptor.variadic_fixed ? "slisp_variadic_" : "slisp_arity_missing_") + std::to_string(n);
  for (const ir::Descriptor::Entry& entry : descriptor.fixed) {
    mask |= 1u << entry.arity;
    if (entry.arity <= abi::k_register_arguments) entries[entry.arity] = naming(entry.symbol);
    else large.push_back(&entry);
  }
  if (!large.empty()) {
    std::string dispatcher = name + ".many";
    out << "section .text." << dispatcher << " progbits alloc exec nowrite align=16\n" << dispatcher << ":\n";
    for (const ir::Descriptor::Entry* entry : large) {
      std::string target = naming(entry->symbol);
      out.mention(target);
      out << "cmp eax," << entry->arity << "\nje near " << target << '\n';
    }
    out.mention(many);
    out << "jmp near " << many << '\n';
    many = dispatcher;               // an inner label of this text
  } else {
    out.mention(many);
  }
  begin("rodata", name, descriptor.global, out);
  for (const std::string& entry : entries) {
    out.mention(entry);
    out << "dq " << entry << '\n';
  }
  out << "dq " << many << '\n';
  if (variadic) {
    std::string entry = naming(descriptor.variadic);
    out.mention(entry);
    out << "dq " << entry << '\n';
  } else {
    out << "dq 0\n";
  }
  out << "dd " << (variadic ? descriptor.variadic_fixed : -1) << ',' << descriptor.line << '\n';
  std::string text = out.string(descriptor.name), file = out.string(descriptor.file);
  out << "dq " << text << ',' << file << "\ndd " << mask << ",0\n";
}

}  // namespace slisp::x64
