// toolchain.hpp: starting nasm and ld, temporary folders, output by rename.
#pragma once
#include "src/codegen/x86_64_linux/codegen.hpp"

namespace slisp::x64 {

namespace fs = std::filesystem;

// Where a tool stands, by PATH; empty when it is missing.
std::string find_tool(std::string_view name);

// One process to run. Its output goes to a file in `folder`, which is also its working directory.
struct Command {
  std::string tool;                        // "nasm" or "ld"
  std::vector<std::string> arguments;
};
// Runs all of them, as many at once as there are processors. `details` of a failure has what the tool said.
Outcome run_all(std::span<const Command> commands, const fs::path& folder);

// A folder for one compilation, in the folder of its output, so that results can be renamed into place.
// Invariant: registered with remove_temporary_folders_now() as long as it exists.
class TemporaryFolder {
 public:
  TemporaryFolder() = default;
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() { remove(); }
  Outcome make_for(const fs::path& output);        // next to `output`
  Outcome make_scratch();                          // in $TMPDIR or /tmp
  const fs::path& path() const { return path_; }
  void remove();

 private:
  Outcome make_in(const fs::path& parent, const std::string& said);
  fs::path path_;
  int slot_ = -1;
};

Outcome write_file(const fs::path& path, std::string_view text);
Outcome rename_into_place(const fs::path& from, const fs::path& to);
// A failure that names a file of the folder names the output instead.
Outcome speak_of(Outcome failure, const TemporaryFolder& folder, const fs::path& output);
Failure cannot_write(const fs::path& output, int error);

// Assembles every file in `folder` to NAME.o beside it.
Outcome assemble_files(std::span<const AssemblyFile> files, const Options& options, const fs::path& folder);

}  // namespace slisp::x64
