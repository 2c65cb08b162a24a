// collections.cpp: printing seqs, vectors, maps and sets, within *print-length* and *print-level*.
#include "runtime/printing/printer.hpp"
#include "runtime/types/types.hpp"

namespace slisp::rt {
namespace {

// Counts elements against *print-length* and writes what stands between them.
class Elements {
 public:
  Elements(TextBuffer& out, std::int64_t limit, std::string_view separator) : out_(out), limit_(limit), separator_(separator) {}
  // Call before each element: false when the limit is reached and "..." stands instead.
  bool next() {
    if (count_ > 0) out_.append(separator_);
    if (count_++ != limit_) return true;
    out_.append("...");
    return false;
  }

 private:
  TextBuffer& out_;
  std::int64_t limit_, count_ = 0;
  std::string_view separator_;
};

// May walking this seq run the program's code?
bool may_compute(Borrowed seq) {
  return seq.is(Kind::LazySeq) || seq.is(Kind::Cons) || seq.is(Kind::ChunkedCons) || is_user_object(seq);
}

// One level deeper for its lifetime.
class Deeper {
 public:
  explicit Deeper(std::int64_t& level) : level_(level) { ++level_; }
  ~Deeper() { --level_; }
  Deeper(const Deeper&) = delete;
  Deeper& operator=(const Deeper&) = delete;

 private:
  std::int64_t& level_;
};

}  // namespace

bool Printer::print_seq(Borrowed value, std::string_view open, std::string_view close) {
  const Deeper deeper(level_);
  if (max_level_ >= 0 && level_ > max_level_) {
    out_.append('#');
    return true;
  }
  out_.append(open);
  // As on the JVM, an element is printed when the one after it is known.
  SeqWalk walk(Owned::copy(value));
  const bool computes = drain_ != nullptr && may_compute(value);
  auto fetch = [&](Owned& element, bool& more) {
    if (computes && !drain_(drain_context_, out_)) return false;
    more = walk.next(element);
    return !walk.failed();
  };
  Owned element;
  bool more = false;
  if (!fetch(element, more)) return false;
  for (std::int64_t count = 0; more; ++count) {
    Owned upcoming;
    if (!fetch(upcoming, more)) return false;
    if (count == max_length_) {
      out_.append("...");
      break;
    }
    if (!print(element)) return false;
    if (more) out_.append(' ');
    element = std::move(upcoming);
  }
  out_.append(close);
  return true;
}

bool Printer::print_vector(Borrowed value) {
  const Deeper deeper(level_);
  if (max_level_ >= 0 && level_ > max_level_) {
    out_.append('#');
    return true;
  }
  out_.append('[');
  Elements elements(out_, max_length_, " ");
  const std::int64_t count = counted_size(value);
  for (std::int64_t i = 0; i < count && elements.next(); ++i)
    if (!print(vector_at(value, static_cast<std::size_t>(i)))) return false;
  out_.append(']');
  return true;
}

// The namespace that all keys share, or nil; only when *print-namespace-maps* asks.
Borrowed Printer::common_namespace(Borrowed map) {
  MapCursor cursor;
  Borrowed key = abi::k_nil, value = abi::k_nil, ns = abi::k_nil;
  while (next_entry(map, cursor, key, value)) {
    if (!key.is(Kind::Keyword) && !key.is(Kind::Symbol)) return abi::k_nil;
    const Borrowed of_key = symbol_ns(key);
    if (of_key.is_nil() || (!ns.is_nil() && text_of(ns) != text_of(of_key))) return abi::k_nil;
    ns = of_key;
  }
  return ns;
}

// `ns`: the namespace that stands in front, so that keys go without it; or nil.
void Printer::open_map(Borrowed ns) {
  if (!ns.is_nil()) {
    out_.append("#:");
    out_.append(text_of(ns));
  }
  out_.append('{');
}

bool Printer::print_entry(Borrowed key, Borrowed value, Borrowed ns) {
  if (ns.is_nil()) {
    if (!print(key)) return false;
  } else {
    if (key.is(Kind::Keyword)) out_.append(':');
    out_.append(text_of(symbol_name(key)));
  }
  out_.append(' ');
  return print(value);
}

bool Printer::print_map(Borrowed map) {
  const Deeper deeper(level_);
  if (max_level_ >= 0 && level_ > max_level_) {
    out_.append('#');
    return true;
  }
  const Borrowed ns = namespace_maps_ ? common_namespace(map) : Borrowed(abi::k_nil);
  open_map(ns);
  Elements elements(out_, max_length_, ", ");
  MapCursor cursor;
  Borrowed key = abi::k_nil, value = abi::k_nil;
  while (next_entry(map, cursor, key, value)) {
    if (!elements.next()) break;
    if (!print_entry(key, value, ns)) return false;
  }
  out_.append('}');
  return true;
}

// The runtime's own maps are walked without a seq; here the entries are what a seq gives.
bool Printer::print_entries(Borrowed value, bool lift) {
  const Deeper deeper(level_);
  if (max_level_ >= 0 && level_ > max_level_) {
    out_.append('#');
    return true;
  }
  Borrowed ns = abi::k_nil;
  Owned as_map;                                          // keeps the namespace alive
  if (lift && namespace_maps_) {
    as_map = Owned::adopt(abi::slisp_conj(empty_map().take(), Owned::copy(value).take()));
    if (as_map.failed()) return false;
    ns = common_namespace(as_map);
  }
  open_map(ns);
  Elements elements(out_, max_length_, ", ");
  SeqWalk walk(Owned::copy(value));
  Owned entry;
  while (walk.next(entry) && elements.next()) {
    const Owned key = Owned::adopt(abi::slisp_key(entry.word()));
    if (key.failed()) return false;
    const Owned content = Owned::adopt(abi::slisp_val(entry.word()));
    if (content.failed()) return false;
    if (!print_entry(key, content, ns)) return false;
  }
  if (walk.failed()) return false;
  out_.append('}');
  return true;
}

bool Printer::print_set(Borrowed set) {
  const Deeper deeper(level_);
  if (max_level_ >= 0 && level_ > max_level_) {
    out_.append('#');
    return true;
  }
  out_.append("#{");
  Elements elements(out_, max_length_, " ");
  MapCursor cursor;
  Borrowed element = abi::k_nil;
  while (next_element(set, cursor, element)) {
    if (!elements.next()) break;
    if (!print(element)) return false;
  }
  out_.append('}');
  return true;
}

}  // namespace slisp::rt
