// Calls, exceptions, classes, cells, multimethods, metadata, instants, UUIDs.
#include "runtime/abi/functions.hpp"
#include "runtime/control/classes.hpp"
#include "runtime/control/exceptions.hpp"
#include "runtime/control/runtime.hpp"
#include "runtime/memory/context.hpp"
#include "runtime/names/names.hpp"
#include <catch2/catch.hpp>
#include <string>
#include <vector>

using namespace slisp::rt;
namespace abi = slisp::abi;
using abi::k_nil;
using abi::k_pending;

extern "C" {
void slisp_arity_missing_0();
void slisp_arity_missing_1();
void slisp_arity_missing_2();
void slisp_arity_missing_3();
void slisp_arity_missing_4();
void slisp_arity_missing_5();
void slisp_arity_missing_6();
void slisp_arity_missing_many();
void slisp_call_value();
}

namespace {

// Counts live objects: each test ends where it began. Interned keywords live on, so the table is emptied on both sides.
class Balance {
 public:
  Balance() {
    release_keywords();
    before_ = live();
  }
  ~Balance() {
    release_keywords();
    CHECK(live() == before_);
  }
  static std::uint64_t live() { return heap_counts().allocated - heap_counts().freed; }

 private:
  std::uint64_t before_ = 0;
};

std::string text(Owned value) {
  if (value.is(Kind::String)) return std::string(text_of(value));
  TextBuffer out;
  CHECK(print_value(out, value, PrintMode::Readable));
  return std::string(out.view());
}

// "Class: message" of the pending exception.
std::string pending() {
  REQUIRE(exception_pending());
  Owned exception = Owned::adopt(abi::slisp_exception_take());
  Owned of = Owned::adopt(abi::slisp_class_of(exception.word()));
  Owned message = Owned::adopt(abi::slisp_ex_message(exception.word()));
  return text(Owned::adopt(abi::slisp_class_name(of.word()))) + ": " + (message.is_nil() ? "nil" : text(std::move(message)));
}

// Functions as generated code has them: a descriptor whose entries take arguments by the convention.
struct TestFn {
  abi::FnDescriptor descriptor;
  abi::Fn fn;
  explicit TestFn(const char* name) : descriptor{}, fn{{0, Kind::Fn, 0, 0}, &descriptor} {
    descriptor.entry[0] = slisp_arity_missing_0;
    descriptor.entry[1] = slisp_arity_missing_1;
    descriptor.entry[2] = slisp_arity_missing_2;
    descriptor.entry[3] = slisp_arity_missing_3;
    descriptor.entry[4] = slisp_arity_missing_4;
    descriptor.entry[5] = slisp_arity_missing_5;
    descriptor.entry[6] = slisp_arity_missing_6;
    descriptor.entry_many = slisp_arity_missing_many;
    descriptor.variadic_fixed = -1;
    descriptor.name = name;
    descriptor.file = "test";
  }
  template <class F> TestFn& arity(int n, F* entry) {
    descriptor.entry[n] = reinterpret_cast<abi::Code>(entry);
    return *this;
  }
  Borrowed value() const { return word_of(&fn); }
};

Word identity_entry(Word x) { return x; }
Word fail_entry(Word x) {
  Owned argument = Owned::adopt(x);
  return throw_with_value(ClassId::IllegalStateException, "failed on ", argument, "").take();
}
Word positive_entry(Word x) { return from_bool(is_fixnum(x) && to_fixnum(x) > 0); }

}  // namespace

TEST_CASE("calls of functions, of what looks up, and of what is no function") {
  Balance balance;
  TestFn identity("user/identity");
  identity.arity(1, identity_entry);
  CHECK(text(call(identity.value(), make_string("x"))) == "x");
  CHECK(call(identity.value(), make_string("x"), make_string("y")).failed());
  CHECK(pending() == "clojure.lang.ArityException: Wrong number of args (2) passed to: user/identity");
  Owned eight[] = {make_string("1"), make_string("2"), make_string("3"), make_string("4"),
                   make_string("5"), make_string("6"), make_string("7"), make_string("8")};
  CHECK(call_block(identity.value(), eight).failed());
  CHECK(pending() == "clojure.lang.ArityException: Wrong number of args (8) passed to: user/identity");

  Owned map = map_assoc(empty_map(), make_long(1), make_string("one"));
  CHECK(text(call(map, make_long(1))) == "one");
  CHECK(call(map, make_long(2)).is_nil());
  CHECK(text(call(map, make_long(2), make_string("none"))) == "none");
  CHECK(call(map).failed());
  CHECK(pending() == "clojure.lang.ArityException: Wrong number of args (0) passed to: clojure.lang.PersistentArrayMap");
  Owned set = set_conj(empty_set(), make_string("a"));
  CHECK(text(call(set, make_string("a"))) == "a");
  CHECK(call(set, make_string("a"), Owned()).failed());
  CHECK(pending() == "clojure.lang.ArityException: Wrong number of args (2) passed to: clojure.lang.PersistentHashSet");
  Owned vector = vector_conj(empty_vector(), make_string("v"));
  CHECK(text(call(vector, make_long(0))) == "v");
  CHECK(call(vector, make_long(1)).failed());
  CHECK(pending() == "java.lang.IndexOutOfBoundsException: nil");
  CHECK(call(vector, make_string("k")).failed());
  CHECK(pending() == "java.lang.IllegalArgumentException: Key must be integer");
  CHECK(call(make_string("abc"), make_long(1)).failed());
  CHECK(pending() ==
        "java.lang.ClassCastException: class java.lang.String cannot be cast to class clojure.lang.IFn (java.lang.String is in "
        "module java.base of loader 'bootstrap'; clojure.lang.IFn is in unnamed module of loader 'app')");
  CHECK(call(make_long(1), make_long(1)).failed());
  CHECK(pending().starts_with("java.lang.ClassCastException: class java.lang.Long cannot be cast"));
  CHECK(call(k_nil).failed());
  CHECK(pending().starts_with("java.lang.NullPointerException: "));
}

TEST_CASE("every missing arity releases its arguments and names the function") {
  Balance balance;
  TestFn none("user/none");
  for (std::size_t n = 0; n <= 25; ++n) {
    std::vector<Owned> arguments;
    for (std::size_t i = 0; i < n; ++i) arguments.push_back(make_string("argument"));
    CHECK(call_block(none.value(), arguments).failed());
    CHECK(pending() == "clojure.lang.ArityException: Wrong number of args (" + std::to_string(n) + ") passed to: user/none");
  }
}

TEST_CASE("an unknown call reaches a map through slisp_call_value") {
  Balance balance;
  Owned map = map_assoc(empty_map(), make_string("key"), make_string("found"));
  Word arguments[] = {make_string("key").take()};
  // slisp_call_value takes the callee where entries take the closure; entries of seven and more pass the count in eax too.
  CHECK(text(enter(slisp_call_value, map.word(), arguments, 1)) == "found");
  Word many[9];
  for (Word& word : many) word = make_string("x").take();
  CHECK(enter(slisp_call_value, map.word(), many, 9).failed());
  CHECK(pending() == "clojure.lang.ArityException: Wrong number of args (9) passed to: clojure.lang.PersistentArrayMap");
}

namespace {
Word two_and_rest(Word a, Word b, Word rest) {
  Owned parts[] = {Owned::adopt(a), Owned::adopt(b), Owned::adopt(rest)};
  return vector_of(parts).take();
}
Word rest_of_two(Word a, Word b) { return two_and_rest(a, b, k_nil); }
}  // namespace

TEST_CASE("apply spreads, packs the rest, and does not walk an infinite seq") {
  Balance balance;
  TestFn variadic("user/variadic");
  variadic.arity(2, rest_of_two);
  variadic.descriptor.variadic = reinterpret_cast<abi::Code>(two_and_rest);
  variadic.descriptor.variadic_fixed = 2;
  auto range = [](std::int64_t n) { return abi::slisp_range_long(0, n, 1); };
  CHECK(text(Owned::adopt(abi::slisp_apply(variadic.value().word(), range(2)))) == "[0 1 nil]");
  CHECK(text(Owned::adopt(abi::slisp_apply(variadic.value().word(), range(5)))) == "[0 1 (2 3 4)]");
  CHECK(abi::slisp_apply(variadic.value().word(), range(1)) == k_pending);
  CHECK(pending() == "clojure.lang.ArityException: Wrong number of args (1) passed to: user/variadic");
  Owned long_range = Owned::adopt(abi::slisp_apply(variadic.value().word(), range(std::int64_t{1} << 60)));
  CHECK(long_range.is(Kind::Vector));
  std::vector<Owned> arguments;
  for (int i = 0; i < 30; ++i) arguments.push_back(make_long(i));
  CHECK(text(call_block(variadic.value(), arguments)).ends_with("28 29)]"));
  CHECK(abi::slisp_apply(k_nil, range(1)) == k_pending);
  CHECK(pending().starts_with("java.lang.NullPointerException"));
}

TEST_CASE("class casts name both classes and where they come from") {
  Balance balance;
  CHECK(throw_class_cast(make_string("a"), "java.lang.Number").failed());
  CHECK(pending() ==
        "java.lang.ClassCastException: class java.lang.String cannot be cast to class java.lang.Number (java.lang.String and "
        "java.lang.Number are in module java.base of loader 'bootstrap')");
  CHECK(throw_class_cast(keyword("", "a"), "clojure.lang.Atom").failed());
  CHECK(pending() ==
        "java.lang.ClassCastException: class clojure.lang.Keyword cannot be cast to class clojure.lang.Atom (clojure.lang.Keyword and "
        "clojure.lang.Atom are in unnamed module of loader 'app')");
  TestFn fn("user/foo-bar?");
  CHECK(throw_class_cast(fn.value(), "java.lang.Number").failed());
  CHECK(pending().starts_with("java.lang.ClassCastException: class user$foo_bar_QMARK_ cannot be cast"));
}

TEST_CASE("ex-info, causes, traces") {
  Balance balance;
  Owned data = map_assoc(empty_map(), make_long(1), make_string("d"));
  Owned inner = Owned::adopt(abi::slisp_ex_info(make_string("inner").take(), data.take(), k_nil));
  Owned outer = Owned::adopt(abi::slisp_ex_info(k_nil, empty_map().take(), Owned::copy(inner).take()));
  CHECK(Owned::adopt(abi::slisp_ex_cause(outer.word())).word() == inner.word());
  CHECK(Owned::adopt(abi::slisp_ex_message(outer.word())).is_nil());
  CHECK(text(Owned::adopt(abi::slisp_ex_data(inner.word()))) == "{1 \"d\"}");
  CHECK(abi::slisp_ex_info(k_nil, k_nil, k_nil) == k_pending);
  CHECK(pending() == "java.lang.IllegalArgumentException: Additional data must be non-nil.");
  CHECK(abi::slisp_throw_value(Owned::copy(inner).take()) == k_pending);
  static abi::TraceSite sites[300];
  for (int i = 0; i < 300; ++i) {
    sites[i] = {"user/f", "f.slisp", static_cast<std::uint32_t>(i), 1};
    abi::slisp_trace(reinterpret_cast<std::int64_t>(&sites[i]));
  }
  Owned caught = Owned::adopt(abi::slisp_exception_take());
  CHECK(caught.word() == inner.word());
  Owned trace = Owned::adopt(abi::slisp_ex_trace(caught.word()));
  CHECK(counted_size(trace) == 128);
  CHECK(text(Owned::copy(vector_at(trace, 63))) == "[\"user/f\" \"f.slisp\" 63]");
  CHECK(text(Owned::copy(vector_at(trace, 64))) == "[\"user/f\" \"f.slisp\" 236]");
  CHECK(text(Owned::copy(vector_at(trace, 127))) == "[\"user/f\" \"f.slisp\" 299]");
  CHECK(abi::slisp_throw_value(make_long(1).take()) == k_pending);
  CHECK(pending().starts_with("java.lang.ClassCastException: class java.lang.Long cannot be cast to class java.lang.Throwable"));
}

TEST_CASE("constructors of exceptions") {
  Balance balance;
  Borrowed runtime_exception = class_object(ClassId::RuntimeException);
  Owned cause = Owned::adopt(abi::slisp_new_exception(class_object(ClassId::IOException).word(), make_string("disk").take(), k_nil));
  Owned wrapped = Owned::adopt(abi::slisp_new_exception(runtime_exception.word(), Owned::copy(cause).take(), k_nil));
  CHECK(text(Owned::adopt(abi::slisp_ex_message(wrapped.word()))) == "java.io.IOException: disk");
  CHECK(Owned::adopt(abi::slisp_ex_cause(wrapped.word())).word() == cause.word());
  CHECK(abi::slisp_new_exception(runtime_exception.word(), make_long(1).take(), k_nil) == k_pending);
  CHECK(pending() == "java.lang.IllegalArgumentException: No matching ctor found for class java.lang.RuntimeException");
}

TEST_CASE("the hierarchy of classes is the JVM's") {
  Balance balance;
  auto instance = [](ClassId id, Borrowed value) { return abi::slisp_instance_p(class_object(id).word(), value.word()) != 0; };
  Owned number = make_long(5), vector = vector_conj(empty_vector(), make_long(1)), list = empty_list();
  CHECK(instance(ClassId::Long, number));
  CHECK(instance(ClassId::Number, number));
  CHECK(instance(ClassId::Comparable, number));
  CHECK(instance(ClassId::Object, number));
  CHECK_FALSE(instance(ClassId::Double, number));
  CHECK(instance(ClassId::IPersistentVector, vector));
  CHECK(instance(ClassId::IFn, vector));
  CHECK(instance(ClassId::JavaList, vector));
  CHECK_FALSE(instance(ClassId::IPersistentMap, vector));
  CHECK(instance(ClassId::IPersistentList, list));
  CHECK_FALSE(instance(ClassId::Object, k_nil));
  CHECK(throw_new(ClassId::NumberFormatException, "x").failed());
  Owned exception = Owned::adopt(abi::slisp_exception_take());
  CHECK(instance(ClassId::IllegalArgumentException, exception));
  CHECK(instance(ClassId::Throwable, exception));
  CHECK_FALSE(instance(ClassId::IllegalStateException, exception));
  Owned simple = make_string("String"), full = make_string("clojure.lang.LazySeq"), none = make_string("NoSuch");
  CHECK(abi::slisp_class_find(simple.word()) == class_object(ClassId::String).word());
  CHECK(abi::slisp_class_find(full.word()) == class_object(ClassId::LazySeq).word());
  CHECK(abi::slisp_class_find(none.word()) == k_nil);
  CHECK(abi::slisp_class_super(class_object(ClassId::Exception).word()) == class_object(ClassId::Throwable).word());
  CHECK(abi::slisp_class_super(class_object(ClassId::Object).word()) == k_nil);
  CHECK(counted_size(Owned::adopt(abi::slisp_class_bases(class_object(ClassId::ExceptionInfo).word()))) == 2);
}

TEST_CASE("kinds that are several classes on the JVM") {
  Balance balance;
  auto name = [](Borrowed value) {
    Owned found = Owned::adopt(abi::slisp_class_of(value.word()));
    return text(Owned::adopt(abi::slisp_class_name(found.word())));
  };
  Owned map = map_assoc(empty_map(), make_long(1), make_long(2));
  CHECK(name(Owned::adopt(abi::slisp_seq(Owned::copy(map).take()))) == "clojure.lang.PersistentArrayMap$Seq");
  CHECK(name(Owned::adopt(abi::slisp_keys(Owned::copy(map).take()))) == "clojure.lang.APersistentMap$KeySeq");
  CHECK(name(Owned::adopt(abi::slisp_vals(Owned::copy(map).take()))) == "clojure.lang.APersistentMap$ValSeq");
  CHECK(name(Owned::adopt(abi::slisp_find(map.word(), from_fixnum(1)))) == "clojure.lang.MapEntry");
  CHECK(name(Owned::adopt(abi::slisp_string_reader(make_string("x").take()))) == "java.io.StringReader");
  CHECK(name(Owned::adopt(abi::slisp_stdout_stream())) == "java.io.OutputStreamWriter");
  CHECK(name(from_fixnum(1)) == "java.lang.Long");
  CHECK(name(from_character('x')) == "java.lang.Character");
  CHECK(name(abi::k_true) == "java.lang.Boolean");
}

TEST_CASE("what control makes prints as on the JVM") {
  Balance balance;
  auto shown = [](Borrowed value) {
    TextBuffer out;
    append_shown(out, value);
    return std::string(out.view());
  };
  CHECK(shown(class_object(ClassId::String)) == "class java.lang.String");
  Owned exception = Owned::adopt(abi::slisp_ex_info(make_string("boom").take(), map_assoc(empty_map(), make_long(1), make_long(2)).take(), k_nil));
  CHECK(shown(exception) == "clojure.lang.ExceptionInfo: boom {1 2}");
  CHECK(shown(k_nil) == "null");
}

TEST_CASE("atoms: validators, watches, compare and set") {
  Balance balance;
  TestFn positive("user/pos?");
  positive.arity(1, positive_entry);
  Owned atom = Owned::adopt(abi::slisp_atom(from_fixnum(1)));
  CHECK(abi::slisp_atom_set_validator(atom.word(), positive.value().word()) == k_nil);
  CHECK(abi::slisp_atom_reset(atom.word(), from_fixnum(-1)) == k_pending);
  CHECK(pending() == "java.lang.IllegalStateException: Invalid reference state");
  CHECK(abi::slisp_atom_get(atom.word()) == from_fixnum(1));
  CHECK(abi::slisp_atom_compare_and_set(atom.word(), from_fixnum(7), from_fixnum(2)) == 0);
  CHECK(abi::slisp_atom_compare_and_set(atom.word(), from_fixnum(1), from_fixnum(2)) == 1);
  CHECK(abi::slisp_deref(atom.word()) == from_fixnum(2));
  static int calls;
  calls = 0;
  TestFn watch("user/watch");
  watch.arity(4, +[](Word key, Word reference, Word old_value, Word new_value) -> Word {
    ++calls;
    CHECK(old_value == from_fixnum(2));
    CHECK(new_value == from_fixnum(3));
    release(key);
    release(reference);
    return k_nil;
  });
  CHECK(Owned::adopt(abi::slisp_add_watch(Owned::copy(atom).take(), make_string("w").take(), watch.value().word())).word() == atom.word());
  CHECK(abi::slisp_atom_reset(atom.word(), from_fixnum(3)) == from_fixnum(3));
  CHECK(calls == 1);
  CHECK(Owned::adopt(abi::slisp_remove_watch(Owned::copy(atom).take(), make_string("w").take())).word() == atom.word());
  CHECK(abi::slisp_atom_reset(atom.word(), from_fixnum(4)) == from_fixnum(4));
  CHECK(calls == 1);
  CHECK(abi::slisp_atom_get(from_fixnum(1)) == k_pending);
  CHECK(pending().starts_with("java.lang.ClassCastException: class java.lang.Long cannot be cast to class clojure.lang.IAtom"));
}

TEST_CASE("delays run once, failures are kept") {
  Balance balance;
  static int runs;
  runs = 0;
  TestFn body("user/body");
  body.arity(0, +[]() -> Word {
    ++runs;
    return make_string("value").take();
  });
  Owned delay = Owned::adopt(abi::slisp_delay_new(body.value().word()));
  CHECK(abi::slisp_realized_p(delay.word()) == 0);
  CHECK(text(Owned::adopt(abi::slisp_force(delay.word()))) == "value");
  CHECK(text(Owned::adopt(abi::slisp_deref(delay.word()))) == "value");
  CHECK(runs == 1);
  CHECK(abi::slisp_realized_p(delay.word()) == 1);
  TestFn failing("user/failing");
  failing.arity(0, +[]() -> Word {
    ++runs;
    return throw_new(ClassId::RuntimeException, "no").take();
  });
  Owned failed = Owned::adopt(abi::slisp_delay_new(failing.value().word()));
  for (int i = 0; i < 2; ++i) {
    CHECK(abi::slisp_force(failed.word()) == k_pending);
    CHECK(pending() == "java.lang.RuntimeException: no");
  }
  CHECK(runs == 2);
}

TEST_CASE("multimethods: hierarchy, preference, default, vectors") {
  Balance balance;
  {
    TestFn identity("user/identity"), first("user/first"), second("user/second");
    identity.arity(1, identity_entry);
    first.arity(1, +[](Word x) -> Word { release(x); return from_fixnum(1); });
    second.arity(1, +[](Word x) -> Word { release(x); return from_fixnum(2); });
    auto k = [](std::string_view name) { return keyword("", name); };
    // :x is both a :p and a :q
    Owned parents = set_conj(set_conj(empty_set(), k("p")), k("q"));
    Owned table = map_assoc(empty_map(), k("x"), Owned::copy(parents));
    Owned hierarchy = map_assoc(map_assoc(empty_map(), k("parents"), Owned::copy(table)), k("ancestors"), Owned::copy(table));
    Owned multi = Owned::adopt(abi::slisp_multifn_new(make_string("mm").take(), identity.value().word(), k("default").take(), hierarchy.take()));
    CHECK(call(multi, make_long(5)).failed());
    CHECK(pending() == "java.lang.IllegalArgumentException: No method in multimethod 'mm' for dispatch value: 5");
    CHECK(call(multi, Owned()).failed());
    CHECK(pending() == "java.lang.IllegalArgumentException: No method in multimethod 'mm' for dispatch value: null");
    auto add = [&](Owned dispatch, const TestFn& fn) {
      Owned same = Owned::adopt(abi::slisp_multifn_add(Owned::copy(multi).take(), dispatch.take(), fn.value().word()));
      CHECK(same.word() == multi.word());
    };
    add(k("p"), first);
    CHECK(call(multi, k("x")).word() == from_fixnum(1));
    CHECK(call(multi, k("p")).word() == from_fixnum(1));
    add(k("q"), second);
    CHECK(call(multi, k("x")).failed());
    CHECK(pending().starts_with("java.lang.IllegalArgumentException: Multiple methods in multimethod 'mm' match dispatch value: :x -> "));
    Owned preferred = Owned::adopt(abi::slisp_multifn_prefer(Owned::copy(multi).take(), k("q").take(), k("p").take()));
    CHECK(call(multi, k("x")).word() == from_fixnum(2));
    CHECK(abi::slisp_multifn_prefer(Owned::copy(multi).take(), k("p").take(), k("q").take()) == k_pending);
    CHECK(pending() == "java.lang.IllegalStateException: Preference conflict in multimethod 'mm': :q is already preferred to :p");
    Owned pair[] = {k("p"), make_long(1)}, value[] = {k("x"), make_long(1)};
    add(vector_of(pair), first);
    CHECK(call(multi, vector_of(value)).word() == from_fixnum(1));
    add(class_of_value(make_string("")) == nullptr ? Owned() : Owned::copy(class_object(ClassId::CharSequence)), second);
    CHECK(call(multi, Owned::copy(class_object(ClassId::String))).word() == from_fixnum(2));
    add(k("default"), first);
    CHECK(call(multi, make_long(77)).word() == from_fixnum(1));
    CHECK(counted_size(Owned::adopt(abi::slisp_multifn_methods(multi.word()))) == 5);
    Owned removed = Owned::adopt(abi::slisp_multifn_remove(Owned::copy(multi).take(), k("default").take()));
    CHECK(call(multi, make_long(77)).failed());
    CHECK(pending().starts_with("java.lang.IllegalArgumentException: No method"));
  }
}

TEST_CASE("metadata goes into a unique object in place, into a copy of a shared one") {
  Balance balance;
  Owned meta = map_assoc(empty_map(), make_long(1), make_long(2));
  Owned vector = vector_conj(empty_vector(), make_string("element"));
  Owned shared = Owned::copy(vector);
  Owned with = Owned::adopt(abi::slisp_with_meta(vector.take(), Owned::copy(meta).take()));
  CHECK(with.word() != shared.word());
  CHECK(Owned::adopt(abi::slisp_meta(with.word())).word() == meta.word());
  CHECK(Owned::adopt(abi::slisp_meta(shared.word())).is_nil());
  bool failed = false;
  CHECK(equal(with, shared, failed));
  Word before = with.word();
  with = Owned::adopt(abi::slisp_with_meta(with.take(), k_nil));
  CHECK(with.word() == before);
  CHECK(Owned::adopt(abi::slisp_meta(with.word())).is_nil());
  CHECK(abi::slisp_with_meta(make_string("a").take(), Owned::copy(meta).take()) == k_pending);
  CHECK(pending().starts_with("java.lang.ClassCastException: class java.lang.String cannot be cast to class clojure.lang.IObj"));
}

TEST_CASE("instants and UUIDs go to text and back") {
  Balance balance;
  auto parse = [](std::string_view in) -> std::string {
    Owned string = make_string(in);
    Owned inst = Owned::adopt(abi::slisp_parse_inst(string.word()));
    if (inst.failed()) return pending();
    TextBuffer out;
    append_inst(out, abi::slisp_inst_ms(inst.word()).value);
    return std::string(out.view());
  };
  CHECK(parse("2020") == "2020-01-01T00:00:00.000-00:00");
  CHECK(parse("2020-02-29T12:34:56.789123-03:30") == "2020-02-29T16:04:56.789-00:00");
  CHECK(parse("1969-12-31T23:59:59.999Z") == "1969-12-31T23:59:59.999-00:00");
  CHECK(parse("1500-03-01") == "1500-03-01T00:00:00.000-00:00");
  CHECK(parse("0001-01-01") == "0001-01-01T00:00:00.000-00:00");
  CHECK(parse("2020-13-01") == "java.lang.RuntimeException: failed: (<= 1 months 12)");
  CHECK(parse("2021-02-29") == "java.lang.RuntimeException: failed: (<= 1 days (days-in-month months (leap-year? years)))");
  CHECK(parse("2020-02-29T24:00:60Z") == "java.lang.RuntimeException: failed: (<= 0 hours 23)");
  CHECK(parse("foo") == "java.lang.RuntimeException: Unrecognized date/time syntax: foo");
  auto uuid = [](std::string_view in) -> std::string {
    Owned string = make_string(in);
    Owned parsed = Owned::adopt(abi::slisp_parse_uuid(string.word()));
    if (parsed.is_nil()) return "nil";
    char out[k_uuid_text_size];
    format_uuid(*parsed.as<UuidObject>(), out);
    return std::string(out, sizeof out);
  };
  CHECK(uuid("b6883c0a-0342-4007-9966-bc2dfa6b109e") == "b6883c0a-0342-4007-9966-bc2dfa6b109e");
  CHECK(uuid("1-1-1-1-1") == "00000001-0001-0001-0001-000000000001");
  CHECK(uuid("foo") == "nil");
  CHECK(uuid("") == "nil");
}

TEST_CASE("System/exit is pending like an exception but is none") {
  Balance balance;
  CHECK(abi::slisp_exit(300) == k_pending);
  CHECK(abi::slisp_exit_pending() == 1);
  CHECK(exit_status() == 44);
  CHECK(abi::slisp_exception_take() == word_of(&k_exit_token));
  CHECK(abi::slisp_exit_pending() == 0);
}

TEST_CASE("the big stack is deep, and its end is noticed") {
  struct Recursion {
    static std::uint64_t down(std::uint64_t depth) {
      volatile char frame[4096];
      frame[0] = 1;
      if (stack_exhausted() || depth == 0) return depth;
      return down(depth - 1) + static_cast<std::uint64_t>(frame[0] - 1);
    }
  };
  std::uint64_t left = 1;
  CHECK(run_on_big_stack([](void* out) { *static_cast<std::uint64_t*>(out) = Recursion::down(20'000); }, &left));
  CHECK(left == 0);
}

TEST_CASE("the table of runtime functions is found by name") {
  abi::RuntimeFunctionId id = abi::find_runtime_function("apply");
  REQUIRE(id == abi::RuntimeFunctionId::apply);
  const abi::RuntimeFunction& apply = abi::runtime_function(id);
  CHECK(apply.may_throw);
  CHECK(apply.parameter_count == 2);
  CHECK(apply.parameters[0] == abi::ParameterMode::Borrowed);
  CHECK(apply.parameters[1] == abi::ParameterMode::Owned);
  CHECK(apply.result == abi::ResultMode::Owned);
  CHECK(abi::find_runtime_function("no_such") == abi::RuntimeFunctionId::k_count);
}
