// checker_test.cpp: the slot checker accepts what the allocator makes and rejects every planted mistake in it.
#include "src/codegen/x86_64_linux/allocate.hpp"
#include "src/codegen/x86_64_linux/checker.hpp"
#include "src/codegen/x86_64_linux/edges.hpp"
#include "src/codegen/x86_64_linux/isel.hpp"
#include "src/codegen/x86_64_linux/register_allocator.hpp"
#include "tests/unit/codegen/support.hpp"
#include <ctime>

using namespace slisp;
using namespace slisp::x64;
using namespace slisp::x64::test;

namespace {

constexpr Rung k_rungs[] = {Rung::Full, Rung::WithoutPromotion, Rung::WithinBlocks, Rung::Slots};

struct Compiled {
  ir::Module module;
  SymbolTable symbols;
  DataLayout data{module, DataLayout::Names::OfTheLink};
  MFunction before, after;

  Compiled(const std::string& text, int level, Rung rung, const RegisterSwitches& switches = {}) : module(module_of(text)) {
    REQUIRE(!data.collect());
    AllocationCounts counts;
    ModuleView view{module, symbols, {}, data, counts};
    Options options;
    options.optimize = level;
    before = select_instructions(module.functions[0], view, options);
    split_critical_edges(before);
    after = allocate(before, rung, switches, counts);
    lay_out_frame(after, switches, counts);
  }
};

const char* const k_rotation = R"(
fn f "f" {
b0(v0: owned any, v1: owned any, v2: owned any, v3: owned any):
  jump -> b1(v0, v1, v2, v3)
b1(v4: owned any, v5: owned any, v6: owned any, v7: owned any):
  v8 = word 1000
  v9 = try_rt less v7, v8 -> b2, b6
b2:
  branch v9 -> b3, b4
b3:
  v10 = try_rt inc v7 -> b5, b6
b5:
  drop v7
  jump -> b1(v5, v6, v4, v10)
b4:
  drop v7
  epoch_open #0
  v11 = slot #0
  slot_store 0 v11, v4
  slot_store 1 v11, v5
  epoch_open #1
  v14 = slot #1
  v15 = dup v5
  slot_store 0 v14, v15
  v16 = i64 1
  v17 = rt vector v14, v16
  epoch_close #1
  drop v17
  slot_store 2 v11, v6
  v12 = i64 3
  v13 = rt vector v11, v12
  epoch_close #0
  return v13
b6:
  drop v4
  drop v5
  drop v6
  drop v7
  unwind
epoch 0
epoch 1 in 0
slot 0 words=3 in 0
slot 1 words=1 in 1
}
)";

const char* const k_calls = R"(
fn f "f" {
b0(v0: owned any, v1: owned any):
  v2 = try_rt add v0, v1 -> b1, b7
b1:
  v3 = try_call g v2 -> b2, b7
b2:
  v4 = try_rt multiply v3, v0 -> b3, b6
b3:
  v5 = try_invoke v1, v3, v4, v0 -> b4, b5
b4:
  drop v1
  return v5
b5:
  drop v1
  unwind
b6:
  drop v3
  jump -> b7
b7:
  drop v0
  drop v1
  unwind
}
)";

}  // namespace

TEST_CASE("what the allocator makes is accepted", "[codegen][checker]") {
  for (const char* text : {k_rotation, k_calls})
    for (int level : {0, 2})
      for (Rung rung : k_rungs) {
        Compiled c(text, level, rung);
        auto wrong = check_allocation(c.before, c.after);
        INFO(dump(c.before, c.symbols) << dump(c.after, c.symbols));
        CHECK(wrong.value_or("") == "");
      }
}

TEST_CASE("a dropped or doubled instruction is rejected", "[codegen][checker]") {
  for (const char* text : {k_rotation, k_calls})
    for (Rung rung : k_rungs) {
      Compiled c(text, 2, rung);
      for (std::size_t b = 0; b < c.after.blocks.size(); ++b)
        for (std::size_t i = 0; i < c.after.blocks[b].instructions.size(); ++i) {
          MFunction mutant = c.after;
          auto& code = mutant.blocks[b].instructions;
          std::uint32_t origin = code[i].origin;
          code.erase(code.begin() + static_cast<std::ptrdiff_t>(i));
          INFO("block " << b << " instruction " << i << "\n" << dump(c.after, c.symbols));
          // Harmless, and rightly accepted: losing a store of what nothing reads again (without caching everything is stored), a
          // first load of what a register still holds from the block before, and restoring a register that this way never wrote.
          const Operand& to = c.after.blocks[b].instructions[i].operand[0];
          bool restores = to.is(Operand::Kind::Register) && is_callee_saved(to.reg) && c.after.blocks[b].cold;
          bool useless = origin == k_inserted && (rung == Rung::Slots || i == 0 || restores);
          if (!useless) CHECK(check_allocation(c.before, mutant).has_value());
          if (origin != k_inserted) {
            mutant = c.after;
            auto& doubled = mutant.blocks[b].instructions;
            doubled.insert(doubled.begin() + static_cast<std::ptrdiff_t>(i), doubled[i]);
            CHECK(check_allocation(c.before, mutant).has_value());
          }
        }
    }
}

TEST_CASE("an operand at another place is rejected", "[codegen][checker]") {
  for (const char* text : {k_rotation, k_calls}) {
    Compiled c(text, 2, Rung::WithinBlocks);
    unsigned planted = 0;
    for (std::size_t b = 0; b < c.after.blocks.size(); ++b)
      for (std::size_t i = 0; i < c.after.blocks[b].instructions.size(); ++i)
        for (unsigned k = 0; k < 3; ++k) {
          if (i == 0 && c.after.blocks[b].instructions[i].origin == k_inserted) continue;
          MFunction mutant = c.after;
          Operand& o = mutant.blocks[b].instructions[i].operand[k];
          if (o.is(Operand::Kind::Stack)) o.value = (o.value + 8) % (c.after.frame_bytes / 8 * 8);
          else if (o.is(Operand::Kind::Register) && !is_xmm(o.reg) && o.reg != Register::r11)
            o.reg = o.reg == Register::r9 ? Register::r8 : Register::r9;
          else continue;
          if (c.after.frame_bytes <= 8) continue;
          ++planted;
          INFO("block " << b << " instruction " << i << " operand " << k << "\n" << dump(c.after, c.symbols));
          CHECK(check_allocation(c.before, mutant).has_value());
        }
    CHECK(planted > 10);
  }
}

TEST_CASE("two exchanged slots are rejected where they meet", "[codegen][checker]") {
  Compiled c(k_rotation, 2, Rung::WithinBlocks);
  // Exchange the two slots in one block only: what other blocks left there is then taken for something else.
  MFunction mutant = c.after;
  std::int64_t first = -1, second = -1;
  for (MInst& inst : mutant.blocks[0].instructions)
    for (Operand& o : inst.operand)
      if (o.is(Operand::Kind::Stack)) {
        if (first < 0) first = o.value;
        else if (second < 0 && o.value != first) second = o.value;
      }
  REQUIRE(second >= 0);
  for (MInst& inst : mutant.blocks[0].instructions)
    for (Operand& o : inst.operand)
      if (o.is(Operand::Kind::Stack)) o.value = o.value == first ? second : o.value == second ? first : o.value;
  CHECK(check_allocation(c.before, mutant).has_value());
}

TEST_CASE("epochs and argument blocks are guarded", "[codegen][checker]") {
  Compiled c(k_rotation, 2, Rung::WithinBlocks);
  SECTION("slots of nested epochs at one address") {
    MFunction mutant = c.after;
    mutant.slot_offset[1] = mutant.slot_offset[0];
    CHECK(check_allocation(c.before, mutant).has_value());
  }
  SECTION("a spill into a slot") {
    MFunction mutant = c.after;
    for (MBlock& block : mutant.blocks)
      for (std::size_t i = 0; i < block.instructions.size(); ++i)
        if (block.instructions[i].op == Opcode::EpochOpen) {
          MInst store;
          store.op = Opcode::Store;
          store.operand[0] = stack_word(mutant.slot_offset[0]);
          store.operand[1] = physical(Register::rax);
          block.instructions.insert(block.instructions.begin() + static_cast<std::ptrdiff_t>(i) + 1, store);
          ++i;
        }
    CHECK(check_allocation(c.before, mutant).has_value());
  }
  SECTION("an epoch that ends early") {
    MFunction before = c.before, after = c.after;
    auto end_early = [](MFunction& f) {
      for (MBlock& block : f.blocks)
        for (std::size_t i = 0; i < block.instructions.size(); ++i)
          if (block.instructions[i].op == Opcode::EpochOpen && block.instructions[i].number == 0)
            for (std::size_t k = i + 1; k < block.instructions.size(); ++k)
              if (block.instructions[k].op == Opcode::EpochClose && block.instructions[k].number == 0) {
                MInst close = block.instructions[k];
                block.instructions.erase(block.instructions.begin() + static_cast<std::ptrdiff_t>(k));
                block.instructions.insert(block.instructions.begin() + static_cast<std::ptrdiff_t>(i) + 1, close);
                return;
              }
    };
    end_early(after);
    CHECK(check_allocation(before, after).has_value());
  }
}

TEST_CASE("a register that a call clobbers is rejected", "[codegen][checker]") {
  Compiled c(k_calls, 2, Rung::WithinBlocks);
  // Replace the first reload behind a call by nothing and let its user read the register the value had before the call.
  unsigned planted = 0;
  for (std::size_t b = 0; b < c.after.blocks.size(); ++b) {
    bool called = false;
    for (std::size_t i = 0; i < c.after.blocks[b].instructions.size(); ++i) {
      const MInst& inst = c.after.blocks[b].instructions[i];
      if (info(inst.op).property == Property::Clobbers) called = true;
      if (!called || inst.origin != k_inserted || !inst.operand[1].is(Operand::Kind::Stack)) continue;
      MFunction mutant = c.after;
      mutant.blocks[b].instructions[i].operand[1] = physical(Register::rdi);
      CHECK(check_allocation(c.before, mutant).has_value());
      ++planted;
    }
  }
  CHECK(planted > 0);
}

TEST_CASE("ten thousand values in one function take well under a second", "[codegen][allocate]") {
  std::string text = "fn f \"f\" {\nb0:\n  v0 = word 1\n", cleanup;
  constexpr int count = 10'000;
  for (int i = 1; i <= count; ++i) {
    text += "  v" + std::to_string(i) + " = try_rt inc v" + std::to_string(i - 1) + " -> b" + std::to_string(i) + ", b" +
            std::to_string(count + i) + "\nb" + std::to_string(i) + ":\n";
    cleanup += "b" + std::to_string(count + i) + ":\n";
    if (i == 1) cleanup += "  unwind\n";
    else cleanup += "  drop v" + std::to_string(i - 1) + "\n  jump -> b" + std::to_string(count + i - 1) + "\n";
  }
  for (int i = 1; i <= count; ++i) text += "  drop v" + std::to_string(i) + "\n";
  text += "  v" + std::to_string(count + 1) + " = word nil\n  return v" + std::to_string(count + 1) + "\n" + cleanup + "}\n";
  ir::Module module;
  std::string error;
  REQUIRE(ir::parse(text, module, error));
  std::string assembly;
  auto start = std::clock();
  REQUIRE(!assembly_text(module, Options{}, assembly));
  double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  CHECK(seconds < 2.0);                          // 0.06 s by itself; sanitizers and a busy machine may take longer
}

TEST_CASE("a result is made in its register before an exit that needs nothing there, unless the switch says no") {
  auto free_results = [](bool allowed) {
    Compiled c(k_rotation, 2, Rung::Full, {.free_result = allowed});
    std::size_t found = 0;
    for (const auto& block : c.after.blocks)
      for (const MInst& inst : block.instructions) found += inst.free_result;
    CHECK(!check_allocation(c.before, c.after).has_value());
    return found;
  };
  CHECK(free_results(true) > 0);
  CHECK(free_results(false) == 0);
}
