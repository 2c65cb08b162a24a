// names.hpp: what names offers the other rooms: hashes of symbols and keywords, and the release of its tables.
#pragma once
#include "runtime/api.hpp"

namespace slisp::rt {

// hasheq as on the JVM; the code generator lays static keywords out with it.
std::uint32_t keyword_hash(std::string_view ns_or_empty, std::string_view name);

// The texts of a namespace (string or nil) and a name (string); false: an exception is pending.
bool name_parts(Borrowed ns, Borrowed name, std::string_view& ns_text, std::string_view& name_text);

// The var's current value in this thread: binding, else root. failed() when unbound; no exception is pending then.
Owned var_value(const abi::Var* var);
void append_var_name(TextBuffer& out, Borrowed var);          // "ns/name"

// Before the first thread starts: what the tables hold is shared from now on.
void mark_names();

// At the end of the runtime.
void release_bindings();
void release_vars();
void release_keywords();

}  // namespace slisp::rt
