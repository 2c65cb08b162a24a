// calls.cpp: calls that cannot succeed: a wrong number of arguments for a function that is known, a callee that is no function.
// Keeps: Clojure compiles such calls and throws when they run. So do we where the program may be prepared for it: within a try that
//        catches (clojure.test's thrown? is one), within #(...) and (fn [] ...) that are handed on; in what a macro of another file
//        makes; and where the function may become another one: dynamic, ^:redef, mentioned as #'f, defined twice.
// Idea: what a var holds is known at the end of the program; until then a call is only noted.
#include "src/analyzer/expand/expander.hpp"

namespace slisp::analyzer {
namespace {

struct Arities {
  std::uint32_t fixed = 0;               // bit n
  int variadic = -1;                     // fixed parameters of the variadic method; -1: there is none

  bool accept(std::size_t count) const {
    if (variadic >= 0 && count >= static_cast<std::size_t>(variadic)) return true;
    return count < 32 && ((fixed >> count) & 1) != 0;
  }
};

Arities arities_of(const FnNode& fn) {
  Arities out;
  for (const auto& method : fn.methods) {
    if (method->rest != nullptr) {
      out.variadic = static_cast<int>(method->parameters.size());
    } else {
      out.fixed |= 1u << method->parameters.size();
    }
  }
  return out;
}

// "1 or 2 arguments", "no or at least 2 arguments".
std::string in_words(Arities arities) {
  // Fixed arities right below the variadic one only make it faster.
  while (arities.variadic > 0 && ((arities.fixed >> (arities.variadic - 1)) & 1) != 0) --arities.variadic;
  std::vector<std::string> counts;
  for (std::size_t n = 0; n < 32; ++n) {
    bool covered = arities.variadic >= 0 && n >= static_cast<std::size_t>(arities.variadic);
    if (((arities.fixed >> n) & 1) != 0 && !covered) counts.push_back(n == 0 ? "no" : std::to_string(n));
  }
  const bool one = counts.size() == 1 && (counts[0] == "1" || counts[0] == "no") && arities.variadic < 0;
  if (arities.variadic >= 0) counts.push_back("at least " + std::to_string(arities.variadic));
  std::string out;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    out += (i == 0 ? "" : i + 1 == counts.size() ? " or " : ", ") + counts[i];
  }
  return out + (one || (counts.size() == 1 && arities.variadic == 1) ? " argument" : " arguments");
}

// Of #(...): p1__17# was written %1.
std::string shown_name(const std::string& name) {
  std::size_t end = 1;
  while (end < name.size() && name[end] >= '0' && name[end] <= '9') ++end;
  const bool made = name.size() > 5 && name.front() == 'p' && end > 1 && name.compare(end, 2, "__") == 0 && name.back() == '#';
  return made ? "%" + name.substr(1, end - 1) : name;
}

std::string parameters_of(const FnNode& fn) {
  std::string out;
  for (const auto& method : fn.methods) {
    out += out.empty() ? "([" : " [";
    for (const Local* parameter : method->parameters) {
      if (out.back() != '[') out += ' ';
      out += shown_name(parameter->name);
    }
    if (method->rest != nullptr) out += (out.back() == '[' ? "& " : " & ") + method->rest->name;
    out += "]";
  }
  return out + ")";
}

std::string parameters_hint(Borrowed var) {
  const Owned arglists = map_value(var.as<abi::Var>()->meta, "arglists");
  return arglists.is_nil() ? std::string() : "its parameters: " + form_text(arglists);
}

// A literal as callee: how many arguments it takes, and what it is.
struct Callable {
  Arities arities;
  std::string kind;
  bool is_function = true;
};

Callable callable(const Node& callee) {
  if (callee.kind == NodeKind::VectorLiteral) return {{1u << 1, -1}, "a vector"};
  if (callee.kind == NodeKind::MapLiteral) return {{1u << 1 | 1u << 2, -1}, "a map"};
  if (callee.kind == NodeKind::SetLiteral) return {{1u << 1, -1}, "a set"};
  const Borrowed value = as<ConstNode>(&callee)->value;
  if (is_vector(value)) return {{1u << 1, -1}, "a vector"};
  if (is_set(value)) return {{1u << 1, -1}, "a set"};
  if (is_map(value)) return {{1u << 1 | 1u << 2, -1}, "a map"};
  if (is_keyword(value)) return {{1u << 1 | 1u << 2, -1}, "a keyword"};
  if (is_symbol(value)) return {{1u << 1 | 1u << 2, -1}, "a symbol"};
  std::string kind = "this constant";
  if (rt::is_number(value)) kind = "a number";
  if (is_string(value)) kind = "a string";
  if (rt::is_character(value.word())) kind = "a character";
  if (value.word() == abi::k_true || value.word() == abi::k_false) kind = "a boolean";
  if (value.is(abi::Kind::Regex)) kind = "a pattern";
  if (value.is(abi::Kind::Class)) kind = "a class";
  if (is_seq(value) || value.is(abi::Kind::EmptyList)) kind = "a list";
  return {{}, kind, false};
}

}  // namespace

void Expander::wrong_arity(const std::string& name, std::size_t given, const std::string& takes, std::string hint,
                           std::vector<reader::DiagnosticNote> notes) {
  session_.diagnostics.error("e-arity", span_, "Wrong number of args (" + std::to_string(given) + ") passed to: " + name,
                             takes, std::move(hint), std::move(notes));
}

void Expander::note_local_function(const Local* local, Node* init) {
  if (init == nullptr) return;
  if (const auto* fn = as<FnNode>(init)) local_functions_[local] = fn;
}

void Expander::note_call(const InvokeNode& node) {
  if (guards_ != 0 || session_.options.mode != Mode::Program) return;
  // What a macro of another file makes nobody who reads the message has written, and it may stand in a branch that is never taken.
  if (made_by_ != nullptr && !made_by_->definitions.empty() && made_by_->definitions.back()->span.file != span_.file) return;
  const std::size_t given = node.arguments.size();
  if (const auto* reference = as<VarRefNode>(node.callee)) {
    calls_.push_back({span_, notes_here(), reference->var, nullptr, given});
  } else if (const auto* local = as<LocalRefNode>(node.callee)) {
    calls_.push_back({span_, notes_here(), nullptr, local->local, given});
  } else if (const auto* fn = as<FnNode>(node.callee)) {
    if (const Arities arities = arities_of(*fn); !arities.accept(given)) {
      wrong_arity(fn->name, given, "the function takes " + in_words(arities), "its parameters: " + parameters_of(*fn), notes_here());
    }
  } else if (node.callee->kind == NodeKind::Const || as_collection(node.callee) != nullptr) {
    const Callable literal = callable(*node.callee);
    if (!literal.is_function) {
      error("e-call", "Can't call " + literal.kind, "the first element of a list is what is called, and " + literal.kind + " is no function",
            "data is written as a vector [...], or quoted: '(...)");
    } else if (!literal.arities.accept(given)) {
      const auto* constant = as<ConstNode>(node.callee);
      wrong_arity(constant != nullptr ? form_text(constant->value) : literal.kind, given,
                  literal.kind + " as a function takes " + in_words(literal.arities), {}, notes_here());
    }
  }
}

void Expander::check_calls() {
  for (Call& call : calls_) {
    Restore<Span> where(span_, call.span);
    if (call.local != nullptr) {
      auto known = local_functions_.find(call.local);
      if (known == local_functions_.end()) continue;
      const FnNode& fn = *known->second;
      const Arities arities = arities_of(fn);
      if (fn.methods.empty() || arities.accept(call.given)) continue;
      call.notes.push_back({fn.span, call.local->name + " is this function"});
      wrong_arity(call.local->name, call.given, call.local->name + " takes " + in_words(arities),
                  "its parameters: " + parameters_of(fn), std::move(call.notes));
      continue;
    }
    const VarInfo& var = *call.var;
    if (!var.is_function || var.dynamic || var.redef || var.macro || mentioned_.count(&var) != 0) continue;
    if (!var.from_library && var.definitions.size() != 1) continue;
    const Arities arities{var.fixed_arities, var.variadic_fixed};
    if (arities.accept(call.given)) continue;
    const FnNode* fn = var.definitions.empty() ? nullptr : as<FnNode>(var.definitions[0]->init);
    if (fn != nullptr) call.notes.push_back({var.definitions[0]->span, var.name + " is defined here"});
    wrong_arity(var.ns + "/" + var.name, call.given, var.name + " takes " + in_words(arities),
                fn != nullptr ? "its parameters: " + parameters_of(*fn) : parameters_hint(var.object), std::move(call.notes));
  }
  calls_.clear();
  local_functions_.clear();
}

}  // namespace slisp::analyzer
