// emit.hpp: the printed form of machine code and data, one NASM file at a time.
#pragma once
#include "src/codegen/x86_64_linux/codegen.hpp"
#include "src/codegen/x86_64_linux/instructions.hpp"
#include <functional>

namespace slisp::x64 {

// A NASM file in the making. Knows which names it defines and which it mentions, so that the rest become `extern`.
class AsmText {
 public:
  std::string text;

  void define(std::string_view symbol) { defined_.emplace(symbol, true); }
  void mention(std::string_view symbol) { mentioned_.emplace(symbol, true); }
  bool defines(std::string_view symbol) const { return defined_.count(std::string(symbol)) != 0; }
  // `extern` lines for what is mentioned and not defined, sorted; goes before the rest.
  std::string externs() const;

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

 private:
  std::unordered_map<std::string, bool> defined_, mentioned_;
};

// How a symbol is printed: modules that are split over several files give their own labels names that do not meet others'.
using Naming = std::function<std::string(const std::string&)>;

// Prints one function in a section of its own.
void emit_function(const MFunction& function, const SymbolTable& symbols, const ir::Module& module, const Naming& naming,
                   bool global, const Options& options, AsmText& out);
// "db" lines of any bytes.
void emit_bytes(AsmText& out, std::string_view bytes);

}  // namespace slisp::x64
