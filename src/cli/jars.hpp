// jars.hpp: source roots that are jars (or zip files), as libraries for the JVM are distributed.
#pragma once
#include "src/cli/options.hpp"

namespace slisp::cli {

// Puts in place of each jar among the source roots a folder with the sources that it holds. 0, or the exit status.
int open_jars(Options& options);

}  // namespace slisp::cli
