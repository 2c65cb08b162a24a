// printer.cpp: AST -> text.
#include "src/analyzer/annotate/printer.hpp"
#include "runtime/api.hpp"

namespace slisp::analyzer {
namespace {

class Printer {
 public:
  std::string take() { return std::move(out_); }

  void print(const Node* node, int depth) {
    switch (node->kind) {
      case NodeKind::Const: value(static_cast<const ConstNode*>(node)->value, true); return;
      case NodeKind::LocalRef: {
        auto* n = static_cast<const LocalRefNode*>(node);
        use(n->use);
        local(n->local);
        return;
      }
      case NodeKind::VarRef: var(static_cast<const VarRefNode*>(node)->var); return;
      case NodeKind::TheVar:
        out_ += "#'";
        var(static_cast<const TheVarNode*>(node)->var);
        return;
      case NodeKind::If: {
        auto* n = static_cast<const IfNode*>(node);
        out_ += "(if ";
        print(n->test, depth + 2);
        line(depth + 1);
        released(n->release_then);
        print(n->then, depth + 1);
        line(depth + 1);
        released(n->release_otherwise);
        print(n->otherwise, depth + 1);
        out_ += ')';
        return;
      }
      case NodeKind::Do:
        out_ += "(do";
        for (const Node* n : static_cast<const DoNode*>(node)->body) {
          line(depth + 1);
          print(n, depth + 1);
        }
        out_ += ')';
        return;
      case NodeKind::Let: {
        auto* n = static_cast<const LetNode*>(node);
        bindings("let", n->bindings, depth);
        line(depth + 1);
        print(n->body, depth + 1);
        out_ += ')';
        return;
      }
      case NodeKind::Loop: {
        auto* n = static_cast<const LoopNode*>(node);
        bindings("loop", n->bindings, depth);
        line(depth + 1);
        released(n->release_entry);
        print(n->body, depth + 1);
        out_ += ')';
        return;
      }
      case NodeKind::Recur: {
        auto* n = static_cast<const RecurNode*>(node);
        list("(recur", n->arguments, depth);
        released(n->release);
        out_ += ')';
        return;
      }
      case NodeKind::Fn: function(static_cast<const FnNode*>(node), depth); return;
      case NodeKind::LetFn: {
        auto* n = static_cast<const LetFnNode*>(node);
        out_ += "(letfn [";
        for (const auto& m : n->members) {
          line(depth + 2);
          local(m.local);
          if (m.unused) out_ += " {unused}";
          out_ += ' ';
          function(m.fn, depth + 2);
        }
        out_ += ']';
        line(depth + 1);
        print(n->body, depth + 1);
        out_ += ')';
        return;
      }
      case NodeKind::Invoke: {
        auto* n = static_cast<const InvokeNode*>(node);
        out_ += '(';
        print(n->callee, depth + 1);
        list("", n->arguments, depth);
        released(n->release_after);
        out_ += ')';
        return;
      }
      case NodeKind::RuntimeCall: {
        auto* n = static_cast<const RuntimeCallNode*>(node);
        out_ += "(rt/";
        out_ += abi::runtime_function(n->function).name;
        list("", n->arguments, depth);
        released(n->release_after);
        out_ += ')';
        return;
      }
      case NodeKind::VectorLiteral: items("[", static_cast<const CollectionNode*>(node)->items, "]", depth); return;
      case NodeKind::MapLiteral: items("{", static_cast<const CollectionNode*>(node)->items, "}", depth); return;
      case NodeKind::SetLiteral: items("#{", static_cast<const CollectionNode*>(node)->items, "}", depth); return;
      case NodeKind::Def: {
        auto* n = static_cast<const DefNode*>(node);
        out_ += "(def ";
        var(n->var);
        if (n->var->open) out_ += " {open}";
        if (n->init) {
          line(depth + 1);
          print(n->init, depth + 1);
        }
        out_ += ')';
        return;
      }
      case NodeKind::SetVar: {
        auto* n = static_cast<const SetVarNode*>(node);
        out_ += "(set! ";
        var(n->var);
        out_ += ' ';
        print(n->value, depth + 1);
        out_ += ')';
        return;
      }
      case NodeKind::Throw:
        out_ += "(throw ";
        print(static_cast<const ThrowNode*>(node)->value, depth + 1);
        out_ += ')';
        return;
      case NodeKind::Try: print_try(static_cast<const TryNode*>(node), depth); return;
      case NodeKind::Case: {
        auto* n = static_cast<const CaseNode*>(node);
        out_ += "(case ";
        print(n->test, depth + 1);
        for (const auto& c : n->clauses) {
          line(depth + 1);
          out_ += '(';
          for (std::size_t i = 0; i < c.constants.size(); ++i) {
            if (i) out_ += ' ';
            value(c.constants[i], false);
          }
          out_ += ") ";
          released(c.release);
          print(c.body, depth + 1);
        }
        line(depth + 1);
        released(n->release_otherwise);
        print(n->otherwise, depth + 1);
        out_ += ')';
        return;
      }
      case NodeKind::Type: {
        auto* n = static_cast<const TypeNode*>(node);
        out_ += "(type ";
        value(n->type, false);
        for (const FnNode* method : n->methods) {
          line(depth + 1);
          function(method, depth + 1);
        }
        out_ += ')';
        return;
      }
    }
  }

 private:
  void line(int depth) {
    out_ += '\n';
    out_.append(static_cast<std::size_t>(depth) * 2, ' ');
  }
  void value(rt::Borrowed v, bool quote) {
    if (quote && (v.is(rt::Kind::Symbol) || v.is(rt::Kind::List) || v.is(rt::Kind::Cons))) out_ += '\'';
    rt::TextBuffer text;
    if (rt::print_value(text, v, rt::PrintMode::Readable)) {
      out_ += text.view();
    } else {
      rt::Owned ignored = rt::Owned::adopt(abi::slisp_exception_take());
      out_ += "#<unprintable>";
    }
  }
  void local(const Local* l) { out_ += l ? (l->name.empty() ? "t" : l->name) + "." + std::to_string(l->id) : "_"; }
  void var(const VarInfo* v) { out_ += v->ns + "/" + v->name; }
  void use(Use u) {
    switch (u) {
      case Use::Unmarked: return;
      case Use::Move: out_ += '>'; return;
      case Use::Copy: out_ += '+'; return;
      case Use::Borrow: out_ += '&'; return;
    }
  }
  void released(const std::vector<Local*>& locals) {
    if (locals.empty()) return;
    out_ += " {release";
    for (const Local* l : locals) {
      out_ += ' ';
      local(l);
    }
    out_ += "} ";
  }
  void list(const char* head, const std::vector<Node*>& nodes, int depth) {
    out_ += head;
    for (const Node* n : nodes) {
      out_ += ' ';
      print(n, depth + 1);
    }
  }
  void items(const char* open, const std::vector<Node*>& nodes, const char* close, int depth) {
    out_ += open;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      if (i) out_ += ' ';
      print(nodes[i], depth + 1);
    }
    out_ += close;
  }
  void bindings(const char* head, const std::vector<Binding>& all, int depth) {
    out_ += std::string("(") + head + " [";
    bool first = true;
    for (const Binding& b : all) {
      if (!first) line(depth + 3);
      first = false;
      local(b.local);
      if (b.unused) out_ += " {unused}";
      out_ += ' ';
      print(b.init, depth + 4);
    }
    out_ += ']';
  }
  void function(const FnNode* n, int depth) {
    out_ += "(fn ";
    if (!n->name.empty()) out_ += n->name;
    if (n->self) {
      out_ += " self=";
      local(n->self);
    }
    if (!n->captures.empty()) {
      out_ += " {captures";
      for (const Capture& c : n->captures) {
        out_ += ' ';
        use(c.use);
        local(c.outer);
        out_ += "=";
        local(c.inner);
      }
      out_ += '}';
    }
    for (const auto& m : n->methods) {
      line(depth + 1);
      out_ += "([";
      for (std::size_t i = 0; i < m->parameters.size(); ++i) {
        if (i) out_ += ' ';
        local(m->parameters[i]);
      }
      if (m->rest) {
        out_ += m->parameters.empty() ? "& " : " & ";
        local(m->rest);
      }
      out_ += ']';
      line(depth + 2);
      released(m->release_entry);
      print(m->body, depth + 2);
      out_ += ')';
    }
    out_ += ')';
  }
  void print_try(const TryNode* n, int depth) {
    out_ += "(try";
    line(depth + 1);
    print(n->body, depth + 1);
    released(n->release_normal);
    for (const auto& c : n->catches) {
      line(depth + 1);
      out_ += "(catch ";
      value(c.exception_class, false);
      out_ += ' ';
      local(c.local);
      out_ += ' ';
      released(c.release);
      print(c.body, depth + 2);
      out_ += ')';
    }
    if (n->finally) {
      line(depth + 1);
      out_ += "(finally ";
      print(n->finally, depth + 2);
      out_ += ')';
    }
    out_ += ')';
  }

  std::string out_;
};

}  // namespace

std::string print_tree(const Node* node) {
  Printer printer;
  printer.print(node, 0);
  return printer.take();
}

std::string print_tree(const Program& program) {
  std::string out;
  for (const TopLevel& form : program.forms) out += print_tree(form.node) + "\n";
  return out;
}

}  // namespace slisp::analyzer
