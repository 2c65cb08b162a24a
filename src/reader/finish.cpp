// finish.cpp: what a finished frame becomes: collections, #() functions, metadata, tags, reader conditionals. Part of class Reader.
#include "src/reader/literals.hpp"
#include "src/reader/reader.hpp"

namespace slisp::reader {

using abi::Kind;
using rt::Borrowed;
using rt::ClassId;
using rt::Owned;

namespace {

Owned two_element_list(Owned first, Owned second) {
  abi::Word block[] = {first.take(), second.take()};
  return Owned::adopt(abi::slisp_list(block, 2));
}

Owned printed(Borrowed value) {
  rt::TextBuffer out;
  if (!rt::print_value(out, value, rt::PrintMode::Plain)) {
    (void)Owned::adopt(abi::slisp_exception_take());
    return rt::make_string("...");
  }
  return out.finish();
}

}  // namespace

// Elements leave values_ here; the caller pops the frame.
Owned Reader::build(const Frame& frame, const Span& span, Span& where) {
  std::size_t size = values_.size() - frame.base;
  auto take_all = [&](abi::Word (*make)(abi::Word*, std::int64_t)) {
    Owned result = Owned::adopt(make(values_.at(frame.base), static_cast<std::int64_t>(size)));
    values_.truncate(frame.base);
    places_.truncate(frame.base);
    return result;
  };
  switch (frame.kind) {
    case FrameKind::List: return with_lines(take_all(abi::slisp_list), span);
    case FrameKind::Vector: return take_all(abi::slisp_vector);
    case FrameKind::Map: return build_map(frame, where);
    case FrameKind::Set: return build_set(frame, where);
    case FrameKind::Function: {
      Span inner = span;                                         // the list begins behind the '#'
      ++inner.column;
      Owned body = with_lines(take_all(abi::slisp_list), inner);
      record(body, span);
      push_value(std::move(body), span);
      return build_function(frame);
    }
    case FrameKind::PreservedConditional: {
      Owned body = take_all(abi::slisp_list);
      return Owned::adopt(abi::slisp_reader_conditional(body.take(), frame.splicing));
    }
    case FrameKind::Conditional: case FrameKind::Wrap: case FrameKind::SyntaxQuote: case FrameKind::Meta: case FrameKind::Discard:
    case FrameKind::Tagged:
      break;
  }
  rt::fatal("reader: a frame without delimiters was closed by one");
}

Owned Reader::with_lines(Owned list, const Span& span) {
  if (options_.line_metadata == LineMetadata::Off || !list.is(Kind::List)) return list;
  Owned lines = rt::map_assoc(rt::empty_map(), Owned::copy(line_key_), rt::make_long(span.line));
  lines = rt::map_assoc(std::move(lines), Owned::copy(column_key_), rt::make_long(span.column));
  return Owned::adopt(abi::slisp_with_meta(list.take(), lines.take()));
}

// :a -> :ns/a, :_/a -> :a; other keys stay.
Owned Reader::prefixed_key(abi::Word prefix, Owned key) {
  bool is_keyword = key.is(Kind::Keyword);
  if (!is_keyword && !key.is(Kind::Symbol)) return key;
  Borrowed ns = rt::symbol_ns(key);
  std::string_view new_ns;
  if (ns.is_nil()) {
    new_ns = rt::text_of(prefix);
  } else if (rt::text_of(ns) != "_") {
    return key;
  }
  std::string_view name = rt::text_of(rt::symbol_name(key));
  return is_keyword ? rt::keyword(new_ns, name) : rt::symbol(new_ns, name);
}

Owned Reader::build_map(const Frame& frame, Span& where) {
  std::size_t end = values_.size();
  if ((end - frame.base) % 2 != 0) {
    where = places_[end - 1];
    return fail(error_, "e-odd-map", ClassId::RuntimeException,
                frame.prefix == abi::k_nil ? text({"Map literal must contain an even number of forms"})
                                           : text({"Namespaced map literal must contain an even number of forms"}),
                "this key has no value");
  }
  Owned map = rt::empty_map();
  for (std::size_t i = frame.base; i < end; i += 2) {
    if (frame.prefix != abi::k_nil) values_[i] = prefixed_key(frame.prefix, Owned::adopt(values_[i])).take();
    std::int64_t before = rt::counted_size(map);
    Owned value = Owned::adopt(std::exchange(values_[i + 1], abi::k_nil));
    map = rt::map_assoc(std::move(map), Owned::copy(values_[i]), std::move(value));
    if (map.failed()) {
      where = places_[i];
      return fail_pending(error_, "e-key", "keys and elements are compared and hashed while they are read");
    }
    if (rt::counted_size(map) == before) {
      where = places_[i];
      Owned key = printed(values_[i]);
      return fail(error_, "e-duplicate-key", ClassId::IllegalArgumentException, text({"Duplicate key: ", rt::text_of(key)}),
                  "the keys of a map literal must differ");
    }
  }
  return map;
}

Owned Reader::build_set(const Frame& frame, Span& where) {
  Owned set = rt::empty_set();
  for (std::size_t i = frame.base; i < values_.size(); ++i) {
    std::int64_t before = rt::counted_size(set);
    set = rt::set_conj(std::move(set), Owned::copy(values_[i]));
    if (set.failed()) {
      where = places_[i];
      return fail_pending(error_, "e-key", "keys and elements are compared and hashed while they are read");
    }
    if (rt::counted_size(set) == before) {
      where = places_[i];
      Owned key = printed(values_[i]);
      return fail(error_, "e-duplicate-key", ClassId::IllegalArgumentException, text({"Duplicate key: ", rt::text_of(key)}),
                  "the elements of a set literal must differ");
    }
  }
  return set;
}

const Owned& Reader::argument_symbol(int number) {
  Owned& argument = arguments_[number];
  if (argument.is_nil()) {
    rt::TextBuffer name;
    if (number == 0) {
      name.append("rest");
    } else {
      name.append('p');
      name.append_long(number);
    }
    name.append("__");
    name.append_long(options_.names.next_number());
    name.append('#');
    argument = rt::symbol("", name.view());
  }
  if (number > highest_argument_) highest_argument_ = number;
  return argument;
}

// (fn* [p1 p2 & rest] body)
Owned Reader::build_function(const Frame&) {
  Owned parameters = rt::empty_vector();
  for (int i = 1; i <= highest_argument_; ++i) {
    parameters = rt::vector_conj(std::move(parameters), Owned::copy(argument_symbol(i)));
  }
  if (!arguments_[0].is_nil()) {
    parameters = rt::vector_conj(std::move(parameters), rt::symbol("", "&"));
    parameters = rt::vector_conj(std::move(parameters), Owned::copy(arguments_[0]));
  }
  Owned body = pop_value();
  Owned head = rt::symbol("", "fn*");
  abi::Word block[] = {head.take(), parameters.take(), body.take()};
  return Owned::adopt(abi::slisp_list(block, 3));
}

Owned Reader::wrap(Wrapper wrapper, Owned form) {
  Owned head;
  switch (wrapper) {
    case Wrapper::Quote: head = rt::symbol("", "quote"); break;
    case Wrapper::Var: head = rt::symbol("", "var"); break;
    case Wrapper::Deref: head = rt::symbol("clojure.core", "deref"); break;
    case Wrapper::Unquote: head = rt::symbol("clojure.core", "unquote"); break;
    case Wrapper::UnquoteSplicing: head = rt::symbol("clojure.core", "unquote-splicing"); break;
  }
  return two_element_list(std::move(head), std::move(form));
}

Owned Reader::apply_metadata(Owned metadata, Owned form, const Span& open) {
  if (metadata.is(Kind::Symbol) || metadata.is(Kind::String)) {
    metadata = rt::map_assoc(rt::empty_map(), rt::keyword("", "tag"), std::move(metadata));
  } else if (metadata.is(Kind::Keyword)) {
    metadata = rt::map_assoc(rt::empty_map(), std::move(metadata), Owned::adopt(abi::k_true));
  } else if (!metadata.is(Kind::ArrayMap) && !metadata.is(Kind::HashMap)) {
    return fail(error_, "e-metadata", ClassId::IllegalArgumentException, text({"Metadata must be Symbol,Keyword,String or Map"}),
                "^tag is {:tag tag}, ^:flag is {:flag true}, a map stands for itself");
  }
  bool list = form.is(Kind::List) || form.is(Kind::EmptyList);
  bool carries = list || form.is(Kind::Symbol) || form.is(Kind::Vector) || form.is(Kind::LargeVector) || form.is(Kind::ArrayMap) ||
                 form.is(Kind::HashMap) || form.is(Kind::HashSet);
  if (!carries && (!rt::is_pointer(form.word()) || form.is(Kind::String) || form.is(Kind::Keyword) || form.is(Kind::Double) ||
                   form.is(Kind::Long) || form.is(Kind::BigInt) || form.is(Kind::Ratio) || form.is(Kind::BigDecimal) ||
                   form.is(Kind::Regex) || form.is(Kind::Uuid) || form.is(Kind::Inst))) {
    return fail(error_, "e-metadata", ClassId::IllegalArgumentException, text({"Metadata can only be applied to IMetas"}),
                "symbols, lists, vectors, maps and sets can carry metadata; numbers, strings, keywords and the like cannot");
  }
  // In Clojure a list takes the place of its metadata, unless that says otherwise.
  if (list && options_.line_metadata == LineMetadata::On) {
    auto add = [&](const Owned& key, std::uint32_t number) {
      Owned known = rt::map_get(metadata, key);
      if (known.is_nil()) metadata = rt::map_assoc(std::move(metadata), Owned::copy(key), rt::make_long(number));
    };
    add(line_key_, open.line);
    add(column_key_, open.column);
  }
  Owned merged = Owned::adopt(abi::slisp_meta(form.word()));
  if (merged.is_nil()) {
    merged = std::move(metadata);
  } else {
    rt::MapCursor cursor;
    Borrowed key = abi::k_nil, value = abi::k_nil;
    while (rt::next_entry(metadata, cursor, key, value)) {
      merged = rt::map_assoc(std::move(merged), Owned::copy(key), Owned::copy(value));
      if (merged.failed()) return fail_pending(error_, "e-metadata", "^ gives the form behind it metadata");
    }
  }
  Owned result = Owned::adopt(abi::slisp_with_meta(form.take(), merged.take()));
  return result.failed() ? fail_pending(error_, "e-metadata", "^ gives the form behind it metadata") : std::move(result);
}

Owned Reader::apply_tag(Owned tag, Owned form) {
  const DataReaders& data = options_.data;
  if (preserved_depth_ != 0) return Owned::adopt(abi::slisp_tagged_literal(tag.take(), form.take()));
  Owned result;
  if (data.knows != nullptr && data.knows(data.context, tag)) {
    const bool evaluates = rt::symbol_ns(tag).is_nil() && rt::text_of(rt::symbol_name(tag)) == "=";
    result = data.read(data.context, tag, std::move(form));
    if (result.failed() && evaluates) return fail_pending(error_, "e-read-eval", "what stands behind #= runs while the text is read");
    return result.failed() ? fail_pending(error_, "e-tag", "the reader function of the tag refuses the form behind it") : std::move(result);
  }
  std::string_view name = rt::text_of(rt::symbol_name(tag));
  bool plain = rt::symbol_ns(tag).is_nil();
  if (plain && name == "uuid") {
    if (!form.is(Kind::String)) {
      return fail(error_, "e-tag", ClassId::AssertionError, text({"Assert failed: (string? form)"}), "#uuid wants a string");
    }
    result = Owned::adopt(abi::slisp_parse_uuid(form.word()));
    if (result.failed()) return fail_pending(error_, "e-tag", "the reader function of the tag refuses the form behind it");
    if (result.is_nil()) {
      return fail(error_, "e-tag", ClassId::IllegalArgumentException, text({"Invalid UUID string: ", rt::text_of(form)}),
                  "as in #uuid \"550e8400-e29b-41d4-a716-446655440000\"");
    }
    return result;
  }
  if (plain && name == "inst") {
    if (!form.is(Kind::String)) {
      (void)rt::throw_class_cast(form, "java.lang.CharSequence");
      return fail_pending(error_, "e-tag", "the reader function of the tag refuses the form behind it");
    }
    result = Owned::adopt(abi::slisp_parse_inst(form.word()));
    return result.failed() ? fail_pending(error_, "e-tag", "the reader function of the tag refuses the form behind it") : std::move(result);
  }
  if (name.find('.') != std::string_view::npos) {                // #a.b.Record[...]
    return read_object(name, std::move(form));
  }
  Owned shown = printed(tag);
  return fail(error_, "e-tag", ClassId::RuntimeException, text({"No reader function for tag ", rt::text_of(shown)}),
              "tagged literals need a function that reads them; #inst and #uuid are built in");
}

// The form at the place of a feature, in an open #?( ).
Reader::Step Reader::take_feature(Owned feature, const Span& span) {
  if (!feature.is(Kind::Keyword)) {
    return fault(span, "e-conditional", ClassId::RuntimeException, text({"Feature should be a keyword: ", rt::text_of(printed(feature))}),
                 "features and forms alternate in #?(...)", "write #?(:slisp form :default form)");
  }
  bool plain = rt::symbol_ns(feature).is_nil();
  std::string_view name = rt::text_of(rt::symbol_name(feature));
  if (plain && (name == "else" || name == "none")) {
    return fault(span, "e-conditional", ClassId::RuntimeException, text({"Feature name :", name, " is reserved."}), "Clojure keeps :else and :none for itself",
                 "the last branch is called :default");
  }
  bool active = plain && name == "default";
  if (!active && !options_.features.is_nil()) {
    active = abi::slisp_contains_p(options_.features.word(), feature.word()) == 1;
  }
  if (active) {
    frames_.top().taking = true;
    return Step::Continue;
  }
  if (pending_.size() > frames_.top().pending_base) {            // spliced in by an inner conditional
    rt::release(pending_.pop());
    return Step::Continue;
  }
  switch (lexer_.skip_form()) {
    case Lexer::Skipped::Form:
    case Lexer::Skipped::AtCloser:                               // #?(:cljs): no form, no result; the closer is judged by close()
      return Step::Continue;
    case Lexer::Skipped::AtEnd: return end_of_input();
    case Lexer::Skipped::Mismatch: break;
  }
  Position begin = lexer_.position();
  char closer = static_cast<char>(lexer_.peek());
  lexer_.advance();
  return unmatched(closer, begin);
}

// The branch that counts has been read: pass over the others and over the closing parenthesis.
Reader::Step Reader::take_conditional_result(Owned form, const Span& span) {
  Frame frame = frames_.top();
  while (pending_.size() > frame.pending_base) rt::release(pending_.pop());
  Lexer::Skipped skipped;
  do {
    skipped = lexer_.skip_form();
  } while (skipped == Lexer::Skipped::Form);
  if (skipped == Lexer::Skipped::AtEnd) return end_of_input();
  Position begin = lexer_.position();
  char closer = static_cast<char>(lexer_.peek());
  lexer_.advance();
  if (closer != ')' || skipped == Lexer::Skipped::Mismatch) return unmatched(closer, begin);
  if (!frame.splicing) {
    pop_frame();
    pending_.push(form.take());                                  // delivered by the next step: no recursion
    pending_span_ = span;
    return Step::Continue;
  }
  pop_frame();
  if (abi::slisp_sequential_p(form.word()) == 0) {
    return fault(span, "e-splice", ClassId::RuntimeException,
                 text({"Spliced form list in read-cond-splicing must implement java.util.List"}), "#?@ wants a list or a vector");
  }
  std::size_t first = pending_.size();
  rt::SeqWalk walk(std::move(form));
  Owned element;
  while (walk.next(element)) pending_.push(element.take());
  if (walk.failed()) return pending_fault(span, "e-splice", "what #?@ splices is a sequence");
  for (std::size_t i = first, j = pending_.size(); i + 1 < j; ++i, --j) std::swap(pending_[i], pending_[j - 1]);
  pending_span_ = span;
  return Step::Continue;
}

}  // namespace slisp::reader
