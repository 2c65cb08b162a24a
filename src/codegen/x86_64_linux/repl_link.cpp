// repl_link.cpp: a module linked against the running program and mapped into it (DESIGN: building programs, the REPL).
// In:   a module in Repl mode; the running executable with its symbols.
// Out:  its code and data at an address below 2 GB, for good.
// Keeps: same code as in executables: absolute 32-bit addresses, no PIC. Keywords and vars are this process's own objects, named by
//        their addresses, and never freed from then on.
// Idea: the object file bounds the size of the image, so that much is reserved first, where the kernel likes it below 2 GB; ld gets that
//       address, and the segments are then laid over the reservation.
#include "src/codegen/x86_64_linux/host_symbols.hpp"
#include "src/codegen/x86_64_linux/module_text.hpp"
#include "src/codegen/x86_64_linux/toolchain.hpp"
#include <cerrno>
#include <cstring>
#include <elf.h>
#include <fstream>
#include <sys/mman.h>

namespace slisp::x64 {

namespace {

constexpr std::size_t k_page = 4096;
std::size_t whole_pages(std::size_t bytes) { return (bytes + k_page - 1) / k_page * k_page; }

// Memory for the image; unmapped unless kept.
struct Reservation {
  char* address = nullptr;
  std::size_t bytes = 0;
  ~Reservation() {
    if (address != nullptr) munmap(address, bytes);
  }
};

std::string hexadecimal(std::uintptr_t n) {
  char text[32];
  std::snprintf(text, sizeof text, "0x%lx", static_cast<unsigned long>(n));
  return text;
}

bool read_all(const fs::path& path, std::vector<char>& bytes) {
  std::ifstream file(path, std::ios::binary);
  bytes.assign(std::istreambuf_iterator<char>(file), {});
  return file.good() || file.eof();
}

// Copies the loadable segments of the ELF image in `file` over the reservation.
bool load_segments(const std::vector<char>& file, Reservation& at, std::size_t& used) {
  Elf64_Ehdr header;
  if (file.size() < sizeof header) return false;
  std::memcpy(&header, file.data(), sizeof header);
  used = 0;
  std::vector<Elf64_Phdr> segments(header.e_phnum);
  if (header.e_phoff + sizeof(Elf64_Phdr) * segments.size() > file.size()) return false;
  std::memcpy(segments.data(), file.data() + header.e_phoff, sizeof(Elf64_Phdr) * segments.size());
  auto base = reinterpret_cast<std::uintptr_t>(at.address);
  for (const Elf64_Phdr& segment : segments) {
    if (segment.p_type != PT_LOAD) continue;
    if (segment.p_vaddr < base || segment.p_vaddr + segment.p_memsz > base + at.bytes) return false;
    if (segment.p_offset + segment.p_filesz > file.size()) return false;
    used = std::max(used, whole_pages(segment.p_vaddr + segment.p_memsz - base));
  }
  if (mprotect(at.address, used, PROT_READ | PROT_WRITE) != 0) return false;
  for (const Elf64_Phdr& segment : segments)
    if (segment.p_type == PT_LOAD)
      std::memcpy(at.address + (segment.p_vaddr - base), file.data() + segment.p_offset, segment.p_filesz);
  for (const Elf64_Phdr& segment : segments) {
    if (segment.p_type != PT_LOAD) continue;
    int protection = ((segment.p_flags & PF_R) != 0 ? PROT_READ : 0) | ((segment.p_flags & PF_W) != 0 ? PROT_WRITE : 0) |
                     ((segment.p_flags & PF_X) != 0 ? PROT_EXEC : 0);
    std::size_t from = (segment.p_vaddr - base) / k_page * k_page, to = whole_pages(segment.p_vaddr + segment.p_memsz - base);
    if (mprotect(at.address + from, to - from, protection) != 0) return false;
  }
  return true;
}

}  // namespace

Outcome load_into_process(const ir::Module& module, const Options& options, const fs::path& host, LoadedCode& code) {
  if (host_symbols() == 0) return Failure{70, "internal error: the host has no runtime", ""};
  TextRequest request;
  request.stem = "form";
  request.names = DataLayout::Names::OfThisProcess;
  ModuleText text;
  if (Outcome failure = module_text(module, options, request, text)) return failure;
  TemporaryFolder folder;
  if (Outcome failure = folder.make_scratch()) return failure;
  if (Outcome failure = assemble_files(text.files, options, folder.path())) return failure;

  std::error_code error;
  fs::path object = folder.path() / (text.files[0].name + ".o");
  Reservation memory;
  memory.bytes = whole_pages(2 * fs::file_size(object, error) + 64 * k_page);
  void* address = mmap(nullptr, memory.bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_32BIT, -1, 0);
  if (address == MAP_FAILED) return Failure{1, std::string("no memory for compiled code: ") + std::strerror(errno), ""};
  memory.address = static_cast<char*>(address);
  fs::path program = host.empty() ? fs::read_symlink("/proc/self/exe", error) : host;
  Command ld{"ld", {"-static", "-z", "noexecstack", "-z", "max-page-size=4096", "--build-id=none", "-o", "image",
                    "-Ttext-segment=" + hexadecimal(reinterpret_cast<std::uintptr_t>(memory.address)), "-R", program.string(), "-e",
                    module.init_symbol, object.filename().string()}};
  if (Outcome failure = run_all({&ld, 1}, folder.path())) return failure;
  std::vector<char> image;
  std::size_t used = 0;
  if (!read_all(folder.path() / "image", image) || !load_segments(image, memory, used))
    return Failure{70, "internal error: the linked code could not be mapped", ""};
  Elf64_Ehdr header;
  std::memcpy(&header, image.data(), sizeof header);
  munmap(memory.address + used, memory.bytes - used);
  memory.address = nullptr;                          // stays for good
  code.init = reinterpret_cast<abi::Code>(header.e_entry);
  code.bytes = used;
  return std::nullopt;
}

}  // namespace slisp::x64
