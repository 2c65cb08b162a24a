// syntax_quote.cpp: `form -> code that builds it, as Clojure's SyntaxQuoteReader makes it.
// In:   a form as read, with (clojure.core/unquote x) where ~x stood.
// Out:  (seq (concat (list a) b ...)) and so on, all names qualified with clojure.core.
// Keeps: one set of auto-gensyms per syntax-quote; special forms stay unqualified; no recursion: hostile depth is only memory.
// Idea: a stack of tasks and a stack of results. Visiting a collection pushes the task that assembles it and then its elements.
#include "src/reader/syntax_quote.hpp"
#include "src/reader/reader.hpp"
#include "src/reader/scratch_array.hpp"

namespace slisp::reader {
namespace {

using abi::Kind;
using abi::Word;
using rt::Borrowed;
using rt::ClassId;
using rt::Owned;

constexpr std::string_view k_specials[] = {
    "def", "loop*", "recur", "if", "case*", "let*", "letfn*", "do", "fn*", "quote", "var", ".", "set!", "deftype*", "reify*",
    "try", "throw", "monitor-enter", "monitor-exit", "catch", "finally", "new", "&"};

// Nested syntax-quotes multiply: what a text of some bytes could ask for must not take all memory.
constexpr std::size_t k_max_results = 1'000'000;

enum class TaskKind : std::uint8_t { Visit, VisitBare, Emit, WrapInList, BuildList, BuildVector, BuildMap, BuildSet, AddMeta };

struct Task {
  TaskKind kind;
  Word form = abi::k_nil;                                        // owned
  std::size_t count = 0;                                         // Build*: how many results
};

class Expansion {
 public:
  Expansion(const NameResolver& names, ReadError& error) : names_(names), error_(error) {}
  ~Expansion() {
    while (!tasks_.empty()) rt::release(tasks_.pop().form);
    while (!results_.empty()) rt::release(results_.pop());
    for (std::size_t i = 0; i < gensyms_.size(); ++i) rt::release(gensyms_[i]);
  }
  Expansion(const Expansion&) = delete;
  Expansion& operator=(const Expansion&) = delete;

  Owned run(Owned form);

 private:
  bool perform(TaskKind kind, Owned form, std::size_t count);
  bool visit(Owned form);
  bool visit_bare(Owned form);
  bool visit_symbol(Owned form);
  bool visit_elements(Owned form, TaskKind build);
  void visit_element(Owned item);
  bool build(TaskKind kind, std::size_t count);
  bool emit(Owned result);
  Owned gensym(Borrowed symbol, std::string_view name);
  Owned resolve(Owned symbol);
  bool bad(std::string_view what, std::string_view why);

  Owned core(Owned& cache, std::string_view name) {
    if (cache.is_nil()) cache = rt::symbol("clojure.core", name);
    return Owned::copy(cache);
  }
  static Owned list2(Owned a, Owned b) {
    Word block[] = {a.take(), b.take()};
    return Owned::adopt(abi::slisp_list(block, 2));
  }
  static Owned list3(Owned a, Owned b, Owned c) {
    Word block[] = {a.take(), b.take(), c.take()};
    return Owned::adopt(abi::slisp_list(block, 3));
  }
  void push(TaskKind kind, Owned form, std::size_t count = 0) { tasks_.push(Task{kind, form.take(), count}); }

  const NameResolver& names_;
  ReadError& error_;
  ScratchArray<Task> tasks_;
  ScratchArray<Word> results_;                                   // owned
  ScratchArray<Word> gensyms_;                                   // owned: x#, its symbol, y#, ...
  std::size_t made_ = 0;
  Owned list_, seq_, concat_, apply_, vector_, hash_map_, hash_set_, with_meta_;
};

bool is_list(Borrowed form) { return form.is(Kind::List) || form.is(Kind::EmptyList) || form.is(Kind::Cons); }

// (clojure.core/NAME x) -> x
bool is_call_of(Borrowed form, std::string_view name, Owned& argument) {
  if (!form.is(Kind::List)) return false;
  const abi::List* list = form.as<abi::List>();
  Borrowed head = list->first;
  if (!head.is(Kind::Symbol) || rt::symbol_ns(head).is_nil()) return false;
  if (rt::text_of(rt::symbol_name(head)) != name || rt::text_of(rt::symbol_ns(head)) != "clojure.core") return false;
  argument = Borrowed(list->rest).is(Kind::List) ? Owned::copy(Borrowed(list->rest).as<abi::List>()->first) : Owned();
  return true;
}

// Metadata other than where the reader found the form.
bool has_own_metadata(Borrowed meta) {
  if (!meta.is(Kind::ArrayMap) && !meta.is(Kind::HashMap)) return false;
  rt::MapCursor cursor;
  Borrowed key = abi::k_nil, value = abi::k_nil;
  while (rt::next_entry(meta, cursor, key, value)) {
    if (!key.is(Kind::Keyword) || !rt::symbol_ns(key).is_nil()) return true;
    std::string_view name = rt::text_of(rt::symbol_name(key));
    if (name != "line" && name != "column") return true;
  }
  return false;
}

Owned Expansion::run(Owned form) {
  push(TaskKind::Visit, std::move(form));
  while (!tasks_.empty()) {
    Task task = tasks_.pop();
    if (!perform(task.kind, Owned::adopt(task.form), task.count)) return Owned::pending();
  }
  return Owned::adopt(results_.pop());
}

bool Expansion::perform(TaskKind kind, Owned form, std::size_t count) {
  switch (kind) {
    case TaskKind::Visit: return visit(std::move(form));
    case TaskKind::VisitBare: return visit_bare(std::move(form));
    case TaskKind::Emit: return emit(std::move(form));
    case TaskKind::WrapInList: return emit(list2(core(list_, "list"), Owned::adopt(results_.pop())));
    case TaskKind::AddMeta: {
      Owned meta = Owned::adopt(results_.pop());
      Owned value = Owned::adopt(results_.pop());
      return emit(list3(core(with_meta_, "with-meta"), std::move(value), std::move(meta)));
    }
    case TaskKind::BuildList: case TaskKind::BuildVector: case TaskKind::BuildMap: case TaskKind::BuildSet:
      return build(kind, count);
  }
  return false;
}

bool Expansion::emit(Owned result) {
  results_.push(result.take());
  return ++made_ < k_max_results || bad("Syntax-quoted form is too large", "nested syntax-quotes multiply what they make");
}

bool Expansion::bad(std::string_view what, std::string_view why) {
  (void)fail(error_, "e-syntax-quote", ClassId::IllegalStateException, rt::make_string(what), why);
  return false;
}

bool Expansion::visit(Owned form) {
  Owned argument;
  if (is_call_of(form, "unquote", argument)) return emit(std::move(argument));
  Owned meta = Owned::adopt(abi::slisp_meta(form.word()));
  if (has_own_metadata(meta)) {
    push(TaskKind::AddMeta, Owned());
    push(TaskKind::Visit, std::move(meta));
  }
  push(TaskKind::VisitBare, std::move(form));
  return true;
}

bool Expansion::visit_bare(Owned form) {
  Owned argument;
  if (!rt::is_pointer(form.word())) {
    bool itself = rt::is_fixnum(form.word()) || rt::is_character(form.word());
    return emit(itself ? std::move(form) : list2(rt::symbol("", "quote"), std::move(form)));
  }
  if (is_list(form)) {
    if (is_call_of(form, "unquote-splicing", argument)) return bad("splice not in list", "~@ puts elements into a list around it");
    return visit_elements(std::move(form), TaskKind::BuildList);
  }
  switch (rt::header_of(form.word())->kind) {
    case Kind::Symbol: return visit_symbol(std::move(form));
    case Kind::Vector: case Kind::LargeVector: case Kind::SubVector: return visit_elements(std::move(form), TaskKind::BuildVector);
    case Kind::ArrayMap: case Kind::HashMap: case Kind::TreeMap: return visit_elements(std::move(form), TaskKind::BuildMap);
    case Kind::HashSet: case Kind::TreeSet: return visit_elements(std::move(form), TaskKind::BuildSet);
    case Kind::Keyword: case Kind::String: case Kind::Long: case Kind::Integer: case Kind::Double: case Kind::BigInt: case Kind::Ratio:
    case Kind::BigDecimal:
      return emit(std::move(form));
    default: return emit(list2(rt::symbol("", "quote"), std::move(form)));
  }
}

bool Expansion::visit_symbol(Owned form) {
  std::string_view name = rt::text_of(rt::symbol_name(form));
  bool plain = rt::symbol_ns(form).is_nil();
  Owned symbol;
  bool special = false;
  if (plain) {
    for (std::string_view candidate : k_specials) special = special || candidate == name;
  }
  if (special || (!plain && name == "import*" && rt::text_of(rt::symbol_ns(form)) == "clojure.core")) {
    symbol = std::move(form);
  } else if (plain && name.ends_with('#')) {
    symbol = gensym(form, name);
  } else if (plain && name.ends_with('.')) {
    Owned resolved = resolve(rt::symbol("", cut(name, 0, name.size() - 1)));
    if (resolved.failed()) return false;
    symbol = rt::symbol("", rt::text_of(text({rt::text_of(rt::symbol_name(resolved)), "."})));
  } else if (plain && name.starts_with('.')) {
    symbol = std::move(form);
  } else {
    symbol = resolve(std::move(form));
    if (symbol.failed()) return false;
  }
  return emit(list2(rt::symbol("", "quote"), std::move(symbol)));
}

Owned Expansion::resolve(Owned symbol) {
  if (names_.resolve_symbol == nullptr) return symbol;
  Owned resolved = names_.resolve_symbol(names_.context, symbol);
  if (resolved.failed()) return fail_pending(error_, "e-syntax-quote", "` resolves the symbols of its template");
  return resolved.is(Kind::Symbol) ? std::move(resolved) : std::move(symbol);
}

Owned Expansion::gensym(Borrowed symbol, std::string_view name) {
  for (std::size_t i = 0; i + 1 < gensyms_.size(); i += 2) {
    if (rt::text_of(rt::symbol_name(gensyms_[i])) == name) return Owned::copy(gensyms_[i + 1]);
  }
  rt::TextBuffer made;
  made.append(cut(name, 0, name.size() - 1));
  made.append("__");
  made.append_long(names_.next_number());
  made.append("__auto__");
  Owned result = rt::symbol("", made.view());
  gensyms_.push(Owned::copy(symbol).take());
  gensyms_.push(Owned::copy(result).take());
  return result;
}

// Tasks run last-in first-out: the elements are gathered first and pushed from the last to the first.
bool Expansion::visit_elements(Owned form, TaskKind build_kind) {
  ScratchArray<Word> items;
  if (build_kind == TaskKind::BuildMap) {
    rt::MapCursor cursor;
    Borrowed key = abi::k_nil, value = abi::k_nil;
    while (rt::next_entry(form, cursor, key, value)) {
      items.push(Owned::copy(key).take());
      items.push(Owned::copy(value).take());
    }
  } else {
    rt::SeqWalk walk(std::move(form));
    Owned item;
    while (walk.next(item)) items.push(item.take());
    if (walk.failed()) {
      while (!items.empty()) rt::release(items.pop());
      (void)fail_pending(error_, "e-syntax-quote", "` resolves the symbols of its template");
      return false;
    }
  }
  push(build_kind, Owned(), items.size());
  while (!items.empty()) visit_element(Owned::adopt(items.pop()));
  return true;
}

// An element of a concat: ~x -> (list x), ~@x -> x, else (list `x).
void Expansion::visit_element(Owned item) {
  Owned argument;
  if (is_call_of(item, "unquote", argument)) {
    push(TaskKind::Emit, list2(core(list_, "list"), std::move(argument)));
  } else if (is_call_of(item, "unquote-splicing", argument)) {
    push(TaskKind::Emit, std::move(argument));
  } else {
    push(TaskKind::WrapInList, Owned());
    push(TaskKind::Visit, std::move(item));
  }
}

bool Expansion::build(TaskKind kind, std::size_t count) {
  std::size_t base = results_.size() - count;
  if (count == 0 && kind == TaskKind::BuildList) {
    Word block[] = {core(list_, "list").take()};
    return emit(Owned::adopt(abi::slisp_list(block, 1)));
  }
  ScratchArray<Word> block;
  block.push(core(concat_, "concat").take());
  for (std::size_t i = base; i < results_.size(); ++i) block.push(results_[i]);
  results_.truncate(base);
  Owned concat = Owned::adopt(abi::slisp_list(block.at(0), static_cast<std::int64_t>(count + 1)));
  Owned sequence = list2(core(seq_, "seq"), std::move(concat));
  switch (kind) {
    case TaskKind::BuildVector: return emit(list3(core(apply_, "apply"), core(vector_, "vector"), std::move(sequence)));
    case TaskKind::BuildMap: return emit(list3(core(apply_, "apply"), core(hash_map_, "hash-map"), std::move(sequence)));
    case TaskKind::BuildSet: return emit(list3(core(apply_, "apply"), core(hash_set_, "hash-set"), std::move(sequence)));
    default: return emit(std::move(sequence));
  }
}

}  // namespace

Owned syntax_quote(Owned form, const NameResolver& names, ReadError& error) { return Expansion(names, error).run(std::move(form)); }

}  // namespace slisp::reader
