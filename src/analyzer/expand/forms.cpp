// forms.cpp: see forms.hpp.
#include "src/analyzer/expand/forms.hpp"

namespace slisp::analyzer {

using abi::Kind;

SymbolName name_of(Borrowed named) {
  Borrowed ns = rt::symbol_ns(named);
  return {ns.is_nil() ? std::string_view() : rt::text_of(ns), rt::text_of(rt::symbol_name(named))};
}

bool is_symbol(Borrowed form, std::string_view unqualified) {
  return is_symbol(form) && rt::symbol_ns(form).is_nil() && rt::text_of(rt::symbol_name(form)) == unqualified;
}

bool is_keyword(Borrowed form, std::string_view unqualified) {
  return is_keyword(form) && rt::symbol_ns(form).is_nil() && rt::text_of(rt::symbol_name(form)) == unqualified;
}

bool is_vector(Borrowed form) { return form.is(Kind::Vector) || form.is(Kind::LargeVector) || form.is(Kind::SubVector); }
bool is_map(Borrowed form) { return form.is(Kind::ArrayMap) || form.is(Kind::HashMap) || form.is(Kind::TreeMap); }
bool is_set(Borrowed form) { return form.is(Kind::HashSet) || form.is(Kind::TreeSet); }
bool is_seq(Borrowed form) { return rt::is_pointer(form.word()) && abi::slisp_seq_p(form.word()) == 1; }

std::vector<Borrowed> vector_items(Borrowed vector) {
  auto size = static_cast<std::size_t>(rt::counted_size(vector));
  std::vector<Borrowed> out;
  out.reserve(size);
  for (std::size_t i = 0; i < size; ++i) out.push_back(rt::vector_at(vector, i));
  return out;
}

std::vector<Borrowed> list_items(Borrowed list) {
  std::vector<Borrowed> out;
  if (list.is(Kind::List)) out.reserve(list.as<abi::List>()->size);
  for (Borrowed at = list; at.is(Kind::List); at = at.as<abi::List>()->rest) out.push_back(at.as<abi::List>()->first);
  return out;
}

Owned map_value(Borrowed map, std::string_view keyword) {
  if (!is_map(map)) return Owned();
  Owned key = rt::keyword("", keyword);
  return rt::map_get(map, key);
}

Owned meta_of(Borrowed form) { return Owned::adopt(abi::slisp_meta(form.word())); }

std::string form_text(Borrowed form) {
  constexpr std::size_t k_longest = 60;
  rt::TextBuffer out;
  if (!rt::print_value(out, form, rt::PrintMode::Readable)) {
    (void)Owned::adopt(abi::slisp_exception_take());
    return "...";
  }
  std::string text(out.view());
  if (text.size() <= k_longest) return text;
  std::size_t end = k_longest;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return text.substr(0, end) + "...";
}

}  // namespace slisp::analyzer
