// doctor_command.cpp: is everything there that compiling needs? One line per tool and archive, then the line that mends what is not.
#include "src/cli/commands.hpp"
#include "src/codegen/x86_64_linux/codegen.hpp"
#include <algorithm>
#include <cstdio>
#include <vector>

namespace slisp::cli {

int doctor_command(const Options&) {
  std::vector<std::string> remedies;
  for (const x64::ToolReport& tool : x64::inspect_toolchain()) {
    std::printf("%-24s %s\n", tool.name.c_str(), tool.path.empty() ? "missing" : tool.path.c_str());
    if (tool.path.empty() && std::find(remedies.begin(), remedies.end(), tool.remedy) == remedies.end())
      remedies.push_back(tool.remedy);
  }
  if (remedies.empty()) {
    std::printf("all is well\n");
    return 0;
  }
  std::string line;
  for (const std::string& remedy : remedies) line += (line.empty() ? "" : " && ") + remedy;
  std::printf("to mend: %s\n", line.c_str());
  return 1;
}

}  // namespace slisp::cli
