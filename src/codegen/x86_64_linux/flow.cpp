// flow.cpp: loops, next uses, pressure.
// In:   machine code before allocation, critical edges split.
// Out:  Flow.
// Idea: next uses are liveness with a number: the least distance over all ways to a use, found by the usual backward iteration, where
//       leaving a loop or entering a cold block adds a constant that dwarfs what lies within (Braun & Hack 2009). A last sweep with
//       the result at hand counts what is alive at once, and across calls.
#include "src/codegen/x86_64_linux/flow.hpp"
#include <algorithm>

namespace slisp::x64 {

namespace {

constexpr std::size_t k_most_work = 12'000'000;    // entries of live sets that may be touched; a large usual function takes 10^4

class Analysis {
 public:
  explicit Analysis(const MFunction& function) : f_(function) {}

  std::optional<Flow> run() {
    blocks();
    loops();
    distance_.assign(f_.xmm.size(), k_never);
    flow_.at_entry.resize(f_.blocks.size());
    bool changed = true;
    while (changed) {
      changed = false;
      for (std::size_t i = flow_.order.size(); i-- > 0;) {
        std::uint32_t b = flow_.order[i];
        std::vector<NextUse> before = backwards(b);
        if (work_ > k_most_work) return std::nullopt;
        if (same(before, flow_.at_entry[b])) continue;
        flow_.at_entry[b] = std::move(before);
        changed = true;
      }
    }
    pressure();
    if (work_ > k_most_work) return std::nullopt;
    return std::move(flow_);
  }

 private:
  static bool same(const std::vector<NextUse>& a, const std::vector<NextUse>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](const NextUse& x, const NextUse& y) { return x.value == y.value && x.distance == y.distance; });
  }

  void blocks() {
    flow_.order = reverse_postorder(f_);
    flow_.rank.assign(f_.blocks.size(), UINT32_MAX);
    flow_.predecessors.resize(f_.blocks.size());
    flow_.def_block.assign(f_.xmm.size(), 0);
    for (std::uint32_t i = 0; i < flow_.order.size(); ++i) flow_.rank[flow_.order[i]] = i;
    for (std::uint32_t b : flow_.order) {
      for_each_edge(f_.blocks[b], [&](std::uint32_t to, std::uint32_t) { flow_.predecessors[to].push_back(b); });
      for (std::uint32_t p : f_.blocks[b].parameters) flow_.def_block[p] = b;
      for (const MInst& inst : f_.blocks[b].instructions) for_each_def(inst, [&](std::uint32_t v) { flow_.def_block[v] = b; });
    }
  }

  // Loops are entered at their header alone (`recur` knows no other), so an edge backwards in the order leads to a header.
  void loops() {
    flow_.loop_of.assign(f_.blocks.size(), k_no_loop);
    std::vector<std::uint32_t> outermost;          // loop -> the outermost loop found so far that has it inside
    for (std::size_t i = flow_.order.size(); i-- > 0;) {
      std::uint32_t header = flow_.order[i];
      std::vector<std::uint32_t> work;
      for (std::uint32_t p : flow_.predecessors[header])
        if (flow_.rank[p] >= flow_.rank[header]) work.push_back(p);
      if (work.empty()) continue;
      auto loop = static_cast<std::uint32_t>(flow_.loops.size());
      flow_.loops.emplace_back().header = header;
      outermost.push_back(loop);
      auto climb = [&](std::uint32_t inner) {
        while (outermost[inner] != inner) inner = outermost[inner] = outermost[outermost[inner]];
        return inner;
      };
      while (!work.empty()) {
        std::uint32_t b = work.back();
        work.pop_back();
        if (b == header) continue;
        if (flow_.loop_of[b] == k_no_loop) {
          flow_.loop_of[b] = loop;
          work.insert(work.end(), flow_.predecessors[b].begin(), flow_.predecessors[b].end());
          continue;
        }
        std::uint32_t inner = climb(flow_.loop_of[b]);
        if (inner == loop) continue;
        outermost[inner] = loop;
        flow_.loops[inner].parent = loop;
        const auto& before = flow_.predecessors[flow_.loops[inner].header];
        work.insert(work.end(), before.begin(), before.end());
      }
      if (flow_.loop_of[header] == k_no_loop) flow_.loop_of[header] = loop;
    }
    // Inner loops were found before the loops around them.
    for (std::size_t l = flow_.loops.size(); l-- > 0;)
      if (flow_.loops[l].parent != k_no_loop) flow_.loops[l].depth = flow_.loops[flow_.loops[l].parent].depth + 1;
  }

  // ---- distances, in a dense array of which only `alive_` is set
  void need(std::uint32_t v, std::uint32_t distance) {
    distance = std::min(distance, k_never - 1);
    if (distance_[v] == k_never) alive_.push_back(v);
    distance_[v] = std::min(distance_[v], distance);
    ++work_;
  }
  void along(std::uint32_t from, std::uint32_t to, std::uint32_t further) {
    further += flow_.edge_distance(f_, from, to);
    for (const NextUse& use : flow_.at_entry[to])
      if (flow_.def_block[use.value] != to) need(use.value, use.distance + further);   // its own are its parameters
  }
  std::vector<NextUse> backwards(std::uint32_t b) {
    const auto& code = f_.blocks[b].instructions;
    auto length = static_cast<std::uint32_t>(code.size());
    for (std::uint32_t to : code.back().target)
      if (to != k_no_block) along(b, to, length);
    for (std::uint32_t i = length; i-- > 0;) {
      for_each_def(code[i], [&](std::uint32_t v) { distance_[v] = k_never; });       // stays in alive_, as a hole
      if (code[i].exit != k_no_block) along(b, code[i].exit, i);
      for_each_use(code[i], [&](std::uint32_t v) {
        distance_[v] = k_never;                                                      // the nearer use is the one that counts
        need(v, i);
      });
    }
    std::vector<NextUse> out;
    for (std::uint32_t v : alive_)
      if (distance_[v] != k_never) {
        out.push_back({v, distance_[v]});
        distance_[v] = k_never;
      }
    alive_.clear();
    std::sort(out.begin(), out.end(), [](const NextUse& x, const NextUse& y) { return x.value < y.value; });
    return out;
  }

  // ---- pressure
  void pressure() {
    flow_.crosses.assign(f_.xmm.size(), false);
    for (std::uint32_t b : flow_.order)
      if (!f_.blocks[b].cold) pressure_in(b);
    for (Loop& loop : flow_.loops) {
      std::sort(loop.crossing.begin(), loop.crossing.end());
      loop.crossing.erase(std::unique(loop.crossing.begin(), loop.crossing.end()), loop.crossing.end());
      if (loop.parent == k_no_loop) continue;
      Loop& around = flow_.loops[loop.parent];
      around.pressure = std::max(around.pressure, loop.pressure);
      around.pressure_xmm = std::max(around.pressure_xmm, loop.pressure_xmm);
      around.crossing.insert(around.crossing.end(), loop.crossing.begin(), loop.crossing.end());
    }
  }
  void pressure_in(std::uint32_t b) {
    const auto& code = f_.blocks[b].instructions;
    std::uint32_t general = 0, xmm = 0;
    Loop* loop = flow_.loop_of[b] == k_no_loop ? nullptr : &flow_.loops[flow_.loop_of[b]];
    auto enter = [&](std::uint32_t v) {
      if (distance_[v] != k_never) return;
      distance_[v] = 0;
      alive_.push_back(v);
      ++(f_.xmm[v] ? xmm : general);
      ++work_;
    };
    auto leave = [&](std::uint32_t v) {
      if (distance_[v] == k_never) return;
      distance_[v] = k_never;
      --(f_.xmm[v] ? xmm : general);
    };
    for (std::uint32_t to : code.back().target)
      if (to != k_no_block)
        for (const NextUse& use : flow_.at_entry[to])
          if (flow_.def_block[use.value] != to) enter(use.value);
    for (std::size_t i = code.size(); i-- > 0;) {
      for_each_def(code[i], leave);
      if (info(code[i].op).property == Property::Clobbers)
        for (std::uint32_t v : alive_)
          if (distance_[v] != k_never) {
            flow_.crosses[v] = true;
            if (loop != nullptr) loop->crossing.push_back(v);
            ++work_;
          }
      // What only the exit needs is not counted: it may be stored.
      for_each_use(code[i], enter);
      if (loop != nullptr) {
        loop->pressure = std::max(loop->pressure, general);
        loop->pressure_xmm = std::max(loop->pressure_xmm, xmm);
      }
    }
    for (std::uint32_t v : alive_) distance_[v] = k_never;
    alive_.clear();
  }

  const MFunction& f_;
  Flow flow_;
  std::vector<std::uint32_t> distance_, alive_;
  std::size_t work_ = 0;
};

}  // namespace

bool Flow::in_loop(std::uint32_t block, std::uint32_t loop) const {
  for (std::uint32_t l = loop_of[block]; l != k_no_loop; l = loops[l].parent)
    if (l == loop) return true;
  return false;
}

std::uint32_t Flow::edge_distance(const MFunction& function, std::uint32_t from, std::uint32_t to) const {
  std::uint32_t distance = 0;
  if (function.blocks[to].cold && !function.blocks[from].cold) distance += k_cold_distance;
  for (std::uint32_t l = loop_of[from]; l != k_no_loop && !in_loop(to, l); l = loops[l].parent) distance += k_loop_exit_distance;
  return distance;
}

const NextUse* Flow::alive_at_entry(std::uint32_t block, std::uint32_t value) const {
  const auto& uses = at_entry[block];
  auto at = std::lower_bound(uses.begin(), uses.end(), value, [](const NextUse& use, std::uint32_t v) { return use.value < v; });
  return at == uses.end() || at->value != value ? nullptr : &*at;
}

std::optional<Flow> analyze_flow(const MFunction& function) { return Analysis(function).run(); }

}  // namespace slisp::x64
