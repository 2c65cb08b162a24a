// module_text.cpp: the passes of the code generator, in order, and how a module's functions are spread over files.
// Keeps: the same module and options give the same text. A label that is defined twice is a collision of hashes, and is reported.
// Idea: a module that is spread over files gives its private labels its hash, so that files of other modules do not meet them.
#include "src/codegen/x86_64_linux/module_text.hpp"
#include "src/codegen/x86_64_linux/allocate.hpp"
#include "src/codegen/x86_64_linux/checker.hpp"
#include "src/codegen/x86_64_linux/edges.hpp"
#include "src/codegen/x86_64_linux/isel.hpp"
#include "src/compiler/check.hpp"
#include "src/compiler/symbols.hpp"

namespace slisp::x64 {

namespace {

constexpr std::size_t k_keywords_apart = 256, k_keywords_together = 64;

// The passes, one per line.
void generate(const ir::Function& function, ModuleView& view, const Options& options, const Naming& naming, bool global, AsmText& out) {
  MFunction selected = select_instructions(function, view, options);
  if (options.registers.allocate && !options.registers.remat) name_constants(selected);
  split_critical_edges(selected);
  MFunction allocated = allocate(selected, options.optimize > 0 ? Rung::Full : Rung::WithinBlocks, options.registers, view.counts);
  lay_out_frame(allocated, options.registers, view.counts);
  if (options.verify)
    if (auto wrong = check_allocation(selected, allocated))
      compiler::internal_error("slot checker, " + function.name, *wrong,
                               dump(selected, view.symbols) + "\nallocated:\n" + dump(allocated, view.symbols));
  skip_empty_blocks(allocated);
  emit_function(allocated, view.symbols, view.module, naming, global, options, out);
}

// The function that rt's start code enters.
void emit_program(const std::vector<std::string>& calls, AsmText& out) {
  out << "section .text.slisp_program progbits alloc exec nowrite align=16\nslisp_program:\nsub rsp,8\n";
  out.define("slisp_program", true, true);
  for (std::size_t i = 0; i < calls.size(); ++i) {
    out.mention(calls[i]);
    out << "call " << calls[i] << '\n';
    if (i + 1 == calls.size()) break;
    out.mention("slisp_drop_slow");
    out << "test rax,rax\njz near .out\nmov r11,rax\ncall slisp_drop_slow\n";
  }
  if (calls.empty()) out << "mov eax," << abi::k_nil << '\n';
  out << ".out:\nadd rsp,8\nret\n.end:\n";
}

// Where gensym goes on: behind the names that macros made while this program was compiled.
void emit_id_counter(AsmText& out) {
  out << "section .data.slisp_id_counter progbits alloc noexec write align=8\nslisp_id_counter: dq " << abi::slisp_next_id() << '\n';
  out.define("slisp_id_counter", true);
}

// A word whose presence tells the runtime what not to do.
void emit_mark(AsmText& out, const std::string& name) {
  out << "section .rodata." << name << " progbits alloc noexec nowrite align=8\n" << name << ": dq 1\n";
  out.define(name, true);
}

// All labels that the module defines, with what they stand for.
Outcome collect_labels(const ir::Module& module, const DataLayout& data, std::unordered_map<std::string, bool>& labels) {
  Outcome failure;
  auto add = [&](const std::string& label, const std::string& what, bool global) {
    if (labels.emplace(label, global).second || failure) return;
    failure = Failure{70, "the label " + label + " of " + what + " is taken: two names have the same hash", ""};
  };
  for (const ir::Function& f : module.functions) add(f.symbol, f.name, f.global);
  for (const ir::Descriptor& d : module.descriptors) add(d.symbol, d.name, d.global);
  // Constants may turn out to be objects that are defined elsewhere: keywords, classes, empty collections.
  for (std::size_t i = 0; i < module.statics.size(); ++i) {
    const ir::StaticObject& object = module.statics[i];
    bool elsewhere = object.kind == ir::StaticKind::External || data.reference(static_cast<std::uint32_t>(i)).symbol != object.symbol ||
                     (object.kind == ir::StaticKind::Constant && object.value.is(abi::Kind::Keyword));
    if (!elsewhere) add(object.symbol, "a static object", object.global);
  }
  return failure;
}

}  // namespace

Outcome module_text(const ir::Module& module, const Options& options, const TextRequest& request, ModuleText& out) {
  DataLayout data(module, request.names);
  if (Outcome failure = data.collect()) return failure;
  std::unordered_map<std::string, bool> labels;
  if (Outcome failure = collect_labels(module, data, labels)) return failure;
  for (const auto& [text, keyword] : data.keywords()) out.keywords.emplace(text, keyword);

  SymbolTable symbols;
  AllocationCounts uncounted;
  ModuleView view{module, symbols, {}, data, options.counts != nullptr ? *options.counts : uncounted};
  for (const ir::Function& f : module.functions) view.functions.emplace(f.symbol, &f);

  // Whether a program is big is decided by its instructions and constants, before any text exists.
  std::size_t size = data.object_count();
  for (const ir::Function& f : module.functions)
    for (const ir::Block& b : f.blocks) size += b.instructions.size();
  constexpr std::size_t k_big = 10'000;
  Splitting splitting = request.splitting == Splitting::BySize && size < k_big ? Splitting::OneFile : request.splitting;
  bool split = splitting != Splitting::OneFile;
  std::string prefix;
  if (split) {
    std::uint64_t hash = compiler::label_hash(request.stem + ":" + module.init_symbol);
    for (const ir::Function& f : module.functions) hash = compiler::label_hash(f.name) ^ (hash * 31);
    static constexpr char digits[] = "0123456789abcdef";
    prefix = "m";
    for (int shift = 44; shift >= 0; shift -= 4) prefix += digits[(hash >> shift) & 15];
    prefix += '_';
  }
  auto global_label = [&](const std::string& s) {
    auto it = labels.find(s);
    return it != labels.end() && it->second;
  };
  // Labels of this module's own: those it defines and does not export, and those of the data layout (C, T and a number).
  auto generated = [](const std::string& s) {
    return s.size() > 1 && (s[0] == 'C' || s[0] == 'T') && s[1] >= '0' && s[1] <= '9';
  };
  Naming naming = [&](const std::string& s) {
    if (!split) return s;
    return generated(s) || (labels.count(s) != 0 && !global_label(s)) ? prefix + s : s;
  };

  Chunks chunks;
  for (const ir::Function& f : module.functions)
    generate(f, view, options, naming, f.global || f.symbol == module.init_symbol, chunks.emplace_back());
  data.emit(naming, chunks);
  if (request.make_program && labels.count("slisp_program") == 0) {
    std::vector<std::string> calls = request.init_symbols;
    if (!module.init_symbol.empty()) calls.push_back(naming(module.init_symbol));
    emit_program(calls, chunks.emplace_back());
  }
  if (request.make_program) emit_id_counter(chunks.emplace_back());
  if (request.make_program && !options.flat_vectors) emit_mark(chunks.emplace_back(), "slisp_tries_only");      // runtime/collections/vector_flat.cpp
  if (request.make_program && !options.cells_in_place) emit_mark(chunks.emplace_back(), "slisp_cells_copy");    // runtime/control/cell_updates.cpp
  if (request.make_program && !options.sort_in_place) emit_mark(chunks.emplace_back(), "slisp_sort_copies");    // runtime/collections/sort.cpp
  if (request.known_keywords != nullptr) {
    std::map<std::string, rt::Borrowed> own;
    std::unordered_map<std::string, std::string> hashes;
    for (const std::string& known : *request.known_keywords) hashes.emplace(compiler::label('k', known), known);
    for (const auto& [text, keyword] : out.keywords) {
      if (request.known_keywords->count(text) != 0) continue;
      auto [it, fresh] = hashes.emplace(compiler::label('k', text), text);
      if (!fresh) return Failure{70, "the keywords :" + it->second + " and :" + text + " have the same hash", ""};
      own.emplace(text, keyword);
    }
    // nasm takes 64 KiB for a section, and time that grows with their number: a program with very many keywords keeps them by the group.
    emit_keywords(own, own.size() > k_keywords_apart ? k_keywords_together : 1, chunks.emplace_back());
  }
  out.files = spread(chunks, splitting, request.stem);
  return std::nullopt;
}

Outcome assembly_text(const ir::Module& module, const Options& options, std::string& text) {
  ModuleText out;
  if (Outcome failure = module_text(module, options, {}, out)) return failure;
  text = std::move(out.files[0].text);
  return std::nullopt;
}

}  // namespace slisp::x64
