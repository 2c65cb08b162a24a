// exact_digits.cpp: the digits of a floating number by exact division, for what double_text.cpp cannot decide: powers of two, and floats.
// In:   fraction, with its highest bit at 2^52, times 2^(exponent-52); how many bits of it counted when it was rounded.
// Out:  the digits that the JVM up to 18 prints: the first ones for which what is left, or what is missing to the next digit, is less than half
//       a unit in the last place. Below a power of two that half is taken for a quarter on either side, so these may have more digits
//       than are needed to tell the number from its neighbours.
// Idea: Steele & White: the number is b/s * 10^k; digits are quotients, and m is the half unit at the same scale.
// Keeps: where all of them fit into a machine word, the JVM computes in words, and b + m may overflow: then it does not see that the next
//        digit is nearer. So do we.
#include "runtime/numbers/numbers.hpp"
#include <bit>
#include <cmath>
#include <type_traits>

namespace slisp::rt {
namespace {

// Of up to 1280 bits: 5^324 shifted left by as much as an exponent can be.
class Wide {
 public:
  Wide(std::uint64_t value, int fives, int twos) {
    word_[0] = value;
    used_ = 1;
    for (; fives >= 27; fives -= 27) multiply(7450580596923828125u);   // 5^27
    for (; fives > 0; --fives) multiply(5);
    shift(twos);
  }
  void multiply(std::uint64_t factor) {
    std::uint64_t carry = 0;
    for (int i = 0; i < used_; ++i) {
      const unsigned __int128 product = static_cast<unsigned __int128>(word_[i]) * factor + carry;
      word_[i] = static_cast<std::uint64_t>(product);
      carry = static_cast<std::uint64_t>(product >> 64);
    }
    if (carry != 0) word_[used_++] = carry;
  }
  static int compare(const Wide& a, const Wide& b) {
    if (a.used_ != b.used_) return a.used_ < b.used_ ? -1 : 1;
    for (int i = a.used_; i-- > 0;)
      if (a.word_[i] != b.word_[i]) return a.word_[i] < b.word_[i] ? -1 : 1;
    return 0;
  }
  void add(const Wide& other) {
    std::uint64_t carry = 0;
    for (int i = 0; i < used_ || i < other.used_ || carry != 0; ++i) {
      const unsigned __int128 sum = static_cast<unsigned __int128>(at(i)) + other.at(i) + carry;
      word_[i] = static_cast<std::uint64_t>(sum);
      carry = static_cast<std::uint64_t>(sum >> 64);
      if (i >= used_) used_ = i + 1;
    }
  }
  void subtract(const Wide& other) {                // other <= *this
    std::uint64_t borrow = 0;
    for (int i = 0; i < used_; ++i) {
      const unsigned __int128 difference = static_cast<unsigned __int128>(word_[i]) - other.at(i) - borrow;
      word_[i] = static_cast<std::uint64_t>(difference);
      borrow = static_cast<std::uint64_t>(difference >> 64) != 0 ? 1 : 0;
    }
    while (used_ > 1 && word_[used_ - 1] == 0) --used_;
  }

 private:
  static constexpr int k_words = 22;
  std::uint64_t at(int i) const { return i < used_ ? word_[i] : 0; }
  void shift(int bits) {
    const int words = bits / 64;
    for (int i = used_; i-- > 0;) word_[i + words] = word_[i];
    for (int i = 0; i < words; ++i) word_[i] = 0;
    used_ += words;
    multiply(std::uint64_t{1} << bits % 64);
  }
  std::uint64_t word_[k_words] = {};
  int used_;
};

// The number, the divisor and the half unit; ten_s is ten times s.
class WideNumbers {
 public:
  WideNumbers(std::uint64_t fraction, int fives, int b2, int tens, int s2, int m2)
      : b_(fraction, fives, b2), s_(1, tens, s2), m_(1, fives, m2), ten_s_(10, tens, s2) {}
  int next_digit() {
    int digit = 0;
    for (; Wide::compare(b_, s_) >= 0; ++digit) b_.subtract(s_);
    b_.multiply(10);
    m_.multiply(10);
    return digit;
  }
  // Is what is left less than the half unit, or what is missing to the next digit?
  void decide(bool& low, bool& high) const {
    Wide sum = b_;
    sum.add(m_);
    low = Wide::compare(b_, m_) < 0;
    high = Wide::compare(sum, ten_s_) > 0;
  }
  // What is left, compared with half a digit.
  int against_half() const {
    Wide twice = b_;
    twice.multiply(2);
    return Wide::compare(twice, ten_s_);
  }

 private:
  Wide b_, s_, m_, ten_s_;
};

// The same in Java's int or long, which wrap.
template <class Signed>
class WordNumbers {
  using Unsigned = std::make_unsigned_t<Signed>;

 public:
  WordNumbers(std::uint64_t fraction, int fives, int b2, int tens, int s2, int m2)
      : b_(static_cast<Unsigned>(static_cast<Unsigned>(fraction) * power_of_five(fives)) << b2), s_(power_of_five(tens) << s2), m_(power_of_five(fives) << m2), ten_s_(s_ * 10) {}
  int next_digit() {
    const int digit = static_cast<int>(b_ / s_);
    b_ = b_ % s_ * 10;
    m_ *= 10;
    return digit;
  }
  void decide(bool& low, bool& high) {
    const bool overflown = static_cast<Signed>(m_) <= 0;   // then it is certainly more than b
    low = overflown || static_cast<Signed>(b_) < static_cast<Signed>(m_);
    high = overflown || static_cast<Signed>(b_ + m_) > static_cast<Signed>(ten_s_);
  }
  int against_half() const {
    const auto difference = static_cast<Signed>(b_ * 2 - ten_s_);
    return difference < 0 ? -1 : difference > 0 ? 1 : 0;
  }

 private:
  static Unsigned power_of_five(int n) {
    Unsigned power = 1;
    for (; n > 0; --n) power *= 5;
    return power;
  }
  Unsigned b_, s_, m_, ten_s_;
};

// Digits until they tell the number apart; power: of the first digit.
template <class Numbers>
int generate(Numbers numbers, char* digits, int& power) {
  int count = 0;
  bool low, high;
  const int first = numbers.next_digit();
  numbers.decide(low, high);
  if (first == 0 && !high) --power;
  else digits[count++] = static_cast<char>('0' + first);
  if (power < -3 || power >= 8) low = high = false;       // a digit follows the point
  while (!low && !high) {
    digits[count++] = static_cast<char>('0' + numbers.next_digit());
    numbers.decide(low, high);
  }
  bool up = high;
  if (low && high) {
    const int half = numbers.against_half();
    up = half > 0 || (half == 0 && ((digits[count - 1] - '0') & 1) != 0);
  }
  int at = count - 1;
  while (up && at >= 0 && digits[at] == '9') digits[at--] = '0';
  if (up && at >= 0) ++digits[at];
  if (up && at < 0) {
    digits[0] = '1';
    ++power;
  }
  while (count > 1 && digits[count - 1] == '0') --count;
  return count;
}

// Bits of 5^n as the JVM counts them: from a table up to 5^26.
int bits_of_power_of_five(int n) { return n == 0 ? 0 : n <= 26 ? (n * 1217359 >> 19) + 1 : n * 3; }

// The decimal exponent, or one more.
int estimate(std::uint64_t fraction, int exponent) {
  const double one_to_two = std::ldexp(static_cast<double>(fraction), -52);
  return static_cast<int>(std::floor((one_to_two - 1.5) * 0.289529654 + 0.176091259 + exponent * 0.301029995663981));
}

}  // namespace

int exact_digits(std::uint64_t fraction, int exponent, int significant_bits, char* digits, int& point) {
  const int zeros = std::countr_zero(fraction), bits = 53 - zeros;
  const int tiny = bits - exponent - 1 > 0 ? bits - exponent - 1 : 0;   // bits behind the point
  int power = estimate(fraction, exponent);
  const int fives = power < 0 ? -power : 0, tens = power > 0 ? power : 0;
  int b2 = fives + tiny + exponent, s2 = tens + tiny, m2 = b2 - significant_bits;
  b2 -= bits - 1;
  const int common = b2 < s2 ? b2 : s2;
  b2 -= common;
  s2 -= common;
  m2 -= common + (bits == 1 ? 1 : 0);
  if (m2 < 0) {
    b2 -= m2;
    s2 -= m2;
    m2 = 0;
  }
  const int b_bits = bits + b2 + bits_of_power_of_five(fives), tens_bits = s2 + 1 + bits_of_power_of_five(tens + 1);
  const std::uint64_t f = fraction >> zeros;
  const int count = b_bits < 32 && tens_bits < 32   ? generate(WordNumbers<std::int32_t>(f, fives, b2, tens, s2, m2), digits, power)
                    : b_bits < 64 && tens_bits < 64 ? generate(WordNumbers<std::int64_t>(f, fives, b2, tens, s2, m2), digits, power)
                                                    : generate(WideNumbers(f, fives, b2, tens, s2, m2), digits, power);
  point = power + 1;
  return count;
}

}  // namespace slisp::rt
