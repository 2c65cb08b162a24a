// evaluate.cpp: the meaning of each kind of node.
// Keeps: arguments are evaluated from left to right and given away; locals are copied from the frame and released when their scope ends.
#include "src/evaluator/evaluator.hpp"
#include "src/evaluator/turns.hpp"
#include "runtime/api.hpp"
#include <alloca.h>

namespace slisp::evaluator {
namespace {

// Stores into a slot, releasing what stood there.
void store(Word& slot, Owned value) {
  Word old = slot;
  slot = value.take();
  rt::release(old);
}

void release_words(Word* words, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) rt::release(words[i]);
}

// Words on the stack while they are few.
class Block {
 public:
  explicit Block(std::size_t count) : words_(count <= k_small ? small_ : static_cast<Word*>(rt::scratch_allocate(count * sizeof(Word)))) {}
  ~Block() {
    if (words_ != small_) rt::scratch_free(words_);
  }
  Block(const Block&) = delete;
  Block& operator=(const Block&) = delete;
  Word* words() { return words_; }

 private:
  static constexpr std::size_t k_small = 8;
  Word small_[k_small];
  Word* words_;
};

// What the tree holds: other threads evaluate it too.
Owned constant(Borrowed value) {
  rt::publish(value);
  return Owned::copy(value);
}

}  // namespace

Owned Evaluator::evaluate(const TopLevel& form) {
  auto* slots = static_cast<Word*>(alloca((form.frame_size + 1) * sizeof(Word)));
  for (std::uint32_t i = 0; i < form.frame_size; ++i) slots[i] = abi::k_nil;
  Frame frame{nullptr, nullptr, abi::k_pending, slots};
  Owned result = eval(form.node, frame);
  release_words(slots, form.frame_size);
  return result;
}

Owned Evaluator::eval(const Node* node, Frame& frame) {
  switch (node->kind) {
    case NodeKind::Const: return constant(static_cast<const ConstNode*>(node)->value);
    case NodeKind::LocalRef: return read_local(static_cast<const LocalRefNode*>(node)->local, frame);
    case NodeKind::VarRef: return read_var(static_cast<const VarRefNode*>(node)->var);
    case NodeKind::TheVar: {
      const VarInfo* var = static_cast<const TheVarNode*>(node)->var;
      return ensure(var) ? constant(var->object) : Owned::pending();
    }
    default: break;
  }
  if (rt::stack_exhausted()) return rt::throw_stack_overflow();
  switch (node->kind) {
    case NodeKind::Const: case NodeKind::LocalRef: case NodeKind::VarRef: case NodeKind::TheVar: return Owned();
    case NodeKind::If: {
      auto* n = static_cast<const IfNode*>(node);
      Owned test = eval(n->test, frame);
      if (test.failed()) return test;
      bool chosen = test.truthy();
      test = Owned();
      return eval(chosen ? n->then : n->otherwise, frame);
    }
    case NodeKind::Do: {
      auto* n = static_cast<const DoNode*>(node);
      for (std::size_t i = 0; i + 1 < n->body.size(); ++i) {
        Owned value = eval(n->body[i], frame);
        if (value.failed()) return value;
      }
      return eval(n->body.back(), frame);
    }
    case NodeKind::Let: return eval_let(static_cast<const LetNode*>(node), frame);
    case NodeKind::Loop: return eval_loop(static_cast<const LoopNode*>(node), frame);
    case NodeKind::Recur: return eval_recur(static_cast<const RecurNode*>(node), frame);
    case NodeKind::Fn: return make_closure(static_cast<const FnNode*>(node), frame);
    case NodeKind::LetFn: return eval_letfn(static_cast<const LetFnNode*>(node), frame);
    case NodeKind::Invoke: return eval_invoke(static_cast<const InvokeNode*>(node), frame);
    case NodeKind::RuntimeCall: return eval_runtime_call(static_cast<const RuntimeCallNode*>(node), frame);
    case NodeKind::VectorLiteral: case NodeKind::MapLiteral: case NodeKind::SetLiteral:
      return eval_collection(static_cast<const CollectionNode*>(node), frame);
    case NodeKind::Def: return eval_def(static_cast<const DefNode*>(node), frame);
    case NodeKind::SetVar: {
      auto* n = static_cast<const SetVarNode*>(node);
      Owned value = eval(n->value, frame);
      if (value.failed()) return value;
      Owned result = Owned::adopt(abi::slisp_var_set(n->var->object.word(), value.take()));
      return result.failed() ? fail_at(node, frame) : std::move(result);
    }
    case NodeKind::Throw: {
      Owned value = eval(static_cast<const ThrowNode*>(node)->value, frame);
      if (value.failed()) return value;
      Owned thrown = Owned::adopt(abi::slisp_throw_value(value.take()));
      return thrown.failed() ? fail_at(node, frame) : std::move(thrown);
    }
    case NodeKind::Try: return eval_try(static_cast<const TryNode*>(node), frame);
    case NodeKind::Case: return eval_case(static_cast<const CaseNode*>(node), frame);
    case NodeKind::Type: return eval_type(static_cast<const TypeNode*>(node), frame);
  }
  return Owned();
}

Owned Evaluator::read_local(const Local* local, Frame& frame) {
  if (local->kind == LocalKind::Self) {
    if (frame.code != nullptr && frame.code->node->self == local) return Owned::copy(frame.closure);
  } else if (local->owner == frame.method) {
    return Owned::copy(frame.slots[local->frame_index]);
  }
  const FnCode& code = *frame.code;
  const auto* closure = reinterpret_cast<const abi::Fn*>(frame.closure);
  for (std::size_t i = 0; i < code.captures.size(); ++i) {
    if (code.captures[i] == local) return Owned::copy(closure->captured[i]);
  }
  for (const auto& member : code.group->members) {
    if (member.local == local) return sibling(code, member.fn, frame.closure);
  }
  return Owned();
}

Owned Evaluator::read_var(const VarInfo* var) {
  if (!pending_.empty() && !ensure(var)) return Owned::pending();
  const auto* cell = var->object.as<abi::Var>();
  if (cell->bound == 0 && cell->root != abi::k_unbound_root && !rt::is_shared(&cell->header)) return Owned::copy(cell->root);
  return Owned::adopt(abi::slisp_var_get(var->object.word()));
}

// An exception passes this node: its trace grows by a line.
Owned Evaluator::fail_at(const Node* node, const Frame& frame) {
  if (abi::slisp_exit_pending() != 0) return Owned::pending();
  Word exception = rt::context().exception;
  if (exception != failed_exception_ || failure_in_library_) {
    // The innermost place in the program tells more than one in the library.
    const reader::SourceFile* file = session_.sources.find(node->span.file);
    const std::string& library = session_.options.library_root;
    bool in_library = file != nullptr && !library.empty() && file->path.starts_with(library);
    if (exception != failed_exception_ || !in_library) {
      failure_ = node->span;
      failure_in_library_ = in_library;
    }
    failed_exception_ = exception;
  }
  std::unique_ptr<abi::TraceSite>& site = sites_[{node, frame.code}];
  if (!site) {
    site = std::make_unique<abi::TraceSite>();
    const reader::SourceFile* file = session_.sources.find(node->span.file);
    site->function = frame.code ? frame.code->name.c_str() : "top level";
    site->file = file ? file->path.c_str() : "";
    site->line = node->span.line;
    site->column = node->span.column;
  }
  abi::slisp_trace(reinterpret_cast<std::int64_t>(site.get()));
  return Owned::pending();
}

bool Evaluator::eval_arguments(const std::vector<Node*>& nodes, Frame& frame, Word* out) {
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    Owned value = eval(nodes[i], frame);
    if (value.failed()) {
      release_words(out, i);
      return false;
    }
    out[i] = value.take();
  }
  return true;
}

Owned Evaluator::eval_let(const LetNode* node, Frame& frame) {
  std::size_t bound = 0;
  Owned result;
  for (; bound < node->bindings.size(); ++bound) {
    const Binding& binding = node->bindings[bound];
    Owned value = eval(binding.init, frame);
    if (value.failed()) break;
    store(frame.slots[binding.local->frame_index], std::move(value));
  }
  result = bound == node->bindings.size() ? eval(node->body, frame) : Owned::pending();
  while (bound > 0) store(frame.slots[node->bindings[--bound].local->frame_index], Owned());
  return result;
}

Owned Evaluator::eval_loop(const LoopNode* node, Frame& frame) {
  std::size_t bound = 0;
  Owned result = Owned::pending();
  for (; bound < node->bindings.size(); ++bound) {
    const Binding& binding = node->bindings[bound];
    Owned value = eval(binding.init, frame);
    if (value.failed()) break;
    store(frame.slots[binding.local->frame_index], std::move(value));
  }
  if (bound == node->bindings.size()) {
    const void* outer = frame.jump;
    do {
      maybe_yield_turn();
      frame.jump = nullptr;
      result = eval(node->body, frame);
    } while (result.failed() && frame.jump == node);
    if (frame.jump == nullptr || frame.jump == node) frame.jump = outer;
  }
  while (bound > 0) store(frame.slots[node->bindings[--bound].local->frame_index], Owned());
  return result;
}

Owned Evaluator::eval_recur(const RecurNode* node, Frame& frame) {
  std::size_t count = node->arguments.size();
  Block block(count);
  Word* words = block.words();
  if (!eval_arguments(node->arguments, frame, words)) return Owned::pending();
  for (std::size_t i = 0; i < count; ++i) {
    std::size_t slot = node->loop ? node->loop->bindings[i].local->frame_index : i;
    store(frame.slots[slot], Owned::adopt(words[i]));
  }
  frame.jump = node->loop ? static_cast<const void*>(node->loop) : node->method;
  return Owned::pending();
}

Owned Evaluator::eval_letfn(const LetFnNode* node, Frame& frame) {
  for (const auto& member : node->members) {
    store(frame.slots[member.local->frame_index], closure_of(code_of(member.fn, node), frame));
  }
  Owned result = eval(node->body, frame);
  for (const auto& member : node->members) store(frame.slots[member.local->frame_index], Owned());
  return result;
}

Owned Evaluator::eval_invoke(const InvokeNode* node, Frame& frame) {
  Owned callee = eval(node->callee, frame);
  if (callee.failed()) return callee;
  std::size_t count = node->arguments.size();
  Block block(count);
  if (!eval_arguments(node->arguments, frame, block.words())) return Owned::pending();
  Owned result = call(callee, block.words(), static_cast<std::int64_t>(count));
  if (result.failed()) return fail_at(node, frame);
  return result;
}

Owned Evaluator::eval_runtime_call(const RuntimeCallNode* node, Frame& frame) {
  std::size_t count = node->arguments.size();
  Block block(count);
  if (!eval_arguments(node->arguments, frame, block.words())) return Owned::pending();
  Owned result = call_runtime(node->function, block.words(), count);
  if (result.failed()) return fail_at(node, frame);
  if (!pending_.empty() && result.is(abi::Kind::Var) && !ensure(session_.environment.info(result))) return Owned::pending();
  return result;
}

Owned Evaluator::eval_collection(const CollectionNode* node, Frame& frame) {
  std::size_t count = node->items.size();
  Block block(count);
  if (!eval_arguments(node->items, frame, block.words())) return Owned::pending();
  auto size = static_cast<std::int64_t>(count);
  Word made = node->kind == NodeKind::VectorLiteral ? abi::slisp_vector(block.words(), size)
              : node->kind == NodeKind::MapLiteral  ? abi::slisp_map_literal(block.words(), size)
                                                    : abi::slisp_set_literal(block.words(), size);
  Owned result = Owned::adopt(made);
  if (result.failed()) return fail_at(node, frame);
  return result;
}

Owned Evaluator::eval_def(const DefNode* node, Frame& frame) {
  Word var = node->var->object.word();
  if (node->init != nullptr) {
    Owned value = eval(node->init, frame);
    if (value.failed()) return value;
    abi::slisp_var_bind_root(var, value.take());
  }
  if (node->metadata != nullptr) {
    Owned meta = eval(node->metadata, frame);
    if (meta.failed()) return meta;
    abi::slisp_var_set_meta(var, meta.take());
  }
  return Owned::copy(var);
}

Owned Evaluator::eval_try(const TryNode* node, Frame& frame) {
  Owned result = eval(node->body, frame);
  if (result.failed() && !node->catches.empty() && abi::slisp_exit_pending() == 0) {
    Owned exception = Owned::adopt(abi::slisp_exception_take());
    const TryNode::Catch* handler = nullptr;
    for (const TryNode::Catch& clause : node->catches) {
      if (abi::slisp_instance_p(clause.exception_class.word(), exception.word()) == 1) {
        handler = &clause;
        break;
      }
    }
    if (handler == nullptr) {
      rt::context().exception = exception.take();
    } else {
      store(frame.slots[handler->local->frame_index], std::move(exception));
      result = eval(handler->body, frame);
      store(frame.slots[handler->local->frame_index], Owned());
    }
  }
  if (node->finally == nullptr || (result.failed() && abi::slisp_exit_pending() != 0)) return result;
  Owned exception = result.failed() ? Owned::adopt(abi::slisp_exception_take()) : Owned();
  Owned last = eval(node->finally, frame);
  if (last.failed()) return last;
  if (result.failed()) rt::context().exception = exception.take();
  return result;
}

Owned Evaluator::eval_case(const CaseNode* node, Frame& frame) {
  Owned test = eval(node->test, frame);
  if (test.failed()) return test;
  for (const CaseNode::Clause& clause : node->clauses) {
    for (const Owned& constant : clause.constants) {
      std::uint32_t equal = abi::slisp_equal(test.word(), constant.word());
      if (equal == abi::k_bool_failed) return fail_at(node, frame);
      if (equal == 1) {
        test = Owned();
        return eval(clause.body, frame);
      }
    }
  }
  test = Owned();
  return eval(node->otherwise, frame);
}

Owned Evaluator::eval_type(const TypeNode* node, Frame& frame) {
  std::vector<Owned> methods;
  for (std::size_t i = 0; i < node->methods.size(); ++i) {
    methods.push_back(rt::symbol("", node->names[i]));
    methods.push_back(make_closure(node->methods[i], frame));
  }
  Owned table = rt::vector_of(methods);
  abi::slisp_class_set_methods(node->type.word(), table.take());
  return Owned();
}

void Evaluator::give_methods(const TypeNode* node) {
  Frame frame{nullptr, nullptr, abi::k_pending, nullptr};
  (void)eval_type(node, frame);
}

}  // namespace slisp::evaluator
