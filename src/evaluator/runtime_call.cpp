// runtime_call.cpp: call any row of the runtime-function table.
// In:   one owned word per argument; from a row's block on, all words are the block's.
// Keeps: as lowering does it: raw parameters are unboxed by rt/to_long and rt/to_double, raw results boxed; what is borrowed is released
//        after the call.
// Idea: the table's signatures, read as types, make one caller per row.
#include "src/evaluator/evaluator.hpp"
#include "runtime/api.hpp"
#include <array>
#include <tuple>

namespace slisp::evaluator {
namespace {

// The table's words as types of their own: `owned` and `borrowed` are the same C type.
namespace tag {
struct owned { using type = abi::Word; };
struct borrowed { using type = abi::Word; };
struct block { using type = abi::Word*; };
struct i64 { using type = std::int64_t; };
struct f64 { using type = double; };
struct boolean { using type = bool; };
struct nothing {};
}  // namespace tag

// Consumes words as parameters ask for them.
struct Arguments {
  Word* words;
  std::size_t count, at = 0;
  bool failed = false;
  Word borrowed[abi::k_max_runtime_parameters];
  std::size_t borrowed_count = 0;
  bool in_block = false;

  Word next() { return words[at++]; }
};

template <class Tag> typename Tag::type convert(Arguments& arguments);

template <> Word convert<tag::owned>(Arguments& arguments) { return arguments.next(); }
template <> Word convert<tag::borrowed>(Arguments& arguments) { return arguments.borrowed[arguments.borrowed_count++] = arguments.next(); }
template <> bool convert<tag::boolean>(Arguments& arguments) {
  Owned value = Owned::adopt(arguments.next());
  return value.truthy();
}
template <> Word* convert<tag::block>(Arguments& arguments) {
  arguments.in_block = true;
  return arguments.words + arguments.at;
}
template <> std::int64_t convert<tag::i64>(Arguments& arguments) {
  if (arguments.in_block) return static_cast<std::int64_t>(arguments.count - arguments.at);
  Owned value = Owned::adopt(arguments.next());
  if (arguments.failed) return 0;
  if (rt::is_fixnum(value.word())) return rt::to_fixnum(value.word());
  auto [number, valid] = abi::slisp_to_long(value.word());
  arguments.failed = arguments.failed || static_cast<std::uint32_t>(valid) == 0;
  return number;
}
template <> double convert<tag::f64>(Arguments& arguments) {
  Owned value = Owned::adopt(arguments.next());
  if (arguments.failed) return 0;
  auto [number, valid] = abi::slisp_to_double(value.word());
  arguments.failed = arguments.failed || static_cast<std::uint32_t>(valid) == 0;
  return number;
}

Owned box(Word word, tag::owned, auto) { return Owned::adopt(word); }
Owned box(Word word, tag::borrowed, auto) { return word == abi::k_pending ? Owned::pending() : Owned::copy(word); }
Owned box(std::int64_t value, tag::i64, std::false_type) { return rt::make_long(value); }
Owned box(abi::i64_or_failure value, tag::i64, std::true_type) {
  return static_cast<std::uint32_t>(value.valid) == 0 ? Owned::pending() : rt::make_long(value.value);
}
Owned box(double value, tag::f64, std::false_type) { return rt::make_double(value); }
Owned box(abi::f64_or_failure value, tag::f64, std::true_type) {
  return static_cast<std::uint32_t>(value.valid) == 0 ? Owned::pending() : rt::make_double(value.value);
}
Owned box(std::uint32_t value, tag::boolean, auto) {
  return value == abi::k_bool_failed ? Owned::pending() : Owned::adopt(rt::from_bool(value != 0));
}
Owned box(Word word, tag::nothing, std::true_type) { return word == abi::k_pending ? Owned::pending() : Owned(); }

void release_owned(Word value) { rt::release(value); }
void release_owned(auto) {}

// Releases what a conversion that failed leaves of the others.
template <class... Tags, class Tuple, std::size_t... I>
void give_back(Tuple& values, std::index_sequence<I...>) {
  [[maybe_unused]] auto each = [](auto mark, auto value) {
    if constexpr (std::is_same_v<decltype(mark), tag::owned>) release_owned(value);
  };
  (each(Tags{}, std::get<I>(values)), ...);
}

template <auto Function, bool May, class Result, class... Parameters> Owned call_row(Word* words, std::size_t count) {
  Arguments arguments{words, count, 0, false, {}, 0, false};
  // Braces: evaluated from left to right.
  std::tuple<typename Parameters::type...> values{convert<Parameters>(arguments)...};
  Owned result = Owned::pending();
  if (arguments.failed) {
    give_back<Parameters...>(values, std::index_sequence_for<Parameters...>{});
    if (arguments.in_block) {
      for (std::size_t i = arguments.at; i < count; ++i) rt::release(words[i]);
    }
  } else if constexpr (std::is_same_v<Result, tag::nothing> && !May) {
    std::apply(Function, values);
    result = Owned();
  } else {
    result = box(std::apply(Function, values), Result{}, std::bool_constant<May>{});
  }
  for (std::size_t i = 0; i < arguments.borrowed_count; ++i) rt::release(arguments.borrowed[i]);
  return result;
}

using Caller = Owned (*)(Word* words, std::size_t count);

namespace rows {
using namespace tag;
constexpr bool May = true, Never = false;
template <auto Function, bool Throws, class Result, class... Parameters> constexpr Caller make() {
  return &call_row<Function, Throws, Result, Parameters...>;
}
// A row without parameters ends with a comma that the macro's rest keeps.
template <class...> struct types {};
template <auto Function, bool Throws, class Result, class... Parameters> constexpr Caller make_of(types<Parameters...>) {
  return make<Function, Throws, Result, Parameters...>();
}
constexpr Caller k_callers[] = {
#define SLISP_RT(name, throws, effect, result, ...) make_of<&abi::slisp_##name, throws, result>(types<__VA_ARGS__>{}),
#include "runtime/abi/functions.def"
#undef SLISP_RT
};
}  // namespace rows

}  // namespace

Owned call_runtime(abi::RuntimeFunctionId function, Word* words, std::size_t count) {
  return rows::k_callers[static_cast<std::size_t>(function)](words, count);
}

}  // namespace slisp::evaluator
