// data.cpp: constants, closures, var cells and trace sites as NASM data.
// In:   the module's static objects; constant values lie in this process's memory.
// Out:  one section per object, count 0, references as relocations; hashes of strings computed now.
// Keeps: kinds.def tells slots from raw bytes; what it does not tell (tails of strings and big integers) stands in tail_bytes().
// Idea: a breadth-first walk with a work list, so that constants of any depth take no stack; shared children are laid out once.
#include "src/codegen/x86_64_linux/data.hpp"
#include "src/compiler/symbols.hpp"
#include "runtime/api.hpp"
#include "runtime/numbers/numbers.hpp"
#include "runtime/types/types.hpp"
#include <cstring>

extern "C" {
// Runtime objects that constants may refer to; weak, so that tools which do not link all of the runtime can be built.
[[gnu::weak]] extern slisp::abi::Header slisp_stdout_object;
[[gnu::weak]] extern slisp::abi::Header slisp_stdin_object;
[[gnu::weak]] extern slisp::abi::Header slisp_stderr_object;
}

namespace slisp::x64 {

namespace {

using abi::Kind;
using rt::Header;
using rt::Word;

constexpr std::size_t k_first_slot[] = {
#define SLISP_KIND(name, first_slot, class_name) first_slot,
#include "runtime/abi/kinds.def"
#undef SLISP_KIND
};

// Kinds that are data: no code, no mutable state, nothing outside the object.
bool layable(Kind kind) {
  switch (kind) {
    case Kind::String:
    case Kind::Symbol:
    case Kind::Keyword:
    case Kind::Long:
    case Kind::Double:
    case Kind::BigInt:
    case Kind::Ratio:
    case Kind::BigDecimal:
    case Kind::Uuid:
    case Kind::Inst:
    case Kind::EmptyList:
    case Kind::List:
    case Kind::Cons:
    case Kind::ChunkedCons:
    case Kind::VectorSeq:
    case Kind::MapSeq:
    case Kind::StringSeq:
    case Kind::Range:
    case Kind::RSeq:
    case Kind::Vector:
    case Kind::VectorTrie:
    case Kind::VectorNode:
    case Kind::SubVector:
    case Kind::ArrayMap:
    case Kind::HashMap:
    case Kind::MapNode:
    case Kind::HashSet:
    case Kind::SetNode:
    case Kind::TreeMap:
    case Kind::TreeSet:
    case Kind::TreeNode:
    case Kind::Queue:
    case Kind::Reduced:
    case Kind::Class:
    case Kind::Record:
    case Kind::TaggedLiteral:
    case Kind::Regex:
    case Kind::ReaderConditional: return true;
    case Kind::LazySeq:
    case Kind::Transient:
    case Kind::ChunkBuffer:
    case Kind::Fn:
    case Kind::Unbound:
    case Kind::Var:
    case Kind::Namespace:
    case Kind::Atom:
    case Kind::Volatile:
    case Kind::Delay:
    case Kind::MultiFn:
    case Kind::Exception:
    case Kind::Object:
    case Kind::Protocol:
    case Kind::Stream:
    case Kind::Array:
    case Kind::ArraySeq:
    case Kind::Native:
    case Kind::Box:
    case Kind::k_count: return false;
  }
  return false;
}

Failure not_data(Kind kind) {
  static constexpr const char* names[] = {
#define SLISP_KIND(name, first_slot, class_name) #name,
#include "runtime/abi/kinds.def"
#undef SLISP_KIND
  };
  return {1, std::string("a value of kind ") + names[static_cast<std::size_t>(kind)] +
                 " stands in the code, where only data can be kept in an executable", ""};
}

std::size_t tail_bytes(const Header* object) {
  if (object->kind == Kind::String) return reinterpret_cast<const abi::String*>(object)->bytes;
  if (object->kind == Kind::BigInt) {
    std::int64_t size = reinterpret_cast<const rt::BigInt*>(object)->size;
    return 8 * static_cast<std::size_t>(size < 0 ? -size : size);
  }
  if (object->kind == Kind::Class && rt::is_user_class(reinterpret_cast<const rt::ClassObject*>(object)))
    return sizeof(rt::UserClass) - k_first_slot[static_cast<std::size_t>(Kind::Class)] - 8u * object->slots;
  return 0;
}

// Of UserClass: the slot behind name, parent, interfaces, fields and keys.
constexpr unsigned k_class_methods_slot = 5;
static_assert(offsetof(rt::UserClass, methods) == k_first_slot[static_cast<std::size_t>(Kind::Class)] + 8 * k_class_methods_slot);

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
const Word* slots_of(const Header* object) {
  return reinterpret_cast<const Word*>(reinterpret_cast<const char*>(object) + k_first_slot[static_cast<std::size_t>(object->kind)]);
}

std::string var_label(const abi::Var* var) {
  auto name = rt::text_of(rt::symbol_name(var->name)), ns = rt::text_of(rt::symbol_name(var->ns));
  return compiler::label('v', std::string(ns) + "/" + std::string(name));
}

}  // namespace

std::string keyword_text(rt::Borrowed keyword) {
  rt::Borrowed ns = rt::symbol_ns(keyword);
  std::string text;
  if (!ns.is_nil()) text = std::string(rt::text_of(ns)) + "/";
  return text + std::string(rt::text_of(rt::symbol_name(keyword)));
}

DataLayout::VarParts::VarParts(rt::Borrowed value) : name(value), ns(value) {
  if (!value.is(Kind::Var)) {
    symbols[0] = rt::symbol("", rt::text_of(rt::symbol_name(value)));
    symbols[1] = rt::symbol("", rt::text_of(rt::symbol_ns(value)));
    name = symbols[0];
    ns = symbols[1];
    return;
  }
  const auto* var = value.as<abi::Var>();
  name = var->name;
  ns = var->ns;
  flags = var->flags;
}

// Such objects must outlive the code that names them and are not counted by it: they become immortal.
bool DataLayout::by_address(Word value) const {
  if (names_of_ == Names::OfTheLink || !rt::is_pointer(value)) return false;
  Header* object = rt::header_of(value);
  const bool user_class = object->kind == Kind::Class && rt::is_user_class(reinterpret_cast<const rt::ClassObject*>(object));
  if (object->kind != Kind::Keyword && object->kind != Kind::Var && !user_class) return false;
  if (object->count > 0) object->count = 0;
  return true;
}

std::string DataLayout::label_of(Word value) {
  if (auto it = external_.find(value); it != external_.end()) return it->second;
  const Header* object = rt::header_of(value);
  if (object->kind == Kind::Keyword) {
    std::string text = keyword_text(value);
    keywords_.try_emplace(text, value);
    return compiler::label('k', text);
  }
  if (object->kind == Kind::Var) return var_label(reinterpret_cast<const abi::Var*>(object));
  auto [it, fresh] = labels_.try_emplace(value, "");
  if (fresh) {
    it->second = "C" + std::to_string(order_.size());
    order_.push_back(value);
  }
  return it->second;
}

Outcome DataLayout::reach(Word root) {
  std::size_t next = order_.size();
  if (rt::is_pointer(root) && !by_address(root)) label_of(root);
  for (; next < order_.size(); ++next) {
    Header* object = rt::header_of(order_[next]);
    if (!layable(object->kind)) return not_data(object->kind);
    if (object->kind == Kind::String) {
      bool failed = false;
      rt::hash_of(order_[next], failed);
    }
    const Word* slots = slots_of(object);
    for (unsigned i = 0; i < object->slots; ++i)
      if (rt::is_pointer(slots[i]) && !by_address(slots[i])) label_of(slots[i]);
  }
  return std::nullopt;
}

Outcome DataLayout::collect() {
  for (std::size_t i = 0; i < static_cast<std::size_t>(rt::ClassId::k_count); ++i) {
    static constexpr const char* names[] = {
#define SLISP_CLASS(id, name, parent) #id,
#include "runtime/abi/classes.def"
#undef SLISP_CLASS
    };
    external_.emplace(rt::class_object(static_cast<rt::ClassId>(i)).word(), std::string("slisp_class_") + names[i]);
  }
  external_.emplace(rt::empty_list().word(), "slisp_empty_list");
  external_.emplace(rt::empty_vector().word(), "slisp_empty_vector");
  external_.emplace(rt::empty_map().word(), "slisp_empty_map");
  external_.emplace(rt::empty_set().word(), "slisp_empty_set");
  external_.emplace(rt::word_of(&slisp_stdout_object), "slisp_stdout_object");
  external_.emplace(rt::word_of(&slisp_stdin_object), "slisp_stdin_object");
  external_.emplace(rt::word_of(&slisp_stderr_object), "slisp_stderr_object");
  external_.erase(0);
  for (std::size_t i = 0; i < module_.sites.size(); ++i) site_symbols_.push_back("T" + std::to_string(i));

  // Users' classes have the symbols that the compiler gave them.
  for (const ir::StaticObject& object : module_.statics)
    if (object.value.is(Kind::Class) && object.kind != ir::StaticKind::Constant) external_.emplace(object.value.word(), object.symbol);

  // First the constants that have names of their own, so that what refers to them uses these; then all that they reach.
  for (const ir::StaticObject& object : module_.statics) {
    if (object.kind != ir::StaticKind::Constant) continue;
    Word value = object.value.word();
    if (!rt::is_pointer(value) || external_.count(value) != 0) continue;
    Kind kind = rt::header_of(value)->kind;
    if (kind == Kind::Keyword || kind == Kind::Var || kind == Kind::Class) continue;
    if (labels_.try_emplace(value, object.symbol).second) order_.push_back(value);
    names_[value].emplace_back(object.symbol, object.global);
  }
  std::size_t named = order_.size();
  for (std::size_t i = 0; i < named; ++i) {
    Header* object = rt::header_of(order_[i]);
    if (!layable(object->kind)) return not_data(object->kind);
    if (object->kind == Kind::String) {
      bool failed = false;
      rt::hash_of(order_[i], failed);
    }
    for (unsigned k = 0; k < object->slots; ++k)
      if (Outcome failure = reach(slots_of(object)[k])) return failure;
  }
  for (const ir::StaticObject& object : module_.statics) {
    Reference reference;
    switch (object.kind) {
      case ir::StaticKind::Constant:
        if (rt::is_pointer(object.value.word()) && !by_address(object.value.word())) reference.symbol = label_of(object.value.word());
        else reference.word = object.value.word();
        break;
      case ir::StaticKind::VarCell: {
        if (by_address(object.value.word())) {
          reference.word = object.value.word();
          break;
        }
        const VarParts& var = vars_.try_emplace(&object, object.value).first->second;
        for (Word part : {var.name.word(), var.ns.word()})
          if (Outcome failure = reach(part)) return failure;
        reference.symbol = object.symbol;
        break;
      }
      case ir::StaticKind::Class: {
        const Header* type = rt::header_of(object.value.word());
        for (unsigned i = 0; i < k_class_methods_slot; ++i)
          if (Outcome failure = reach(slots_of(type)[i])) return failure;
        const Header* methods = rt::header_of(slots_of(type)[k_class_methods_slot]);
        for (unsigned i = 0; i < methods->slots; i += 2)
          if (Outcome failure = reach(slots_of(methods)[i])) return failure;
        reference.symbol = object.symbol;
        break;
      }
      case ir::StaticKind::Closure:
      case ir::StaticKind::External: reference.symbol = object.symbol; break;
    }
    references_.push_back(std::move(reference));
  }
  return std::nullopt;
}

// ---- printing
void DataLayout::begin(std::string_view kind, const std::string& label, bool global, std::string_view before, AsmText& out) {
  bool writable = kind == "data";
  out << "section ." << kind << '.' << label << " progbits alloc noexec " << (writable ? "write" : "nowrite") << " align=8\n";
  out.define(label, global);
  out << before << label << ":\n";
}

void DataLayout::emit_word(Word value, const Naming& naming, AsmText& out) {
  if (!rt::is_pointer(value) || by_address(value)) {
    out << "dq " << hexadecimal(value) << '\n';
    return;
  }
  std::string name = naming(label_of(value));
  out.mention(name);
  out << "dq " << name << '\n';
}

void DataLayout::emit_object(const Header* object, const std::vector<std::pair<std::string, bool>>& labels, const Naming& naming,
                             AsmText& out) {
  bool big = object->kind == Kind::BigInt || object->kind == Kind::Ratio || object->kind == Kind::BigDecimal;
  // Generic operations know big numbers and records through weak tables; a constant that is one keeps the table's code in the program.
  const char* table = big ? "slisp_big_table" : object->kind == Kind::Record ? "slisp_type_operations" : nullptr;
  if (table != nullptr) out.mention(table);
  begin("data", naming(labels[0].first), labels[0].second, table != nullptr ? "dq " + std::string(table) + "\n" : std::string(), out);
  for (std::size_t i = 1; i < labels.size(); ++i) {
    std::string name = naming(labels[i].first);
    out.define(name, labels[i].second);
    out << name << ":\n";
  }
  emit_header(object, out);
  std::size_t first = k_first_slot[static_cast<std::size_t>(object->kind)];
  const char* bytes = reinterpret_cast<const char*>(object);
  for (std::size_t offset = 8; offset < first; offset += 8) {
    Word raw = 0;
    if (object->kind != Kind::Regex) std::memcpy(&raw, bytes + offset, 8);   // a Regex: compiled code, which static ones keep elsewhere
    // Room to grow is not part of the constant.
    if (object->kind == Kind::String && offset == offsetof(abi::String, capacity)) {
      const auto* string = reinterpret_cast<const abi::String*>(object);
      out << "dd " << string->bytes << ',' << string->hash << '\n';
      continue;
    }
    out << "dq " << hexadecimal(raw) << '\n';
  }
  static_assert(offsetof(abi::String, hash) == offsetof(abi::String, capacity) + 4 && offsetof(abi::String, capacity) % 8 == 0);
  // A list of words: one dq line each, relocated where they point.
  const Word* slots = slots_of(object);
  for (unsigned i = 0; i < object->slots; ++i) emit_word(slots[i], naming, out);
  if (std::size_t tail = tail_bytes(object)) emit_bytes(out, {bytes + first + 8 * std::size_t{object->slots}, tail});
  if (object->kind == Kind::String) out << "db 0\n";
  if (object->kind == Kind::BigInt || object->kind == Kind::Ratio || object->kind == Kind::BigDecimal) {
    // Generic arithmetic reaches these kinds through weak symbols; whoever has a literal of one brings their code along.
    out.mention("slisp_big_table");
    out << "dq slisp_big_table\n";
  }
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
  for (unsigned i = 0; i < k_class_methods_slot; ++i) emit_word(slots_of(type)[i], naming, out);
  out << "dq " << name << ".methods\n";
  for (std::size_t i = 2 + std::size_t{type->slots}; i < sizeof(rt::UserClass) / sizeof(Word); ++i) out << "dq " << hexadecimal(words[i]) << '\n';
  out << name << ".methods:\n";
  emit_header(methods, out);
  for (unsigned i = 0; i < methods->slots; i += 2) {
    emit_word(slots_of(methods)[i], naming, out);
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
  emit_word(var.name.word(), naming, out);
  emit_word(var.ns.word(), naming, out);
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
  for (Word value : order_) {
    auto it = names_.find(value);
    std::vector<std::pair<std::string, bool>> labels{{labels_.at(value), false}};
    emit_object(rt::header_of(value), it != names_.end() ? it->second : labels, naming, out.emplace_back());
  }
  for (const ir::StaticObject& object : module_.statics) {
    if (object.kind == ir::StaticKind::VarCell && vars_.count(&object) != 0) emit_var(object, naming, out.emplace_back());
    if (object.kind == ir::StaticKind::Class) emit_class(object, naming, out.emplace_back());
    if (object.kind != ir::StaticKind::Closure) continue;
    AsmText& text = out.emplace_back();
    begin("data", naming(object.symbol), object.global, "", text);
    Header header{0, Kind::Fn, 0, 0};
    emit_header(&header, text);
    std::string descriptor = naming(module_.descriptors[object.descriptor.index].symbol);
    text.mention(descriptor);
    text << "dq " << descriptor << '\n';
  }
  for (const ir::Descriptor& descriptor : module_.descriptors) emit_descriptor(descriptor, naming, out.emplace_back());
  for (std::size_t i = 0; i < module_.sites.size(); ++i) {
    const ir::TraceSite& site = module_.sites[i];
    AsmText& text = out.emplace_back();
    begin("rodata", naming(site_symbols_[i]), false, "", text);
    std::string function = text.string(site.function), file = text.string(module_.files[site.file]);
    text << "dq " << function << ',' << file << "\ndd " << site.line << ',' << site.column << '\n';
  }
}

void emit_keywords(const std::map<std::string, rt::Borrowed>& keywords, AsmText& out) {
  std::map<std::string, std::string> parts;        // strings of names and namespaces -> label
  std::vector<rt::Borrowed> strings;
  auto part = [&](rt::Borrowed string) -> std::string {
    auto [it, fresh] = parts.try_emplace(std::string(rt::text_of(string)), "");
    if (fresh) {
      it->second = "K_" + std::to_string(strings.size());
      strings.push_back(string);
    }
    return it->second;
  };
  for (const auto& [text, keyword] : keywords) {
    std::string name = compiler::label('k', text);
    const auto* object = keyword.as<abi::Named>();
    out << "section slisp_keywords." << name << " progbits alloc noexec write align=32\n" << name << ":\n";
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
    out << "section .data.K_" << i << " progbits alloc noexec write align=8\nK_" << i << ":\n";
    Header header{0, Kind::String, string->header.flags, 0};
    emit_header(&header, out);
    out << "dd " << string->bytes << ',' << string->code_points << ',' << string->bytes << ',' << string->hash << ','
        << string->hashed << ',' << string->utf16_units << '\n';
    emit_bytes(out, rt::text_of(strings[i]));
  }
}

}  // namespace slisp::x64
