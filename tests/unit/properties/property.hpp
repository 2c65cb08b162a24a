// property.hpp: what the generative tests share. A property runs on random input many times; when it fails, RapidCheck shrinks the input
// and prints it with the seed. RC_PARAMS="seed=N" repeats a run, RC_PARAMS="max_success=N" sets how often (default 100).
#pragma once
#include "tests/unit/runtime/collections.hpp"
#include <rapidcheck.h>

namespace slisp::rt::test {

#define SLISP_PROPERTY(description, ...)            \
  TEST_CASE(description) {                          \
    NothingLeft guard;                              \
    CHECK(rc::check(description, __VA_ARGS__));     \
  }

// Longs: small ones, which meet one another, and the ends of the range.
inline rc::Gen<std::int64_t> longs() {
  return rc::gen::oneOf(rc::gen::inRange<std::int64_t>(-20, 21), rc::gen::arbitrary<std::int64_t>(),
                        rc::gen::element<std::int64_t>(INT64_MIN, INT64_MIN + 1, INT64_MAX, INT64_MAX - 1, INT64_C(1) << 62,
                                                       -(INT64_C(1) << 62), (INT64_C(1) << 62) - 1, INT64_C(1) << 31));
}

}  // namespace slisp::rt::test
