// report.cpp: the lines of SLISP_HEAP_REPORT=1.
// Keeps: counts are the allocator's own, taken when everything the program and the runtime own was released, before any bulk release.
#include "runtime/memory/context.hpp"
#include "runtime/sys/sys.hpp"

namespace slisp::rt {
namespace {

constexpr std::size_t k_kinds = static_cast<std::size_t>(Kind::k_count);
constexpr std::string_view k_kind_names[k_kinds] = {
#define SLISP_KIND(name, first_slot, class_name) #name,
#include "runtime/abi/kinds.def"
#undef SLISP_KIND
};

struct KindCounts {
  std::uint64_t live[k_kinds];
};

// Formats into a fixed buffer: a report on memory must not allocate.
class Line {
 public:
  Line& text(std::string_view piece) {
    for (char c : piece) {
      if (size_ < sizeof buffer_) buffer_[size_++] = c;
    }
    return *this;
  }
  Line& number(std::uint64_t value) {
    char digits[20];
    int count = 0;
    do {
      digits[count++] = static_cast<char>('0' + value % 10);
    } while ((value /= 10) != 0);
    while (count > 0) text({&digits[--count], 1});
    return *this;
  }
  void write() const { sys::write_error({buffer_, size_}); }

 private:
  char buffer_[256];
  std::size_t size_ = 0;
};

}  // namespace

void heap_report() {
  HeapCounts counts = heap_counts();
  Line line;
  line.text("heap: ").number(counts.allocated - counts.freed).text(" live objects (").number(counts.allocated);
  line.text(" allocated, ").number(counts.freed).text(" freed, peak ").number(counts.peak_bytes).text(" bytes)\n").write();
  if (counts.allocated == counts.freed) return;
  KindCounts kinds{};
  heap_each([](Header* object, void* argument) { ++static_cast<KindCounts*>(argument)->live[static_cast<std::size_t>(object->kind)]; },
            &kinds);
  for (std::size_t kind = 0; kind < k_kinds; ++kind) {
    if (kinds.live[kind] != 0) Line().text("  ").text(k_kind_names[kind]).text(" ").number(kinds.live[kind]).text("\n").write();
  }
}

}  // namespace slisp::rt
