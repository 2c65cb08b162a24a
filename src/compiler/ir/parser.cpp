// parser.cpp: text -> IR, for golden tests and bug reports. Value and block numbers are kept as written.
#include "src/compiler/ir/builder.hpp"
#include "src/compiler/ir/text.hpp"
#include "runtime/api.hpp"
#include <charconv>
#include <map>
#include <optional>

namespace slisp::ir {
namespace {

// One line, cut into words, quoted strings and punctuation as they are asked for.
class Line {
 public:
  explicit Line(std::string_view text) : text_(text) {}
  void skip() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t')) ++at_;
  }
  bool done() {
    skip();
    return at_ >= text_.size();
  }
  bool take(std::string_view word) {
    skip();
    if (text_.substr(at_).substr(0, word.size()) != word) return false;
    at_ += word.size();
    return true;
  }
  std::string word() {                       // up to blank, comma or bracket
    skip();
    std::size_t begin = at_;
    while (at_ < text_.size() && std::string_view(" \t,()[]").find(text_[at_]) == std::string_view::npos) ++at_;
    return std::string(text_.substr(begin, at_ - begin));
  }
  std::optional<std::string> quoted() {
    if (!take("\"")) return std::nullopt;
    std::string out;
    for (; at_ < text_.size(); ++at_) {
      char c = text_[at_];
      if (c == '"') {
        ++at_;
        return out;
      }
      if (c == '\\' && at_ + 1 < text_.size()) {
        c = text_[++at_];
        if (c == 'n') c = '\n';
      }
      out += c;
    }
    return std::nullopt;
  }
  template <class T> bool number(T& out) {
    skip();
    auto [end, error] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), out);
    if (error != std::errc()) return false;
    at_ = static_cast<std::size_t>(end - text_.data());
    return true;
  }
  bool hex(std::uint64_t& out) {
    if (!take("0x")) return false;
    auto [end, error] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), out, 16);
    if (error != std::errc()) return false;
    at_ = static_cast<std::size_t>(end - text_.data());
    return true;
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};


class Parser {
 public:
  Parser(std::string_view text, Module& module) : text_(text), module_(module) {
    for (std::size_t i = 0; i < static_cast<std::size_t>(Op::k_count); ++i)
      ops_[op_text(static_cast<Op>(i))] = static_cast<Op>(i);
  }

  bool run(std::string& error) {
    while (next_line()) {
      Line line(current_);
      std::string failure = fn_ ? in_function(line) : at_top(line);
      if (!failure.empty()) {
        error = "line " + std::to_string(line_number_) + ": " + failure;
        return false;
      }
    }
    if (fn_) {
      error = "'}' is missing at the end";
      return false;
    }
    return true;
  }

 private:
  bool next_line() {
    while (at_ < text_.size()) {
      std::size_t end = text_.find('\n', at_);
      if (end == std::string_view::npos) end = text_.size();
      current_ = text_.substr(at_, end - at_);
      at_ = end + 1;
      ++line_number_;
      std::size_t begin = current_.find_first_not_of(" \t\r");
      if (begin != std::string_view::npos && current_[begin] != ';') return true;
    }
    return false;
  }

  static bool word_value(const std::string& text, rt::Word& out) {
    if (text == "nil") out = abi::k_nil;
    else if (text == "true") out = abi::k_true;
    else if (text == "false") out = abi::k_false;
    else if (text == "unbound") out = abi::k_unbound_root;
    else if (text.rfind("char:", 0) == 0) out = rt::from_character(static_cast<std::uint32_t>(std::strtoul(text.c_str() + 5, nullptr, 10)));
    else if (text.rfind("raw:", 0) == 0) out = std::strtoull(text.c_str() + 4, nullptr, 10);
    else {
      std::int64_t n;
      auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
      if (error != std::errc() || end != text.data() + text.size()) return false;
      out = rt::from_fixnum(n);
    }
    return true;
  }

  static bool type_named(const std::string& text, Type& out) {
    if (text == "any") out = Type::Any;
    else if (text == "i64") out = Type::I64;
    else if (text == "f64") out = Type::F64;
    else if (text == "bool") out = Type::Bool;
    else if (text == "block") out = Type::Block;
    else return false;
    return true;
  }

  static rt::Owned read_value(const std::string& text) {
    rt::Owned string = rt::make_string(text);
    return rt::Owned::adopt(abi::slisp_read_string(abi::k_nil, string.word()));
  }

  static bool source_line(Line& line, SourceLine& out) {
    return line.number(out.file) && line.take(":") && line.number(out.line);
  }

  std::string at_top(Line& line) {
    std::string word = line.word();
    std::size_t index = 0;
    if (word == "init") {
      module_.init_symbol = line.word();
      return "";
    }
    if (word == "fn") return function_head(line);
    if (!line.number(index)) return "a number is missing after '" + word + "'";
    if (word == "file") {
      auto name = line.quoted();
      if (!name || index != module_.files.size()) return "wrong file line";
      module_.files.push_back(*name);
    } else if (word == "site") {
      TraceSite site;
      auto name = line.quoted();
      if (!name || index != module_.sites.size() || !line.number(site.file) || !line.take(":") || !line.number(site.line) ||
          !line.take(":") || !line.number(site.column))
        return "wrong site line";
      site.function = *name;
      module_.sites.push_back(std::move(site));
    } else if (word == "descriptor") {
      return descriptor(line);
    } else if (word == "static") {
      return static_object(line);
    } else {
      return "unknown word '" + word + "'";
    }
    return "";
  }

  std::string descriptor(Line& line) {
    Descriptor d;
    d.symbol = line.word();
    auto name = line.quoted();
    auto file = line.quoted();
    if (!name || !file || !line.number(d.line)) return "wrong descriptor line";
    d.name = *name;
    d.file = *file;
    while (!line.done()) {
      if (line.take("[")) {
        Descriptor::Entry e{};
        if (!line.number(e.arity)) return "wrong entry";
        e.symbol = line.word();
        if (!line.take("]")) return "']' expected";
        d.fixed.push_back(std::move(e));
      } else if (line.take("variadic=")) {
        if (!line.number(d.variadic_fixed)) return "wrong variadic entry";
        d.variadic = line.word();
      } else if (line.take("global")) {
        d.global = true;
      } else {
        return "wrong descriptor line";
      }
    }
    module_.descriptors.push_back(std::move(d));
    return "";
  }

  std::string static_object(Line& line) {
    StaticObject s;
    std::string kind = line.word();
    s.symbol = line.word();
    if (line.take("global")) s.global = true;
    if (kind == "constant") {
      s.kind = StaticKind::Constant;
      auto text = line.quoted();
      if (!text) return "the value is missing";
      s.value = read_value(*text);
      if (s.value.failed()) {
        rt::Owned ignored = rt::Owned::adopt(abi::slisp_exception_take());
        s.value = rt::Owned();
        return "the value cannot be read";
      }
    } else if (kind == "closure") {
      s.kind = StaticKind::Closure;
      if (!line.take("descriptor=") || !line.number(s.descriptor.index)) return "'descriptor=' is missing";
    } else if (kind == "class") {
      s.kind = StaticKind::Class;
      auto name = line.quoted();
      if (!name) return "the name of the class is missing";
      rt::Owned symbol = rt::symbol("", *name);
      s.value = rt::Owned::adopt(abi::slisp_class_find(symbol.word()));
      while (auto method = line.quoted()) {
        StaticObject::Method m{*method, {}};
        if (!line.take(":") || !line.number(m.closure.index)) return "wrong method";
        s.methods.push_back(std::move(m));
      }
    } else if (kind == "external") {
      s.kind = StaticKind::External;
    } else if (kind == "var") {
      s.kind = StaticKind::VarCell;
      auto name = line.quoted();
      if (!name || !line.take("root=")) return "wrong var line";
      s.value = read_value(*name);
      if (line.take("static:")) {
        if (!line.number(s.root.index)) return "wrong root";
      } else if (!word_value(line.word(), s.root_word)) {
        return "wrong root";
      }
      if (line.take("meta=") && !line.number(s.metadata.index)) return "wrong metadata";
    } else {
      return "unknown kind of static '" + kind + "'";
    }
    module_.statics.push_back(std::move(s));
    return "";
  }

  std::string function_head(Line& line) {
    Function f;
    f.symbol = line.word();
    auto name = line.quoted();
    if (!name) return "the function's name is missing";
    f.name = *name;
    if (line.take("captures=") && !line.number(f.captures)) return "wrong captures";
    if (line.take("returns=") && !type_named(line.word(), f.result)) return "wrong result type";
    if (line.take("global")) f.global = true;
    if (line.take("@") && !source_line(line, f.line)) return "wrong line";
    if (!line.take("{")) return "'{' expected";
    module_.functions.push_back(std::move(f));
    fn_ = &module_.functions.back();
    block_ = nullptr;
    return "";
  }

  Value& value(ValueId v) {
    if (v.index >= fn_->values.size()) fn_->values.resize(v.index + 1);
    return fn_->values[v.index];
  }
  Block& block(BlockId b) {
    if (b.index >= fn_->blocks.size()) fn_->blocks.resize(b.index + 1);
    return fn_->blocks[b.index];
  }
  bool value_id(Line& line, ValueId& out) {
    if (!line.take("v") || !line.number(out.index) || out.index > 10'000'000) return false;
    value(out);
    return true;
  }

  std::string in_function(Line& line) {
    if (line.take("}")) {
      finish_function();
      fn_ = nullptr;
      return "";
    }
    if (line.take("epoch ")) {
      std::size_t index;
      Epoch e;
      if (!line.number(index)) return "wrong epoch";
      if (line.take("in") && !line.number(e.parent.index)) return "wrong epoch";
      fn_->epochs.push_back(e);
      return "";
    }
    if (line.take("slot ") && current_[0] != ' ') {
      std::size_t index;
      Slot s;
      if (!line.number(index) || !line.take("words=") || !line.number(s.words)) return "wrong slot";
      if (line.take("in") && !line.number(s.epoch.index)) return "wrong slot";
      fn_->slots.push_back(s);
      return "";
    }
    if (current_[0] == 'b') return block_head(line);
    if (!block_) return "an instruction outside a block";
    return instruction(line);
  }

  std::string block_head(Line& line) {
    BlockId b;
    if (!line.take("b") || !line.number(b.index) || b.index > 10'000'000) return "wrong block";
    Block& target = block(b);
    block_id_ = b;
    block_ = &target;
    if (line.take("(")) {
      do {
        ValueId v;
        if (!value_id(line, v) || !line.take(":")) return "wrong parameter";
        Value& val = value(v);
        std::string ownership = line.word(), type = line.word();
        if (ownership == "owned") val.ownership = Ownership::Owned;
        else if (ownership == "borrowed") val.ownership = Ownership::Borrowed;
        else if (ownership == "trivial") val.ownership = Ownership::Trivial;
        else return "unknown ownership '" + ownership + "'";
        if (!type_named(type, val.type)) return "unknown type '" + type + "'";
        val.block = b;
        if (line.take("of")) {
          ValueId owner;
          if (!value_id(line, owner)) return "wrong owner";
          value(v).owner = owner;
        }
        target.parameters.push_back(v);
      } while (line.take(","));
      if (!line.take(")")) return "')' expected";
    }
    return line.take(":") ? "" : "':' expected";
  }

  std::string instruction(Line& line) {
    Instruction i;
    if (line.take("v")) {
      if (!line.number(i.result.index) || i.result.index > 10'000'000 || !line.take("=")) return "wrong result";
      value(i.result);
    }
    std::string name = line.word();
    auto op = ops_.find(name);
    if (op == ops_.end()) return "unknown instruction '" + name + "'";
    i.op = op->second;
    switch (i.op) {
      case Op::ConstWord: {
        rt::Word w;
        if (!word_value(line.word(), w)) return "wrong word";
        i.imm = static_cast<std::int64_t>(w);
        break;
      }
      case Op::ConstI64:
      case Op::ConstBool:
      case Op::Capture:
      case Op::SlotStore:
        if (!line.number(i.imm)) return "a number is missing";
        break;
      case Op::ConstF64: {
        std::uint64_t bits;
        if (!line.hex(bits)) return "the bits are missing";
        i.imm = static_cast<std::int64_t>(bits);
        break;
      }
      case Op::Static:
      case Op::Descriptor:
      case Op::Site:
      case Op::VarRoot:
      case Op::EpochOpen:
      case Op::EpochClose:
      case Op::SlotAddress:
        if (!line.take("#") || !line.number(i.id)) return "an index is missing";
        break;
      case Op::RtCall:
      case Op::TryRtCall: {
        std::string function = line.word();
        auto id = abi::find_runtime_function(function);
        if (id == abi::RuntimeFunctionId::k_count) return "unknown runtime function '" + function + "'";
        i.id = static_cast<std::uint32_t>(id);
        break;
      }
      case Op::ShiftLeftI64:
      case Op::ShiftRightI64:
      case Op::ShiftRightU64:
        if (!line.number(i.imm)) return "a number is missing";
        break;
      case Op::IsCell:
      case Op::CellRest: {
        const std::string step = line.word();
        if (step != "rest" && step != "next") return "rest or next is missing";
        i.imm = step == "next" ? 1 : 0;
        break;
      }
      case Op::CompareI64:
      case Op::CompareF64: {
        std::string condition = line.word();
        for (i.imm = 0; i.imm < 6 && condition != condition_text(static_cast<Condition>(i.imm)); ++i.imm) {
        }
        if (i.imm == 6) return "unknown condition '" + condition + "'";
        break;
      }
      case Op::TryCallFn: {
        std::string word = line.word(), type = "any";
        if (std::size_t colon = word.find(':'); colon != std::string::npos) {
          type = word.substr(colon + 1);
          word.resize(colon);
        }
        i.symbol = word;
        Type result;
        if (!type_named(type, result)) return "unknown type '" + type + "'";
        i.id = static_cast<std::uint32_t>(result);
        if (std::uint64_t lends = 0; line.take("lends=")) {
          if (!line.number(lends)) return "wrong lends=";
          i.imm = static_cast<std::int64_t>(lends);
        }
        break;
      }
      default: break;
    }
    line.skip();
    ValueId v;
    if (value_id(line, v)) {
      i.operands.push_back(v);
      while (line.take(",")) {
        if (!value_id(line, v)) return "an operand is missing";
        i.operands.push_back(v);
      }
    }
    if (line.take("->")) {
      do {
        Edge e;
        if (!line.take("b") || !line.number(e.target.index) || e.target.index > 10'000'000) return "wrong edge";
        if (line.take("(")) {
          do {
            if (!value_id(line, v)) return "an argument is missing";
            e.arguments.push_back(v);
          } while (line.take(","));
          if (!line.take(")")) return "')' expected";
        }
        i.edges.push_back(std::move(e));
      } while (line.take(","));
    }
    if (line.take("@") && !source_line(line, i.line)) return "wrong line";
    if (!line.done()) return "something follows the instruction";
    fn_->blocks[block_id_.index].instructions.push_back(std::move(i));
    return "";
  }

  // Results get their shapes once all is read: a try's result belongs to the block its edge 0 leads to.
  void finish_function() {
    for (std::size_t b = 0; b < fn_->blocks.size(); ++b) {
      for (const Instruction& i : fn_->blocks[b].instructions) {
        for (const Edge& e : i.edges)
          if (e.target.index >= fn_->blocks.size()) return;      // the verifier says so
        if (!i.result.valid()) continue;
        Value& v = fn_->values[i.result.index];
        ResultShape shape = result_shape(i.op, i.id);
        v.type = shape.type;
        v.ownership = shape.ownership;
        if (shape.owner_is_first_operand && !i.operands.empty()) v.owner = i.operands[0];
        v.block = ends_block(i.op) && !i.edges.empty() ? i.edges[0].target : BlockId{static_cast<std::uint32_t>(b)};
      }
    }
  }

  std::string_view text_, current_;
  Module& module_;
  std::size_t at_ = 0, line_number_ = 0;
  Function* fn_ = nullptr;
  Block* block_ = nullptr;
  BlockId block_id_;
  std::map<std::string, Op, std::less<>> ops_;
};

}  // namespace

bool parse(std::string_view text, Module& module, std::string& error) { return Parser(text, module).run(error); }

}  // namespace slisp::ir
