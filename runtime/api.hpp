// api.hpp: what every room of the runtime offers the others, beyond the entry points of abi/functions.def (which all of them
// may call too). One declaration per service; the room that implements it is named.
//
// Rules of the runtime: no exceptions, no RTTI, nothing that needs libstdc++ at link time (no std::string, std::vector, iostream;
// header-only parts such as string_view, span, algorithm's templates, bit and type traits are fine): programs link with libc,
// libm, and, only if used, GMP and PCRE2. No static constructors. Recursive code asks stack_exhausted() on each level.
#pragma once
#include "runtime/abi/functions.hpp"
#include "runtime/value.hpp"
#include <cstddef>
#include <span>
#include <string_view>

namespace slisp::rt {

// ---- runtime/memory
abi::ThreadContext& context();                                    // of this thread
// A new object with count 1. `bytes` includes the header; the slots are NOT initialised: fill them before anything can
// release the object. Out of memory ends the process with one line that says "memory".
Header* allocate(Kind kind, std::size_t bytes, std::uint16_t slots, std::uint8_t flags = 0);
// Grow in place if the block has room, else move; only for unique objects without other references. Returns the object.
Header* reallocate(Header* object, std::size_t old_bytes, std::size_t new_bytes);
std::size_t usable_size(const Header* object);                    // bytes of the block that holds it (size class)
void free_memory(Header* object);                                 // the block alone; its slots must be released already
void* scratch_allocate(std::size_t bytes);                        // uncounted memory: buffers of the runtime
void* scratch_reallocate(void* old, std::size_t bytes);
void scratch_free(void* memory);
bool stack_exhausted();                                           // less than the reserve is left: throw StackOverflowError
[[noreturn]] void fatal(std::string_view message);                // "slisp: MESSAGE" on stderr, exit status 70

template <class T> T* allocate_as(Kind kind, std::size_t bytes, std::uint16_t slots, std::uint8_t flags = 0) {
  return reinterpret_cast<T*>(allocate(kind, bytes, slots, flags));
}
inline Word word_of(const void* object) { return reinterpret_cast<Word>(object); }
inline Owned adopt_object(void* object) { return Owned::adopt(word_of(object)); }
// Address of value slot `index`, by kinds.def.
Word* slot_of(Header* object, unsigned index);

// ---- runtime/control
enum class ClassId : std::uint16_t {
#define SLISP_CLASS(id, name, parent) id,
#include "runtime/abi/classes.def"
#undef SLISP_CLASS
  k_count
};
Borrowed class_object(ClassId id);
Owned throw_new(ClassId exception, std::string_view message);     // leaves it pending; returns Owned::pending()
Owned throw_string(ClassId exception, Owned message);
Owned throw_class_cast(Borrowed value, std::string_view wanted);  // "class A cannot be cast to class B", as Clojure says it
Owned throw_null_pointer();
Owned throw_stack_overflow();
bool exception_pending();
// Call any callable (Fn, keyword, map, var, ...). f is borrowed, the arguments are consumed.
Owned call(Borrowed f);
Owned call(Borrowed f, Owned a);
Owned call(Borrowed f, Owned a, Owned b);
Owned call(Borrowed f, Owned a, Owned b, Owned c);
Owned call_block(Borrowed f, std::span<Owned> arguments);
// Registers `release` to run once when the runtime stops, last registered first: caches, streams and tables are given back there,
// before the heap is reported. A room registers when it first makes such state.
void at_stop(void (*release)());
// Offered by runtime/io, referred to weakly by runtime/control: flush stdout (and stderr) at exit. 0, or the errno of stdout.
int flush_standard_streams();
// Enter native code `code` from C++ with closure `self`: reloads r15, moves arguments into registers and the context.
Owned enter(abi::Code code, Word self, const Word* arguments, int count);

// ---- runtime/names
Owned symbol(std::string_view ns_or_empty, std::string_view name);
Owned keyword(std::string_view ns_or_empty, std::string_view name);   // interned
Borrowed symbol_name(Borrowed named);                             // string; for Symbol and Keyword
Borrowed symbol_ns(Borrowed named);                               // string or nil
Owned find_keyword(std::string_view ns_or_empty, std::string_view name);  // nil when nothing interned it

// ---- runtime/text
Owned make_string(std::string_view utf8);                         // valid UTF-8; invalid bytes become U+FFFD
std::string_view text_of(Borrowed string);
// A growing byte buffer; finish() makes a string of it.
class TextBuffer {
 public:
  TextBuffer() = default;
  TextBuffer(const TextBuffer&) = delete;
  TextBuffer& operator=(const TextBuffer&) = delete;
  ~TextBuffer() { scratch_free(data_); }
  void append(std::string_view text);
  void append(char c) { append(std::string_view(&c, 1)); }
  void append_code_point(std::uint32_t code_point);
  void append_long(std::int64_t value);
  std::string_view view() const { return {data_, size_}; }
  std::size_t size() const { return size_; }
  void truncate(std::size_t size) { size_ = size; }
  Owned finish();

 private:
  char* data_ = nullptr;
  std::size_t size_ = 0, capacity_ = 0;
};

// ---- runtime/numbers
Owned make_long(std::int64_t value);                              // fixnum or Long
Owned make_double(double value);
bool is_long(Borrowed value);                                     // fixnum, Long or Integer
std::int64_t long_of(Borrowed value);                             // of an is_long value
Owned parse_bigint(std::string_view digits, int radix);           // with optional sign; BigInt even when it fits a long
Owned make_ratio(Owned numerator, Owned denominator);             // reduced; may give a BigInt or long
Owned parse_decimal(std::string_view text);                       // BigDecimal from "1.50", "1e3"
void append_number(TextBuffer& out, Borrowed number);             // as pr prints it
bool is_number(Borrowed value);                                   // of any kind
bool numbers_equal(Borrowed a, Borrowed b);                       // = of two numbers: same category and equal
int compare_numbers(Borrowed a, Borrowed b);                      // -1, 0, 1; NaN compares 0
std::uint32_t hash_number(Borrowed number);                       // hasheq

// ---- runtime/collections
Owned vector_of(std::span<Owned> elements);
Owned list_of(std::span<Owned> elements);
Owned empty_vector();
Owned empty_map();
Owned empty_set();
Owned empty_list();
Owned map_assoc(Owned map, Owned key, Owned value);               // any map, nil counts as {}
Owned map_get(Borrowed map, Borrowed key);                        // nil when absent
Owned vector_conj(Owned vector, Owned element);
Owned set_conj(Owned set, Owned element);
std::int64_t counted_size(Borrowed collection);                   // count of vector, map, set, list, string; -1 for others
// Walk a map's entries or a set's elements without allocating: start with state = {}, false ends. No mutation meanwhile.
struct MapCursor { Word node[16]; std::uint32_t index[16]; int depth = -1; bool started = false; };
bool next_entry(Borrowed map, MapCursor& cursor, Borrowed& key, Borrowed& value);
bool next_element(Borrowed set, MapCursor& cursor, Borrowed& element);
Borrowed vector_at(Borrowed vector, std::size_t index);           // any vector kind but records of users; in range

// ---- runtime/seqs: step over any seqable; consumes as it goes. failed() of the element means an exception is pending.
class SeqWalk {
 public:
  explicit SeqWalk(Owned seqable) : rest_(std::move(seqable)) {}
  bool next(Owned& element);                                      // false at the end or on failure
  bool failed() const { return failed_; }

 private:
  Owned rest_;
  std::size_t index_ = 0;                                         // position in a vector that is walked
  bool started_ = false, failed_ = false;
};

// ---- runtime/equality
bool equal(Borrowed a, Borrowed b, bool& failed);                 // failed: an exception is pending
std::uint32_t hash_of(Borrowed value, bool& failed);
std::uint32_t murmur3_bytes(std::string_view utf8, std::uint32_t& java_hash);  // hash of a string, and String.hashCode
std::uint32_t symbol_hash(std::string_view ns_or_empty, std::string_view name);   // hasheq of a symbol; a keyword's is this + 0x9e3779b9

// ---- runtime/printing
enum class PrintMode { Plain, Readable };                         // print and pr
bool print_value(TextBuffer& out, Borrowed value, PrintMode mode);  // false: an exception is pending
bool append_str(TextBuffer& out, Borrowed value);                 // as (str value); false: an exception is pending
std::int32_t java_hash_code(Borrowed value, bool& failed);        // x.hashCode() on the JVM, where values decide it

// ---- runtime/regex, runtime/io: hooks for the memory room and the start-up code, all weak there
extern "C" void slisp_finalize_regex(abi::Header* object);        // a heap Regex dies: frees its compiled code
extern "C" void slisp_finalize_stream(abi::Header* object);       // a heap Stream dies: closes, frees buffers
extern "C" void slisp_regex_shutdown();                           // frees the compiled code of static Regex objects
extern "C" int slisp_stdout_finish();                             // flushes stdout at exit: 0, or errno of the first failed write

}  // namespace slisp::rt
