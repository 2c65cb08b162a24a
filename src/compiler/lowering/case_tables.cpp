// case_tables.cpp: which clause of a case a value belongs to.
// In:   the value, the constants of each clause, the block of each clause.
// Out:  code that goes to the right block; it goes on where no constant matches.
// Keeps: values are compared as = compares them: 1N and (int 1) belong to the clause of 1. The constants of a case are different, so the order of
//        looking makes no difference.
// Idea: a few constants are compared in turn. Many longs or characters become a tree of comparisons of raw numbers; many others are keys of a map
//       that lies ready in the executable, with the numbers of their clauses as values, and a tree over those numbers.
#include "runtime/api.hpp"
#include "src/compiler/lowering/function_lowering.hpp"
#include <algorithm>

namespace slisp::compiler {

using namespace analyzer;

namespace {

constexpr std::size_t k_few_longs = 4, k_few_characters = 16, k_few_words = 24, k_few_others = 8;

std::size_t few(const std::vector<CaseKey>& keys) {
  // = of strings and collections is a call, words are compared at once.
  for (const CaseKey& key : keys)
    if (rt::is_pointer(key.constant.word()) && !key.constant.is(rt::Kind::Keyword)) return k_few_others;
  return k_few_words;
}

rt::Owned numbered(const std::vector<CaseKey>& keys, std::vector<ir::BlockId>& targets) {
  rt::Owned map = rt::empty_map();
  for (const CaseKey& key : keys) {
    if (targets.empty() || targets.back() != key.target) targets.push_back(key.target);
    const auto number = static_cast<std::int64_t>(targets.size() - 1);
    map = rt::map_assoc(std::move(map), rt::Owned::copy(key.constant), rt::Owned::adopt(rt::from_fixnum(number)));
  }
  return map;
}

}  // namespace

// Bool: does the value match? Words decide for immediates and keywords; = for the rest.
ir::ValueId FunctionLowering::case_matches(ValueId value, rt::Borrowed wanted, const reader::Span& span) {
  ValueId c = constant(wanted, span);
  if (!rt::is_pointer(wanted.word()) || wanted.is(rt::Kind::Keyword)) return builder_.plain(ir::Op::Identical, {value, c});
  return try_rt(RuntimeFunctionId::equal, {value, c});
}

void FunctionLowering::case_in_turn(const std::vector<CaseKey>& keys, ValueId value, const reader::Span& span, bool by_equality) {
  for (const CaseKey& key : keys) {
    ValueId matches = by_equality ? try_rt(RuntimeFunctionId::equal, {value, constant(key.constant, span)}) : case_matches(value, key.constant, span);
    BlockId next = builder_.new_block();
    builder_.branch(matches, key.target, next);
    builder_.position(next);
  }
}

// Numbers in ascending order.
void FunctionLowering::case_search(ValueId number, std::span<const std::pair<std::int64_t, BlockId>> among, BlockId otherwise) {
  constexpr std::size_t k_leaf = 3;
  auto compare = [&](std::int64_t with, ir::Condition how) {
    return builder_.plain(ir::Op::CompareI64, {number, builder_.constant_i64(with)}, static_cast<std::int64_t>(how));
  };
  if (among.size() > k_leaf) {
    const std::size_t middle = among.size() / 2;
    BlockId below = builder_.new_block(), above = builder_.new_block();
    builder_.branch(compare(among[middle].first, ir::Condition::Less), below, above);
    builder_.position(below);
    case_search(number, among.first(middle), otherwise);
    builder_.position(above);
    return case_search(number, among.subspan(middle), otherwise);
  }
  for (auto& [constant, target] : among) {
    BlockId next = builder_.new_block();
    builder_.branch(compare(constant, ir::Condition::Equal), target, next);
    builder_.position(next);
  }
  builder_.jump(otherwise);
}

void FunctionLowering::case_by_map(const std::vector<CaseKey>& keys, ValueId value, const reader::Span& span) {
  std::vector<BlockId> targets;
  rt::Owned map = numbered(keys, targets);
  ValueId found = try_rt(RuntimeFunctionId::get_default, {constant(map, span), value, builder_.constant_word(rt::from_fixnum(-1))});
  ValueId number = builder_.plain(ir::Op::UnboxI64, {found});
  builder_.plain(ir::Op::Drop, {found});
  std::vector<std::pair<std::int64_t, BlockId>> among;
  for (std::size_t i = 0; i < targets.size(); ++i) among.emplace_back(static_cast<std::int64_t>(i), targets[i]);
  BlockId otherwise = builder_.new_block();
  case_search(number, among, otherwise);
  builder_.position(otherwise);
}

// Longs, or characters by their codes.
void FunctionLowering::case_by_number(const std::vector<CaseKey>& keys, ValueId value, RuntimeFunctionId predicate) {
  const bool longs = predicate == RuntimeFunctionId::long_p;
  std::vector<std::pair<std::int64_t, BlockId>> among;
  for (const CaseKey& key : keys) among.emplace_back(longs ? rt::to_fixnum(key.constant.word()) : std::int64_t{rt::to_character(key.constant.word())}, key.target);
  std::sort(among.begin(), among.end());
  BlockId yes = builder_.new_block(), otherwise = builder_.new_block();
  builder_.branch_on(predicate, value, yes, otherwise);
  builder_.position(yes);
  ValueId number = longs ? builder_.plain(ir::Op::UnboxI64, {value}) : try_rt(RuntimeFunctionId::to_long, {value});
  case_search(number, among, otherwise);
  builder_.position(otherwise);
}

void FunctionLowering::choose_clause(CaseNode* node, ValueId value, const std::vector<BlockId>& blocks) {
  std::vector<CaseKey> longs, characters, others;
  for (std::size_t i = 0; i < blocks.size(); ++i)
    for (const rt::Owned& c : node->clauses[i].constants)
      (rt::is_fixnum(c.word()) ? longs : rt::is_character(c.word()) ? characters : others).push_back({c, blocks[i]});
  const bool tables = module_.context().enabled("case-tables", 1);
  const bool many_longs = tables && longs.size() > k_few_longs;
  if (many_longs) case_by_number(longs, value, RuntimeFunctionId::long_p);
  else case_in_turn(longs, value, node->span, false);
  if (tables && characters.size() > k_few_characters) case_by_number(characters, value, RuntimeFunctionId::char_p);
  else case_in_turn(characters, value, node->span, false);
  const bool many_others = tables && others.size() > few(others);
  // A long that is no Long is found in the map, too.
  if (many_others && !longs.empty()) others.insert(others.end(), longs.begin(), longs.end());
  if (many_others) case_by_map(others, value, node->span);
  else case_in_turn(others, value, node->span, false);
  module_.context().case_tables += many_longs + many_others;
  if (longs.empty() || many_others) return;
  // 1N and (int 1) are = to the constant 1 but other words: before a case with longs gives up, it looks for those.
  BlockId big = builder_.new_block(), otherwise = builder_.new_block();
  builder_.branch_on(RuntimeFunctionId::boxed_integer_p, value, big, otherwise);
  builder_.position(big);
  if (many_longs) case_by_map(longs, value, node->span);
  else case_in_turn(longs, value, node->span, true);
  builder_.jump(otherwise);
  builder_.position(otherwise);
}

}  // namespace slisp::compiler
