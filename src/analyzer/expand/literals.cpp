// literals.cpp: constants, quoted data, vectors, maps and sets.
// Keeps: a literal whose parts are all constants is one constant; what ends up in a ConstNode can be laid out as static data: lazy and
//        other seqs that macros made become lists, live objects are refused.
#include "src/analyzer/expand/expander.hpp"

namespace slisp::analyzer {
namespace {

using abi::Kind;

enum class Constancy : std::uint8_t { AsItIs, Collection, Sequence, Never };

Constancy constancy(Borrowed form) {
  if (!rt::is_pointer(form.word())) return Constancy::AsItIs;
  switch (form.as<abi::Header>()->kind) {
    case Kind::String: case Kind::Symbol: case Kind::Keyword: case Kind::Long: case Kind::Integer: case Kind::Double: case Kind::BigInt:
    case Kind::Ratio: case Kind::BigDecimal: case Kind::Regex: case Kind::Uuid: case Kind::Inst: case Kind::EmptyList:
    case Kind::Class: case Kind::Record:                   // a record's parts were data when it was read
      return Constancy::AsItIs;
    case Kind::List: case Kind::Vector: case Kind::LargeVector: case Kind::ArrayMap: case Kind::HashMap: case Kind::HashSet:
    case Kind::TreeMap: case Kind::TreeSet:
      return Constancy::Collection;
    case Kind::TaggedLiteral: case Kind::ReaderConditional: return Constancy::AsItIs;
    case Kind::SubVector: return Constancy::Sequence;
    default: return is_seq(form) ? Constancy::Sequence : Constancy::Never;
  }
}

bool plain(Borrowed form);
bool plain_metadata(Borrowed form) {
  const Owned meta = meta_of(form);
  return meta.is_nil() || plain(meta);
}

// Are all parts, those of the metadata too, such that the form may stay as it is?
bool plain(Borrowed form) {
  Constancy kind = constancy(form);
  if (form.is(Kind::Symbol) || kind == Constancy::Collection) {
    if (rt::stack_exhausted() || !plain_metadata(form)) return false;
  }
  if (kind != Constancy::Collection) return kind == Constancy::AsItIs;
  if (form.is(Kind::List)) {
    for (Borrowed at = form; at.is(Kind::List); at = at.as<abi::List>()->rest) {
      if (!plain(at.as<abi::List>()->first)) return false;
    }
    return true;
  }
  if (is_vector(form)) {
    for (Borrowed item : vector_items(form)) {
      if (!plain(item)) return false;
    }
    return true;
  }
  rt::MapCursor cursor;
  Borrowed key = abi::k_nil, value = abi::k_nil;
  if (is_map(form)) {
    while (rt::next_entry(form, cursor, key, value)) {
      if (!plain(key) || !plain(value)) return false;
    }
  } else {
    while (rt::next_element(form, cursor, key)) {
      if (!plain(key)) return false;
    }
  }
  return true;
}

}  // namespace

bool Expander::constant(Borrowed form, Owned& out) {
  if (plain(form)) {
    out = Owned::copy(form);
    return true;
  }
  return constant_parts(form, out);
}

bool Expander::constant_parts(Borrowed form, Owned& out) {
  if (rt::stack_exhausted()) return error("e-nesting", "quoted data is nested too deep", "the compiler walks it on its stack") != nullptr;
  Constancy kind = constancy(form);
  Owned meta;
  if (const Owned given = meta_of(form); !given.is_nil() && kind != Constancy::Never && !constant(given, meta)) return false;
  // What is evaluated in this process may hold any object of it.
  if (kind == Constancy::AsItIs || (kind == Constancy::Never && acts_while_running())) {
    out = Owned::copy(form);
    if (!meta.is_nil()) out = Owned::adopt(abi::slisp_with_meta(out.take(), meta.take()));
    return true;
  }
  if (kind == Constancy::Never) {
    Owned type = Owned::adopt(abi::slisp_class_of(form.word()));
    Owned name = Owned::adopt(abi::slisp_class_name(type.word()));
    return error("e-embed", "Can't embed object in code: " + std::string(rt::text_of(name)),
                 "code holds data only: functions, vars' values, atoms and the like exist at run time",
                 "let the macro expand into an expression that makes it") != nullptr;
  }
  if (is_map(form)) {
    out = form.is(Kind::TreeMap) ? Owned::adopt(abi::slisp_empty_tree_map(abi::k_nil)) : rt::empty_map();
    rt::MapCursor cursor;
    Borrowed key = abi::k_nil, value = abi::k_nil;
    while (rt::next_entry(form, cursor, key, value)) {
      Owned new_key, new_value;
      if (!constant(key, new_key) || !constant(value, new_value)) return false;
      out = rt::map_assoc(std::move(out), std::move(new_key), std::move(new_value));
    }
  } else if (is_set(form)) {
    out = form.is(Kind::TreeSet) ? Owned::adopt(abi::slisp_empty_tree_set(abi::k_nil)) : rt::empty_set();
    rt::MapCursor cursor;
    Borrowed element = abi::k_nil;
    while (rt::next_element(form, cursor, element)) {
      Owned new_element;
      if (!constant(element, new_element)) return false;
      out = rt::set_conj(std::move(out), std::move(new_element));
    }
  } else {
    Borrowed list = form;
    std::vector<Owned> parts;
    if (!is_vector(form) && !as_list(form, list)) return false;
    for (Borrowed item : is_vector(form) ? vector_items(form) : list_items(list)) {
      parts.emplace_back();
      if (!constant(item, parts.back())) return false;
    }
    out = is_vector(form) ? rt::vector_of(parts) : rt::list_of(parts);
  }
  if (!meta.is_nil()) out = Owned::adopt(abi::slisp_with_meta(out.take(), meta.take()));
  return !out.failed() || pending_error("e-literal", "", "constants are made while compiling") != nullptr;
}

Node* Expander::special_quote(Borrowed, const Items& items, Place) {
  if (items.size() != 2) return error("e-quote", "quote takes one form, got " + std::to_string(items.size() - 1), "'form is (quote form)");
  Owned value;
  return constant(items[1], value) ? make<ConstNode>(std::move(value)) : nullptr;
}

Node* Expander::analyze_literal(Borrowed form) {
  if (is_vector(form)) return analyze_vector(form);
  if (is_map(form)) return analyze_map(form);
  if (is_set(form)) return analyze_set(form);
  if (form.is(Kind::Var)) {
    mentioned_.insert(environment_.info(form));
    return make<TheVarNode>(environment_.info(form));
  }
  Owned value;
  return constant(form, value) ? make<ConstNode>(std::move(value)) : nullptr;
}

// Metadata of a literal is evaluated, as its parts are.
Node* Expander::with_literal_metadata(Node* node, Borrowed form) {
  Owned meta = meta_of(form);
  if (node == nullptr || meta.is_nil()) return node;
  Borrowed map = meta;
  kept_.push_back(std::move(meta));
  Node* map_node = analyze(map, Place::Value);
  if (map_node == nullptr) return nullptr;
  auto* value = as<ConstNode>(node);
  auto* constant_map = as<ConstNode>(map_node);
  if (value != nullptr && constant_map != nullptr) {
    value->value = Owned::adopt(abi::slisp_with_meta(value->value.take(), Owned::copy(constant_map->value).take()));
    return value;
  }
  auto* call = make<RuntimeCallNode>(abi::RuntimeFunctionId::with_meta);
  call->arguments = {node, map_node};
  return call;
}

namespace {

bool all_constant(const std::vector<Node*>& items) {
  for (Node* item : items) {
    if (item->kind != NodeKind::Const) return false;
  }
  return true;
}
Owned constant_of(Node* node) { return Owned::copy(static_cast<ConstNode*>(node)->value); }

}  // namespace

Node* Expander::analyze_vector(Borrowed form) {
  auto* node = program_->arena.make<CollectionNode>(NodeKind::VectorLiteral, span_);
  if (!analyze_all(vector_items(form), 0, node->items)) return nullptr;
  if (!all_constant(node->items)) return with_literal_metadata(node, form);
  std::vector<Owned> values;
  for (Node* item : node->items) values.push_back(constant_of(item));
  return with_literal_metadata(make<ConstNode>(rt::vector_of(values)), form);
}

Node* Expander::analyze_map(Borrowed form) {
  auto* node = program_->arena.make<CollectionNode>(NodeKind::MapLiteral, span_);
  Items items;
  rt::MapCursor cursor;
  Borrowed key = abi::k_nil, value = abi::k_nil;
  while (rt::next_entry(form, cursor, key, value)) {
    items.push_back(key);
    items.push_back(value);
  }
  if (!analyze_all(items, 0, node->items)) return nullptr;
  if (!all_constant(node->items)) return with_literal_metadata(node, form);
  Owned map = rt::empty_map();
  std::size_t distinct = 0;
  for (std::size_t i = 0; i < node->items.size(); i += 2, ++distinct) {
    map = rt::map_assoc(std::move(map), constant_of(node->items[i]), constant_of(node->items[i + 1]));
  }
  // {'a 1 a' 2} with keys that only became equal here: the run-time check says so.
  if (rt::counted_size(map) != static_cast<std::int64_t>(distinct)) return with_literal_metadata(node, form);
  return with_literal_metadata(make<ConstNode>(std::move(map)), form);
}

Node* Expander::analyze_set(Borrowed form) {
  auto* node = program_->arena.make<CollectionNode>(NodeKind::SetLiteral, span_);
  Items items;
  rt::MapCursor cursor;
  Borrowed element = abi::k_nil;
  while (rt::next_element(form, cursor, element)) items.push_back(element);
  if (!analyze_all(items, 0, node->items)) return nullptr;
  if (!all_constant(node->items)) return with_literal_metadata(node, form);
  Owned set = rt::empty_set();
  for (Node* item : node->items) set = rt::set_conj(std::move(set), constant_of(item));
  if (rt::counted_size(set) != static_cast<std::int64_t>(node->items.size())) return with_literal_metadata(node, form);
  return with_literal_metadata(make<ConstNode>(std::move(set)), form);
}

}  // namespace slisp::analyzer
