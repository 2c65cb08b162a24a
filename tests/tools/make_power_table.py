#!/usr/bin/env python3
"""Writes runtime/numbers/power_table.cpp to standard output."""


def power(k):
    if k >= 0:
        value = 10 ** k
        shift = value.bit_length() - 128
        return -(-value >> shift) if shift > 0 else value << -shift
    divisor = 10 ** -k
    shift = divisor.bit_length() + 127
    value = -(-(1 << shift) // divisor)
    while value.bit_length() > 128:
        shift -= 1
        value = -(-(1 << shift) // divisor)
    return value


print("// power_table.cpp: the powers of ten of powers.hpp. Written by tests/tools/make_power_table.py.")
print('#include "runtime/numbers/powers.hpp"\n\nnamespace slisp::rt {\n')
print("const Power k_powers[k_power_max - k_power_min + 1] = {")
for k in range(-292, 325):
    value = power(k)
    assert value.bit_length() == 128, k
    print(f"    {{0x{value >> 64:016x}, 0x{value & (2**64 - 1):016x}}},")
print("};\n\n}  // namespace slisp::rt")
