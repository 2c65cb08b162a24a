// forms.hpp: looking at forms. Forms are runtime values; whoever looks keeps the outermost one alive.
#pragma once
#include "runtime/api.hpp"
#include <string>
#include <string_view>
#include <vector>

namespace slisp::analyzer {

using rt::Borrowed;
using rt::Owned;

struct SymbolName {
  std::string_view ns, name;             // ns is empty when the symbol has none
  bool qualified() const { return !ns.empty(); }
  std::string full() const { return qualified() ? std::string(ns) + "/" + std::string(name) : std::string(name); }
};

inline bool is_symbol(Borrowed form) { return form.is(abi::Kind::Symbol); }
inline bool is_keyword(Borrowed form) { return form.is(abi::Kind::Keyword); }
inline bool is_string(Borrowed form) { return form.is(abi::Kind::String); }
SymbolName name_of(Borrowed symbol_or_keyword);
bool is_symbol(Borrowed form, std::string_view unqualified);
bool is_keyword(Borrowed form, std::string_view unqualified);
bool is_vector(Borrowed form);
bool is_map(Borrowed form);
bool is_set(Borrowed form);
bool is_seq(Borrowed form);              // list, cons, lazy seq, ...: what is a call

// Elements of a vector.
std::vector<Borrowed> vector_items(Borrowed vector);
// Elements of a List or EmptyList.
std::vector<Borrowed> list_items(Borrowed list);
// Value of a keyword in a map (the form's metadata, options); nil when absent.
Owned map_value(Borrowed map, std::string_view keyword);
// The metadata map or nil.
Owned meta_of(Borrowed form);
// The form as text, readable, cut to a length that fits into a message.
std::string form_text(Borrowed form);

}  // namespace slisp::analyzer
