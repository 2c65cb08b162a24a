// functions.cpp: closures of the evaluator.
// Keeps: a closure's slots are the values it captured; the functions of a letfn all capture what any of them needs from outside, and make
//        one another from that when they are mentioned, so that no closure holds itself.
#include "src/analyzer/annotate/children.hpp"
#include "src/evaluator/evaluator.hpp"
#include "src/evaluator/turns.hpp"
#include "runtime/api.hpp"
#include "runtime/control/call.hpp"
#include <algorithm>
#include <alloca.h>

extern "C" {
void slisp_evaluator_entry_0();
void slisp_evaluator_entry_1();
void slisp_evaluator_entry_2();
void slisp_evaluator_entry_3();
void slisp_evaluator_entry_4();
void slisp_evaluator_entry_5();
void slisp_evaluator_entry_6();
void slisp_evaluator_entry_many();
void slisp_evaluator_entry_variadic();

slisp::abi::Word slisp_evaluator_enter(slisp::abi::Word closure, slisp::abi::Word* block, std::int64_t count) {
  const auto* fn = reinterpret_cast<const slisp::abi::Fn*>(closure);
  const auto& code = *reinterpret_cast<const slisp::evaluator::FnCode*>(fn->descriptor);
  slisp::evaluator::Turn turn;
  return code.evaluator->enter(code, closure, block, static_cast<std::int32_t>(count)).take();
}

slisp::abi::Word slisp_evaluator_enter_variadic(slisp::abi::Word closure, slisp::abi::Word* block) {
  const auto* fn = reinterpret_cast<const slisp::abi::Fn*>(closure);
  const auto& code = *reinterpret_cast<const slisp::evaluator::FnCode*>(fn->descriptor);
  slisp::evaluator::Turn turn;
  return code.evaluator->enter_variadic(code, closure, block).take();
}
}

namespace slisp::evaluator {
namespace {

static_assert(offsetof(abi::FnDescriptor, variadic_fixed) == 72, "entry.asm knows it");
static_assert(offsetof(FnCode, descriptor) == 0);

void release_block(Word* block, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) rt::release(block[i]);
}

bool is_ours(Borrowed f) {
  return f.is(abi::Kind::Fn) && f.as<abi::Fn>()->descriptor->entry_many == &slisp_evaluator_entry_many;
}

void add_captures(const FnNode* fn, const LetFnNode* group, std::vector<Local*>& out) {
  for (const Capture& capture : fn->captures) {
    bool member = false;
    if (group != nullptr) {
      for (const auto& m : group->members) member = member || m.local == capture.outer;
    }
    if (!member && std::find(out.begin(), out.end(), capture.outer) == out.end()) out.push_back(capture.outer);
  }
}

}  // namespace

FnCode& Evaluator::code_of(const FnNode* node, const LetFnNode* group) {
  std::unique_ptr<FnCode>& place = codes_[node];
  if (place) return *place;
  place = std::make_unique<FnCode>();
  FnCode& code = *place;
  code.evaluator = this;
  code.node = node;
  code.group = group;
  code.name = node->name;
  const reader::SourceFile* file = session_.sources.find(node->span.file);
  code.file = file ? file->path : "";
  if (group != nullptr) {
    for (const auto& member : group->members) add_captures(member.fn, group, code.captures);
  } else {
    add_captures(node, nullptr, code.captures);
  }
  static constexpr abi::Code k_entries[] = {&slisp_evaluator_entry_0, &slisp_evaluator_entry_1, &slisp_evaluator_entry_2,
                                            &slisp_evaluator_entry_3, &slisp_evaluator_entry_4, &slisp_evaluator_entry_5,
                                            &slisp_evaluator_entry_6};
  abi::FnDescriptor& descriptor = code.descriptor;
  for (int i = 0; i <= abi::k_register_arguments; ++i) descriptor.entry[i] = k_entries[i];
  descriptor.entry_many = &slisp_evaluator_entry_many;
  descriptor.variadic = nullptr;
  descriptor.variadic_fixed = -1;
  descriptor.line = static_cast<std::int32_t>(node->span.line);
  descriptor.name = code.name.c_str();
  descriptor.file = code.file.c_str();
  descriptor.arity_mask = 0;
  descriptor.reserved = 0;
  for (const auto& method : node->methods) {
    if (method->rest != nullptr) {
      code.variadic = method.get();
      descriptor.variadic = &slisp_evaluator_entry_variadic;
      descriptor.variadic_fixed = static_cast<std::int32_t>(method->parameters.size());
    } else {
      code.fixed[method->parameters.size()] = method.get();
      descriptor.arity_mask |= 1u << method->parameters.size();
    }
  }
  return code;
}

Owned Evaluator::closure_of(const FnCode& code, Frame& frame) {
  std::vector<Word> captured;
  captured.reserve(code.captures.size());
  for (const Local* local : code.captures) captured.push_back(read_local(local, frame).take());
  return Owned::adopt(abi::slisp_alloc_fn(reinterpret_cast<std::int64_t>(&code.descriptor), captured.data(),
                                          static_cast<std::int64_t>(captured.size())));
}

Owned Evaluator::make_closure(const FnNode* node, Frame& frame) {
  Owned closure = closure_of(code_of(node, nullptr), frame);
  if (node->metadata == nullptr) return closure;
  Owned meta = eval(node->metadata, frame);
  if (meta.failed()) return meta;
  return Owned::adopt(abi::slisp_with_meta(closure.take(), meta.take()));
}

// Another function of the letfn that `closure`, of code `code`, belongs to.
Owned Evaluator::sibling(const FnCode& code, const FnNode* fn, Word closure) {
  const FnCode& other = code_of(fn, code.group);
  const auto* mine = reinterpret_cast<const abi::Fn*>(closure);
  std::vector<Word> captured;
  for (std::size_t i = 0; i < other.captures.size(); ++i) captured.push_back(Owned::copy(mine->captured[i]).take());
  return Owned::adopt(abi::slisp_alloc_fn(reinterpret_cast<std::int64_t>(&other.descriptor), captured.data(),
                                          static_cast<std::int64_t>(captured.size())));
}

Owned Evaluator::enter(const FnCode& code, Word closure, Word* arguments, std::int64_t count) {
  if (count <= abi::k_max_fixed_arguments && code.fixed[count] != nullptr) return run(code, *code.fixed[count], closure, arguments);
  if (code.variadic != nullptr && count >= code.descriptor.variadic_fixed) {
    std::int64_t fixed = code.descriptor.variadic_fixed;
    Word block[abi::k_max_fixed_arguments + 1];
    for (std::int64_t i = 0; i < fixed; ++i) block[i] = arguments[i];
    block[fixed] = abi::slisp_rest_list(arguments + fixed, count - fixed);
    return run(code, *code.variadic, closure, block);
  }
  release_block(arguments, count);
  return Owned::adopt(abi::slisp_arity_error(reinterpret_cast<std::int64_t>(&code.descriptor), count));
}

Owned Evaluator::enter_variadic(const FnCode& code, Word closure, Word* arguments) {
  return run(code, *code.variadic, closure, arguments);
}

// Parameters stand at the first indexes of the frame, the rest parameter behind them.
Owned Evaluator::run(const FnCode& code, const FnMethod& method, Word closure, Word* arguments) {
  std::size_t count = method.parameters.size() + (method.rest != nullptr ? 1 : 0);
  if (rt::stack_exhausted()) {
    release_block(arguments, static_cast<std::int64_t>(count));
    return rt::throw_stack_overflow();
  }
  auto* slots = static_cast<Word*>(alloca(method.frame_size * sizeof(Word)));
  for (std::size_t i = 0; i < count; ++i) slots[i] = arguments[i];
  for (std::size_t i = count; i < method.frame_size; ++i) slots[i] = abi::k_nil;
  Frame frame{&method, &code, closure, slots};
  // The caller may give the closure up while it runs (a var is redefined): the frame holds it too.
  Owned hold = Owned::copy(closure);
  Owned result;
  do {
    maybe_yield_turn();
    frame.jump = nullptr;
    result = eval(method.body, frame);
  } while (result.failed() && frame.jump == &method);
  for (std::size_t i = 0; i < method.frame_size; ++i) rt::release(slots[i]);
  return result;
}

Owned Evaluator::call(Borrowed f, Word* block, std::int64_t count) {
  if (!is_ours(f)) return rt::invoke(f, block, count);
  const auto& code = *reinterpret_cast<const FnCode*>(f.as<abi::Fn>()->descriptor);
  return code.evaluator->enter(code, f.word(), block, count);
}

}  // namespace slisp::evaluator
