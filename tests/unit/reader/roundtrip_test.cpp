// roundtrip_test.cpp: random data printed and read back is equal to itself.
#include "support.hpp"
#include <random>

using namespace reader_test;

namespace {

class Generator {
 public:
  explicit Generator(unsigned seed) : random_(seed) {}

  rt::Owned value(int depth) {
    switch (random_() % (depth > 0 ? 17 : 12)) {
      case 0: return rt::Owned();
      case 1: return rt::Owned::adopt(rt::from_bool(random_() % 2 == 0));
      case 2: return rt::make_long(static_cast<std::int64_t>(random_()) - 1'000'000'000);
      case 3: return rt::make_long(static_cast<std::int64_t>((static_cast<std::uint64_t>(random_()) << 32) | random_()));
      case 4: return rt::make_double(static_cast<double>(random_()) / 1024.0 - 100'000.0);
      case 5: return rt::make_string(text());
      case 6: return rt::keyword(random_() % 3 == 0 ? name() : "", name());
      case 7: return rt::symbol(random_() % 3 == 0 ? name() : "", name());
      case 8: return rt::Owned::adopt(rt::from_character(code_point()));
      case 9: return rt::parse_bigint(std::to_string(random_()) + std::to_string(random_()) + std::to_string(random_()), 10);
      case 10: return rt::make_ratio(rt::make_long(static_cast<std::int64_t>(random_() % 1000) - 500), rt::make_long(7));
      case 11: return rt::parse_decimal(std::to_string(random_()) + ".250");
      case 12: case 13: {
        rt::Owned vector = rt::empty_vector();
        for (unsigned n = size(); n != 0; --n) vector = rt::vector_conj(std::move(vector), value(depth - 1));
        return vector;
      }
      case 14: {
        rt::Owned vector = rt::empty_vector();
        for (unsigned n = size(); n != 0; --n) vector = rt::vector_conj(std::move(vector), value(depth - 1));
        std::vector<rt::Owned> elements;
        rt::SeqWalk walk(std::move(vector));
        rt::Owned element;
        while (walk.next(element)) elements.push_back(std::move(element));
        return rt::list_of(elements);
      }
      case 15: {
        rt::Owned map = rt::empty_map();
        for (unsigned n = size(); n != 0; --n) map = rt::map_assoc(std::move(map), value(depth - 1), value(depth - 1));
        return map;
      }
      default: {
        rt::Owned set = rt::empty_set();
        for (unsigned n = size(); n != 0; --n) set = rt::set_conj(std::move(set), value(depth - 1));
        return set;
      }
    }
  }

 private:
  unsigned size() { return random_() % 8 == 0 ? random_() % 60 : random_() % 6; }
  std::uint32_t code_point() {
    static constexpr std::uint32_t k_points[] = {'a', 'Z', '0', ' ', '\n', '\t', '"', '\\', ';', '(', 0xe9, 0x3bb, 0x20ac, 0x1f600};
    return k_points[random_() % std::size(k_points)];
  }
  std::string text() {
    rt::TextBuffer out;
    for (unsigned n = random_() % 12; n != 0; --n) out.append_code_point(code_point());
    return std::string(out.view());
  }
  std::string name() {
    static constexpr std::string_view k_first = "abcxyz*!_?$<>=", k_later = "abcxyz019*+!-_?'#%<>=.";
    std::string out(1, k_first[random_() % k_first.size()]);
    for (unsigned n = random_() % 6; n != 0; --n) out += k_later[random_() % k_later.size()];
    return out;
  }

  std::mt19937 random_;
};

}  // namespace

TEST_CASE("random data survives printing and reading") {
  unsigned seed = std::random_device{}();
  auto run = [&] {
    Generator generator(seed);
    for (int round = 0; round < 2000; ++round) {
      rt::Owned value = generator.value(4);
      std::string text = printed(value);
      INFO("seed " << seed << ", round " << round << ": " << text);
      Reader reader(text, {});
      ReadResult result = reader.read();
      if (result.status == ReadStatus::Error) FAIL(text_or_empty(reader.error().what));
      REQUIRE(result.status == ReadStatus::Form);
      bool failed = false;
      REQUIRE(rt::equal(value, result.form, failed));
      REQUIRE_FALSE(failed);
      REQUIRE(reader.read().status == ReadStatus::EndOfInput);
    }
  };
  leaves_nothing(run);
}
