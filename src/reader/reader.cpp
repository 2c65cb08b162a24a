// reader.cpp: the machine of the reader: one token at a time, open forms on a stack, finished forms delivered to the frame on top.
// In:   text. Out: one form per read(), with spans told to the sink.
// Keeps: no recursion; on an error everything half read is released, and the next read() resumes at a later top-level form.
// Idea: a frame is closed either by a delimiter (lists) or by the forms it has received (quote, metadata, tags); a form that
//       closes a frame becomes a new form, which is delivered to the next frame in the same loop.
#include "src/reader/reader.hpp"
#include "src/reader/literals.hpp"
#include "src/reader/syntax_quote.hpp"

namespace slisp::reader {

using rt::ClassId;
using rt::Owned;

Reader::Reader(std::string_view source, const ReaderOptions& options)
    : lexer_(source, options.dialect, options.refill), options_(options) {
  if (options_.line_metadata == LineMetadata::On) {
    line_key_ = rt::keyword("", "line");
    column_key_ = rt::keyword("", "column");
  }
}

Reader::~Reader() { drop_all(); }

Owned feature_set(std::initializer_list<std::string_view> names) {
  Owned set = rt::empty_set();
  for (std::string_view name : names) set = rt::set_conj(std::move(set), rt::keyword("", name));
  return set;
}

ReadResult Reader::read() {
  resynchronise();
  line_start_form_ = Span{};
  Step step_result;
  do {
    step_result = step();
  } while (step_result == Step::Continue);
  ReadResult result;
  switch (step_result) {
    case Step::Done:
      result.status = ReadStatus::Form;
      result.form = std::move(result_);
      result.span = result_span_;
      if (!pending_.empty()) {                                   // '#?@(:clj [a b]): b has no place to go
        result.form = Owned();
        (void)fault(result_span_, "e-splice", ClassId::RuntimeException,
                    text({"Reader conditional splicing not allowed at the top level."}), "only one form can stand here");
        result.status = ReadStatus::Error;
      }
      break;
    case Step::EndOfInput:
    case Step::Continue:
      result.status = ReadStatus::EndOfInput;
      break;
    case Step::Failed:
      result.status = ReadStatus::Error;
      break;
  }
  if (result.status == ReadStatus::Error) plan_recovery();
  drop_all();
  return result;
}

Reader::Step Reader::step() {
  if (!pending_.empty()) return deliver(Owned::adopt(pending_.pop()), pending_span_);
  lexer_.skip_blank();
  Position begin = lexer_.position();
  int c = lexer_.peek();
  if (c < 0) return end_of_input();
  bool edn = options_.dialect == Dialect::Edn;
  Frame frame{.kind = FrameKind::List};
  switch (c) {
    case '(': lexer_.advance(); frame.closer = ')'; return open(frame, begin);
    case '[': lexer_.advance(); frame.kind = FrameKind::Vector; frame.closer = ']'; return open(frame, begin);
    case '{': lexer_.advance(); frame.kind = FrameKind::Map; frame.closer = '}'; return open(frame, begin);
    case ')': case ']': case '}': lexer_.advance(); return close(static_cast<char>(c), begin);
    case '"': lexer_.advance(); return read_scalar(parse_string(lexer_, error_), begin);
    case '\\': return read_character(begin);
    case '^': lexer_.advance(); frame.kind = FrameKind::Meta; return open(frame, begin);
    case '#': lexer_.advance(); return edn ? read_dispatch_edn(begin) : read_dispatch(begin);
    case '%': return edn ? read_name(begin) : read_argument(begin);
    case '\'': case '@': case '`': case '~':
      if (edn) {
        if (c == '\'') return read_name(begin);
        lexer_.advance();
        return fault(span_from(begin), "e-edn", ClassId::RuntimeException, text({"Invalid leading character: ", lexer_.since(begin)}),
                     "edn is data: it has no quotes and no deref");
      }
      lexer_.advance();
      frame.kind = FrameKind::Wrap;
      if (c == '`') frame.kind = FrameKind::SyntaxQuote;
      if (c == '@') frame.wrapper = Wrapper::Deref;
      if (c == '~') {
        frame.wrapper = Wrapper::Unquote;
        if (lexer_.peek() == '@') {
          lexer_.advance();
          frame.wrapper = Wrapper::UnquoteSplicing;
        }
      }
      return open(frame, begin);
    default: break;
  }
  if (c >= '0' && c <= '9') return read_number(begin);
  return read_name(begin);                                       // also +1 and -1: it looks at the second character
}

Reader::Step Reader::open(Frame frame, Position begin) {
  frame.open = span_from(begin);
  frame.base = values_.size();
  frame.pending_base = pending_.size();
  if (begin.column == 1 && frame.kind == FrameKind::List && !frames_.empty() && !line_start_form_.known()) {
    line_start_form_ = frame.open;
    line_start_form_.file = options_.file;
  }
  if (frame.kind == FrameKind::PreservedConditional) ++preserved_depth_;
  frames_.push(frame);
  return Step::Continue;
}

Reader::Step Reader::close(char closer, Position begin) {
  if (frames_.empty() || frames_.top().closer != closer) return unmatched(closer, begin);
  const Frame& frame = frames_.top();
  Span span = frame.open;
  span.end = lexer_.offset();
  if (frame.kind == FrameKind::Conditional) {                    // no branch was taken: no form at all
    if (frame.taking) {
      return fault(span_from(begin), "e-conditional", ClassId::RuntimeException,
                   text({"read-cond requires an even number of forms."}), "each feature of a reader conditional has a form");
    }
    pop_frame();
    return Step::Continue;
  }
  Span where = span;
  Owned form = build(frame, span, where);
  pop_frame();                                                   // closed, right or wrong: recovery must not look for its end
  if (form.failed()) return failed_at(where);
  return deliver(std::move(form), span);
}

// Hands a finished form to the frame on top, and what that makes of it to the next one, as long as frames are finished by it.
Reader::Step Reader::deliver(Owned form, Span span) {
  for (;;) {
    if (frames_.empty()) {
      record(form, span);
      result_ = std::move(form);
      result_span_ = span;
      return Step::Done;
    }
    Frame& frame = frames_.top();
    Span whole = frame.open;
    whole.end = span.end;
    switch (frame.kind) {
      case FrameKind::List: case FrameKind::Vector: case FrameKind::Map: case FrameKind::Set: case FrameKind::Function:
      case FrameKind::PreservedConditional:
        record(form, span);
        push_value(std::move(form), span);
        return Step::Continue;
      case FrameKind::Conditional:
        return frame.taking ? take_conditional_result(std::move(form), span) : take_feature(std::move(form), span);
      case FrameKind::Discard:
        pop_frame();
        return Step::Continue;
      case FrameKind::Wrap:
        record(form, span);
        form = wrap(frame.wrapper, std::move(form));
        break;
      case FrameKind::SyntaxQuote:
        record(form, span);
        form = syntax_quote(std::move(form), options_.names, error_);
        if (form.failed()) return failed_at(whole);
        break;
      case FrameKind::Meta:
        if (values_.size() == frame.base) {
          record(form, span);
          push_value(std::move(form), span);
          return Step::Continue;
        }
        form = apply_metadata(pop_value(), std::move(form), frame.open);
        if (form.failed()) return failed_at(whole);
        whole = span;                                            // messages point at the thing, not at its metadata
        break;
      case FrameKind::Tagged:
        if (values_.size() == frame.base) {
          if (!form.is(abi::Kind::Symbol)) {
            return fault(span, "e-tag", ClassId::RuntimeException, text({"Reader tag must be a symbol"}),
                         "known: #( #{ #\" #' #_ #^ #: ## #? #! and #tag form");
          }
          push_value(std::move(form), span);
          return Step::Continue;
        }
        form = apply_tag(pop_value(), std::move(form));
        if (form.failed()) return failed_at(whole);
        break;
    }
    span = whole;
    pop_frame();
  }
}

Reader::Step Reader::end_of_input() {
  if (frames_.empty()) return Step::EndOfInput;
  const Frame& frame = frames_.top();
  rt::TextBuffer what, hint;
  what.append("EOF while reading");
  if (options_.file != 0) {
    what.append(", starting at line ");
    what.append_long(frame.open.line);
    if (line_start_form_.known()) {
      hint.append("the form that begins at line ");
      hint.append_long(line_start_form_.line);
      hint.append(", column 1, was read as a part of it: is a delimiter missing before that line?");
    }
  }
  char closer[] = {'\'', frame.closer, '\'', 0};
  Owned why = frame.closer != 0 ? text({"what is opened here is never closed by ", closer})
                                : text({"a form must follow what stands here"});
  (void)fault(frame.open, "e-eof", ClassId::RuntimeException, what.finish(), rt::text_of(why), hint.view());
  error_.incomplete = true;
  return Step::Failed;
}

Reader::Step Reader::unmatched(char closer, Position begin) {
  Span span = span_from(begin);
  Owned what = text({"Unmatched delimiter: ", lexer_.since(begin)});
  if (frames_.empty()) {
    return fault(span, "e-unmatched", ClassId::RuntimeException, std::move(what), "nothing is open here that it could close");
  }
  const Frame& frame = frames_.top();
  if (frame.closer == 0) {
    return fault(span, "e-unmatched", ClassId::RuntimeException, std::move(what), "the prefix before it wants a form");
  }
  char wanted[] = {'\'', frame.closer, '\'', 0};
  Owned why = text({"the innermost open form wants ", wanted});
  (void)closer;
  (void)fault(span, "e-unmatched", ClassId::RuntimeException, std::move(what), rt::text_of(why));
  error_.note_span = frame.open;
  error_.note = text({"it was opened here"});
  return Step::Failed;
}

// The error is filled but for its place.
Reader::Step Reader::failed_at(const Span& span) {
  error_.span = span;
  return Step::Failed;
}

Reader::Step Reader::fault(const Span& span, const char* code, ClassId exception, Owned what, std::string_view why,
                           std::string_view hint) {
  (void)fail(error_, code, exception, std::move(what), why, hint);
  return failed_at(span);
}

Reader::Step Reader::pending_fault(const Span& span, const char* code, std::string_view why) {
  (void)fail_pending(error_, code, why);
  return failed_at(span);
}

void Reader::push_value(Owned value, const Span& span) {
  values_.push(value.take());
  places_.push(span);
}

Owned Reader::pop_value() {
  (void)places_.pop();
  return Owned::adopt(values_.pop());
}

void Reader::drop_values(std::size_t base) {
  for (std::size_t i = base; i < values_.size(); ++i) rt::release(values_[i]);
  values_.truncate(base);
  places_.truncate(base);
}

void Reader::pop_frame() {
  Frame frame = frames_.pop();
  drop_values(frame.base);
  rt::release(frame.prefix);
  if (frame.kind == FrameKind::PreservedConditional) --preserved_depth_;
  if (frame.kind == FrameKind::Function) {
    for (Owned& argument : arguments_) argument = Owned();
    highest_argument_ = 0;
    in_function_ = false;
  }
}

void Reader::drop_all() {
  while (!frames_.empty()) pop_frame();
  drop_values(0);
  while (!pending_.empty()) rt::release(pending_.pop());
}

// Only what has an identity of its own: names, strings, collections.
void Reader::record(rt::Borrowed form, const Span& span) {
  if (options_.spans.record == nullptr || !rt::is_pointer(form.word()) || rt::header_of(form.word())->count == 0) return;
  switch (rt::header_of(form.word())->kind) {
    case abi::Kind::Keyword: case abi::Kind::Long: case abi::Kind::Double: case abi::Kind::BigInt: case abi::Kind::Ratio:
    case abi::Kind::BigDecimal:
      return;
    default:
      options_.spans.record(options_.spans.context, form, span);
  }
}

Span Reader::span_from(Position begin) const {
  return Span{options_.file, begin.offset, lexer_.offset(), begin.line, begin.column};
}

// After an error in a token the delimiters are most likely right: go on behind the form that was open. After a wrong delimiter they
// are not: go on at the next line that begins with '('.
void Reader::plan_recovery() {
  recovery_depth_ = 0;
  for (std::size_t i = 0; i < frames_.size(); ++i) recovery_depth_ += frames_[i].closer != 0;
  bool delimiters_wrong = std::string_view(error_.code) == "e-unmatched" && recovery_depth_ != 0;
  recovery_ = delimiters_wrong ? Recovery::NextLineStart : recovery_depth_ != 0 ? Recovery::CloseForms : Recovery::None;
}

void Reader::resynchronise() {
  if (recovery_ == Recovery::CloseForms) lexer_.skip_open_forms(recovery_depth_);
  if (recovery_ == Recovery::NextLineStart) lexer_.skip_to_line_start();
  recovery_ = Recovery::None;
}

}  // namespace slisp::reader
