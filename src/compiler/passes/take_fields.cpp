// take_fields.cpp: an element that is looked at for the last time moves out of its collection.
// In:   IR after borrow-arguments; the ownership checker accepts it.
// Out:  nth_look, first_look, rest_look and next_look whose place nobody reads again are nth_take ...: where nobody else has the collection, no count
//       changes, and the element's memory is not touched; nil stays behind for the release of the collection. get, get_default, nth_look at any
//       place and peek, whose value goes on to what may change it, are get_take ...: (assoc m k (f (get m k))) finds the inner collection unique.
// Keeps: after a take x is used only by looks at other places, by what overwrites or removes the place, and by what releases x. So whoever
//       would see the nil is excluded.
// Idea: for each look, walk forward from its normal edge as far as x lives and see what x is used for. Keys are the same when they come from one
//       value that is not defined anew between the look and the use, or are the same constant.
#include "src/compiler/passes/passes.hpp"
#include <algorithm>
#include <optional>

namespace slisp::compiler {
namespace {

using namespace ir;
using Rt = abi::RuntimeFunctionId;

constexpr std::size_t k_most_blocks = 256;     // looked at for one question: keeps large functions linear

// A place in a collection: the first or last element, all behind the first, an index known here, or the place of a key.
struct Place {
  enum class How : std::uint8_t { First, Rest, Last, Index, Key } how = How::First;
  std::int64_t index = 0;                      // of Index
  ValueId key;                                 // of Key: where the key comes from
};

// How an instruction uses x.
struct Use {
  enum class How : std::uint8_t {
    Harmless,                                  // looks at no element
    Size,                                      // counts them
    Look,                                      // at the element of a place
    Rest,                                      // at all but the first
    Change,                                    // overwrites or removes the element of a place and goes on with the others
    Bad
  } how = How::Bad;
  Place place;
  bool ends = false;                           // x is consumed
};

class Taker {
 public:
  Taker(const Module& module, Function& fn)
      : module_(module), fn_(fn), definition_(fn.values.size(), nullptr), lent_(fn.values.size(), false), goes_on_(fn.values.size(), false) {
    for (const Block& b : fn_.blocks)
      for (const Instruction& i : b.instructions) {
        if (i.result.valid()) definition_[i.result.index] = &i;
        note_consumers(i);
      }
    for (const Value& v : fn_.values)
      if (v.owner.valid()) lent_[v.owner.index] = true;
  }

  bool run() {
    bool changed = false;
    for (std::size_t b = 0; b < fn_.blocks.size(); ++b) {
      Instruction& last = fn_.blocks[b].instructions.back();
      if (last.op != Op::TryRtCall || last.operands.empty()) continue;
      ValueId x = last.operands[0];
      if (fn_[x].ownership != Ownership::Owned || lent_[x.index]) continue;
      Place place;
      Rt twin = taking_twin(last, place);
      if (twin == Rt::k_count || !last_look(x, place, last.edges[0].target)) continue;
      last.id = static_cast<std::uint32_t>(twin);
      changed = true;
    }
    return changed;
  }

 private:
  // What may change the value in place, or hand it to somebody who may: worth the place's value being the only reference.
  void note_consumers(const Instruction& i) {
    const auto note = [this](ValueId v) { goes_on_[v.index] = true; };
    for (const Edge& e : i.edges)
      for (ValueId v : e.arguments) note(v);
    switch (i.op) {
      case Op::SlotStore: return note(i.operands[1]);
      case Op::TryCallFn:
        for (std::size_t k = 0; k < i.operands.size(); ++k)
          if (k >= 64 || (static_cast<std::uint64_t>(i.imm) >> k & 1) == 0) note(i.operands[k]);
        return;
      case Op::TryCallAny:
        for (std::size_t k = 1; k < i.operands.size(); ++k) note(i.operands[k]);
        return;
      case Op::RtCall:
      case Op::TryRtCall:
        switch (static_cast<Rt>(i.id)) {
          case Rt::conj:
          case Rt::conj_vector:
          case Rt::assoc:
          case Rt::assoc_index:
          case Rt::dissoc:
          case Rt::disj:
          case Rt::pop:
          case Rt::pop_vector:
          case Rt::merge_into:
          case Rt::transient:
          case Rt::to_vector:
          case Rt::to_set:
          case Rt::with_meta:
          case Rt::str_append: return note(i.operands[0]);
          case Rt::sort_vector:
          case Rt::apply: return note(i.operands[1]);
          case Rt::cons:                       // of the arguments that apply spreads
            note(i.operands[0]);
            return note(i.operands[1]);
          default: return;
        }
      default: return;
    }
  }

  // The row that takes instead of looking, and where it looks; k_count: none, or nobody gains by it.
  Rt taking_twin(const Instruction& look, Place& place) const {
    const bool goes_on = look.result.valid() && goes_on_[look.result.index];
    switch (static_cast<Rt>(look.id)) {
      case Rt::first_look: place = {Place::How::First, 0, {}}; return Rt::first_take;
      case Rt::rest_look: place = {Place::How::Rest, 0, {}}; return Rt::rest_take;
      case Rt::next_look: place = {Place::How::Rest, 0, {}}; return Rt::next_take;
      case Rt::nth_look:
        place = place_of(look.operands[1]);
        if (place.how == Place::How::Index && place.index >= 0 && place.index <= 31) return Rt::nth_take;
        return goes_on ? Rt::vector_take : Rt::k_count;
      case Rt::get: place = place_of(look.operands[1]); return goes_on ? Rt::get_take : Rt::k_count;
      case Rt::get_default: place = place_of(look.operands[1]); return goes_on ? Rt::get_default_take : Rt::k_count;
      case Rt::peek: place = {Place::How::Last, 0, {}}; return goes_on ? Rt::peek_take : Rt::k_count;
      default: return Rt::k_count;
    }
  }

  // Where a key or index comes from: through copies and boxes.
  ValueId origin(ValueId v) const {
    for (;;) {
      const Instruction* i = definition_[v.index];
      if (i == nullptr || (i->op != Op::Dup && i->op != Op::I64ToAny && i->op != Op::UnboxI64)) return v;
      v = i->operands[0];
    }
  }
  Place place_of(ValueId key) const {
    const ValueId from = origin(key);
    const Instruction* i = definition_[from.index];
    if (i != nullptr && i->op == Op::ConstI64) return {Place::How::Index, i->imm, {}};
    if (i != nullptr && i->op == Op::ConstWord && (i->imm & 1) != 0) return {Place::How::Index, i->imm >> 1, {}};
    return {Place::How::Key, 0, from};
  }
  const Instruction* constant_of(const Place& p) const {
    if (p.how != Place::How::Key) return nullptr;
    const Instruction* i = definition_[p.key.index];
    return i != nullptr && (i->op == Op::Static || i->op == Op::ConstWord) ? i : nullptr;
  }
  bool same_constant(const Instruction* a, const Instruction* b) const {
    return a->op == b->op && (a->op == Op::Static ? a->id == b->id : a->imm == b->imm);
  }
  bool is_same(const Place& a, const Place& b) const {
    if (a.how != b.how) return false;
    if (a.how == Place::How::Index) return a.index == b.index;
    if (a.how != Place::How::Key) return true;
    const Instruction *x = constant_of(a), *y = constant_of(b);
    return x != nullptr && y != nullptr ? same_constant(x, y) : a.key == b.key;
  }
  bool is_other(const Place& a, const Place& b) const {
    if (a.how == Place::How::Index && b.how == Place::How::Index) return a.index != b.index;
    return is_keyword(a) && is_keyword(b) && !is_same(a, b);
  }
  // Keywords are one object each; other constants may be equal though they are two.
  bool is_keyword(const Place& p) const {
    const Instruction* i = constant_of(p);
    return i != nullptr && i->op == Op::Static && module_.statics[i->id].value.is(abi::Kind::Keyword);
  }

  Use use_of(const Instruction& i, ValueId x) const {
    if (std::count(i.operands.begin(), i.operands.end(), x) != 1) return {};       // twice, or as an edge's argument
    if (i.op == Op::Drop || i.op == Op::Shell) return {Use::How::Harmless, {}, true};
    if (i.op == Op::IsNil || i.op == Op::Truthy) return {Use::How::Harmless, {}};
    if (i.op != Op::RtCall && i.op != Op::TryRtCall) return {};
    if (i.operands[0] != x) return {};
    const Place first{Place::How::First, 0, {}}, last{Place::How::Last, 0, {}};
    switch (static_cast<Rt>(i.id)) {
      case Rt::nth: return {Use::How::Look, place_of(i.operands[1]), true};
      case Rt::nth_look:
      case Rt::nth_take:
      case Rt::vector_take:
      case Rt::get:
      case Rt::get_take:
      case Rt::get_ahead:                      // may hold x in order to ask later, at the same place
      case Rt::nth_ahead:
      case Rt::get_default:
      case Rt::get_default_take: return {Use::How::Look, place_of(i.operands[1])};
      case Rt::first: return {Use::How::Look, first, true};
      case Rt::first_look:
      case Rt::first_take: return {Use::How::Look, first};
      case Rt::peek:
      case Rt::peek_ahead:
      case Rt::peek_take: return {Use::How::Look, last};
      case Rt::rest:
      case Rt::next: return {Use::How::Rest, {}, true};
      case Rt::rest_look:
      case Rt::rest_take:
      case Rt::next_look:
      case Rt::next_take: return {Use::How::Rest, {}};
      case Rt::assoc:
      case Rt::assoc_index:
      case Rt::dissoc: return {Use::How::Change, place_of(i.operands[1]), true};
      case Rt::pop:
      case Rt::pop_vector: return {Use::How::Change, last, true};
      case Rt::count_ahead:
      case Rt::count_look: return {Use::How::Size, {}};
      case Rt::nil_p:
      case Rt::empty_look:
      case Rt::vector_p:
      case Rt::map_p: return {Use::How::Harmless, {}};
      default: return {};
    }
  }

  // Does this use not see that the element of `place` is gone? Places told by index and by key, or by an end, may be one.
  bool is_blind(const Use& use, const Place& place) const {
    switch (use.how) {
      case Use::How::Harmless: return true;
      case Use::How::Size: return place.how != Place::How::Rest;
      case Use::How::Rest: return place.how == Place::How::First;
      case Use::How::Look: return is_other(use.place, place) || (place.how == Place::How::Rest && use.place.how == Place::How::First);
      case Use::How::Change: return is_same(use.place, place);
      case Use::How::Bad: return false;
    }
    return false;
  }

  bool last_look(ValueId x, const Place& place, BlockId from) const {
    const ValueId key = place.how == Place::How::Key && constant_of(place) == nullptr ? place.key : ValueId{};
    std::vector<BlockId> work{from};
    std::vector<char> seen(fn_.blocks.size(), 0);
    seen[from.index] = 1;
    for (std::size_t n = 0; n < work.size(); ++n) {
      if (n > k_most_blocks) return false;
      bool lives = true;
      const Block& block = fn_[work[n]];
      if (key.valid() && std::find(block.parameters.begin(), block.parameters.end(), key) != block.parameters.end()) return false;
      for (const Instruction& i : block.instructions) {
        bool mentioned = std::find(i.operands.begin(), i.operands.end(), x) != i.operands.end();
        for (const Edge& e : i.edges) mentioned = mentioned || std::find(e.arguments.begin(), e.arguments.end(), x) != e.arguments.end();
        if (mentioned) {
          Use use = use_of(i, x);
          if (!is_blind(use, place)) return false;
          lives = !use.ends;
          if (!lives) break;
        }
        if (key.valid() && i.result == key) return false;      // another key from here on
      }
      if (!lives) continue;
      for (const Edge& e : fn_[work[n]].instructions.back().edges)
        if (!seen[e.target.index]) {
          seen[e.target.index] = 1;
          work.push_back(e.target);
        }
    }
    return true;
  }

  const Module& module_;
  Function& fn_;
  std::vector<const Instruction*> definition_;
  std::vector<char> lent_;                     // something is borrowed from it
  std::vector<char> goes_on_;                  // reaches what may change it
};

}  // namespace

bool take_fields(const ir::Module& module, ir::Function& function) { return Taker(module, function).run(); }

}  // namespace slisp::compiler
