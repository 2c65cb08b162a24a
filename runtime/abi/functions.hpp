// functions.hpp: the C prototypes of the runtime-function table and the table itself as data.
#pragma once
#include "runtime/abi/layout.h"
#include <string_view>

namespace slisp::abi {
namespace signature {
using owned = Word;
using borrowed = Word;
using block = Word*;
using i64 = std::int64_t;
using f64 = double;
using boolean = bool;
using nothing = void;
// What May functions return (see functions.def). RAX:RDX, XMM0:RAX and EAX by the SysV rules for these structs.
struct i64_or_failure { std::int64_t value; std::uint64_t valid; };
struct f64_or_failure { double value; std::uint64_t valid; };
template <class Result, bool May> struct returned { using type = Result; };
template <> struct returned<std::int64_t, true> { using type = i64_or_failure; };
template <> struct returned<double, true> { using type = f64_or_failure; };
template <> struct returned<bool, true> { using type = std::uint32_t; };
template <> struct returned<bool, false> { using type = std::uint32_t; };
template <> struct returned<void, true> { using type = Word; };
inline constexpr bool May = true;
inline constexpr bool Never = false;
}  // namespace signature

enum class ParameterMode : std::uint8_t { Owned, Borrowed, Block, I64, F64, Bool };
enum class ResultMode : std::uint8_t { Owned, Borrowed, I64, F64, Bool, Nothing };
inline constexpr int k_max_runtime_parameters = 6;

struct RuntimeFunction {
  std::string_view name;                 // without the prefix slisp_
  bool may_throw;
  bool pure;
  ResultMode result;
  std::uint8_t parameter_count;
  ParameterMode parameters[k_max_runtime_parameters];
};

enum class RuntimeFunctionId : std::uint16_t {
#define SLISP_RT(name, ...) name,
#include "runtime/abi/functions.def"
#undef SLISP_RT
  k_count
};
}  // namespace slisp::abi

extern "C" {
namespace slisp::abi::signature {
#define SLISP_RT(name, throws, effect, result, ...) \
  typename returned<result, throws>::type slisp_##name(__VA_ARGS__);
#include "runtime/abi/functions.def"
#undef SLISP_RT
}
}

namespace slisp::abi {
using namespace signature;               // the entry points, as slisp::abi::slisp_...
const RuntimeFunction& runtime_function(RuntimeFunctionId id);   // src-side table: runtime/abi/functions.cpp
// The function named NAME (without prefix), or k_count.
RuntimeFunctionId find_runtime_function(std::string_view name);
}  // namespace slisp::abi
