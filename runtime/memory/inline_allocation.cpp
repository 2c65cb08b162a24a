// inline_allocation.cpp: what generated code calls when a page has no free block at hand.
#include "runtime/memory/context.hpp"

extern "C" slisp::abi::Header* slisp_allocate_block(std::uint32_t kind_flags_slots, std::size_t bytes) {
  return slisp::rt::allocate(static_cast<slisp::rt::Kind>(kind_flags_slots & 0xff), bytes, static_cast<std::uint16_t>(kind_flags_slots >> 16),
                             static_cast<std::uint8_t>(kind_flags_slots >> 8));
}
