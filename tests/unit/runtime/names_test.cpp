// Symbols, keywords, vars, bindings, namespaces.
#include "runtime/abi/functions.hpp"
#include "runtime/control/runtime.hpp"
#include "runtime/control/objects.hpp"
#include "runtime/memory/context.hpp"
#include "runtime/names/names.hpp"
#include <catch2/catch.hpp>
#include <random>
#include <string>

using namespace slisp::rt;
namespace abi = slisp::abi;
using abi::k_nil;

namespace {

std::string pending_message() {
  Owned exception = Owned::adopt(abi::slisp_exception_take());
  Owned message = Owned::adopt(abi::slisp_ex_message(exception.word()));
  return message.is(Kind::String) ? std::string(text_of(message)) : "nil";
}

Owned user_namespace() {
  Owned name = symbol("", "user");
  return Owned::adopt(abi::slisp_ns_create(name.word()));
}

Owned intern(Borrowed ns, std::string_view name) {
  Owned simple = symbol("", name);
  return Owned::adopt(abi::slisp_ns_intern(ns.word(), simple.word()));
}

void make_dynamic(Borrowed var) {
  abi::slisp_var_set_meta(var.word(), map_assoc(empty_map(), keyword("", "dynamic"), Owned::adopt(abi::k_true)).take());
}

}  // namespace

TEST_CASE("hashes of names are the JVM's") {
  CHECK(static_cast<std::int32_t>(keyword_hash("", "a")) == -2123407586);
  CHECK(static_cast<std::int32_t>(symbol_hash("", "a")) == -482876059);
  CHECK(static_cast<std::int32_t>(keyword_hash("foo", "bar")) == -1386151538);
  CHECK(static_cast<std::int32_t>(symbol_hash("", "hällo-wörld")) == 1378785768);
  CHECK(static_cast<std::int32_t>(symbol_hash("", "a😀b")) == -906738684);
}

TEST_CASE("keywords are interned, however many") {
  Owned first = keyword("some.ns", "name");
  std::mt19937 random(3);
  for (int i = 0; i < 20'000; ++i) {
    std::string name = "k" + std::to_string(random() % 5000);
    Owned a = keyword("", name), b = keyword("", name);
    REQUIRE(a.word() == b.word());
    REQUIRE(text_of(symbol_name(a)) == name);
    REQUIRE(symbol_ns(a).is_nil());
  }
  CHECK(keyword("some.ns", "name").word() == first.word());
  CHECK(keyword("", "name").word() != first.word());
  CHECK(find_keyword("some.ns", "name").word() == first.word());
  CHECK(find_keyword("", "never made").is_nil());
}

TEST_CASE("an unbound var says so, a bound one gives its root") {
  Owned ns = user_namespace(), var = intern(ns, "v");
  CHECK(intern(ns, "v").word() == var.word());
  CHECK(abi::slisp_var_bound_p(var.word()) == 0);
  CHECK(Owned::adopt(abi::slisp_var_get(var.word())).is(Kind::Unbound));
  abi::slisp_var_bind_root(var.word(), from_fixnum(5));
  CHECK(abi::slisp_var_get(var.word()) == from_fixnum(5));
  CHECK(abi::slisp_var_set(var.word(), from_fixnum(6)) == abi::k_pending);
  CHECK(pending_message() == "Can't change/establish root binding of: v with set");
  CHECK(abi::slisp_push_bindings(map_assoc(empty_map(), Owned::copy(var), Owned()).take()) == abi::k_pending);
  CHECK(pending_message() == "Can't dynamically bind non-dynamic var: user/v");
}

TEST_CASE("bindings nest, set! changes the innermost, pop brings the outer back") {
  Owned ns = user_namespace(), var = intern(ns, "*d*"), other = intern(ns, "*e*");
  make_dynamic(var);
  make_dynamic(other);
  abi::slisp_var_bind_root(var.word(), from_fixnum(0));
  for (int i = 1; i <= 1000; ++i) {
    Owned map = map_assoc(empty_map(), Owned::copy(var), make_string(std::to_string(i)));
    if (i % 2 == 0) map = map_assoc(std::move(map), Owned::copy(other), make_long(i));
    REQUIRE(abi::slisp_push_bindings(map.take()) == k_nil);
  }
  Owned top = Owned::adopt(abi::slisp_var_get(var.word()));
  CHECK(text_of(top) == "1000");
  CHECK(Owned::adopt(abi::slisp_var_set(var.word(), from_fixnum(-1))).word() == from_fixnum(-1));
  CHECK(abi::slisp_var_get(var.word()) == from_fixnum(-1));
  CHECK(counted_size(Owned::adopt(abi::slisp_get_bindings())) == 2);
  abi::slisp_pop_bindings();
  Owned below = Owned::adopt(abi::slisp_var_get(var.word()));
  CHECK(text_of(below) == "999");
  CHECK(abi::slisp_var_get(other.word()) == from_fixnum(998));
  for (int i = 1; i < 1000; ++i) abi::slisp_pop_bindings();
  CHECK(abi::slisp_var_get(var.word()) == from_fixnum(0));
  CHECK(var.as<abi::Var>()->bound == 0);
}

TEST_CASE("namespaces: interns, refers, aliases, resolution") {
  Owned ns = user_namespace(), name = symbol("", "other.ns");
  Owned other = Owned::adopt(abi::slisp_ns_create(name.word()));
  Owned var = intern(other, "f"), f = symbol("", "f"), o = symbol("", "o"), of = symbol("o", "f"), full = symbol("other.ns", "f");
  CHECK(Owned::adopt(abi::slisp_ns_resolve(ns.word(), f.word())).is_nil());
  CHECK(abi::slisp_ns_alias(ns.word(), o.word(), other.word()) == k_nil);
  CHECK(Owned::adopt(abi::slisp_ns_resolve(ns.word(), of.word())).word() == var.word());
  CHECK(Owned::adopt(abi::slisp_ns_resolve(ns.word(), full.word())).word() == var.word());
  CHECK(abi::slisp_ns_refer(ns.word(), f.word(), var.word()) == k_nil);
  CHECK(Owned::adopt(abi::slisp_ns_resolve(ns.word(), f.word())).word() == var.word());
  CHECK(counted_size(Owned::adopt(abi::slisp_ns_refers(ns.word()))) == 1);
  CHECK(abi::slisp_ns_alias(ns.word(), o.word(), ns.word()) == abi::k_pending);
  CHECK(pending_message() == "Alias o already exists in namespace user, aliasing other.ns");
  CHECK(abi::slisp_ns_intern(ns.word(), of.word()) == abi::k_pending);
  CHECK(pending_message() == "Can't intern namespace-qualified symbol");
  Owned missing = symbol("", "no.such");
  CHECK(abi::slisp_ns_name(missing.word()) == abi::k_pending);
  CHECK(pending_message() == "No namespace: no.such found");
  CHECK(abi::slisp_ns_unmap(ns.word(), f.word()) == k_nil);
  CHECK(Owned::adopt(abi::slisp_ns_resolve(ns.word(), f.word())).is_nil());
}

TEST_CASE("stopping the runtime leaves nothing") {
  Owned ns = user_namespace(), var = intern(ns, "self");
  abi::slisp_var_bind_root(var.word(), Owned::copy(var).take());   // a cycle through a root
  ns = Owned();
  var = Owned();
  CHECK(runtime_stop() == 0);
}
