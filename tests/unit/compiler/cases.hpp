// cases.hpp: the files below tests/passes: `; run: PASS...`, input, `; expect:`, what the passes make of it.
#pragma once
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace slisp::test {

// For each file with that suffix: run(passes, input) must be what stands behind `; expect:`. SLISP_REFRESH=1 rewrites the expectations.
template <class Run> void run_cases(const char* suffix, Run run) {
  namespace fs = std::filesystem;
  const fs::path folder = fs::path(__FILE__).parent_path().parent_path().parent_path() / "passes";
  std::vector<fs::path> cases;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.path().extension() == suffix) cases.push_back(entry.path());
  std::sort(cases.begin(), cases.end());
  REQUIRE(!cases.empty());
  for (const fs::path& path : cases) {
    INFO(path);
    std::ifstream file(path);
    std::stringstream content;
    content << file.rdbuf();
    const std::string text = content.str(), marker = "; expect:\n";
    const std::size_t at = text.find(marker);
    REQUIRE(at != std::string::npos);
    const std::string input = text.substr(0, at), expected = text.substr(at + marker.size());
    REQUIRE(input.rfind("; run: ", 0) == 0);
    const std::string answer = run(input.substr(7, input.find('\n') - 7), input);
    if (std::getenv("SLISP_REFRESH") && answer != expected) {
      std::ofstream(path) << input << marker << answer;
      continue;
    }
    REQUIRE(answer == expected);
  }
}

}  // namespace slisp::test
