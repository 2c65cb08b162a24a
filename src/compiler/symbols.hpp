// symbols.hpp: assembler labels. User names never become labels; global labels carry a 64-bit FNV-1a hash of the qualified name.
//   f_<hash>_<n>  entry of the function in var ns/name for n arguments       f_<hash>_v  its variadic entry
//   d_<hash>      its descriptor      o_<hash>  its closure object           v_<hash>    the var cell
//   k_<hash>      the keyword ns/name (hash of the text after the colon)
//   i_<hash>      init function of a namespace
// Labels that only one object file uses are L<number>, made by the module builder.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace slisp::compiler {

inline std::uint64_t label_hash(std::string_view text) {
  std::uint64_t h = 0xcbf29ce484222325u;
  for (char c : text) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  return h;
}
inline std::string label(char prefix, std::string_view qualified_name) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string out{prefix, '_'};
  std::uint64_t h = label_hash(qualified_name);
  for (int shift = 60; shift >= 0; shift -= 4) out += digits[(h >> shift) & 15];
  return out;
}
inline std::string entry_label(std::string_view qualified_name, int arity) {   // arity < 0: the variadic entry
  return label('f', qualified_name) + (arity < 0 ? "_v" : "_" + std::to_string(arity));
}
inline bool is_keyword_symbol(std::string_view symbol) { return symbol.starts_with("k_"); }

}  // namespace slisp::compiler
