// Users' types built by hand: records as maps, objects that answer by methods, protocols; and that failing methods leave nothing behind.
#include "runtime/types/types.hpp"
#include "tests/unit/runtime/collections.hpp"

using namespace slisp::rt;
using namespace slisp::rt::test;
namespace abi = slisp::abi;
using abi::k_nil;

namespace {

Owned name(std::string_view text) { return symbol("", text); }

// A class with methods given as name, NativeFn, ...
struct Methods {
  Owned list = empty_vector();
  Methods& add(std::string_view method, const NativeFn& fn) {
    list = vector_conj(std::move(list), name(method));
    list = vector_conj(std::move(list), Owned::copy(fn.fn));
    return *this;
  }
};

Owned define(std::string_view full, std::initializer_list<ClassId> interfaces, std::initializer_list<std::string_view> fields,
                 Methods methods = {}, std::int64_t flags = 0) {
  Owned list = empty_vector(), names = empty_vector();
  for (ClassId id : interfaces) list = vector_conj(std::move(list), Owned::copy(class_object(id)));
  for (std::string_view field : fields) names = vector_conj(std::move(names), name(field));
  Word made = abi::slisp_class_new(str(full).take(), list.take(), names.take(), methods.list.take(), flags);
  // The registry keeps classes until the runtime stops: as immortal as those of an executable.
  return own(made);
}

template <class... Fields> Owned make(const Owned& type, Fields... fields) {
  Word block[] = {fields.take()..., 0};
  return own(abi::slisp_type_new(type.word(), block, sizeof...(fields)));
}

Owned point_class() {
  static const Owned type = define("my.ns.Point", {}, {"a", "b"}, {}, k_class_record);
  return Owned::copy(type);
}
Owned point(std::int64_t a, std::int64_t b) { return make(point_class(), num(a), num(b)); }

std::string printed_hash(const Owned& x) {
  bool failed = false;
  return std::to_string(static_cast<std::int32_t>(hash_of(x, failed)));
}
Word fail(Word self) {
  release(self);
  return throw_new(ClassId::IllegalStateException, "no").take();
}
Word fail_one(Word self, Word argument) {
  release(argument);
  return fail(self);
}

}  // namespace

TEST_CASE("a record is a map of its fields") {
  const Owned p = point(1, 2);
  CHECK(pr(p) == "#my.ns.Point{:a 1, :b 2}");
  CHECK(pr(abi::slisp_get(p.word(), key("a").word())) == "1");
  CHECK(pr(abi::slisp_get_default(p.word(), key("z").word(), num(9).take())) == "9");
  CHECK(pr(abi::slisp_count(Owned::copy(p).take())) == "2");
  CHECK(pr(abi::slisp_seq(Owned::copy(p).take())) == "([:a 1] [:b 2])");
  CHECK(pr(abi::slisp_keys(Owned::copy(p).take())) == "(:a :b)");
  CHECK(pr(abi::slisp_vals(Owned::copy(p).take())) == "(1 2)");
  CHECK(truth(abi::slisp_contains_p(p.word(), key("b").word())) == "true");
  CHECK(truth(abi::slisp_map_p(p.word())) == "true");
  CHECK(truth(abi::slisp_coll_p(p.word())) == "true");
  CHECK(truth(abi::slisp_vector_p(p.word())) == "false");
  CHECK(pr(abi::slisp_find(p.word(), key("a").word())) == "[:a 1]");
  CHECK(pr(abi::slisp_assoc(Owned::copy(p).take(), key("c").take(), num(3).take())) == "#my.ns.Point{:a 1, :b 2, :c 3}");
  CHECK(pr(abi::slisp_assoc(Owned::copy(p).take(), key("a").take(), num(5).take())) == "#my.ns.Point{:a 5, :b 2}");
  CHECK(pr(abi::slisp_dissoc(Owned::copy(p).take(), key("a").word())) == "{:b 2}");
  CHECK(pr(abi::slisp_conj(Owned::copy(p).take(), vec(key("a"), num(7)).take())) == "#my.ns.Point{:a 7, :b 2}");
  CHECK(pr(abi::slisp_empty(Owned::copy(p).take())) == "UnsupportedOperationException: Can't create empty: my.ns.Point");
  CHECK(pr(p) == "#my.ns.Point{:a 1, :b 2}");
}

TEST_CASE("an update of a record that nobody else holds works in place") {
  Owned p = point(1, 2);
  const Word before = p.word();
  p = own(abi::slisp_assoc(p.take(), key("b").take(), num(3).take()));
  CHECK(p.word() == before);
  CHECK(pr(p) == "#my.ns.Point{:a 1, :b 3}");
}

TEST_CASE("records are equal within their type, and hash with it") {
  CHECK(same(point(1, 2), point(1, 2)));
  CHECK_FALSE(same(point(1, 2), point(1, 3)));
  const Owned map = own(abi::slisp_assoc(abi::slisp_assoc(empty_map().take(), key("a").take(), num(1).take()), key("b").take(), num(2).take()));
  CHECK_FALSE(same(point(1, 2), map));
  CHECK_FALSE(same(map, point(1, 2)));
  CHECK(printed_hash(point(1, 2)) == "877391200");
  CHECK(pr(abi::slisp_str1(point(1, 2).take())) == "\"my.ns.Point@78de1816\"");
  CHECK(printed_hash(own(abi::slisp_assoc(point(1, 2).take(), key("c").take(), num(3).take()))) == "1502772725");
  Owned table = own(abi::slisp_assoc(empty_map().take(), point(1, 2).take(), num(3).take()));
  CHECK(pr(abi::slisp_get(table.word(), point(1, 2).word())) == "3");
}

TEST_CASE("a record keeps metadata and further entries through updates") {
  Owned p = own(abi::slisp_with_meta(point(1, 2).take(), map_assoc(empty_map(), key("m"), num(1)).take()));
  p = own(abi::slisp_assoc(p.take(), key("z").take(), num(3).take()));
  CHECK(pr(abi::slisp_meta(p.word())) == "{:m 1}");
  p = own(abi::slisp_dissoc(p.take(), key("z").word()));
  CHECK(pr(p) == "#my.ns.Point{:a 1, :b 2}");
  CHECK(pr(abi::slisp_meta(p.word())) == "{:m 1}");
  const Owned map = own(abi::slisp_dissoc(p.take(), key("b").word()));
  CHECK(pr(map) == "{:a 1}");
  CHECK(pr(abi::slisp_meta(map.word())) == "{:m 1}");
}

namespace {
// A collection of two elements by its methods.
Word two_count(Word self) { return release(self), num(2).take(); }
Word two_nth(Word self, Word index) {
  release(self);
  return num(long_of(index) + 1).take();
}
Word two_seq(Word self) { return release(self), abi::slisp_seq(vec(num(1), num(2)).take()); }
Word two_get(Word self, Word key) { return release(self), vec(str("got"), own(key)).take(); }
Word yes(Word self, Word other) { return release(self), release(other), abi::k_true; }
Word text(Word self) { return release(self), str("two!").take(); }
Word call_it(Word self, Word a, Word b) { return release(self), vec(own(a), own(b)).take(); }
}  // namespace

TEST_CASE("generic operations ask an object for the interfaces of its class") {
  static NativeFn count(two_count), nth(two_nth), seq(two_seq), get(two_get), equiv(yes), show(text), invoke(call_it);
  static const Owned type =
      define("my.ns.Two", {ClassId::IPersistentVector, ClassId::IFn}, {},
                 std::move(Methods().add("count", count).add("nth", nth).add("seq", seq).add("valAt", get).add("equiv", equiv).add("toString", show).add("invoke", invoke)));
  const Owned two = make(type);
  CHECK(pr(abi::slisp_count(Owned::copy(two).take())) == "2");
  CHECK(pr(abi::slisp_nth(Owned::copy(two).take(), 1)) == "2");
  CHECK(pr(abi::slisp_seq(Owned::copy(two).take())) == "(1 2)");
  CHECK(pr(abi::slisp_first(Owned::copy(two).take())) == "1");
  CHECK(pr(abi::slisp_get(two.word(), key("k").word())) == "[\"got\" :k]");
  CHECK(pr(two) == "[1 2]");
  CHECK(pr(abi::slisp_str1(Owned::copy(two).take())) == "\"two!\"");
  CHECK(same(vec(num(1), num(2)), two));
  CHECK_FALSE(same(vec(num(1), num(3)), two));
  CHECK(same(two, num(5)));
  CHECK(truth(abi::slisp_vector_p(two.word())) == "true");
  CHECK(truth(abi::slisp_native_vector_p(two.word())) == "false");
  CHECK(truth(abi::slisp_sequential_p(two.word())) == "true");
  CHECK(truth(abi::slisp_map_p(two.word())) == "false");
  CHECK(truth(abi::slisp_instance_p(class_object(ClassId::Seqable).word(), two.word())) == "true");
  CHECK(pr(call(two, num(1), num(2))) == "[1 2]");
  CHECK(pr(call(two, num(1))).starts_with("AbstractMethodError: Receiver class my.ns.Two does not define"));
  CHECK(pr(abi::slisp_pop(Owned::copy(two).take())) ==
        "AbstractMethodError: Receiver class my.ns.Two does not define or inherit an implementation of the resolved method "
        "'abstract clojure.lang.IPersistentStack pop()' of interface clojure.lang.IPersistentStack.");
}

TEST_CASE("methods that throw leave nothing behind") {
  static NativeFn bad(fail), bad_one(fail_one);
  static const Owned type = define("my.ns.Bad", {ClassId::ISeq, ClassId::IHashEq, ClassId::Comparable}, {},
                                       std::move(Methods().add("hasheq", bad).add("equiv", bad_one).add("compareTo", bad_one).add("seq", bad).add("toString", bad).add("count", bad)));
  const NothingLeft check;
  for (int i = 0; i < 3; ++i) {
    Owned map = empty_map();
    for (int k = 0; k < 12; ++k) map = map_assoc(std::move(map), num(k), num(k));
    CHECK(pr(map_assoc(std::move(map), make(type), num(1))) == "IllegalStateException: no");
    CHECK(pr(own(abi::slisp_sort_vector(k_nil, vec(make(type), make(type)).take()))) == "IllegalStateException: no");
    CHECK(pr(vec(make(type))) == "IllegalStateException: no");
    CHECK(pr(own(abi::slisp_vector_p(k_nil) != 0 ? k_nil : abi::slisp_to_vector(make(type).take()))) == "IllegalStateException: no");
    CHECK(pr(abi::slisp_str1(make(type).take())) == "IllegalStateException: no");
    CHECK(truth(abi::slisp_equal(vec(num(1)).word(), vec(make(type)).word())) == "IllegalStateException: no");
    CHECK(pr(abi::slisp_count(make(type).take())) == "IllegalStateException: no");
  }
}

TEST_CASE("protocols choose by class, superclass, interface, Object and nil") {
  static NativeFn inlined(+[](Word self) { return release(self), key("inline").take(); });
  const Owned interface = define("user.P", {}, {}, {}, k_class_interface);
  Owned interfaces = vector_conj(empty_vector(), Owned::copy(interface));
  const Owned type = own(abi::slisp_class_new(str("user.T").take(), interfaces.take(), empty_vector().take(),
                                              std::move(Methods().add("foo", inlined)).list.take(), 0));
  Owned protocol = own(abi::slisp_protocol_new(symbol("user", "P").take(), Owned::copy(interface).take(), vec(key("foo")).take(),
                                               empty_map().take(), false));
  auto ask = [&](const Owned& x) {
    const Owned f = own(abi::slisp_protocol_method(protocol.word(), 0, x.word()));
    return f.failed() || !f.is(Kind::Fn) ? pr(f) : pr(call(f, Owned::copy(x)));
  };
  auto extend = [&](ClassId id, std::string_view answer) {
    Owned methods = map_assoc(empty_map(), key("foo"), key(answer));
    protocol = own(abi::slisp_protocol_extend(protocol.take(), class_object(id).word(), methods.take()));
  };
  CHECK(ask(num(1)) == "IllegalArgumentException: No implementation of method: :foo of protocol: #'user/P found for class: java.lang.Long");
  CHECK(ask(make(type)) == ":inline");
  extend(ClassId::Number, "number");
  CHECK(ask(num(1)) == ":number");
  extend(ClassId::Long, "long");
  CHECK(ask(num(1)) == ":long");
  CHECK(ask(dbl(1)) == ":number");
  extend(ClassId::Sequential, "sequential");
  extend(ClassId::IPersistentVector, "vector");
  CHECK(ask(vec(num(1))) == ":vector");
  CHECK(ask(empty_list()) == ":sequential");
  CHECK(ask(nil()) == "IllegalArgumentException: No implementation of method: :foo of protocol: #'user/P found for class: nil");
  extend(ClassId::Object, "object");
  CHECK(ask(str("x")) == ":object");
  CHECK(ask(make(type)) == ":inline");
  CHECK(truth(abi::slisp_protocol_satisfied(protocol.word(), nil().word())) == "false");
  protocol = own(abi::slisp_protocol_extend(protocol.take(), k_nil, map_assoc(empty_map(), key("foo"), key("nil")).take()));
  CHECK(ask(nil()) == ":nil");
  for (ClassId id : {ClassId::String, ClassId::Keyword, ClassId::Symbol, ClassId::Double, ClassId::Character, ClassId::Boolean}) extend(id, "more");
  for (int round = 0; round < 2; ++round) {
    CHECK(ask(str("x")) == ":more");
    CHECK(ask(key("x")) == ":more");
    CHECK(ask(dbl(1)) == ":more");
    CHECK(ask(chr('x')) == ":more");
    CHECK(ask(own(abi::k_true)) == ":more");
    CHECK(ask(num(1)) == ":long");
    CHECK(ask(vec(num(1))) == ":vector");
  }
  CHECK(pr(own(abi::slisp_protocol_extend(Owned::copy(protocol).take(), type.word(), empty_map().take()))) ==
        "IllegalArgumentException: class user.T already directly implements interface user.P for protocol:#'user/P");
}
