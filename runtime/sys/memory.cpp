// memory.cpp: address space from the kernel.
// Keeps: nothing is committed before it is touched, so a 64 GiB stack costs what is used of it.
#include "runtime/sys/sys.hpp"
#include <sys/mman.h>
#include <unistd.h>
#include <sys/resource.h>

namespace slisp::rt::sys {
namespace {

constexpr std::size_t k_page = 4096;
constexpr std::size_t k_smallest_stack = std::size_t{1} << 20;

char* map_anywhere(std::size_t bytes, int protection, int flags) {
  void* memory = mmap(nullptr, bytes, protection, MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);
  return memory == MAP_FAILED ? nullptr : static_cast<char*>(memory);
}

// Maps more than needed and gives the unaligned ends back.
char* map_aligned(std::size_t bytes, std::size_t alignment, int protection) {
  char* memory = map_anywhere(bytes + alignment - k_page, protection, 0);
  if (memory == nullptr) return nullptr;
  auto address = reinterpret_cast<std::uintptr_t>(memory);
  std::size_t head = (alignment - address % alignment) % alignment;
  std::size_t tail = alignment - k_page - head;
  if (head != 0) munmap(memory, head);
  if (tail != 0) munmap(memory + head + bytes, tail);
  return memory + head;
}

}  // namespace

void* map_memory(std::size_t bytes, std::size_t alignment) {
  return map_aligned(bytes, alignment, PROT_READ | PROT_WRITE);
}

void unmap_memory(void* memory, std::size_t bytes) { munmap(memory, bytes); }

void decommit(void* memory, std::size_t bytes) { madvise(memory, bytes, MADV_DONTNEED); }

void prefer_huge_pages(void* memory, std::size_t bytes) { madvise(memory, bytes, MADV_HUGEPAGE); }

void* remap_memory(void* memory, std::size_t old_bytes, std::size_t new_bytes, std::size_t alignment) {
  if (mremap(memory, old_bytes, new_bytes, 0) != MAP_FAILED) return memory;
  char* target = map_aligned(new_bytes, alignment, PROT_NONE);
  if (target == nullptr) return nullptr;
  if (mremap(memory, old_bytes, new_bytes, MREMAP_MAYMOVE | MREMAP_FIXED, target) == MAP_FAILED) {
    munmap(target, new_bytes);
    return nullptr;
  }
  return target;
}

Stack map_stack(std::size_t wanted) {
  // Under `ulimit -v` the heap must fit beside the stack: a quarter of what is allowed is enough for the stack.
  rlimit limit{};
  if (getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY) {
    while (wanted > limit.rlim_cur / 4 && wanted > k_smallest_stack) wanted /= 2;
  }
  for (std::size_t bytes = wanted; bytes >= k_smallest_stack; bytes /= 2) {
    char* base = map_anywhere(bytes, PROT_READ | PROT_WRITE, MAP_NORESERVE | MAP_STACK);
    if (base == nullptr) continue;
    madvise(base, bytes, MADV_NOHUGEPAGE);   // else the first touch may commit 2 MiB
    return {base, bytes};
  }
  return {};
}

std::size_t physical_memory() {
  const long pages = ::sysconf(_SC_PHYS_PAGES);
  return pages > 0 ? static_cast<std::size_t>(pages) * 4096 : std::size_t{1} << 32;
}

}  // namespace slisp::rt::sys
