// printer.hpp: what the printing files share.
#pragma once
#include "runtime/api.hpp"

namespace slisp::rt {

// The vars that settings come from. `slisp_print_vars` holds their cells, null when the program has none; a host with an evaluator
// may fill it, else the first print looks for them among the linked cells.
enum class PrintVar { Length, Level, Meta, Readably, NamespaceMaps, Dup, Out, k_count };
extern "C" abi::Var* slisp_print_vars[static_cast<int>(PrintVar::k_count)];
Owned print_setting(PrintVar which, Word otherwise);               // the var's value in this thread, or `otherwise`

// Methods of print-method and print-dup (print_method.cpp), asked before anything is printed natively; null: there are none.
// Asked without a stream (nil) it only tells whether there is a method; with one, the method has printed to the stream.
enum class HookAnswer { Native, Mine, Failed };
using PrintHook = HookAnswer (*)(Borrowed value, Borrowed stream, bool dup);
extern "C" PrintHook slisp_print_hook;
// Is a method asked for the outermost value too? Not when it is that method's own default.
enum class FirstValue { Asked, Native, NativeDup };
// pr to a stream; false: an exception is pending.
bool print_to_stream(Borrowed stream, Borrowed value, PrintMode mode, FirstValue first = FirstValue::Asked);

// One print call: settings are read once. Every function returns false when an exception is pending.
class Printer {
 public:
  Printer(TextBuffer& out, PrintMode mode);
  bool print(Borrowed value);
  // Prints the outermost value, which no method is asked for.
  bool print_first_natively(Borrowed value);
  void set_dup(bool dup);
  // Methods print to this stream; without it no method is asked.
  void methods_print_to(Borrowed stream) { stream_ = stream; }
  // Where the text goes that stands before an element which is yet to be computed: what is printed meanwhile comes after it.
  using Drain = bool (*)(void* context, TextBuffer& out);
  void drain_to(Drain drain, void* context) {
    drain_ = drain;
    drain_context_ = context;
  }

  bool print_seq(Borrowed value, std::string_view open, std::string_view close);
  // Of any seqable of map entries: "{...}"; `lift`: a namespace that all keys share stands in front, as in a map.
  bool print_entries(Borrowed value, bool lift);

 private:
  bool print_natively(Borrowed value);
  bool print_by_method(Borrowed value);
  bool print_for_dup(Borrowed value, bool& handled);
  bool print_created(Borrowed value, bool (Printer::*print_collection)(Borrowed));
  bool print_sorted_set_elements(Borrowed set);
  bool print_record_values(Borrowed record);
  bool print_object(Borrowed value);
  bool print_vector(Borrowed value);
  bool print_map(Borrowed value);
  bool print_set(Borrowed value);
  bool print_tagged(Borrowed value);
  bool print_meta(Borrowed value);
  bool print_exception(Borrowed value);
  bool print_via(Borrowed exception);
  bool print_reference(Borrowed value);
  Borrowed common_namespace(Borrowed map);
  void open_map(Borrowed ns);
  bool print_entry(Borrowed key, Borrowed value, Borrowed ns);
  void print_string(std::string_view text);
  void print_character(std::uint32_t c);
  void print_regex(std::string_view pattern);

  TextBuffer& out_;
  Drain drain_ = nullptr;
  void* drain_context_ = nullptr;
  bool readable_;
  bool with_meta_ = false, namespace_maps_ = false, dup_ = false;
  Borrowed stream_ = abi::k_nil;
  std::int64_t max_length_ = -1, max_level_ = -1, level_ = 0;
};

// "class@1f": Object.toString.
void append_object_name(TextBuffer& out, Borrowed value);
void append_class_name(TextBuffer& out, Borrowed value);
void append_hex(TextBuffer& out, std::uint64_t value);

}  // namespace slisp::rt
