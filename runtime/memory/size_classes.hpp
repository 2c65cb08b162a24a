// size_classes.hpp: which block sizes there are.
// Idea: steps of 8 bytes up to 128 (a list's cell is 32), of 16 up to 512, then four per doubling up to 4 KB; above that as many equal
// blocks as fill a page. 264 is a class of its own: a header and 32 slots, the leaf of every trie.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>

namespace slisp::rt {

inline constexpr std::size_t k_page_bytes = 32 * 1024;
inline constexpr std::size_t k_page_header_bytes = 64;

inline constexpr std::array k_class_bytes = {
    16u,   24u,   32u,   40u,   48u,   56u,   64u,   72u,   80u,   88u,   96u,   104u,  112u,  120u,  128u,
    144u,  160u,  176u,  192u,  208u,  224u,  240u,  256u,  264u,  272u,  288u,  304u,  320u,  336u,  352u,
    368u,  384u,  400u,  416u,  432u,  448u,  464u,  480u,  496u,  512u,  640u,  768u,  896u,  1024u, 1280u,
    1536u, 1792u, 2048u, 2560u, 3072u, 3584u, 4096u, 4672u, 5448u, 6536u, 8176u, 10896u, 16352u};
inline constexpr unsigned k_size_classes = k_class_bytes.size();
inline constexpr std::size_t k_small_bytes = 512;          // looked up in steps of 8
inline constexpr std::size_t k_medium_bytes = 16256;       // looked up in steps of 128; above: a mapping of its own

template <std::size_t step, std::size_t last>
constexpr auto make_class_table() {
  std::array<std::uint8_t, last / step + 1> table{};
  unsigned size_class = 0;
  for (std::size_t i = 0; i < table.size(); ++i) {
    while (k_class_bytes[size_class] < i * step) ++size_class;
    table[i] = static_cast<std::uint8_t>(size_class);
  }
  return table;
}
inline constexpr auto k_small_class = make_class_table<8, k_small_bytes>();
inline constexpr auto k_medium_class = make_class_table<128, k_medium_bytes>();

static_assert(k_class_bytes[k_small_class[33]] == 264);
static_assert(k_class_bytes[k_small_class[3]] == 24);
static_assert(k_class_bytes.back() * 2 + k_page_header_bytes <= k_page_bytes);

}  // namespace slisp::rt
