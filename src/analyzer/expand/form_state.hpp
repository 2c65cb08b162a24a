// form_state.hpp: what the expander knows of the form at hand, and how all of it steps aside for another form.
// Keeps: whatever belongs to one form stands in FormState and nowhere else. While a form is half analyzed another may have to be: eval runs
//        one, require reads a file of them. Aside swaps the state as a whole, so a new member cannot be forgotten by either.
#pragma once
#include "src/analyzer/expand/forms.hpp"
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

namespace slisp::analyzer {

// A field of the type whose method is being analyzed, read once for the functions that close over it.
struct FieldCapture {
  Local* local;
  Node* read;
};

// The method whose body is being analyzed.
struct FnContext {
  FnContext* outer;
  FnNode* fn;
  FnMethod* method;
  bool of_type = false;                          // a method of deftype* or reify*
  std::vector<FieldCapture>* fields = nullptr;   // while a function within a type's method is analyzed: what it closes over
  std::uint32_t next = 0;                        // first free index of its frame
  std::uint32_t size = 0;
};

struct ScopeEntry {
  std::uint32_t hash;                            // of the symbol
  Local* local;
  FnNode* home;                                  // function whose frame holds it; null: top level
  Owned symbol;
  Owned env;                                     // &env up to here, made when first asked for
  bool has_env = false;
  bool is_mutable = false;                       // of a field, whose Local::frame_index is its place in the object
};

struct RecurTarget {
  LoopNode* loop;
  FnMethod* method;
  std::size_t arity;
  Local* object = nullptr;                       // of a type's method: its first parameter, which recur does not pass
};
enum class NoRecur : std::uint8_t { NotTail, AcrossTry, CatchFinally };

// A user's class that a value is known to be of. A hint may lie: exact is what was seen made.
struct KnownType {
  Owned type;
  bool exact = false;
};

// What the JVM's compiler would hold unboxed.
enum class Primitive : std::uint8_t { None, Int, Long, Double };   // Int: also short and byte

// What is wrong with a form that eval was given, as clojure.lang.Compiler$CompilerException tells it.
struct Problem {
  std::string_view phase;                        // empty: none yet
  std::string symbol;                            // head of the form that is wrong; empty: the form is a symbol
  std::string source;                            // name of the text that the form stands in; empty: none
  std::uint32_t line = 0, column = 0;
  Owned cause;                                   // an exception
};

struct FormState {
  bool library_expansion_ = false;               // within what a macro of the library made
  bool from_library_ = false;                    // the macro that was called last is the library's
  const VarInfo* expanded_by_ = nullptr;         // the macro that was called last
  const VarInfo* made_by_ = nullptr;             // the program's macro that made the form at hand; null: it stands in the source
  std::vector<Owned> kept_;                      // forms that macros made, until the top-level form is done
  std::vector<ScopeEntry> scope_;
  FnContext* context_ = nullptr;
  std::uint32_t top_next_ = 0, top_size_ = 0;    // frame of the top-level form
  const RecurTarget* recur_ = nullptr;
  NoRecur no_recur_ = NoRecur::NotTail;
  std::string fn_name_;                          // qualified name of what is being defined, for names of inner functions
  std::string next_fn_name_;                     // set by def for the function that is its init
  std::unordered_map<const Local*, KnownType> local_types_;   // within the top-level form at hand
  std::unordered_set<const Local*> host_typed_;               // the same: locals whose class the JVM's compiler would know
  std::unordered_map<const Local*, Primitive> local_primitives_;
  Borrowed method_type_ = abi::k_nil;            // of the type whose methods are being analyzed
  std::size_t guards_ = 0;                       // try forms with a catch, and functions handed on, around the form at hand
  bool written_fn_ = false;                      // the form at hand is what the source's (fn ...) became
  bool thunk_ = false;                           // the function at hand is handed on
  bool evaluating_ = false;                      // eval asks: forms are run at once
  Owned value_;                                  // of the last form that eval ran
  Problem problem_;                              // the first one of what eval was given
  Borrowed head_ = abi::k_nil;                   // of the innermost list that is being analyzed
  std::uint32_t line_ = 0, column_ = 0;          // where it stands; for eval only
};

// For a block, this list is the innermost one. A form that stands in no text is where its metadata says.
class PlaceOfForm {
 public:
  PlaceOfForm(FormState& state, Borrowed form, const Span& span) : state_(state), line_(state.line_), column_(state.column_) {
    if (!state.evaluating_) return;
    if (span.known()) {
      state.line_ = span.line;
      state.column_ = span.column;
      return;
    }
    const Owned meta = meta_of(form);
    const Owned line = map_value(meta, "line"), column = map_value(meta, "column");
    if (!rt::is_long(line) || !rt::is_long(column)) return;
    state.line_ = static_cast<std::uint32_t>(rt::long_of(line));
    state.column_ = static_cast<std::uint32_t>(rt::long_of(column));
  }
  ~PlaceOfForm() {
    state_.line_ = line_;
    state_.column_ = column_;
  }
  PlaceOfForm(const PlaceOfForm&) = delete;
  PlaceOfForm& operator=(const PlaceOfForm&) = delete;

 private:
  FormState& state_;
  std::uint32_t line_, column_;
};

// For a block, the state is as if no form were at hand.
class Aside {
 public:
  explicit Aside(FormState& state) : state_(state) { std::swap(state_, outer_); }
  ~Aside() { std::swap(state_, outer_); }
  Aside(const Aside&) = delete;
  Aside& operator=(const Aside&) = delete;

 private:
  FormState& state_;
  FormState outer_;
};

}  // namespace slisp::analyzer
