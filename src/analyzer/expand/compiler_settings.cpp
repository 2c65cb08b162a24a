// compiler_settings.cpp: (set! *unchecked-math* true) and its like at top level, which say how the forms behind them are compiled.
// Keeps: as on the JVM, *unchecked-math* lasts until the end of the file, and is about calls by name alone: (map + xs) adds with overflow
//        checks. *assert* is asked by the macro assert when it expands. The other settings mean nothing here.
// Idea: a call of +, -, *, inc, dec or a cast is analyzed as the call of the unchecked function of that name.
#include "src/analyzer/expand/expander.hpp"

namespace slisp::analyzer {
namespace {

struct Unchecked {
  std::string_view name;
  std::size_t least, most;               // how many arguments the JVM's compiler inlines
  std::string_view unary, binary;        // what becomes of one argument, of each pair of them
};

constexpr std::size_t k_any = ~std::size_t{0};
constexpr Unchecked k_unchecked[] = {
    {"+", 2, k_any, "", "unchecked-add"},        {"-", 1, k_any, "unchecked-negate", "unchecked-subtract"},
    {"*", 2, k_any, "", "unchecked-multiply"},   {"inc", 1, 1, "unchecked-inc", ""},
    {"dec", 1, 1, "unchecked-dec", ""},          {"int", 1, 1, "unchecked-int", ""},
    {"short", 1, 1, "unchecked-short", ""},      {"byte", 1, 1, "unchecked-byte", ""},
    {"char", 1, 1, "unchecked-char", ""},
};

const Unchecked* find_unchecked(std::string_view name, std::size_t arguments) {
  for (const Unchecked& entry : k_unchecked) {
    if (entry.name == name) return arguments >= entry.least && arguments <= entry.most ? &entry : nullptr;
  }
  return nullptr;
}

Owned call_of(std::string_view function, std::vector<Owned> arguments) {
  arguments.insert(arguments.begin(), rt::symbol("clojure.core", function));
  return rt::list_of(arguments);
}

}  // namespace

bool Expander::compiler_setting(Borrowed symbol, Borrowed value) {
  const std::string_view name = name_of(symbol).name;
  const bool on = !value.is_nil() && value.word() != abi::k_false;
  if (name == "*unchecked-math*") {
    unchecked_math_ = on;
    return true;
  }
  if (name == "*assert*") {
    const Resolved found = resolve(symbol);
    if (found.meaning == Meaning::Var) (void)abi::slisp_var_bind_root(found.var->object.word(), on ? abi::k_true : abi::k_false);
    return true;
  }
  return name == "*warn-on-reflection*" || name == "*compile-path*" || name == "*compiler-options*";
}

// What a call becomes while *unchecked-math* is on; false: it stays what it is.
bool Expander::unchecked_call(const Items& items, Owned& made) {
  if (!unchecked_math_ || !is_symbol(items[0])) return false;
  const Unchecked* entry = find_unchecked(name_of(items[0]).name, items.size() - 1);
  if (entry == nullptr) return false;
  const Resolved found = resolve(items[0]);
  if (found.meaning != Meaning::Var || found.var->ns != "clojure.core" || found.var->name != entry->name) return false;
  made = Owned::copy(items[1]);
  if (items.size() == 2) {
    std::vector<Owned> arguments;
    arguments.push_back(std::move(made));
    made = call_of(entry->unary, std::move(arguments));
  }
  for (std::size_t i = 2; i < items.size(); ++i) {
    std::vector<Owned> arguments;
    arguments.push_back(std::move(made));
    arguments.push_back(Owned::copy(items[i]));
    made = call_of(entry->binary, std::move(arguments));
  }
  return true;
}

}  // namespace slisp::analyzer
