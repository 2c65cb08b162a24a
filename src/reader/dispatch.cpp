// dispatch.cpp: what a token means, and what follows '#'. Part of class Reader.
#include "src/reader/literals.hpp"
#include "src/reader/reader.hpp"

namespace slisp::reader {

using rt::ClassId;
using rt::Owned;

Reader::Step Reader::read_scalar(Owned value, Position begin) {
  Span span = span_from(begin);
  return value.failed() ? failed_at(span) : deliver(std::move(value), span);
}

Owned Reader::keyword_of(std::string_view token) {
  Name name = split_name(token);
  if (!name.resolved) return rt::keyword(name.ns, name.name);
  // ::k and ::alias/k
  const NameResolver& names = options_.names;
  Owned ns;
  if (options_.dialect == Dialect::Clojure) {
    if (name.ns.empty() && names.current_ns != nullptr) ns = names.current_ns(names.context);
    if (!name.ns.empty() && names.find_ns != nullptr) ns = names.find_ns(names.context, name.ns);
  }
  if (ns.failed()) return fail_pending(error_, "e-token", "::alias/name is completed by the aliases of the current namespace");
  if (!ns.is(abi::Kind::String)) {
    return fail(error_, "e-token", ClassId::RuntimeException, text({"Invalid token: ", token}),
                name.ns.empty() ? "there is no current namespace here" : "the namespace before the slash is neither an alias nor loaded",
                name.ns.empty() ? "" : "(:require [the.namespace :as alias]) in the ns form makes an alias");
  }
  return rt::keyword(rt::text_of(ns), name.name);
}

Reader::Step Reader::read_name(Position begin) {
  int first = lexer_.peek();
  lexer_.advance_code_point();
  if (first == '+' || first == '-') {
    int second = lexer_.peek();
    if (second >= '0' && second <= '9') return read_number(begin);
  }
  (void)lexer_.take_token();
  std::string_view token = lexer_.since(begin);
  Span span = span_from(begin);
  if (options_.dialect == Dialect::Edn && token.find_first_of("@`~") != std::string_view::npos) {
    std::size_t at = token.find_first_of("@`~");
    return fault(span, "e-edn", ClassId::RuntimeException, text({"Invalid constituent character: ", cut(token, at, 1)}),
                 "EDN has no ~, ` and @");
  }
  if (token == "nil") return deliver(Owned(), span);
  if (token == "true") return deliver(Owned::adopt(abi::k_true), span);
  if (token == "false") return deliver(Owned::adopt(abi::k_false), span);
  Name name = split_name(token);
  if (!name.valid || (name.resolved && options_.dialect == Dialect::Edn)) {
    std::string_view why = token.ends_with(':')   ? "a name does not end with ':'"
                           : token.ends_with('/') ? "a name must follow the slash"
                           : token.find('/') != std::string_view::npos
                               ? "a name with a slash is namespace/name, and neither part begins with a digit"
                               : "it is neither a number nor a name";
    return fault(span, "e-token", ClassId::RuntimeException, text({"Invalid token: ", token}), why);
  }
  Owned value = name.keyword ? keyword_of(token) : rt::symbol(name.ns, name.name);
  return value.failed() ? failed_at(span) : deliver(std::move(value), span);
}

// The cursor stands behind the sign or at the first digit.
Reader::Step Reader::read_number(Position begin) {
  while (!lexer_.at_number_end()) lexer_.advance_code_point();
  return read_scalar(parse_number(lexer_.since(begin), error_), begin);
}

Reader::Step Reader::read_character(Position begin) {
  lexer_.advance();
  if (lexer_.peek() < 0) {
    (void)fault(span_from(begin), "e-eof", ClassId::RuntimeException, text({"EOF while reading character"}), "the text ends behind a prefix that wants more");
    error_.incomplete = true;
    return Step::Failed;
  }
  lexer_.advance_code_point();                                   // whatever it is: \( and \space too
  (void)lexer_.take_token();
  return read_scalar(parse_character(cut(lexer_.since(begin), 1), error_), begin);
}

// %, %3 and %& inside of #(); a symbol like any other elsewhere.
Reader::Step Reader::read_argument(Position begin) {
  if (!in_function_) return read_name(begin);
  lexer_.advance();
  (void)lexer_.take_token();
  std::string_view token = cut(lexer_.since(begin), 1);
  Span span = span_from(begin);
  int number = 0;                                                // %& is 0 in arguments_
  if (token.empty()) {
    number = 1;
  } else if (token != "&") {
    bool digits = token.size() <= 9;
    for (char c : token) {
      digits = digits && c >= '0' && c <= '9';
      if (digits) number = number * 10 + (c - '0');
    }
    if (!digits) {
      return fault(span, "e-argument", ClassId::IllegalStateException, text({"arg literal must be %, %& or %integer"}),
                   "within #(...) a name that begins with % stands for an argument");
    }
    if (number < 1 || number > k_max_arguments) {
      return fault(span, "e-argument", ClassId::IllegalStateException, text({"arg literal out of range: %", token}),
                   "a function has at most 20 parameters; they are %1 to %20");
    }
  }
  return deliver(Owned::copy(argument_symbol(number)), span);
}

Reader::Step Reader::read_dispatch(Position begin) {
  int c = lexer_.peek();
  Frame frame{.kind = FrameKind::Wrap};
  switch (c) {
    case '{': lexer_.advance(); frame.kind = FrameKind::Set; frame.closer = '}'; return open(frame, begin);
    case '^': lexer_.advance(); frame.kind = FrameKind::Meta; return open(frame, begin);
    case '_': lexer_.advance(); frame.kind = FrameKind::Discard; return open(frame, begin);
    case '\'': lexer_.advance(); frame.wrapper = Wrapper::Var; return open(frame, begin);
    case '!': lexer_.skip_line(); return Step::Continue;
    case '"': lexer_.advance(); return read_regex(begin);
    case '#': lexer_.advance(); return read_symbolic_value(begin);
    case ':': lexer_.advance(); return open_namespaced_map(begin);
    case '?': lexer_.advance(); return open_conditional(begin);
    case '(':
      lexer_.advance();
      if (in_function_) {
        frame.closer = ')';
        (void)open(frame, begin);                                  // recovery must know that it is open
        return fault(span_from(begin), "e-nested-function", ClassId::IllegalStateException, text({"Nested #()s are not allowed"}),
                     "% would belong to both", "write the inner one as (fn [x] ...)");
      }
      in_function_ = true;
      frame.kind = FrameKind::Function;
      frame.closer = ')';
      return open(frame, begin);
    case '=':
      lexer_.advance();
      if (options_.data.evaluates) {
        frame.kind = FrameKind::Tagged;
        const Step opened = open(frame, begin);
        if (opened == Step::Continue) push_value(rt::symbol("", "="), span_from(begin));
        return opened;
      }
      return fault(span_from(begin), "e-read-eval", ClassId::RuntimeException,
                   text({"EvalReader not allowed when *read-eval* is false."}), "#= would run code while the text is read",
                   "use a macro or a constant instead");
    case '<': lexer_.advance(); return fault(span_from(begin), "e-unreadable", ClassId::RuntimeException, text({"Unreadable form"}),
                                            "#<...> is how objects without a literal are printed; they cannot be read back");
    default: return read_tagged(begin);
  }
}

Reader::Step Reader::read_dispatch_edn(Position begin) {
  int c = lexer_.peek();
  Frame frame{.kind = FrameKind::Set};
  switch (c) {
    case '{': lexer_.advance(); frame.closer = '}'; return open(frame, begin);
    case '^': lexer_.advance(); frame.kind = FrameKind::Meta; return open(frame, begin);
    case '_': lexer_.advance(); frame.kind = FrameKind::Discard; return open(frame, begin);
    case '#': lexer_.advance(); return read_symbolic_value(begin);
    case ':': lexer_.advance(); return open_namespaced_map(begin);
    case '<': lexer_.advance(); return fault(span_from(begin), "e-unreadable", ClassId::RuntimeException, text({"Unreadable form"}),
                            "#<...> is how objects print that cannot be read back");
    default: return read_tagged(begin);
  }
}

Reader::Step Reader::read_tagged(Position begin) {
  int c = lexer_.peek();
  if (c < 0) {
    (void)fault(span_from(begin), "e-eof", ClassId::RuntimeException, text({"EOF while reading character"}), "the text ends behind a prefix that wants more");
    error_.incomplete = true;
    return Step::Failed;
  }
  bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= 0x80 && !lexer_.at_blank());
  if (!letter && options_.dialect == Dialect::Edn) {
    Position at = lexer_.position();
    lexer_.advance_code_point();
    return fault(span_from(begin), "e-dispatch", ClassId::RuntimeException, text({"No dispatch macro for: ", lexer_.since(at)}),
                 "edn knows #{ #_ #^ #: ## and #tag");
  }
  return open(Frame{.kind = FrameKind::Tagged}, begin);
}

Reader::Step Reader::read_symbolic_value(Position begin) {
  lexer_.skip_blank();
  std::string_view name = lexer_.take_token();
  Span span = span_from(begin);
  if (name == "Inf") return deliver(rt::make_double(__builtin_inf()), span);
  if (name == "-Inf") return deliver(rt::make_double(-__builtin_inf()), span);
  if (name == "NaN") return deliver(rt::make_double(__builtin_nan("")), span);
  if (name.empty()) {
    bool end = lexer_.peek() < 0;
    (void)fault(span, end ? "e-eof" : "e-symbolic", ClassId::RuntimeException,
                end ? text({"EOF while reading"}) : text({"Invalid token: ##"}), "known: ##Inf ##-Inf ##NaN");
    error_.incomplete = end;
    return Step::Failed;
  }
  return fault(span, "e-symbolic", ClassId::RuntimeException, text({"Unknown symbolic value: ##", name}), "known: ##Inf ##-Inf ##NaN");
}

// The pattern's backslashes belong to the pattern; only \" needs looking at.
Reader::Step Reader::read_regex(Position begin) {
  Position first = lexer_.position();
  for (;;) {
    int c = lexer_.peek();
    if (c < 0) {
      (void)fault(span_from(begin), "e-eof", ClassId::RuntimeException, text({"EOF while reading regex"}), "a pattern ends with \"");
      error_.incomplete = true;
      return Step::Failed;
    }
    if (c == '"') break;
    lexer_.advance();
    if (c == '\\' && lexer_.peek() >= 0) lexer_.advance();
  }
  Owned pattern = rt::make_string(lexer_.since(first));
  lexer_.advance();
  Owned regex = Owned::adopt(abi::slisp_regex(pattern.word()));
  if (!regex.failed()) return read_scalar(std::move(regex), begin);
  Owned failed = fail_pending(error_, "e-regex", "a pattern follows the rules of java.util.regex");
  // The pattern that follows in the message stands in the source line already.
  const std::string_view what = rt::text_of(error_.what);
  error_.what = rt::make_string(what.substr(0, what.find('\n')));
  return read_scalar(std::move(failed), begin);
}

Reader::Step Reader::open_namespaced_map(Position begin) {
  bool automatic = lexer_.peek() == ':' && options_.dialect == Dialect::Clojure;
  if (automatic) lexer_.advance();
  std::string_view token;
  if (lexer_.peek() != '{' && !lexer_.at_blank()) token = lexer_.take_token();
  auto refuse = [&](std::initializer_list<std::string_view> what, std::string_view why = {}) {
    return fault(span_from(begin), "e-namespaced-map", ClassId::RuntimeException, text(what), why);
  };
  const NameResolver& names = options_.names;
  Owned prefix;
  if (token.empty()) {
    if (!automatic && lexer_.peek() == '{') {
      return refuse({"Namespaced map must specify a valid namespace: null"}, "as in #:ns{:a 1} or #::{:a 1}");
    }
    if (!automatic) return refuse({"Namespaced map must specify a namespace"}, "as in #:ns{:a 1} or #::{:a 1}");
    if (names.current_ns != nullptr) prefix = names.current_ns(names.context);
    if (prefix.failed()) return pending_fault(span_from(begin), "e-namespaced-map", "the namespace of #:: is the current one or that of an alias");
    if (!prefix.is(abi::Kind::String)) return refuse({"Namespaced map must specify a namespace"}, "there is no current namespace here");
  } else {
    Name name = split_name(token);
    if (!name.valid) return refuse({"Invalid token: ", token});
    if (name.keyword || !name.ns.empty()) {
      return refuse({"Namespaced map must specify a valid namespace: ", token});
    }
    if (automatic) {
      if (names.find_ns != nullptr) prefix = names.find_ns(names.context, token);
      if (prefix.failed()) return pending_fault(span_from(begin), "e-namespaced-map", "the namespace of #:: is the current one or that of an alias");
      if (!prefix.is(abi::Kind::String)) return refuse({"Unknown auto-resolved namespace alias: ", token});
    } else {
      prefix = rt::make_string(token);
    }
  }
  while (lexer_.at_blank()) lexer_.advance_code_point();
  if (lexer_.peek() < 0) {
    (void)refuse({"Namespaced map must specify a map"});
    error_.incomplete = true;
    return Step::Failed;
  }
  if (lexer_.peek() != '{') return refuse({"Namespaced map must specify a map"});
  lexer_.advance();
  Frame frame{.kind = FrameKind::Map, .closer = '}'};
  frame.prefix = prefix.take();
  return open(frame, begin);
}

Reader::Step Reader::open_conditional(Position begin) {
  if (options_.read_cond == ReadCond::Refuse) {
    Span span = span_from(begin);
    if (lexer_.peek() == '@') lexer_.advance();
    (void)lexer_.skip_form();                                    // its list is no form of its own
    return fault(span, "e-conditional", ClassId::RuntimeException, text({"Conditional read not allowed"}), "#?(...) is for files of code",
                 "pass {:read-cond :allow} or :preserve");
  }
  Frame frame{.kind = FrameKind::Conditional, .closer = ')'};
  if (options_.read_cond == ReadCond::Preserve) frame.kind = FrameKind::PreservedConditional;
  if (lexer_.peek() == '@') {
    lexer_.advance();
    frame.splicing = true;
  }
  while (lexer_.at_blank()) lexer_.advance_code_point();
  if (lexer_.peek() < 0) {
    (void)fault(span_from(begin), "e-eof", ClassId::RuntimeException, text({"EOF while reading character"}), "the text ends behind a prefix that wants more");
    error_.incomplete = true;
    return Step::Failed;
  }
  if (lexer_.peek() != '(') {
    return fault(span_from(begin), "e-conditional", ClassId::RuntimeException, text({"read-cond body must be a list"}),
                 "#? is followed by a list of features and forms: #?(:slisp 1 :default 2)");
  }
  lexer_.advance();
  if (frame.splicing && frames_.empty()) {
    Span span = span_from(begin);
    (void)open(frame, begin);                                    // recovery must know that it is open
    return fault(span, "e-splice", ClassId::RuntimeException, text({"Reader conditional splicing not allowed at the top level."}),
                 "there is no list here into which the forms could go");
  }
  return open(frame, begin);
}

}  // namespace slisp::reader
