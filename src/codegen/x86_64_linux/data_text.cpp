// data_text.cpp: constants, closures, var cells, trace sites and keywords as NASM data.
// In:   what data.cpp found, with labels. Out: sections; count 0, references as relocations.
// Keeps: a block prints exactly printed_bytes() per object: labels of its objects are the block's plus what stands before them.
#include "src/codegen/x86_64_linux/data_objects.hpp"
#include "src/compiler/symbols.hpp"
#include <algorithm>
#include <cstring>

namespace slisp::x64 {

namespace {

std::string hexadecimal(std::uint64_t n) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string out = "0x";
  for (int shift = 60; shift >= 0; shift -= 4) out += digits[(n >> shift) & 15];
  return out;
}

void emit_header(const Header* object, AsmText& out) {
  out << "dd 0\ndb " << static_cast<unsigned>(object->kind) << ',' << static_cast<unsigned>(object->flags) << "\ndw "
      << object->slots << '\n';
}

}  // namespace
void DataLayout::begin(std::string_view kind, const std::string& label, bool global, AsmText& out) {
  bool writable = kind == "data";
  out << "section ." << kind << '.' << label << " progbits alloc noexec " << (writable ? "write" : "nowrite") << " align=8\n";
  out.define(label, global);
  out << label << ":\n";
}

void DataLayout::emit_word(Word value, const Naming& naming, AsmText& out) {
  if (!rt::is_pointer(value) || by_address(value)) {
    out << hexadecimal(value);
    return;
  }
  std::string name = naming(label_of(value));
  out.mention(std::string_view(name).substr(0, name.find('+')));
  out << name;
}

// The words of an object, and what follows them: printed_bytes() in all.
void DataLayout::emit_content(const Header* object, const Naming& naming, AsmText& out) {
  static_assert(offsetof(abi::String, hash) == offsetof(abi::String, capacity) + 4 && offsetof(abi::String, capacity) % 8 == 0);
  std::size_t first = first_slot_of(object), words = 0;
  const char* bytes = reinterpret_cast<const char*>(object);
  const Header shape = this->shape(object);
  auto next = [&] { out << (words++ % 16 == 0 ? (words == 1 ? "dq " : "\ndq ") : ","); };
  for (std::size_t offset = 0; offset < first; offset += 8) {
    Word raw = 0;
    std::memcpy(&raw, offset == 0 ? reinterpret_cast<const char*>(&shape) : bytes + offset, 8);
    if (offset != 0 && (object->kind == Kind::Regex || object->kind == Kind::Cons)) raw = 0;   // compiled code, which static ones keep elsewhere; nothing
    // Room to grow is not part of the constant.
    if (object->kind == Kind::String && offset == offsetof(abi::String, capacity)) {
      const auto* string = reinterpret_cast<const abi::String*>(object);
      raw = static_cast<std::uint32_t>(string->bytes) | Word{string->hash} << 32;
    }
    next();
    out << hexadecimal(raw);
  }
  const Word* slots = slots_of(object);
  for (unsigned i = 0; i < shape.slots; ++i) {
    next();
    emit_word(slots[i], naming, out);
  }
  // As words too: nasm takes a number's time for each of them, whatever its size.
  std::size_t at = first + 8 * std::size_t{shape.slots}, end = at + tail_bytes(object), whole = printed_bytes(object, shape.slots);
  for (; at < whole; at += 8) {
    Word raw = 0;
    if (at < end) std::memcpy(&raw, bytes + at, std::min<std::size_t>(8, end - at));
    next();
    out << hexadecimal(raw);
  }
  out << '\n';
}

// Makes the linker keep `symbol` with the section at hand.
void DataLayout::refer_to(const std::string& symbol, AsmText& out) {
  out.mention(symbol);
  out << "dq " << symbol << '\n';
}

void DataLayout::emit_object(const Header* object, const std::vector<std::pair<std::string, bool>>& labels, const Naming& naming,
                             AsmText& out) {
  begin("data", naming(labels[0].first), labels[0].second, out);
  for (std::size_t i = 1; i < labels.size(); ++i) {
    std::string name = naming(labels[i].first);
    out.define(name, labels[i].second);
    out << name << ":\n";
  }
  emit_content(object, naming, out);
  if (const char* symbol = weak_symbol_of(object)) refer_to(symbol, out);
}

void DataLayout::emit_block(const Block& block, const Naming& naming, AsmText& out) {
  begin("data", naming(block.label), false, out);
  std::set<std::string> symbols;
  for (std::size_t i = block.begin; i < block.end; ++i) {
    const Header* object = rt::header_of(order_[i]);
    if (const char* symbol = weak_symbol_of(object)) symbols.insert(symbol);
    emit_content(object, naming, out);
  }
  for (const std::string& symbol : symbols) refer_to(symbol, out);
}

// As it lies in memory, but for the functions of the methods: those are the static closures of this module.
void DataLayout::emit_class(const ir::StaticObject& object, const Naming& naming, AsmText& out) {
  const Header* type = rt::header_of(object.value.word());
  const Header* methods = rt::header_of(slots_of(type)[k_class_methods_slot]);
  std::string name = naming(object.symbol);
  const std::uint32_t flags = reinterpret_cast<const rt::ClassObject*>(type)->flags;
  const bool has_objects = (flags & rt::k_class_interface) == 0, listed = (flags & rt::k_class_absent) == 0;
  if (has_objects) out.mention("slisp_type_operations");
  // The pointer that enters the class in the list of all classes is kept by the class, which refers to it, and only by that.
  out << "section .data." << name << " progbits alloc noexec write align=8\n";
  out.define(name, object.global);
  if (has_objects) out << "dq slisp_type_operations\n";
  if (listed) out << "dq " << name << ".listed\n";
  out << name << ":\n";
  emit_header(type, out);
  const auto* words = reinterpret_cast<const Word*>(type);
  out << "dq " << hexadecimal(words[1]) << '\n';
  for (unsigned i = 0; i < k_class_methods_slot; ++i) {
    out << "dq ";
    emit_word(slots_of(type)[i], naming, out);
    out << '\n';
  }
  out << "dq " << name << ".methods\n";
  for (std::size_t i = 2 + std::size_t{type->slots}; i < sizeof(rt::UserClass) / sizeof(Word); ++i) out << "dq " << hexadecimal(words[i]) << '\n';
  out << name << ".methods:\n";
  emit_header(methods, out);
  for (unsigned i = 0; i < methods->slots; i += 2) {
    out << "dq ";
    emit_word(slots_of(methods)[i], naming, out);
    out << '\n';
    const std::string_view method = rt::text_of(rt::symbol_name(slots_of(methods)[i]));
    const ir::StaticObject::Method* function = nullptr;
    for (const ir::StaticObject::Method& m : object.methods)
      if (m.name == method) function = &m;
    if (function == nullptr) {
      // Of an interface; or of a reify, whose objects hold their methods.
      out << "dq " << hexadecimal(slots_of(methods)[i + 1]) << '\n';
      continue;
    }
    std::string closure = naming(references_[function->closure.index].symbol);
    out.mention(closure);
    out << "dq " << closure << '\n';
  }
  if (!listed) return;
  out << "section slisp_classes." << name << " progbits alloc noexec write align=8\n" << name << ".listed: dq " << name << '\n';
}

void DataLayout::emit_var(const ir::StaticObject& object, const Naming& naming, AsmText& out) {
  const VarParts& var = vars_.at(&object);
  std::string name = naming(object.symbol);
  // The pointer that enters the cell in the list of all vars is kept by the cell, which refers to it, and only by that.
  out << "section .data." << name << " progbits alloc noexec write align=8\n";
  out.define(name, object.global);
  out << "dq " << name << ".listed\n" << name << ":\n";
  Header header{0, Kind::Var, 0, 0};
  header.slots = static_cast<std::uint16_t>((sizeof(abi::Var) - abi::k_offset_var_root) / 8);
  emit_header(&header, out);
  out << "dd " << var.flags << ",0\n";
  if (object.root.valid()) {
    const Reference& root = references_[object.root.index];
    if (root.symbol.empty()) out << "dq " << hexadecimal(root.word) << '\n';
    else {
      std::string symbol = naming(root.symbol);
      out.mention(symbol);
      out << "dq " << symbol << '\n';
    }
  } else {
    out << "dq " << hexadecimal(object.root_word) << '\n';
  }
  for (rt::Borrowed part : {var.name, var.ns}) {
    out << "dq ";
    emit_word(part.word(), naming, out);
    out << '\n';
  }
  if (object.metadata.valid() && !references_[object.metadata.index].symbol.empty()) {
    std::string symbol = naming(references_[object.metadata.index].symbol);
    out.mention(symbol);
    out << "dq " << symbol << '\n';
  } else {
    out << "dq " << abi::k_nil << '\n';
  }
  out << "dq " << abi::k_nil << '\n';
  out << "section slisp_vars." << name << " progbits alloc noexec write align=8\n" << name << ".listed: dq " << name << '\n';
}

void DataLayout::emit(const Naming& naming, Chunks& out) {
  std::size_t block = 0;
  for (std::size_t i = 0; i < order_.size(); ++i) {
    if (block < blocks_.size() && blocks_[block].begin == i) {
      emit_block(blocks_[block], naming, out.emplace_back());
      i = blocks_[block++].end - 1;
      continue;
    }
    auto it = names_.find(order_[i]);
    std::vector<std::pair<std::string, bool>> labels{{labels_.at(order_[i]), false}};
    emit_object(rt::header_of(order_[i]), it != names_.end() ? it->second : labels, naming, out.emplace_back());
  }
  for (const ir::StaticObject& object : module_.statics) {
    if (object.kind == ir::StaticKind::VarCell && vars_.count(&object) != 0) emit_var(object, naming, out.emplace_back());
    if (object.kind == ir::StaticKind::Class) emit_class(object, naming, out.emplace_back());
    if (object.kind != ir::StaticKind::Closure) continue;
    AsmText& text = out.emplace_back();
    begin("data", naming(object.symbol), object.global, text);
    Header header{0, Kind::Fn, 0, 0};
    emit_header(&header, text);
    std::string descriptor = naming(module_.descriptors[object.descriptor.index].symbol);
    text.mention(descriptor);
    text << "dq " << descriptor << '\n';
  }
  for (const ir::Descriptor& descriptor : module_.descriptors) emit_descriptor(descriptor, naming, out.emplace_back());
  // What stands together in one function shares a section: nasm takes 64 KiB for each.
  for (std::size_t i = 0; i < module_.sites.size(); ++i) {
    const ir::TraceSite& site = module_.sites[i];
    const std::string label = naming(site_symbols_[i]);
    if (i == 0 || module_.sites[i - 1].function != site.function) {
      begin("rodata", label, false, out.emplace_back());
    } else {
      out.back().define(label, false);
      out.back() << label << ":\n";
    }
    AsmText& text = out.back();
    std::string function = text.string(site.function), file = text.string(module_.files[site.file]);
    text << "dq " << function << ',' << file << "\ndd " << site.line << ',' << site.column << '\n';
  }
}

void emit_keywords(const std::map<std::string, rt::Borrowed>& keywords, std::size_t group, AsmText& out) {
  std::map<std::string, std::string> parts;        // strings of names and namespaces -> label
  std::vector<rt::Borrowed> strings;
  // Several such texts may come to stand in one file.
  const std::string prefix = keywords.empty() ? "" : compiler::label('K', keywords.begin()->first) + "_";
  auto part = [&](rt::Borrowed string) -> std::string {
    auto [it, fresh] = parts.try_emplace(std::string(rt::text_of(string)), "");
    if (fresh) {
      it->second = prefix + std::to_string(strings.size());
      strings.push_back(string);
    }
    return it->second;
  };
  std::size_t placed = 0;
  for (const auto& [text, keyword] : keywords) {
    std::string name = compiler::label('k', text);
    const auto* object = keyword.as<abi::Named>();
    if (placed++ % group == 0) out << "section slisp_keywords." << name << " progbits alloc noexec write align=32\n";
    out << name << ":\n";
    out.define(name, true);
    Header header{0, Kind::Keyword, 0, 2};
    emit_header(&header, out);
    out << "dd " << object->hash << ",0\n";
    if (rt::symbol_ns(keyword).is_nil()) out << "dq " << abi::k_nil << '\n';
    else out << "dq " << part(rt::symbol_ns(keyword)) << '\n';
    out << "dq " << part(rt::symbol_name(keyword)) << '\n';
  }
  for (std::size_t i = 0; i < strings.size(); ++i) {
    bool failed = false;
    rt::hash_of(strings[i], failed);
    const auto* string = strings[i].as<abi::String>();
    if (i % group == 0) out << "section .data." << prefix << i << " progbits alloc noexec write align=8\n";
    out << "align 8,db 0\n" << prefix << i << ":\n";
    Header header{0, Kind::String, string->header.flags, 0};
    emit_header(&header, out);
    out << "dd " << string->bytes << ',' << string->code_points << ',' << string->bytes << ',' << string->hash << ','
        << string->hashed << ',' << string->utf16_units << '\n';
    emit_bytes(out, rt::text_of(strings[i]));
  }
}

}  // namespace slisp::x64
