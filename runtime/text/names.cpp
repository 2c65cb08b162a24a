// names.cpp: symbols and keywords made of other values; their parts.
#include "runtime/text/text.hpp"
#include "runtime/types/operations.hpp"

namespace slisp::rt {
namespace {

bool is_named(Borrowed x) { return x.is(Kind::Symbol) || x.is(Kind::Keyword); }

// "ns/name" is split at its first slash; "/" is a name.
using Make = Word (*)(Word ns, Word name);
Word from_text(Borrowed string, Make make) {
  const std::string_view text = text_of(string);
  const std::size_t slash = text == "/" ? std::string_view::npos : text.find('/');
  if (slash == std::string_view::npos) return make(abi::k_nil, string.word());
  const Owned ns = make_valid_string(text.substr(0, slash)), name = make_valid_string(text.substr(slash + 1));
  return make(ns.word(), name.word());
}

Word throw_not_named(Borrowed x, std::string_view call) {
  return (x.is_nil() ? throw_null_call(call, "x") : throw_class_cast(x, "clojure.lang.Named")).take();
}

}  // namespace
}  // namespace slisp::rt

using namespace slisp::rt;
extern "C" {
std::uint32_t slisp_symbol_p(Word x) { return is_kind(x, Kind::Symbol); }
std::uint32_t slisp_keyword_p(Word x) { return is_kind(x, Kind::Keyword); }

Word slisp_symbol_from(Word word) {
  const Borrowed x = word;
  if (x.is(Kind::Symbol)) return Owned::copy(x).take();
  if (is_string(x)) return from_text(x, slisp::abi::slisp_symbol);
  if (x.is(Kind::Keyword)) return slisp::abi::slisp_symbol(symbol_ns(x).word(), symbol_name(x).word());
  if (x.is(Kind::Var)) return slisp::abi::slisp_var_symbol(word);
  return throw_new(ClassId::IllegalArgumentException, "no conversion to symbol").take();
}

Word slisp_keyword_from(Word word) {
  const Borrowed x = word;
  if (x.is(Kind::Keyword)) return Owned::copy(x).take();
  if (is_string(x)) return from_text(x, slisp::abi::slisp_keyword);
  if (x.is(Kind::Symbol)) return slisp::abi::slisp_keyword(symbol_ns(x).word(), symbol_name(x).word());
  return slisp::abi::k_nil;
}

Word slisp_name(Word word) {
  const Borrowed x = word;
  if (is_string(x)) return Owned::copy(x).take();
  if (is_named(x)) return Owned::copy(symbol_name(x)).take();
  if (asks_type(word)) return slisp_type_operations.name(word);
  return throw_not_named(x, "clojure.lang.Named.getName()");
}

Word slisp_namespace_of(Word word) {
  const Borrowed x = word;
  if (is_named(x)) return Owned::copy(symbol_ns(x)).take();
  if (asks_type(word)) return slisp_type_operations.name_space(word);
  return throw_not_named(x, "clojure.lang.Named.getNamespace()");
}
}
