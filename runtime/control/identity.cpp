// identity.cpp: objects as themselves: identity, plain objects, hashes of addresses. Metadata is in runtime/collections.
#include "runtime/abi/functions.hpp"
#include "runtime/api.hpp"

using namespace slisp::rt;

extern "C" {

std::uint32_t slisp_identical_p(Word a, Word b) { return a == b; }

Word slisp_object_new() { return word_of(allocate(Kind::Object, sizeof(Header) + sizeof(Word), 0)); }

// Addresses, mixed so that neighbours differ in all bits; 31 bits, not negative, as on the JVM.
std::int64_t slisp_identity_hash(Word value) { return static_cast<std::int64_t>(value * 0x9e3779b97f4a7c15u >> 33); }

}  // extern "C"
