// number_text.cpp: numbers into text buffers as pr prints them.
#include "runtime/numbers/numbers.hpp"

namespace slisp::rt {

void append_number(TextBuffer& out, Borrowed number) {
  switch (tower_of(number)) {
    case Tower::Long: out.append_long(raw_long(number)); return;
    case Tower::Double: {
      const double value = raw_double(number);
      if (value - value != 0) {
        out.append(value != value ? "##NaN" : value > 0 ? "##Inf" : "##-Inf");
        return;
      }
      char text[32];
      out.append(floating_text(number, text));
      return;
    }
    case Tower::BigInt:
      slisp_big_table.append(out, number, 10);
      if ((header_of(number.word())->flags & k_flag_biginteger) == 0) out.append('N');
      return;
    case Tower::Ratio: slisp_big_table.append(out, number, 10); return;
    case Tower::Decimal:
      slisp_big_table.append(out, number, 10);
      out.append('M');
      return;
    case Tower::None: return;
  }
}

}  // namespace slisp::rt
