// large_test.cpp: generated programs are large in one direction; no pass may be quadratic there or run out of stack.
#include "runtime/api.hpp"
#include "src/compiler/ir/ownership_checker.hpp"
#include "src/compiler/ir/verifier.hpp"
#include "src/compiler/pipeline.hpp"
#include <catch2/catch.hpp>
#include <ctime>
#include <pthread.h>

using namespace slisp;

namespace {

struct Builder {
  analyzer::Program program;
  analyzer::Arena& arena = program.arena;
  reader::Span span{1, 0, 0, 1, 1};

  analyzer::Node* number(int n) { return arena.make<analyzer::ConstNode>(span, rt::make_long(n)); }
  analyzer::Node* ref(analyzer::Local* l) { return arena.make<analyzer::LocalRefNode>(span, l); }
  analyzer::Node* call(abi::RuntimeFunctionId f, std::vector<analyzer::Node*> arguments) {
    auto* node = arena.make<analyzer::RuntimeCallNode>(span, f);
    node->arguments = std::move(arguments);
    return node;
  }
  analyzer::LetNode* let(analyzer::Local* l, analyzer::Node* init, analyzer::Node* body) {
    auto* node = arena.make<analyzer::LetNode>(span);
    node->bindings.push_back({l, init});
    node->body = body;
    return node;
  }
  void add(analyzer::Node* node) { program.forms.push_back({node, "user", 0}); }
};

// The compiler runs on a stack of a gigabyte; so does this test.
void on_big_stack(void (*body)()) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, std::size_t{1} << 30);
  pthread_t thread;
  REQUIRE(pthread_create(&thread, &attributes, [](void* f) -> void* { reinterpret_cast<void (*)()>(f)(); return nullptr; },
                         reinterpret_cast<void*>(body)) == 0);
  pthread_join(thread, nullptr);
}

double compile(Builder& b) {
  const std::clock_t start = std::clock();                 // processor time: the machine may be busy
  reader::SourceMap sources;
  reader::Diagnostics diagnostics(sources);
  compiler::CompileContext context(diagnostics);
  ir::Module module;
  REQUIRE(compiler::compile_program(context, b.program, module));
  const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  REQUIRE(ir::verify(module).empty());
  REQUIRE(ir::check_ownership(module).empty());
  return seconds;
}

}  // namespace

TEST_CASE("a let of ten thousand bindings, all alive") {
  on_big_stack([] {
    Builder b;
    auto* let = b.arena.make<analyzer::LetNode>(b.span);
    std::vector<analyzer::Node*> uses;
    for (int i = 0; i < 10000; ++i) {
      let->bindings.push_back({b.arena.local(), b.call(abi::RuntimeFunctionId::str1, {b.number(i)})});
      uses.push_back(b.ref(let->bindings.back().local));
    }
    let->body = b.call(abi::RuntimeFunctionId::vector, uses);
    b.add(let);
    CHECK(compile(b) < 5);
  });
}

TEST_CASE("five thousand nested lets") {
  on_big_stack([] {
    Builder b;
    std::vector<analyzer::Local*> locals;
    for (int i = 0; i < 5000; ++i) locals.push_back(b.arena.local());
    analyzer::Node* node = b.ref(locals.back());
    for (std::size_t i = locals.size(); i-- > 0;)
      node = b.let(locals[i], i ? b.call(abi::RuntimeFunctionId::inc, {b.ref(locals[i - 1])}) : b.number(0), node);
    b.add(node);
    CHECK(compile(b) < 5);
  });
}

TEST_CASE("a cond of five thousand clauses, and calls nested as deep") {
  on_big_stack([] {
    Builder b;
    auto* x = b.arena.local();
    analyzer::Node* node = b.number(0);
    for (int i = 0; i < 5000; ++i)
      node = b.arena.make<analyzer::IfNode>(b.span, b.call(abi::RuntimeFunctionId::equal, {b.ref(x), b.number(i)}), b.number(i), node);
    b.add(b.let(x, b.call(abi::RuntimeFunctionId::command_line, {}), node));
    analyzer::Node* deep = b.number(0);
    for (int i = 0; i < 5000; ++i) deep = b.call(abi::RuntimeFunctionId::inc, {deep});
    b.add(deep);
    CHECK(compile(b) < 5);
  });
}

TEST_CASE("ten thousand top-level forms") {
  Builder b;
  for (int i = 0; i < 10000; ++i) b.add(b.call(abi::RuntimeFunctionId::str1, {b.number(i)}));
  CHECK(compile(b) < 5);
}

TEST_CASE("old values die while young ones are born: cleanup code stays small") {
  on_big_stack([] {
    Builder b;
    auto* let = b.arena.make<analyzer::LetNode>(b.span);
    std::vector<analyzer::Node*> uses;
    for (int i = 0; i < 1000; ++i) {
      let->bindings.push_back({b.arena.local(), b.call(abi::RuntimeFunctionId::str1, {b.number(i)})});
      uses.push_back(b.call(abi::RuntimeFunctionId::count, {b.ref(let->bindings.back().local)}));
    }
    for (auto*& use : uses) use = b.call(abi::RuntimeFunctionId::str1, {use});
    let->body = b.call(abi::RuntimeFunctionId::vector, uses);
    b.add(let);
    reader::SourceMap sources;
    reader::Diagnostics diagnostics(sources);
    compiler::CompileContext context(diagnostics);
    ir::Module module;
    REQUIRE(compiler::compile_program(context, b.program, module));
    REQUIRE(ir::check_ownership(module).empty());
    std::size_t drops = 0;
    for (const ir::Function& f : module.functions)
      for (const ir::Block& block : f.blocks)
        for (const ir::Instruction& i : block.instructions) drops += i.op == ir::Op::Drop;
    CHECK(drops < 30000);                        // as chains: a million
  });
}
