// read_entry.cpp: the reader as programs see it: read-string, clojure.edn/read-string, read; and the two values that only reading
// makes, tagged literals and reader conditionals.
// Keeps: errors are Clojure's exceptions; a stream is left right behind the form that was read.
#include "src/reader/reader.hpp"

namespace slisp::reader {
namespace {

using abi::Kind;
using abi::Word;
using rt::Borrowed;
using rt::ClassId;
using rt::Owned;

// What the options map says: :eof :read-cond :features :readers :default.
struct EntryOptions {
  ReaderOptions reader;
  Owned features, readers, default_reader, eof, read_cond;
  bool eof_throws = true;
};

Owned option(Borrowed options, std::string_view name) {
  Owned key = rt::keyword("", name);
  return options.is_nil() ? Owned() : Owned::adopt(abi::slisp_get(options.word(), key.word()));
}

bool is_keyword_named(Borrowed value, std::string_view name) {
  return value.is(Kind::Keyword) && rt::symbol_ns(value).is_nil() && rt::text_of(rt::symbol_name(value)) == name;
}

// ---- names: those of *ns*

Owned current_namespace() {
  Owned core_name = rt::symbol("", "clojure.core");
  Owned core = Owned::adopt(abi::slisp_ns_find(core_name.word()));
  if (core.is_nil()) return Owned();
  Owned star = rt::symbol("", "*ns*");
  Owned var = Owned::adopt(abi::slisp_ns_resolve(core.word(), star.word()));
  if (!var.is(Kind::Var)) return Owned();
  return Owned::adopt(abi::slisp_var_get(var.word()));
}

Owned current_ns(void*) {
  Owned ns = current_namespace();
  if (ns.failed()) return ns;
  if (!ns.is(Kind::Namespace)) return rt::make_string("user");
  Owned name = Owned::adopt(abi::slisp_ns_name(ns.word()));
  return name.failed() ? std::move(name) : Owned::copy(rt::symbol_name(name));
}

Owned find_ns(void*, std::string_view name) {
  Owned symbol = rt::symbol("", name);
  Owned ns = current_namespace();
  if (ns.failed()) return ns;
  Owned target;
  if (ns.is(Kind::Namespace)) {
    Owned aliases = Owned::adopt(abi::slisp_ns_aliases(ns.word()));
    if (aliases.failed()) return aliases;
    target = Owned::adopt(abi::slisp_get(aliases.word(), symbol.word()));
    if (target.failed()) return target;
  }
  if (target.is_nil()) target = Owned::adopt(abi::slisp_ns_find(symbol.word()));
  if (target.is_nil()) return target;
  Owned full = Owned::adopt(abi::slisp_ns_name(target.word()));
  return full.failed() ? std::move(full) : Owned::copy(rt::symbol_name(full));
}

Owned resolve_symbol(void* context, Borrowed symbol) {
  std::string_view name = rt::text_of(rt::symbol_name(symbol));
  Borrowed prefix = rt::symbol_ns(symbol);
  std::size_t dot = name.find('.');
  if (dot != std::string_view::npos && dot > 0) return Owned::copy(symbol);
  if (!prefix.is_nil()) {
    Owned full = find_ns(context, rt::text_of(prefix));
    if (full.failed()) return full;
    return full.is_nil() ? Owned::copy(symbol) : rt::symbol(rt::text_of(full), name);
  }
  Owned ns = current_namespace();
  if (ns.failed()) return ns;
  if (ns.is(Kind::Namespace)) {
    Owned found = Owned::adopt(abi::slisp_ns_resolve(ns.word(), symbol.word()));
    if (found.is(Kind::Var)) return Owned::adopt(abi::slisp_var_symbol(found.word()));
    if (found.is(Kind::Class)) {
      Owned full = Owned::adopt(abi::slisp_class_name(found.word()));
      return rt::symbol("", rt::text_of(full));
    }
  }
  Owned current = current_ns(context);
  return current.failed() ? std::move(current) : rt::symbol(rt::text_of(current), name);
}

// ---- tags: {:readers {tag fn} :default fn}

bool knows_tag(void* context, Borrowed tag) {
  auto* entry = static_cast<EntryOptions*>(context);
  // What is no map throws here; read_tag passes that on.
  if (!entry->readers.is_nil() && abi::slisp_contains_p(entry->readers.word(), tag.word()) != 0) return true;
  bool built_in = rt::symbol_ns(tag).is_nil() &&
                  (rt::text_of(rt::symbol_name(tag)) == "inst" || rt::text_of(rt::symbol_name(tag)) == "uuid");
  return !built_in && !entry->default_reader.is_nil();
}

Owned read_tag(void* context, Borrowed tag, Owned form) {
  auto* entry = static_cast<EntryOptions*>(context);
  if (rt::exception_pending()) return Owned::pending();
  if (!entry->readers.is_nil() && abi::slisp_contains_p(entry->readers.word(), tag.word()) == 1) {
    Owned reader = Owned::adopt(abi::slisp_get(entry->readers.word(), tag.word()));
    return reader.failed() ? std::move(reader) : rt::call(reader, std::move(form));
  }
  return rt::call(entry->default_reader, Owned::copy(tag), std::move(form));
}

// False: an exception is pending.
bool take_options(EntryOptions& entry, Borrowed options, Dialect dialect) {
  entry.reader.dialect = dialect;
  entry.reader.read_cond = ReadCond::Refuse;
  entry.reader.names = NameResolver{nullptr, current_ns, find_ns, resolve_symbol};
  entry.reader.data = DataReaders{&entry, knows_tag, read_tag};
  entry.readers = option(options, "readers");
  entry.default_reader = option(options, "default");
  if (rt::exception_pending()) return false;
  Owned eof_key = rt::keyword("", "eof");
  if (dialect == Dialect::Edn && options.is_nil()) {
    entry.eof_throws = false;
  } else if (!options.is_nil() && abi::slisp_contains_p(options.word(), eof_key.word()) == 1) {
    entry.eof = option(options, "eof");
    entry.eof_throws = is_keyword_named(entry.eof, "eofthrow");
  }
  if (rt::exception_pending()) return false;
  if (dialect == Dialect::Edn) return true;
  entry.read_cond = option(options, "read-cond");
  if (is_keyword_named(entry.read_cond, "allow")) entry.reader.read_cond = ReadCond::Allow;
  if (is_keyword_named(entry.read_cond, "preserve")) entry.reader.read_cond = ReadCond::Preserve;
  entry.features = option(options, "features");
  if (rt::exception_pending()) return false;
  if (!entry.features.is(Kind::HashSet)) entry.features = rt::empty_set();
  entry.features = rt::set_conj(std::move(entry.features), rt::keyword("", "slisp"));
  entry.reader.features = entry.features;
  return true;
}

Owned throw_error(ReadError error) {
  if (!error.thrown.is_nil()) return Owned::adopt(abi::slisp_throw_value(error.thrown.take()));
  return rt::throw_string(error.exception, std::move(error.what));
}

Owned finish(EntryOptions& entry, Reader& reader, ReadResult result) {
  switch (result.status) {
    case ReadStatus::Form: return std::move(result.form);
    case ReadStatus::EndOfInput:
      return entry.eof_throws ? rt::throw_new(ClassId::RuntimeException, "EOF while reading") : std::move(entry.eof);
    case ReadStatus::Error: break;
  }
  return throw_error(reader.take_error());
}

Owned read_text(Borrowed options, Borrowed string, Dialect dialect) {
  if (string.is_nil()) return dialect == Dialect::Edn ? Owned() : rt::throw_null_pointer();
  if (!string.is(Kind::String)) return rt::throw_class_cast(string, "java.lang.String");
  EntryOptions entry;
  if (!take_options(entry, options, dialect)) return Owned::pending();
  Reader reader(rt::text_of(string), entry.reader);
  return finish(entry, reader, reader.read());
}

// ---- streams: one code point at a time, so that nothing behind the form is lost

struct StreamText {
  Word stream;
  rt::TextBuffer text;
  bool ended = false, failed = false;
};

bool more_of_stream(void* context, std::string_view& text) {
  auto* source = static_cast<StreamText*>(context);
  if (source->ended) return false;
  abi::signature::i64_or_failure code = abi::slisp_stream_read_char(source->stream);
  if (code.valid == 0 || code.value < 0) {
    source->ended = true;
    source->failed = code.valid == 0;
    return false;
  }
  source->text.append_code_point(static_cast<std::uint32_t>(code.value));
  text = source->text.view();
  return true;
}

// Gives back what was read beyond `used` bytes: at most the one code point that ended a token.
bool return_rest(StreamText& source, std::size_t used) {
  std::string_view text = source.text.view();
  while (text.size() > used) {
    std::size_t at = text.size() - 1;
    while (at > used && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80) --at;
    rt::Owned last = rt::make_string(cut(text, at));
    rt::Owned character = rt::Owned::adopt(abi::slisp_string_char_at(last.word(), 0));
    if (character.failed()) return false;
    if (abi::slisp_stream_unread(source.stream, static_cast<std::int64_t>(rt::to_character(character.word()))) == abi::k_pending) {
      return false;
    }
    text = cut(text, 0, at);
  }
  return true;
}

enum class WithText : bool { No, Yes };

Owned read_stream(Borrowed options, Borrowed stream, Dialect dialect, WithText with_text = WithText::No) {
  EntryOptions entry;
  if (!take_options(entry, options, dialect)) return Owned::pending();
  StreamText source{stream.word(), {}};
  entry.reader.refill = Refill{&source, more_of_stream};
  Reader reader({}, entry.reader);
  ReadResult read = reader.read();
  if (source.failed) return Owned::pending();                    // the stream's own exception is pending
  if (read.status != ReadStatus::Error && !return_rest(source, reader.position())) return Owned::pending();
  Owned form = finish(entry, reader, std::move(read));
  if (with_text == WithText::No || form.failed()) return form;
  std::string_view text = cut(source.text.view(), 0, reader.position());
  const auto is_blank = [](char c) { return static_cast<unsigned char>(c) <= ' '; };   // String.trim
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  Owned both[] = {std::move(form), rt::make_string(text)};
  return rt::vector_of(both);
}

}  // namespace
}  // namespace slisp::reader

extern "C" {
namespace slisp::abi::signature {

owned slisp_read_string(borrowed options, borrowed string) {
  return reader::read_text(options, string, reader::Dialect::Clojure).take();
}

owned slisp_read_edn(borrowed options, borrowed source) {
  if (rt::Borrowed(source).is(rt::Kind::Stream)) return reader::read_stream(options, source, reader::Dialect::Edn).take();
  return reader::read_text(options, source, reader::Dialect::Edn).take();
}

owned slisp_stream_read_form(borrowed options, borrowed stream) {
  return reader::read_stream(options, stream, reader::Dialect::Clojure).take();
}
owned slisp_stream_read_form_and_text(borrowed options, borrowed stream) {
  return reader::read_stream(options, stream, reader::Dialect::Clojure, reader::WithText::Yes).take();
}

// TaggedLiteral: slots tag and form.
owned slisp_tagged_literal(owned tag, owned form) {
  auto* object = rt::allocate_as<Inline>(Kind::TaggedLiteral, sizeof(Header) + 2 * sizeof(Word), 2);
  object->slot[0] = tag;
  object->slot[1] = form;
  return rt::word_of(object);
}

// ReaderConditional: at offset 8 whether it splices (0 or 1), then one slot, the list of features and forms.
owned slisp_reader_conditional(owned form, boolean splicing) {
  auto* object = rt::allocate_as<Inline>(Kind::ReaderConditional, sizeof(Header) + 2 * sizeof(Word), 1);
  object->slot[0] = splicing ? 1 : 0;
  object->slot[1] = form;
  return rt::word_of(object);
}

}
}
