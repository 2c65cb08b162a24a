// protocol.hpp: the object a protocol is. Programs see it as the map that Clojure makes of a protocol: (:impls P), (:sigs P), (:var P).
#pragma once
#include "runtime/types/types.hpp"

namespace slisp::rt {

struct ProtocolObject {
  abi::Header header;
  std::uint32_t via_metadata;
  std::uint32_t method_count;
  Word name;                               // qualified symbol
  Word interface;                          // class: what types that implement the protocol inline declare
  Word methods;                            // vector of keywords, by index
  Word sigs;                               // map, as defprotocol has it
  Word impls;                              // map class or nil -> map keyword -> function
  Word cache;                              // VectorNode or nil, see dispatch.cpp
};
static_assert(offsetof(ProtocolObject, name) == k_slot_offset[static_cast<unsigned>(Kind::Protocol)]);

// What (find-protocol-impl protocol x) gives: x itself when its class implements the protocol inline, a map of methods, or nil.
Owned find_implementation(const ProtocolObject* protocol, Borrowed x);
void append_var(TextBuffer& out, const ProtocolObject* protocol);    // #'ns/Name
// The table changed: what the dispatch remembers no longer holds.
void forget_dispatch(ProtocolObject* protocol);
// The protocol as Clojure's map.
Owned protocol_map(const ProtocolObject* protocol);

}  // namespace slisp::rt
