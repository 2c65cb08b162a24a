// module_builder.cpp: labels and static objects.
// Keeps: the same program gives the same labels: numbers are handed out in program order, nothing depends on addresses.
#include "src/compiler/lowering/module_builder.hpp"
#include "runtime/api.hpp"
#include "runtime/types/types.hpp"
#include "src/compiler/symbols.hpp"
#include <cstring>

namespace slisp::compiler {

using namespace analyzer;

namespace {

std::string qualified(const VarInfo& var) { return var.ns + "/" + var.name; }

std::string keyword_text(rt::Borrowed keyword) {
  std::string text;
  if (!rt::symbol_ns(keyword).is_nil()) text = std::string(rt::text_of(rt::symbol_ns(keyword))) + "/";
  return text += rt::text_of(rt::symbol_name(keyword));
}

// A text that is the same exactly for constants that may share one object. Values that are not covered get their address: they are
// kept alive by the module, so an address means one value.
void content_key(rt::Borrowed value, std::string& out) {
  rt::Word w = value.word();
  auto raw = [&](char tag, rt::Word bits) {
    out += tag;
    out.append(reinterpret_cast<const char*>(&bits), sizeof bits);
  };
  if (!rt::is_pointer(w)) return raw('w', w);
  auto* h = value.as<rt::Header>();
  bool meta = (h->flags & abi::k_flag_has_meta) != 0;
  switch (h->kind) {
    case rt::Kind::String: {
      std::string_view text = rt::text_of(value);
      raw('s', text.size());
      out += text;
      return;
    }
    case rt::Kind::Keyword: out += ":" + keyword_text(value) + '\0'; return;
    case rt::Kind::Symbol:
      if (meta) break;
      out += "'" + keyword_text(value) + '\0';
      return;
    case rt::Kind::Long: return raw('l', static_cast<rt::Word>(value.as<abi::Long>()->value));
    case rt::Kind::Integer: return raw(static_cast<char>('i' - h->flags), static_cast<rt::Word>(value.as<abi::Long>()->value));
    case rt::Kind::Double: {
      rt::Word bits;
      std::memcpy(&bits, &value.as<abi::Double>()->value, sizeof bits);
      return raw(h->flags == 0 ? 'd' : 'f', bits);
    }
    case rt::Kind::EmptyList:
      if (meta) break;
      out += "()";
      return;
    case rt::Kind::Vector:
    case rt::Kind::ArrayMap:
    case rt::Kind::List:
    case rt::Kind::Cons:
      if (meta) break;
      raw(static_cast<char>('A' + static_cast<int>(h->kind)), h->slots | static_cast<rt::Word>(h->flags) << 16);
      for (unsigned i = 0; i < h->slots; ++i) content_key(*rt::slot_of(h, i), out);
      return;
    default: break;
  }
  raw('p', w);
}

// Seqs that a macro left in quoted data are written down as lists.
rt::Owned frozen(rt::Borrowed value) {
  switch (rt::is_pointer(value.word()) ? value.as<rt::Header>()->kind : rt::Kind::k_count) {
    case rt::Kind::LazySeq: case rt::Kind::ChunkedCons: case rt::Kind::VectorSeq: case rt::Kind::MapSeq: case rt::Kind::StringSeq:
    case rt::Kind::Range: case rt::Kind::Repeat: case rt::Kind::RSeq: case rt::Kind::ArraySeq: case rt::Kind::Cons: case rt::Kind::List: {
      std::vector<rt::Owned> elements;
      rt::SeqWalk walk(rt::Owned::copy(value));
      for (rt::Owned e; walk.next(e);) elements.push_back(frozen(e));
      if (walk.failed()) {
        rt::Owned ignored = rt::Owned::adopt(abi::slisp_exception_take());
        return rt::Owned::copy(value);           // reported as not layable
      }
      return elements.empty() ? rt::empty_list() : rt::list_of(elements);
    }
    default: return rt::Owned::copy(value);
  }
}

const char* class_symbol(rt::Borrowed value) {
  static constexpr const char* symbols[] = {
#define SLISP_CLASS(id, name, parent) "slisp_class_" #id,
#include "runtime/abi/classes.def"
#undef SLISP_CLASS
  };
  for (std::size_t i = 0; i < std::size(symbols); ++i)
    if (rt::class_object(static_cast<rt::ClassId>(i)).word() == value.word()) return symbols[i];
  return nullptr;
}

}  // namespace

std::uint32_t ModuleBuilder::file(const reader::Span& span) {
  auto [at, is_new] = files_.try_emplace(span.file, static_cast<std::uint32_t>(module_.files.size()));
  if (is_new) {
    const reader::SourceFile* source = span.known() ? context_.diagnostics.sources().find(span.file) : nullptr;
    // Without -g the place of the file does not matter to the executable: the same source gives the same bytes.
    bool as_given = source && (context_.options.debug_info || source->name.empty());
    module_.files.push_back(source ? (as_given ? source->path : source->name) : "");
  }
  return at->second;
}

ir::SiteId ModuleBuilder::site(const std::string& function, const reader::Span& span) {
  std::uint32_t in = file(span);
  auto [at, is_new] = sites_.try_emplace({function, in, span.line}, ir::SiteId{static_cast<std::uint32_t>(module_.sites.size())});
  if (is_new) module_.sites.push_back({function, in, span.line, span.column});
  return at->second;
}

ir::StaticId ModuleBuilder::external(const std::string& symbol) {
  auto [at, is_new] = externals_.try_emplace(symbol, ir::StaticId{static_cast<std::uint32_t>(module_.statics.size())});
  if (is_new) {
    ir::StaticObject s;
    s.kind = ir::StaticKind::External;
    s.symbol = symbol;
    module_.statics.push_back(std::move(s));
  }
  return at->second;
}

ir::StaticId ModuleBuilder::constant(rt::Borrowed given, const reader::Span& span) {
  if (given.is(rt::Kind::Class)) {
    if (const char* symbol = class_symbol(given)) return external(symbol);
    return user_class(given);
  }
  rt::Owned value = rt::Owned::copy(given);
  if (!is_layable(value) || value.is(rt::Kind::Cons)) value = frozen(given);
  if (!is_layable(value)) {
    rt::TextBuffer text;
    rt::Owned type = rt::Owned::adopt(abi::slisp_class_of(given.word()));
    rt::print_value(text, type, rt::PrintMode::Plain);
    context_.diagnostics.error("e-embed", span, "a value of " + std::string(text.view()) + " cannot be part of the program text",
                               "only data that can be written down may be quoted or returned by a macro",
                               "let the macro return a form that makes the value");
    return external("slisp_empty_list");
  }
  note_classes(value);
  std::string key;
  content_key(value, key);
  auto [at, is_new] = constants_.try_emplace(std::move(key), ir::StaticId{static_cast<std::uint32_t>(module_.statics.size())});
  if (is_new) {
    ir::StaticObject s;
    s.kind = ir::StaticKind::Constant;
    s.symbol = value.is(rt::Kind::Keyword) ? label('k', keyword_text(value)) : local_label();
    s.value = std::move(value);
    module_.statics.push_back(std::move(s));
  }
  return at->second;
}

// A class that the linked library has is reached by name, one of this process (at the prompt) by address; others are laid out here.
ir::StaticId ModuleBuilder::user_class(rt::Borrowed type) {
  auto [at, is_new] = classes_.try_emplace(type.word(), ir::StaticId{static_cast<std::uint32_t>(module_.statics.size())});
  if (!is_new) return at->second;
  const ir::StaticId id = at->second;
  const auto* made = type.as<const rt::ClassObject>();
  const std::string name(rt::class_name(made));
  const bool linked = made->header.count == 0 && types_.count(type.word()) == 0;
  ir::StaticObject s;
  s.kind = mode() == Mode::Repl ? ir::StaticKind::Constant : linked ? ir::StaticKind::External : ir::StaticKind::Class;
  s.symbol = label('t', name);
  if (unsigned before = class_names_[name]++; before != 0) s.symbol += "_" + std::to_string(before);
  s.global = mode() == Mode::Library;
  s.value = rt::Owned::copy(type);
  const bool laid_out = s.kind == ir::StaticKind::Class;
  module_.statics.push_back(std::move(s));
  if (!laid_out) return id;
  note_classes(rt::user_class(made)->interfaces);
  if (auto node = types_.find(type.word()); node != types_.end()) {
    for (std::size_t i = 0; i < node->second->methods.size(); ++i) {
      const ir::StaticId closure = code_of(*node->second->methods[i]).closure;
      module_.statics[id.index].methods.push_back({node->second->names[i], closure});
    }
  }
  return id;
}

void ModuleBuilder::note_classes(rt::Borrowed value) {
  if (!rt::is_pointer(value.word())) return;
  if (value.is(rt::Kind::Class)) {
    if (rt::is_user_class(value.as<const rt::ClassObject>())) user_class(value);
    return;
  }
  auto* header = value.as<rt::Header>();
  for (unsigned i = 0; i < header->slots; ++i)
    if (rt::Word w = *rt::slot_of(header, i); w != 0) note_classes(w);
}

ir::StaticId ModuleBuilder::var_cell(VarInfo& var) {
  if (auto at = cells_.find(&var); at != cells_.end()) return at->second;
  const VarPlan* plan = world_.find(&var);
  if (!plan && mode() != Mode::Repl) return cells_[&var] = external(label('v', qualified(var)));
  ir::StaticId id{static_cast<std::uint32_t>(module_.statics.size())};
  cells_[&var] = id;
  {
    ir::StaticObject s;
    s.kind = var.from_library && !plan ? ir::StaticKind::External : ir::StaticKind::VarCell;
    s.symbol = label('v', qualified(var));
    s.global = mode() != Mode::Program;
    s.value = rt::Owned::copy(var.object);
    module_.statics.push_back(std::move(s));
  }
  if (!plan || mode() == Mode::Repl) return id;
  // A closed var that is set by running its def holds nil before: reading it early must not look like a pending exception.
  if (!var.open) module_.statics[id.index].root_word = abi::k_nil;
  switch (plan->root) {
    case RootKind::Runtime: break;
    case RootKind::Function: {
      ir::StaticId closure = code_of(*plan->function, &var).closure;
      module_.statics[id.index].root = closure;
      break;
    }
    case RootKind::Constant:
      if (rt::is_pointer(plan->constant.word())) {
        ir::StaticId root = constant(plan->constant, plan->definition->span);
        module_.statics[id.index].root = root;
      } else {
        module_.statics[id.index].root_word = plan->constant.word();
      }
      break;
    case RootKind::Stream: {
      ir::StaticId root = external(plan->stream);
      module_.statics[id.index].root = root;
      break;
    }
  }
  if ((mode() == Mode::Library || plan->mentioned || world_.looks_at_metadata) && plan->definition && plan->definition->metadata) {
    rt::Owned metadata;
    if (auto* written = as<ConstNode>(plan->definition->metadata)) metadata = rt::Owned::copy(written->value);
    else if (mode() == Mode::Library && var.object.is(rt::Kind::Var)) metadata = rt::Owned::adopt(abi::slisp_var_meta(var.object.word()));
    if (!metadata.is_nil() && is_layable(metadata)) {
      ir::StaticId laid = constant(metadata, plan->definition->span);
      module_.statics[id.index].metadata = laid;
    }
  }
  return id;
}

void ModuleBuilder::emit_cells() {
  for (VarInfo* var : world_.order)
    if (world_.plans.at(var).cell) var_cell(*var);
}

FnCode& ModuleBuilder::code_of(FnNode& fn, VarInfo* var) {
  auto [at, is_new] = functions_.try_emplace(&fn);
  FnCode& code = at->second;
  if (!is_new) return code;
  bool by_name = var && mode() != Mode::Repl;
  bool global = by_name && mode() == Mode::Library;
  std::string name = by_name ? qualified(*var) : "";
  ir::Descriptor d;
  d.symbol = by_name ? label('d', name) : local_label();
  d.global = global;
  d.name = fn.name;
  d.file = module_.files.at(file(fn.span));
  d.line = fn.span.line;
  for (auto& m : fn.methods) {
    int arity = m->rest ? -1 : static_cast<int>(m->parameters.size());
    code.entries.push_back(by_name ? entry_label(name, arity) : local_label());
    if (m->rest) {
      d.variadic = code.entries.back();
      d.variadic_fixed = static_cast<std::int32_t>(m->parameters.size());
    } else {
      d.fixed.push_back({static_cast<std::uint32_t>(m->parameters.size()), code.entries.back()});
    }
  }
  code.descriptor = ir::DescriptorId{static_cast<std::uint32_t>(module_.descriptors.size())};
  module_.descriptors.push_back(std::move(d));
  if (fn.captures.empty()) {
    code.closure = ir::StaticId{static_cast<std::uint32_t>(module_.statics.size())};
    ir::StaticObject s;
    s.kind = ir::StaticKind::Closure;
    s.symbol = by_name ? label('o', name) : local_label();
    s.global = global;
    s.descriptor = code.descriptor;
    module_.statics.push_back(std::move(s));
  }
  return code;
}

}  // namespace slisp::compiler
