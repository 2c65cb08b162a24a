// reading_test.cpp: what pr prints of any data, read-string reads back.
#include "tests/unit/properties/property.hpp"
#include "runtime/printing/printer.hpp"

using namespace slisp::rt;
using namespace slisp::rt::test;
namespace abi = slisp::abi;

namespace {

std::string letters() {
  return *rc::gen::nonEmpty(rc::gen::container<std::string>(rc::gen::elementOf(std::string("abcxyz*+!-_?<>="))));
}

Owned scalar() {
  switch (*rc::gen::inRange(0, 13)) {
    case 0: return Owned();
    case 1: return Owned::adopt(abi::k_true);
    case 2: return Owned::adopt(abi::k_false);
    case 3: return num(*longs());
    case 4: return make_double(static_cast<double>(*longs()) / 8);
    case 5: return make_ratio(num(*longs()), num(*rc::gen::inRange<std::int64_t>(1, 100)));
    case 6: return own(abi::slisp_multiply_promoting(num(*longs()).word(), num(*longs()).word()));
    case 7: return dec(std::to_string(*longs()) + "." + std::to_string(*rc::gen::inRange(0, 1000)));
    case 8: return str(*rc::gen::container<std::string>(rc::gen::elementOf(std::string("ab \"\\\n\t\r\f\b\x01;#(){}[]"))));
    case 9: return chr(*rc::gen::element<std::uint32_t>('a', ' ', '\n', '\\', '"', '(', 0, 0xe9, 0x20ac));
    case 10: return keyword(*rc::gen::arbitrary<bool>() ? "n" : "", "k" + letters());
    case 11: return symbol(*rc::gen::arbitrary<bool>() ? "n" : "", "s" + letters());
    default: return own(abi::slisp_random_uuid());
  }
}

Owned data(int depth) {
  const int kind = depth == 0 ? 0 : *rc::gen::inRange(0, 6);
  if (kind < 2) return scalar();
  std::vector<Owned> parts;
  const int count = *rc::gen::inRange(0, 6);
  for (int i = 0; i < count; ++i) parts.push_back(data(depth - 1));
  if (kind == 2) return vector_of(parts);
  if (kind == 3) return list_of(parts);
  Owned made = kind == 4 ? empty_map() : empty_set();
  for (Owned& part : parts) {
    if (kind == 4) made = put(std::move(made), std::move(part), scalar());
    else made = set_conj(std::move(made), std::move(part));
  }
  return made;
}

}  // namespace

SLISP_PROPERTY("printed data reads back", [] {
  const Owned value = data(3);
  const std::string shown = pr(value);
  const Owned text = str(shown);
  const Owned again = own(abi::slisp_read_string(abi::k_nil, text.word()));
  if (again.failed()) RC_FAIL(shown + ": " + taken_exception());
  bool failed = false;
  RC_ASSERT(equal(value, again, failed));
  RC_ASSERT(!failed);
  RC_ASSERT(hash_of(value, failed) == hash_of(again, failed));
})
