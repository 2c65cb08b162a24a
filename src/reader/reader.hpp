// reader.hpp: text -> forms, the whole syntax of Clojure 1.11. Forms are runtime values.
//
//   Reader reader(file.text, options);
//   for (;;) {
//     ReadResult result = reader.read();
//     if (result.status == ReadStatus::EndOfInput) break;
//     if (result.status == ReadStatus::Error) { report(reader.error(), diagnostics); continue; }   // resumes behind the bad form
//     use(result.form);
//   }
//
// Nothing here recurses: open forms stand on an explicit stack, so depth is limited by memory alone.
#pragma once
#include "runtime/api.hpp"
#include "src/reader/lexer.hpp"
#include "src/reader/read_error.hpp"
#include "src/reader/scratch_array.hpp"
#include "src/reader/span.hpp"
#include <initializer_list>
#include <string_view>

namespace slisp::reader {

// How names are resolved, for ::k, ::alias/k, #::alias{} and syntax-quote. Any member may be null: then ::k is an error, and
// syntax-quoted symbols stay as they are.
struct NameResolver {
  void* context = nullptr;
  rt::Owned (*current_ns)(void* context) = nullptr;                                 // string
  rt::Owned (*find_ns)(void* context, std::string_view alias_or_name) = nullptr;    // string: its full name; or nil
  // `x: Clojure's resolveSymbol. A var's qualified name, a class's full name, a qualified symbol with its alias replaced, else
  // current-ns/x. Not asked about special forms, x#, .x; for X. it is asked about X.
  rt::Owned (*resolve_symbol)(void* context, rt::Borrowed symbol) = nullptr;
  // The number in the next x# or %: never given twice. Null: the counter of gensym gives it.
  std::int64_t (*fresh_number)(void* context) = nullptr;

  std::int64_t next_number() const { return fresh_number != nullptr ? fresh_number(context) : abi::slisp_next_id(); }
};

// Tagged literals, asked before the reader's own #inst and #uuid. Who evaluates is handed what stands behind #= with the tag `=`.
struct DataReaders {
  void* context = nullptr;
  bool (*knows)(void* context, rt::Borrowed tag) = nullptr;
  rt::Owned (*read)(void* context, rt::Borrowed tag, rt::Owned form) = nullptr;     // failed(): an exception is pending
  bool evaluates = false;                                                           // else #= is refused
};

// Is told of each symbol, string and collection that was read; may keep it alive, as the compiler's SpanTable does.
struct SpanSink {
  void* context = nullptr;
  void (*record)(void* context, rt::Borrowed form, const Span& span) = nullptr;
};

enum class ReadCond : std::uint8_t { Allow, Preserve, Refuse };
enum class LineMetadata : std::uint8_t { Off, On };

struct ReaderOptions {
  Dialect dialect = Dialect::Clojure;
  ReadCond read_cond = ReadCond::Allow;
  LineMetadata line_metadata = LineMetadata::Off;               // lists carry {:line :column}
  rt::Borrowed features = abi::k_nil;                           // set of keywords that are active besides :default; kept by the caller
  std::uint32_t file = 0;                                       // for spans; not 0: messages mention lines
  NameResolver names;
  DataReaders data;
  SpanSink spans;
  Refill refill;                                                // for streams
};

// A set of keywords for ReaderOptions::features.
rt::Owned feature_set(std::initializer_list<std::string_view> names);

enum class ReadStatus : std::uint8_t { Form, EndOfInput, Error };

struct ReadResult {
  ReadStatus status = ReadStatus::EndOfInput;
  rt::Owned form;
  Span span;
};

// Invariant: between calls of read() no form is open and values_ is empty: all that was half read has been released.
class Reader {
 public:
  Reader(std::string_view text, const ReaderOptions& options);
  ~Reader();
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  ReadResult read();
  const ReadError& error() const { return error_; }             // of the last read() that said Error
  ReadError take_error() { return static_cast<ReadError&&>(error_); }
  std::uint32_t position() const { return lexer_.offset(); }    // bytes consumed so far

 private:
  enum class FrameKind : std::uint8_t {
    List, Vector, Map, Set, Function, Conditional, PreservedConditional,   // closed by a delimiter
    Wrap, SyntaxQuote, Meta, Discard, Tagged                               // closed by the number of forms they take
  };
  enum class Wrapper : std::uint8_t { Quote, Deref, Var, Unquote, UnquoteSplicing };
  enum class Step : std::uint8_t { Continue, Done, EndOfInput, Failed };
  struct Frame {
    FrameKind kind;
    char closer = 0;                                             // 0 for those that a form closes
    Wrapper wrapper = Wrapper::Quote;                            // of Wrap
    bool splicing = false;                                       // of Conditional: #?@
    bool taking = false;                                         // of Conditional: the next form is the result
    abi::Word prefix = abi::k_nil;                               // of Map, owned: the namespace string of #:ns{}
    std::size_t base = 0;                                        // its first value in values_
    std::size_t pending_base = 0;                                // pending_.size() when it was opened
    Span open{};                                                 // of the opening token
  };

  // reader.cpp: the machine
  Step step();
  Step open(Frame frame, Position begin);
  Step close(char closer, Position begin);
  Step deliver(rt::Owned form, Span span);
  Step end_of_input();
  Step unmatched(char closer, Position begin);
  Step failed_at(const Span& span);
  Step fault(const Span& span, const char* code, rt::ClassId exception, rt::Owned what, std::string_view why = {},
             std::string_view hint = {});
  Step pending_fault(const Span& span, const char* code, std::string_view why);
  void push_value(rt::Owned value, const Span& span);
  rt::Owned pop_value();
  void drop_values(std::size_t base);
  void pop_frame();
  void drop_all();
  void record(rt::Borrowed form, const Span& span);
  Span span_from(Position begin) const;
  void plan_recovery();
  void resynchronise();

  // dispatch.cpp: tokens, and what follows '#'
  Step read_scalar(rt::Owned value, Position begin);
  Step read_name(Position begin);
  Step read_number(Position begin);
  Step read_character(Position begin);
  Step read_argument(Position begin);
  Step read_dispatch(Position begin);
  Step read_dispatch_edn(Position begin);
  Step read_tagged(Position begin);
  Step read_symbolic_value(Position begin);
  Step read_regex(Position begin);
  Step open_namespaced_map(Position begin);
  Step open_conditional(Position begin);
  rt::Owned keyword_of(std::string_view token);

  // finish.cpp: closed frames -> values
  rt::Owned build(const Frame& frame, const Span& span, Span& where);   // of the frame on top; `where` is set to the bad place on failure
  rt::Owned build_map(const Frame& frame, Span& where);
  rt::Owned build_set(const Frame& frame, Span& where);
  rt::Owned build_function(const Frame& frame);
  rt::Owned wrap(Wrapper wrapper, rt::Owned form);
  rt::Owned apply_metadata(rt::Owned metadata, rt::Owned form, const Span& open);
  rt::Owned apply_tag(rt::Owned tag, rt::Owned form);
  rt::Owned read_object(std::string_view name, rt::Owned form);
  rt::Owned with_lines(rt::Owned list, const Span& span);
  rt::Owned prefixed_key(abi::Word prefix, rt::Owned key);
  const rt::Owned& argument_symbol(int number);                         // 0: the rest argument
  Step take_feature(rt::Owned feature, const Span& span);
  Step take_conditional_result(rt::Owned form, const Span& span);

  Lexer lexer_;
  ReaderOptions options_;
  ReadError error_;
  ScratchArray<abi::Word> values_;                               // owned: elements of open frames
  ScratchArray<Span> places_;                                    // of values_
  ScratchArray<Frame> frames_;
  ScratchArray<abi::Word> pending_;                              // owned: spliced forms yet to be delivered, the next one last
  Span pending_span_;
  rt::Owned result_;
  Span result_span_;
  rt::Owned line_key_, column_key_;
  static constexpr int k_max_arguments = 20;
  rt::Owned arguments_[k_max_arguments + 1];                     // #(): the symbols of %1...; [0] is %&
  int highest_argument_ = 0;
  bool in_function_ = false;
  std::uint32_t preserved_depth_ = 0;                            // open PreservedConditional frames: tags stay unread
  Span line_start_form_;                                         // a form that begins in column 1 although another one is open
  enum class Recovery : std::uint8_t { None, CloseForms, NextLineStart } recovery_ = Recovery::None;
  std::size_t recovery_depth_ = 0;
};

}  // namespace slisp::reader
