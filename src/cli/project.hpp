// project.hpp: the project that a program belongs to: the nearest folder above it that holds a deps.edn.
#pragma once
#include "src/cli/options.hpp"

namespace slisp::cli {

// Adds the project's source roots behind those of -I, and turns -m NAMESPACE into its file. A status other than 0: said why.
int apply_project(Options& options);

}  // namespace slisp::cli
