// uuid.cpp: UUIDs: random ones (version 4) and their text.
// Keeps: parsing is as lenient as java.util.UUID/fromString: each of the five fields may be shorter than it prints.
#include "runtime/abi/functions.hpp"
#include "runtime/control/objects.hpp"
#include "runtime/sys/sys.hpp"
#include <cstring>

namespace slisp::rt {
namespace {

constexpr int k_field_digits[] = {8, 4, 4, 4, 12};

Owned make_uuid(std::uint64_t most_significant, std::uint64_t least_significant) {
  auto* uuid = allocate_as<UuidObject>(Kind::Uuid, sizeof(UuidObject), 0);
  uuid->most_significant = most_significant;
  uuid->least_significant = least_significant;
  return adopt_object(uuid);
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  c = static_cast<char>(c | 0x20);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool parse(std::string_view text, std::uint64_t& most, std::uint64_t& least) {
  std::uint64_t fields[5];
  if (text.size() > k_uuid_text_size) return false;
  for (int f = 0; f < 5; ++f) {
    std::uint64_t value = 0;
    std::size_t digits = 0;
    while (digits < text.size() && text[digits] != '-') {
      int digit = hex_digit(text[digits++]);
      if (digit < 0) return false;
      value = value << 4 | static_cast<unsigned>(digit);
    }
    if (digits == 0 || digits > 16) return false;
    bool last = f == 4;
    if (last != (digits == text.size())) return false;
    text.remove_prefix(last ? digits : digits + 1);
    int bits = k_field_digits[f] * 4;
    fields[f] = value & ((std::uint64_t{1} << bits) - 1);
  }
  most = fields[0] << 32 | fields[1] << 16 | fields[2];
  least = fields[3] << 48 | fields[4];
  return true;
}

}  // namespace

void format_uuid(const UuidObject& uuid, char (&text)[k_uuid_text_size]) {
  char* out = text;
  for (int nibble = 0; nibble < 32; ++nibble) {
    std::uint64_t half = nibble < 16 ? uuid.most_significant : uuid.least_significant;
    if (nibble == 8 || nibble == 12 || nibble == 16 || nibble == 20) *out++ = '-';
    *out++ = "0123456789abcdef"[half >> (60 - nibble % 16 * 4) & 15];
  }
}

}  // namespace slisp::rt

using namespace slisp::rt;

extern "C" {
Word slisp_uuid_new(std::int64_t most, std::int64_t least) {
  return make_uuid(static_cast<std::uint64_t>(most), static_cast<std::uint64_t>(least)).take();
}

slisp::abi::i64_or_failure slisp_uuid_half(Word x, bool low) {
  if (!is_kind(x, Kind::Uuid)) return (void)throw_class_cast(x, "java.util.UUID"), slisp::abi::i64_or_failure{0, 0};
  const auto* uuid = reinterpret_cast<const UuidObject*>(x);
  return {static_cast<std::int64_t>(low ? uuid->least_significant : uuid->most_significant), 1};
}
}


extern "C" {

Word slisp_random_uuid() {
  unsigned char bytes[16];
  sys::random_bytes(bytes);
  std::uint64_t most, least;
  std::memcpy(&most, bytes, 8);
  std::memcpy(&least, bytes + 8, 8);
  most = (most & ~std::uint64_t{0xf000}) | 0x4000;                                            // version 4
  least = (least & ~(std::uint64_t{3} << 62)) | std::uint64_t{2} << 62;                       // IETF variant
  return make_uuid(most, least).take();
}

Word slisp_parse_uuid(Word text) {
  if (!is_kind(text, Kind::String)) return throw_class_cast(text, "java.lang.String").take();
  std::uint64_t most, least;
  if (!parse(text_of(text), most, least)) return slisp::abi::k_nil;
  return make_uuid(most, least).take();
}

std::uint32_t slisp_uuid_p(Word value) { return is_kind(value, Kind::Uuid); }

}  // extern "C"
