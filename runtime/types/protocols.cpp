// protocols.cpp: protocols: making and extending them, and which implementation a value has.
// Keeps: the order of Clojure's find-protocol-impl: inline, the class itself, the nearest superclass, the most specific interface, Object.
#include "runtime/control/fn_classes.hpp"
#include "runtime/types/protocol.hpp"
#include "runtime/collections/maps.hpp"
#include "runtime/control/cells.hpp"
#include "runtime/memory/threading.hpp"
#include "runtime/types/operations.hpp"

namespace slisp::rt {
namespace {

constinit Lock g_lock;          // held by who extends a protocol

const ClassObject* parent_class(const ClassObject* c) {
  const Word parent = word_of(c->parent);
  return is_pointer(parent) ? at<const ClassObject>(parent) : nullptr;
}

// Looks a class up among the extended ones: 0 when it is not there.
Word implementation_for(Borrowed impls, const ClassObject* c) {
  bool failed = false;
  const Word* entry = map_find(impls.word(), c == nullptr ? abi::k_nil : word_of(c), failed);
  return entry == nullptr || entry[1] == abi::k_nil ? 0 : entry[1];
}

// The var where the program keeps it; its name where no code mentions the var.
Owned var_of(const ProtocolObject* protocol) {
  const Owned space = symbol("", text_of(symbol_ns(protocol->name))), name = symbol("", text_of(symbol_name(protocol->name)));
  const Owned ns = Owned::adopt(abi::slisp_ns_find(space.word()));
  Owned var = ns.is_nil() ? Owned() : Owned::adopt(abi::slisp_ns_resolve(ns.word(), name.word()));
  return var.is(Kind::Var) ? std::move(var) : Owned::copy(protocol->name);
}

Owned keyword_of(const char* name) { return keyword("", name); }

}  // namespace

Owned find_implementation(const ProtocolObject* protocol, Borrowed x) {
  const Owned impls = load_cell(protocol, protocol->impls);
  if (x.is_nil()) {
    const Word found = implementation_for(impls, nullptr);
    return found != 0 ? Owned::copy(found) : Owned();
  }
  const ClassObject* c = class_for_dispatch(x);
  if (is_user_class(c) && class_assignable(c, at<const ClassObject>(protocol->interface))) return Owned::copy(x);
  const ClassObject* object = class_with_id(ClassId::Object);
  for (const ClassObject* ancestor = c; ancestor != nullptr && (ancestor != object || c == object); ancestor = parent_class(ancestor))
    if (const Word found = implementation_for(impls, ancestor)) return Owned::copy(found);
  const ClassObject* best = nullptr;
  MapCursor cursor;
  while (const Word* entry = cursor_next(impls.word(), cursor)) {
    if (entry[0] == abi::k_nil || entry[1] == abi::k_nil) continue;
    const auto* candidate = at<const ClassObject>(entry[0]);
    if (candidate == object || !class_assignable(c, candidate)) continue;
    if (best == nullptr || class_assignable(candidate, best)) best = candidate;
  }
  const Word found = implementation_for(impls, best != nullptr ? best : object);
  return found != 0 ? Owned::copy(found) : Owned();
}

void append_var(TextBuffer& out, const ProtocolObject* protocol) {
  out.append("#'");
  out.append(text_of(symbol_ns(protocol->name)));
  out.append('/');
  out.append(text_of(symbol_name(protocol->name)));
}

Owned protocol_map(const ProtocolObject* protocol) {
  Owned map = empty_map();
  auto put = [&map](const char* key, Owned value) { map = map_assoc(std::move(map), keyword_of(key), std::move(value)); };
  const std::string_view on = class_name(at<const ClassObject>(protocol->interface));
  Owned method_map = Owned::adopt(new_hash_map());       // in the order that defprotocol's (apply hash-map ...) gives on the JVM
  for (std::size_t i = 0; i < protocol->method_count; ++i) {
    const Borrowed method = vector_at(protocol->methods, i);
    method_map = map_assoc(std::move(method_map), Owned::copy(method), Owned::copy(method));
  }
  put("on", symbol("", on));
  put("on-interface", Owned::copy(protocol->interface));
  put("sigs", Owned::copy(protocol->sigs));
  put("var", var_of(protocol));
  put("method-map", std::move(method_map));
  Owned impls = load_cell(protocol, protocol->impls);
  if (counted_size(impls) > 0) put("impls", std::move(impls));
  if (protocol->via_metadata != 0) put("extend-via-metadata", Owned::adopt(abi::k_true));
  return map;
}

}  // namespace slisp::rt

using namespace slisp::rt;
using slisp::abi::k_nil;

namespace {

Word not_a_protocol(Word x) {
  TextBuffer text;
  if (x != k_nil && !append_str(text, x)) return 0;
  text.append(" is not a protocol");
  return throw_string(ClassId::IllegalArgumentException, text.finish()).take();
}

bool implements_inline(const ProtocolObject* protocol, Word class_word) {
  if (!is_kind(class_word, Kind::Class)) return false;
  return class_assignable(at<const ClassObject>(class_word), at<const ClassObject>(protocol->interface));
}

}  // namespace

extern "C" {

Word slisp_protocol_new(Word name, Word interface, Word methods, Word sigs, bool via_metadata) {
  keep_type_operations();
  auto* protocol = allocate_as<ProtocolObject>(Kind::Protocol, sizeof(ProtocolObject), 6);
  protocol->via_metadata = via_metadata;
  protocol->method_count = static_cast<std::uint32_t>(counted_size(methods));
  protocol->name = name;
  protocol->interface = interface;
  protocol->methods = methods;
  protocol->sigs = sigs;
  protocol->impls = empty_map().take();
  protocol->cache = k_nil;
  return word_of(protocol);
}

Word slisp_protocol_extend(Word x, Word class_word, Word methods) {
  Owned held = Owned::adopt(x), table = Owned::adopt(methods);
  if (!held.is(Kind::Protocol)) return not_a_protocol(x);
  auto* protocol = held.as<ProtocolObject>();
  if (implements_inline(protocol, class_word)) {
    TextBuffer text;
    if (!append_str(text, class_word)) return 0;
    text.append(" already directly implements ");
    if (!append_str(text, protocol->interface)) return 0;
    text.append(" for protocol:");
    append_var(text, protocol);
    return throw_string(ClassId::IllegalArgumentException, text.finish()).take();
  }
  Locked hold(g_lock);
  Owned impls = map_assoc(load_cell(protocol, protocol->impls), Owned::copy(class_word), std::move(table));
  if (impls.failed()) return 0;
  store_cell(protocol, protocol->impls, std::move(impls));
  forget_dispatch(protocol);
  return held.take();
}

Word slisp_protocol_implementation(Word x, Word object) {
  if (!is_kind(x, Kind::Protocol)) return not_a_protocol(x);
  return find_implementation(at<ProtocolObject>(x), object).take();
}

std::uint32_t slisp_protocol_satisfied(Word x, Word object) {
  if (!is_kind(x, Kind::Protocol)) {
    not_a_protocol(x);
    return slisp::abi::k_bool_failed;
  }
  return find_implementation(at<ProtocolObject>(x), object).truthy();
}

std::uint32_t slisp_protocol_extended(Word x, Word class_word) {
  if (!is_kind(x, Kind::Protocol)) {
    not_a_protocol(x);
    return slisp::abi::k_bool_failed;
  }
  const auto* protocol = at<ProtocolObject>(x);
  if (implements_inline(protocol, class_word)) return 1;
  bool failed = false;
  const Owned impls = load_cell(protocol, protocol->impls);
  const Word* entry = map_find(impls.word(), class_word, failed);
  return entry != nullptr && is_truthy(entry[1]);
}

Word slisp_protocol_extenders(Word x) {
  if (!is_kind(x, Kind::Protocol)) return not_a_protocol(x);
  return slisp::abi::slisp_keys(load_cell(at<ProtocolObject>(x), at<ProtocolObject>(x)->impls).take());
}

}  // extern "C"
