// random_program.hpp: random trees over the whole AST, as expand/ could have made them. Same seed, same program.
#pragma once
#include "runtime/api.hpp"
#include "src/analyzer/ast.hpp"
#include <random>

namespace slisp::test {

class RandomProgram {
 public:
  explicit RandomProgram(std::uint64_t seed) : random_(seed) {}

  void make(analyzer::Program& program, int forms, int size) {
    arena_ = &program.arena;
    program.main_ns = "user";
    for (int i = 0; i < 4; ++i) vars_.push_back(var(program, "f" + std::to_string(i)));
    vars_[0]->dynamic = true;
    for (int i = 0; i < forms; ++i) {
      budget_ = size;
      scope_.clear();
      Node* node;
      analyzer::VarInfo* defined = chance(2) && vars_.size() < 12 ? var(program, "g" + std::to_string(i)) : nullptr;
      if (defined) {
        auto* def = arena_->make<analyzer::DefNode>(span(), defined);
        def->init = chance(4) ? constant() : function();
        defined->definitions.push_back(def);
        vars_.push_back(defined);
        node = def;
      } else {
        node = expression({}, 0);
      }
      program.forms.push_back({node, "user", 0});
    }
    for (int i = 0; i < 4; ++i) {
      auto* def = arena_->make<analyzer::DefNode>(span(), vars_[static_cast<std::size_t>(i)]);
      scope_.clear();
      budget_ = size;
      def->init = expression({}, 0);
      program.forms.push_back({def, "user", 0});
    }
  }

 private:
  using Node = analyzer::Node;
  using Local = analyzer::Local;
  struct Tail {
    analyzer::LoopNode* loop = nullptr;
    analyzer::FnMethod* method = nullptr;
    std::size_t arity = 0;
    bool possible() const { return loop || method; }
  };

  std::size_t below(std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random_); }
  bool chance(std::size_t one_in) { return below(one_in) == 0; }
  reader::Span span() {
    reader::Span s;
    s.file = 1;
    s.line = ++line_;
    s.column = 1;
    return s;
  }

  analyzer::VarInfo* var(analyzer::Program& program, std::string name) {
    program.vars.push_back(std::make_unique<analyzer::VarInfo>());
    auto* v = program.vars.back().get();
    v->ns = "user";
    v->name = std::move(name);
    v->object = rt::symbol("user", v->name);
    return v;
  }
  Local* local(analyzer::LocalKind kind) {
    Local* l = arena_->local();
    l->kind = kind;
    l->name = "x";
    return l;
  }

  Node* constant() {
    switch (below(7)) {
      case 0: return arena_->make<analyzer::ConstNode>(span(), rt::Owned());
      case 1: return arena_->make<analyzer::ConstNode>(span(), rt::Owned::adopt(abi::k_true));
      case 2: return arena_->make<analyzer::ConstNode>(span(), rt::make_string("text"));
      case 3: return arena_->make<analyzer::ConstNode>(span(), rt::keyword("", "key"));
      case 4: return arena_->make<analyzer::ConstNode>(span(), rt::make_double(1.5));
      default: return arena_->make<analyzer::ConstNode>(span(), rt::make_long(static_cast<std::int64_t>(below(5))));
    }
  }

  Node* simple() {
    std::size_t pick = below(10);
    if (pick < 6 && !scope_.empty()) return arena_->make<analyzer::LocalRefNode>(span(), scope_[below(scope_.size())]);
    if (pick == 7) return arena_->make<analyzer::VarRefNode>(span(), vars_[below(vars_.size())]);
    if (pick == 8 && chance(4)) return arena_->make<analyzer::TheVarNode>(span(), vars_[below(vars_.size())]);
    return constant();
  }

  std::vector<Node*> expressions(std::size_t n, int depth) {
    std::vector<Node*> out;
    for (std::size_t i = 0; i < n; ++i) out.push_back(expression({}, depth + 1));
    return out;
  }

  Node* function() {
    auto* fn = arena_->make<analyzer::FnNode>(span());
    fill_function(fn, 0);
    return fn;
  }
  void fill_function(analyzer::FnNode* fn, int depth) {
    fn->name = "user/fn";
    std::size_t outer = scope_.size();
    if (chance(3)) scope_.push_back(fn->self = local(analyzer::LocalKind::Self));
    std::size_t methods = 1 + below(2);
    std::size_t arity = below(3);                  // rising: no two methods take as many
    for (std::size_t i = 0; i < methods; ++i, arity += 1 + below(2)) {
      fn->methods.push_back(std::make_unique<analyzer::FnMethod>());
      auto& m = *fn->methods.back();
      m.fn = fn;
      m.span = span();
      std::size_t inner = scope_.size();
      for (std::size_t p = 0; p < arity; ++p) scope_.push_back(m.parameters.emplace_back(local(analyzer::LocalKind::Parameter)));
      if (i + 1 == methods && chance(3)) scope_.push_back(m.rest = local(analyzer::LocalKind::Rest));
      m.body = expression({nullptr, &m, m.parameters.size() + (m.rest ? 1 : 0)}, depth + 1);
      scope_.resize(inner);
    }
    scope_.resize(outer);
  }

  Node* runtime_call(int depth) {
    using enum abi::RuntimeFunctionId;
    static constexpr abi::RuntimeFunctionId functions[] = {add, less, get, assoc, conj, nil_p, not_truthy, count, nth, str1, str_block, vector, first, invoke,
                                                           identical_p, string_p, atom, atom_reset, box_set, print_to, to_double, math_sqrt,
                                                           command_line, cons, equal, subs, pr_str, apply};
    auto f = functions[below(std::size(functions))];
    const auto& row = abi::runtime_function(f);
    auto* call = arena_->make<analyzer::RuntimeCallNode>(span(), f);
    std::size_t n = row.parameter_count;
    for (std::size_t i = 0; i < row.parameter_count; ++i)
      if (row.parameters[i] == abi::ParameterMode::Block) n = i + below(4);
    call->arguments = expressions(n, depth);
    return call;
  }

  Node* loop(int depth) {
    auto* node = arena_->make<analyzer::LoopNode>(span());
    std::size_t outer = scope_.size();
    for (std::size_t i = 0, n = below(4); i < n; ++i) {
      Node* init = expression({}, depth + 1);
      node->bindings.push_back({local(analyzer::LocalKind::Loop), init});
      scope_.push_back(node->bindings.back().local);
    }
    node->body = expression({node, nullptr, node->bindings.size()}, depth + 1);
    scope_.resize(outer);
    return node;
  }

  Node* try_form(int depth) {
    auto* node = arena_->make<analyzer::TryNode>(span());
    node->body = expression({}, depth + 1);
    for (std::size_t i = 0, n = below(3); i < n; ++i) {
      analyzer::TryNode::Catch c{rt::Owned::copy(rt::class_object(chance(2) ? rt::ClassId::Throwable : rt::ClassId::ExceptionInfo)), nullptr,
                                 nullptr, {}};
      c.local = local(analyzer::LocalKind::Catch);
      scope_.push_back(c.local);
      c.body = expression({}, depth + 1);
      scope_.pop_back();
      node->catches.push_back(std::move(c));
    }
    if (chance(2) || node->catches.empty()) node->finally = expression({}, depth + 1);
    return node;
  }

  Node* expression(Tail tail, int depth) {
    if (--budget_ <= 0 || depth > 24) return simple();
    switch (below(22)) {
      case 0:
      case 1: {
        Node* test = expression({}, depth + 1);
        Node* then = expression(tail, depth + 1);
        return arena_->make<analyzer::IfNode>(span(), test, then, expression(tail, depth + 1));
      }
      case 2: {
        auto* node = arena_->make<analyzer::DoNode>(span());
        node->body = expressions(1 + below(2), depth);
        node->body.push_back(expression(tail, depth + 1));
        return node;
      }
      case 3:
      case 4:
      case 5: {
        auto* node = arena_->make<analyzer::LetNode>(span());
        std::size_t outer = scope_.size();
        for (std::size_t i = 0, n = below(4); i < n; ++i) {
          Node* init = expression({}, depth + 1);
          node->bindings.push_back({local(analyzer::LocalKind::Let), init});
          scope_.push_back(node->bindings.back().local);
        }
        node->body = expression(tail, depth + 1);
        scope_.resize(outer);
        return node;
      }
      case 6: return loop(depth);
      case 7:
      case 8:
        if (tail.possible()) {
          auto* node = arena_->make<analyzer::RecurNode>(span());
          node->loop = tail.loop;
          node->method = tail.method;
          node->arguments = expressions(tail.arity, depth);
          return node;
        }
        return runtime_call(depth);
      case 9:
      case 10: {
        auto* fn = arena_->make<analyzer::FnNode>(span());
        if (chance(8)) fn->metadata = expression({}, depth + 1);
        fill_function(fn, depth);
        return fn;
      }
      case 11: {
        auto* node = arena_->make<analyzer::LetFnNode>(span());
        std::size_t outer = scope_.size();
        for (std::size_t i = 0, n = 1 + below(3); i < n; ++i) {
          node->members.push_back({local(analyzer::LocalKind::LetFn), arena_->make<analyzer::FnNode>(span())});
          scope_.push_back(node->members.back().local);
        }
        for (auto& m : node->members) fill_function(m.fn, depth);
        node->body = expression(tail, depth + 1);
        scope_.resize(outer);
        return node;
      }
      case 12:
      case 13: {
        auto* node = arena_->make<analyzer::InvokeNode>(span());
        node->callee = expression({}, depth + 1);
        node->arguments = expressions(chance(30) ? 23 : below(4), depth);
        return node;
      }
      case 14:
      case 15:
      case 16: return runtime_call(depth);
      case 17: {
        auto kind = std::array{analyzer::NodeKind::VectorLiteral, analyzer::NodeKind::MapLiteral, analyzer::NodeKind::SetLiteral}[below(3)];
        auto* node = arena_->make<analyzer::CollectionNode>(kind, span());
        node->items = expressions(2 * (1 + below(2)), depth);
        return node;
      }
      case 18: return try_form(depth);
      case 19: {
        auto* node = arena_->make<analyzer::CaseNode>(span());
        node->test = expression({}, depth + 1);
        for (std::size_t i = 0, n = below(3); i < n; ++i) {
          analyzer::CaseNode::Clause c;
          c.constants.push_back(chance(2) ? rt::make_long(static_cast<std::int64_t>(i)) : rt::make_string("text"));
          if (chance(2)) c.constants.push_back(rt::make_long(static_cast<std::int64_t>(i) + 10));
          c.body = expression(tail, depth + 1);
          node->clauses.push_back(std::move(c));
        }
        node->otherwise = expression(tail, depth + 1);
        return node;
      }
      case 20:
        if (chance(3)) return arena_->make<analyzer::ThrowNode>(span(), expression({}, depth + 1));
        return simple();
      default:
        if (chance(3)) return arena_->make<analyzer::SetVarNode>(span(), vars_[0], expression({}, depth + 1));
        return simple();
    }
  }

  std::mt19937_64 random_;
  analyzer::Arena* arena_ = nullptr;
  std::vector<analyzer::VarInfo*> vars_;
  std::vector<Local*> scope_;
  int budget_ = 0;
  std::uint32_t line_ = 0;
};

}  // namespace slisp::test
