// emit.hpp: the printed form of machine code and data, one NASM file at a time.
#pragma once
#include "src/codegen/x86_64_linux/codegen.hpp"
#include "src/codegen/x86_64_linux/instructions.hpp"
#include <functional>
#include <map>
#include <set>

namespace slisp::x64 {

// Assembler text with the names it defines and mentions: one function or one static object, to be put into files by module_text.cpp, which
// decides what is visible between them.
class AsmText {
 public:
  struct Definition {
    std::string symbol;
    bool global = false;             // other modules may refer to it
    bool function = false;           // has a label .end, which gives it a size
  };
  std::string text;
  std::vector<Definition> defined;
  std::set<std::string> mentioned;
  std::map<std::string, std::string> strings;   // label -> C string, defined in every file that has this text

  void define(std::string_view symbol, bool global, bool function = false) { defined.push_back({std::string(symbol), global, function}); }
  void mention(std::string_view symbol) { mentioned.emplace(symbol); }
  std::string string(std::string_view content);  // label of a C string

  AsmText& operator<<(std::string_view s) {
    text += s;
    return *this;
  }
  AsmText& operator<<(char c) {
    text += c;
    return *this;
  }
  template <class Int>
    requires std::is_integral_v<Int>
  AsmText& operator<<(Int n) {
    text += std::to_string(n);
    return *this;
  }
};
using Chunks = std::vector<AsmText>;

// How a symbol is printed: modules that are split over several files give their own labels names that do not meet others'.
using Naming = std::function<std::string(const std::string&)>;

// Prints one function in a section of its own.
void emit_function(const MFunction& function, const SymbolTable& symbols, const ir::Module& module, const Naming& naming,
                   bool global, const Options& options, AsmText& out);
// "db" lines of any bytes.
void emit_bytes(AsmText& out, std::string_view bytes);

}  // namespace slisp::x64
