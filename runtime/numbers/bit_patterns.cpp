// bit_patterns.cpp: doubles and floats as the bits they are made of.
#include "runtime/api.hpp"
#include <bit>

extern "C" {
std::int64_t slisp_double_bits(double value) { return std::bit_cast<std::int64_t>(value); }
double slisp_bits_double(std::int64_t bits) { return std::bit_cast<double>(bits); }
std::int64_t slisp_float_bits(double value) { return std::bit_cast<std::int32_t>(static_cast<float>(value)); }
double slisp_bits_float(std::int64_t bits) { return static_cast<double>(std::bit_cast<float>(static_cast<std::int32_t>(bits))); }
}
