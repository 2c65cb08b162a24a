// spread.cpp: which chunk of text goes into which file.
// In:   functions and static objects as chunks that define and mention labels.
// Out:  NASM files; labels are global where another file mentions them or the module exports them, extern where they are not defined.
// Idea: ld takes whole members of an archive before it drops sections, and what a member mentions drags in more members, also those
//       that weak references were meant to leave out. So a library has a file for each exported function, which also holds what
//       only that function uses; closure, descriptor and cell of a var stand together. A program is split by size alone.
#include "src/codegen/x86_64_linux/spread.hpp"
#include <algorithm>

namespace slisp::x64 {

namespace {

constexpr std::size_t k_file_bytes = 600'000;    // about 40,000 lines, 0.15 s of nasm
constexpr std::uint32_t k_open = UINT32_MAX;

using Units = std::vector<std::uint32_t>;        // chunk -> unit

Units by_size(const Chunks& chunks) {
  Units units;
  std::size_t bytes = 0;
  std::uint32_t unit = 0;
  for (const AsmText& chunk : chunks) {
    if (bytes > k_file_bytes) {
      bytes = 0;
      ++unit;
    }
    bytes += chunk.text.size();
    units.push_back(unit);
  }
  return units;
}

// d_<hash>, o_<hash>, v_<hash>: descriptor, closure and cell of one var.
std::string var_group(const std::string& label) {
  bool grouped = label.size() == 18 && label[1] == '_' && (label[0] == 'd' || label[0] == 'o' || label[0] == 'v');
  return grouped ? label.substr(2) : std::string();
}

Units by_use(const Chunks& chunks, const std::unordered_map<std::string, std::uint32_t>& definer) {
  Units units(chunks.size(), k_open);
  std::unordered_map<std::string, std::uint32_t> groups;
  std::vector<bool> fixed(chunks.size());
  std::vector<std::vector<std::uint32_t>> users(chunks.size());
  for (std::uint32_t c = 0; c < chunks.size(); ++c) {
    for (const std::string& label : chunks[c].mentioned)
      if (auto it = definer.find(label); it != definer.end() && it->second != c) users[it->second].push_back(c);
    for (const AsmText::Definition& definition : chunks[c].defined) {
      if (!definition.global) continue;
      std::string group = var_group(definition.symbol);
      units[c] = group.empty() ? c : groups.try_emplace(group, c).first->second;
      fixed[c] = true;
    }
  }
  // The others belong to the one unit that uses them, or are units of their own when several do. A choice that came too early is
  // revised in the next round; the number of rounds is bounded, since any answer is right and only their sizes differ.
  for (int round = 0; round < 20; ++round) {
    bool changed = false;
    for (std::uint32_t c = 0; c < chunks.size(); ++c) {
      if (fixed[c]) continue;
      std::uint32_t unit = k_open;
      for (std::uint32_t user : users[c]) {
        if (units[user] == k_open || units[user] == unit) continue;
        unit = unit == k_open ? units[user] : c;
        if (unit == c) break;
      }
      if (unit == units[c]) continue;
      units[c] = unit;
      if (unit == c) fixed[c] = true;
      changed = true;
    }
    if (!changed) break;
  }
  for (std::uint32_t c = 0; c < chunks.size(); ++c)
    if (units[c] == k_open) units[c] = c;
  return units;
}

}  // namespace

std::vector<AssemblyFile> spread(const Chunks& chunks, Splitting splitting, const std::string& stem) {
  std::unordered_map<std::string, std::uint32_t> definer;
  for (std::uint32_t c = 0; c < chunks.size(); ++c)
    for (const AsmText::Definition& definition : chunks[c].defined) definer.emplace(definition.symbol, c);
  Units units;
  switch (splitting) {
    case Splitting::OneFile: units.assign(chunks.size(), 0); break;
    case Splitting::BySize: units = by_size(chunks); break;
    case Splitting::ByUse: units = by_use(chunks, definer); break;
  }
  std::set<std::string> shared;                  // labels that another file than their own mentions
  for (std::uint32_t c = 0; c < chunks.size(); ++c)
    for (const std::string& label : chunks[c].mentioned)
      if (auto it = definer.find(label); it != definer.end() && units[it->second] != units[c]) shared.insert(label);

  std::vector<std::vector<std::uint32_t>> members;
  std::unordered_map<std::uint32_t, std::uint32_t> file_of;
  for (std::uint32_t c = 0; c < chunks.size(); ++c) {
    auto [it, fresh] = file_of.try_emplace(units[c], static_cast<std::uint32_t>(members.size()));
    if (fresh) members.emplace_back();
    members[it->second].push_back(c);
  }
  std::vector<AssemblyFile> files;
  for (std::size_t f = 0; f < members.size(); ++f) {
    std::set<std::string> mentioned;
    std::map<std::string, std::string> strings;
    std::string directives, body;
    std::set<std::string> defined;
    for (std::uint32_t c : members[f]) {
      for (const AsmText::Definition& d : chunks[c].defined) {
        defined.insert(d.symbol);
        bool global = d.global || shared.count(d.symbol) != 0;
        if (!global && !d.function) continue;
        directives += (global ? "global " : "static ") + d.symbol;
        directives += d.function ? ":function (" + d.symbol + ".end-" + d.symbol + ")\n" : "\n";
      }
      mentioned.insert(chunks[c].mentioned.begin(), chunks[c].mentioned.end());
      strings.insert(chunks[c].strings.begin(), chunks[c].strings.end());
      body += chunks[c].text;
    }
    AsmText texts;
    for (const auto& [label, content] : strings) {
      texts << "section .rodata." << label << " progbits alloc noexec nowrite align=1\n" << label << ":\n";
      emit_bytes(texts, content);
      texts << "db 0\n";
      defined.insert(label);
    }
    std::string externs;
    for (const std::string& label : mentioned)
      if (defined.count(label) == 0) externs += "extern " + label + "\n";
    files.push_back({members.size() > 1 ? stem + "-" + std::to_string(f) : stem,
                     "bits 64\ndefault rel\n%use smartalign\nalignmode p6\n" + externs + directives + body + texts.text +
                         "section .note.GNU-stack noalloc noexec nowrite progbits\n"});
  }
  return files;
}

}  // namespace slisp::x64
