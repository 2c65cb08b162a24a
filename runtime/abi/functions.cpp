// functions.cpp: the runtime-function table as data, for compiler, checkers and evaluator.
#include "runtime/abi/functions.hpp"

namespace slisp::abi {
namespace {

// The words of a row, as types that say what they mean.
namespace words {
struct owned { static constexpr auto parameter = ParameterMode::Owned; static constexpr auto result = ResultMode::Owned; };
struct borrowed { static constexpr auto parameter = ParameterMode::Borrowed; static constexpr auto result = ResultMode::Borrowed; };
struct block { static constexpr auto parameter = ParameterMode::Block; };
struct i64 { static constexpr auto parameter = ParameterMode::I64; static constexpr auto result = ResultMode::I64; };
struct f64 { static constexpr auto parameter = ParameterMode::F64; static constexpr auto result = ResultMode::F64; };
struct boolean { static constexpr auto parameter = ParameterMode::Bool; static constexpr auto result = ResultMode::Bool; };
struct nothing { static constexpr auto result = ResultMode::Nothing; };
inline constexpr bool May = true, Never = false, Pure = true, Effect = false;
}  // namespace words

template <class Result, class... Parameters>
consteval RuntimeFunction row(std::string_view name, bool may_throw, bool pure) {
  static_assert(sizeof...(Parameters) <= k_max_runtime_parameters);
  return {name, may_throw, pure, Result::result, sizeof...(Parameters), {Parameters::parameter...}};
}

using namespace words;
constexpr RuntimeFunction k_functions[] = {
#define SLISP_RT(name, throws, effect, result, ...) row<words::result __VA_OPT__(, ) __VA_ARGS__>(#name, words::throws, words::effect),
#include "runtime/abi/functions.def"
#undef SLISP_RT
};
constexpr std::size_t k_count = sizeof k_functions / sizeof k_functions[0];
static_assert(k_count == static_cast<std::size_t>(RuntimeFunctionId::k_count));

// Open addressing, filled at compile time: names are looked up for every rt/ symbol of the library.
constexpr std::size_t k_buckets = 2048;
static_assert(k_count * 2 <= k_buckets);
constexpr std::size_t bucket_of(std::string_view name) {
  std::uint32_t hash = 2166136261u;
  for (char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
  return hash % k_buckets;
}
struct Index {
  std::uint16_t id[k_buckets];
};
consteval Index make_index() {
  Index index{};
  for (std::uint16_t& id : index.id) id = k_count;
  for (std::size_t f = 0; f < k_count; ++f) {
    std::size_t bucket = bucket_of(k_functions[f].name);
    while (index.id[bucket] != k_count) bucket = (bucket + 1) % k_buckets;
    index.id[bucket] = static_cast<std::uint16_t>(f);
  }
  return index;
}
constexpr Index k_index = make_index();

}  // namespace

const RuntimeFunction& runtime_function(RuntimeFunctionId id) { return k_functions[static_cast<std::size_t>(id)]; }

RuntimeFunctionId find_runtime_function(std::string_view name) {
  for (std::size_t bucket = bucket_of(name); k_index.id[bucket] != k_count; bucket = (bucket + 1) % k_buckets) {
    if (k_functions[k_index.id[bucket]].name == name) return static_cast<RuntimeFunctionId>(k_index.id[bucket]);
  }
  return RuntimeFunctionId::k_count;
}

}  // namespace slisp::abi
