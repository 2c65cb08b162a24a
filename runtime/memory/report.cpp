// report.cpp: the lines of SLISP_HEAP_REPORT=1 and SLISP_STATS=1.
// Keeps: counts are the allocator's own, taken when everything the program and the runtime own was released, before any bulk release.
#include "runtime/memory/updates.hpp"
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

namespace {
constexpr std::string_view k_update_names[] = {"conj", "assoc", "dissoc", "disj", "pop", "merge", "str", "sort"};
static_assert(std::size(k_update_names) == static_cast<std::size_t>(Update::k_count));
UpdateCounts g_updates_of_ended_threads{};
constinit Lock g_updates_lock;
}  // namespace

void updates_of_ended_thread(const UpdateCounts& counts) {
  Locked hold(g_updates_lock);
  for (std::size_t i = 0; i < counts.size(); ++i)
    for (std::size_t k = 0; k < counts[i].size(); ++k) g_updates_of_ended_threads[i][k] += counts[i][k];
}

void update_report() {
  updates_of_ended_thread(t_state.runtime.updates);
  for (std::size_t i = 0; i < g_updates_of_ended_threads.size(); ++i) {
    const auto& counts = g_updates_of_ended_threads[i];
    if (counts[0] + counts[1] + counts[2] == 0) continue;
    Line().text("updates: ").text(k_update_names[i]).text(" ").number(counts[0]).text(" in place, ").number(counts[1]).text(" copied, ")
        .number(counts[2]).text(" from constants\n").write();
  }
}

}  // namespace slisp::rt
