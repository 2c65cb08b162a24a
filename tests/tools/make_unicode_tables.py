#!/usr/bin/env python3
"""Writes runtime/text/unicode_tables.cpp to standard output, from Python's own Unicode data."""
import sys
import unicodedata

LIMIT = 0x110000
SKIP = range(0xD800, 0xE000)


def ranges(test):
    result, start = [], None
    for c in range(LIMIT + 1):
        inside = c < LIMIT and c not in SKIP and test(chr(c))
        if inside and start is None:
            start = c
        elif not inside and start is not None:
            result.append((start, c - 1))
            start = None
    return result


def mappings(convert):
    """(first, last, stride, delta) for characters that map to one other; runs with stride 1 or 2."""
    pairs = [(c, ord(convert(chr(c))) - c) for c in range(128, LIMIT)
             if c not in SKIP and len(convert(chr(c))) == 1 and convert(chr(c)) != chr(c)]
    result = []
    for c, delta in pairs:
        if result:
            first, last, stride, old = result[-1]
            step = c - last
            if old == delta and step in (1, 2) and (first == last or step == stride):
                result[-1] = (first, c, step, delta)
                continue
        result.append((c, c, 1, delta))
    return result


def specials(convert):
    return [(c, convert(chr(c))) for c in range(128, LIMIT) if c not in SKIP and len(convert(chr(c))) > 1]


out = sys.stdout.write
out("// unicode_tables.cpp: the tables of unicode.hpp. Written by tests/tools/make_unicode_tables.py.\n")
out('#include "runtime/text/unicode.hpp"\n\nnamespace slisp::rt {\n\n')


def write_ranges(name, test):
    rows = ranges(test)
    out(f"const CharRange k_{name}_ranges[] = {{\n")
    line = "   "
    for first, last in rows:
        item = f" {{0x{first:x}, 0x{last:x}}},"
        if len(line) + len(item) > 124:
            out(line + "\n")
            line = "   "
        line += item
    out(line + "\n};\n")
    out(f"const std::size_t k_{name}_count = {len(rows)};\n\n")


def write_mappings(name, convert):
    rows = mappings(convert)
    out(f"const CaseRun k_{name}_runs[] = {{\n")
    line = "   "
    for first, last, stride, delta in rows:
        item = f" {{0x{first:x}, 0x{last:x}, {stride}, {delta}}},"
        if len(line) + len(item) > 124:
            out(line + "\n")
            line = "   "
        line += item
    out(line + "\n};\n")
    out(f"const std::size_t k_{name}_count = {len(rows)};\n\n")


write_ranges("letter", lambda c: unicodedata.category(c)[0] == "L")
write_ranges("digit", lambda c: unicodedata.category(c) == "Nd")
write_ranges("upper_letter", str.isupper)
write_ranges("lower_letter", str.islower)
write_mappings("to_upper", str.upper)
write_mappings("to_lower", str.lower)
rows = specials(str.upper)
out("const CaseSpecial k_upper_specials[] = {\n")
for c, text in rows:
    out(f"    {{0x{c:x}, {{{', '.join(f'0x{ord(t):x}' for t in text)}}}}},\n")
out(f"}};\nconst std::size_t k_upper_special_count = {len(rows)};\n\n}}  // namespace slisp::rt\n")
