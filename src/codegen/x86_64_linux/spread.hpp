// spread.hpp: put a module's chunks of text into files.
#pragma once
#include "src/codegen/x86_64_linux/emit.hpp"

namespace slisp::x64 {

enum class Splitting : std::uint8_t {
  OneFile,
  BySize,        // several files of about equal size: nasm takes one processor each
  ByUse,         // what can be linked apart stands apart (libraries)
};

// `stem` begins the names of the files.
std::vector<AssemblyFile> spread(const Chunks& chunks, Splitting splitting, const std::string& stem);

}  // namespace slisp::x64
