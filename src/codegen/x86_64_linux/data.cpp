// data.cpp: which objects are laid out, and what they are called.
// In:   the module's static objects; constant values lie in this process's memory.
// Out:  a label for each; hashes of strings computed now.
// Keeps: kinds.def tells slots from raw bytes; what it does not tell (tails of strings and big integers) stands in data_objects.hpp.
// Idea: a breadth-first walk with a work list, so that constants of any depth take no stack; children of the same content are laid out once.
//       A section costs nasm some 30 KB and ld some 300 bytes, so what only one huge constant reaches shares sections.
#include "src/codegen/x86_64_linux/data.hpp"
#include "src/compiler/symbols.hpp"
#include "src/codegen/x86_64_linux/data_objects.hpp"
#include <algorithm>
#include <cstring>

extern "C" {
// Runtime objects that constants may refer to; weak, so that tools which do not link all of the runtime can be built.
[[gnu::weak]] extern slisp::abi::Header slisp_stdout_object;
[[gnu::weak]] extern slisp::abi::Header slisp_stdin_object;
[[gnu::weak]] extern slisp::abi::Header slisp_stderr_object;
// In a process that lays out constants large vectors are tries: static data is never unique, and updates of a trie share its nodes.
extern const std::uint64_t slisp_tries_only;
const std::uint64_t slisp_tries_only = 1;
}

namespace slisp::x64 {

namespace {

using abi::Kind;
using rt::Header;
using rt::Word;

// Kinds that are data: no code, no mutable state, nothing outside the object.
bool layable(Kind kind) {
  switch (kind) {
    case Kind::String:
    case Kind::Symbol:
    case Kind::Keyword:
    case Kind::Long:
    case Kind::Integer:
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
    case Kind::Repeat:
    case Kind::RSeq:
    case Kind::Vector:
    case Kind::LargeVector:
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
    case Kind::VectorBuffer:
    case Kind::Array:
    case Kind::ArraySeq:
    case Kind::Native:
    case Kind::Box:
    case Kind::Sync:
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

// ---- constants of the same content

namespace {
std::uint64_t mix(std::uint64_t hash, std::uint64_t word) { return (hash ^ word) * 0x9e3779b97f4a7c15u ^ (hash >> 29); }

// The raw bytes in front of the slots that are content: those of strings are caches, room to grow and what the text tells anyway; a
// Regex has compiled code there, a Cons nothing.
std::string_view raw_content(const Header* object) {
  if (object->kind == Kind::String || object->kind == Kind::Regex || object->kind == Kind::Cons) return {};
  return {reinterpret_cast<const char*>(object) + sizeof(Header), first_slot_of(object) - sizeof(Header)};
}
std::string_view tail_content(const Header* object) {
  return {reinterpret_cast<const char*>(object) + first_slot_of(object) + 8 * std::size_t{object->slots}, tail_bytes(object)};
}
}  // namespace

std::size_t DataLayout::ContentHash::operator()(Word value) const {
  const Header* object = rt::header_of(value);
  const Header shape = layout->shape(object);
  std::uint64_t hash = mix(static_cast<std::uint64_t>(object->kind), shape.flags * 65536u + shape.slots);
  hash = mix(hash, std::hash<std::string_view>{}(raw_content(object)));
  for (unsigned i = 0; i < shape.slots; ++i) hash = mix(hash, layout->same(slots_of(object)[i]));
  return mix(hash, std::hash<std::string_view>{}(tail_content(object)));
}

bool DataLayout::ContentEqual::operator()(Word a, Word b) const {
  const Header *x = rt::header_of(a), *y = rt::header_of(b);
  const Header one = layout->shape(x), other = layout->shape(y);
  if (x->kind != y->kind || one.flags != other.flags || one.slots != other.slots || raw_content(x) != raw_content(y)) return false;
  for (unsigned i = 0; i < one.slots; ++i)
    if (layout->same(slots_of(x)[i]) != layout->same(slots_of(y)[i])) return false;
  return tail_content(x) == tail_content(y);
}

Word DataLayout::same(Word value) const {
  auto it = same_.find(value);
  return it == same_.end() ? value : it->second;
}

// Children first, by a stack of objects and how many of their slots were seen.
void DataLayout::unify(Word root) {
  auto open = [&](Word value) {
    if (!rt::is_pointer(value) || by_address(value) || external_.count(value) != 0) return false;
    Kind kind = rt::header_of(value)->kind;
    return layable(kind) && kind != Kind::Keyword && same_.try_emplace(value, value).second;
  };
  std::vector<std::pair<Word, unsigned>> path;
  if (open(root)) path.emplace_back(root, 0);
  while (!path.empty()) {
    auto& [value, seen] = path.back();
    const Header* object = rt::header_of(value);
    if (seen < shape(object).slots) {
      Word child = slots_of(object)[seen++];
      if (open(child)) path.emplace_back(child, 0);
      continue;
    }
    // A class is itself, whatever it contains, and so is a pattern.
    if (object->kind != Kind::Class && object->kind != Kind::Regex) same_[value] = *contents_.insert(value).first;
    path.pop_back();
  }
}

rt::Header DataLayout::shape(const Header* object) const { return laid_out(object, module_.keeps_positions); }

// ---- labels

std::string DataLayout::label_of(Word any) {
  Word value = same(any);
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
  unify(root);
  if (rt::is_pointer(root) && !by_address(root)) label_of(root);
  for (; next < order_.size(); ++next) {
    Header* object = rt::header_of(order_[next]);
    if (!layable(object->kind)) return not_data(object->kind);
    if (object->kind == Kind::String) {
      bool failed = false;
      rt::hash_of(order_[next], failed);
    }
    const Word* slots = slots_of(object);
    for (unsigned i = 0, count = shape(object).slots; i < count; ++i)
      if (rt::is_pointer(slots[i]) && !by_address(slots[i])) label_of(slots[i]);
  }
  return std::nullopt;
}

void DataLayout::pack(std::size_t from) {
  constexpr std::size_t k_many = 256, k_block = 4096;
  if (order_.size() - from < k_many) return;
  for (std::size_t begin = from; begin < order_.size(); begin += k_block) {
    Block block{begin, std::min(begin + k_block, order_.size()), labels_.at(order_[begin])};
    std::size_t offset = 0;
    for (std::size_t i = begin; i < block.end; ++i) {
      if (offset != 0) labels_.at(order_[i]) = block.label + "+" + std::to_string(offset);
      offset += printed_bytes(rt::header_of(order_[i]), shape(rt::header_of(order_[i])).slots);
    }
    blocks_.push_back(std::move(block));
  }
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
    unify(value);
    value = same(value);
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
    std::size_t before = order_.size();
    for (unsigned k = 0, count = shape(object).slots; k < count; ++k)
      if (Outcome failure = reach(slots_of(object)[k])) return failure;
    pack(before);
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

}  // namespace slisp::x64
