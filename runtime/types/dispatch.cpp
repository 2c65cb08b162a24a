// dispatch.cpp: calls of protocol methods: which function answers for a value.
// In:   protocol, index of the method, value; Out: the function, counted.
// Keeps: the answer is that of find_implementation at any time: extending forgets everything. A table that several threads may look into
//        is never changed: a new one takes its place, and keeps the old one alive, for somebody may be reading it.
// Idea: a hash table from class to functions (or to the number of the slot where an object of a reify keeps its own), so that a call
//       costs one probe: the class is a pointer that lies in the object or follows from its kind.
#include "runtime/control/fn_classes.hpp"
#include "runtime/types/protocol.hpp"
#include "runtime/collections/maps.hpp"
#include "runtime/control/exceptions.hpp"
#include "runtime/memory/threading.hpp"

namespace slisp::rt {
namespace {

// The cache: a VectorNode of the number of rows less one, the table it replaced or nil, and the rows: key, then one word per method, nil
// until asked for.
constexpr Word k_key_of_nil = abi::k_false;      // rows of nil; nil as key means: free
constexpr std::size_t k_first_capacity = 4;
constexpr std::size_t k_head = 2;

struct Table {
  Word* slot;
  std::size_t width, capacity;
  Table(Word cache, std::size_t methods)
      : slot(slots_of(header_of(cache))), width(methods + 1), capacity(static_cast<std::size_t>(to_fixnum(slot[0])) + 1) {}
  Word* row(std::size_t i) const { return slot + k_head + i * width; }
  // The row of the key, or the free one where it belongs.
  Word* find(Word key) const {
    std::size_t i = static_cast<std::size_t>(key * 0x9e3779b97f4a7c15u >> 40) & (capacity - 1);
    while (row(i)[0] != key && row(i)[0] != abi::k_nil) i = (i + 1) & (capacity - 1);
    return row(i);
  }
  std::size_t used() const {
    std::size_t count = 0;
    for (std::size_t i = 0; i < capacity; ++i) count += row(i)[0] != abi::k_nil;
    return count;
  }
};

Word new_table(std::size_t capacity, std::size_t methods, Word previous) {
  const std::size_t slots = capacity * (methods + 1) + k_head;
  Header* node = allocate(Kind::VectorNode, sizeof(Header) + slots * sizeof(Word), static_cast<std::uint16_t>(slots));
  Word* slot = slots_of(node);
  slot[0] = from_fixnum(static_cast<std::int64_t>(capacity - 1));
  slot[1] = previous;
  for (std::size_t i = k_head; i < slots; ++i) slot[i] = abi::k_nil;
  return word_of(node);
}

bool shared(const ProtocolObject* protocol) { return is_shared(&protocol->header); }

constinit Lock g_lock;          // held by who puts another table into the place of a shared one

// A table is complete before others can see it.
void replace(ProtocolObject* protocol, Word table) {
  if (shared(protocol)) publish(table);
  const Word old = protocol->cache;
  __atomic_store_n(&protocol->cache, table, __ATOMIC_RELEASE);
  release(old);
}

// A table with room for one more class that may be written to: the one there is, or a new one.
Word roomy_table(ProtocolObject* protocol) {
  const std::size_t methods = protocol->method_count;
  const bool copy = shared(protocol);
  if (protocol->cache == abi::k_nil) return new_table(k_first_capacity, methods, abi::k_nil);
  const Table old(protocol->cache, methods);
  const bool full = (old.used() + 1) * 2 > old.capacity;
  if (!full && !copy) return protocol->cache;
  std::size_t capacity = full ? old.capacity * 2 : old.capacity;
  const bool forget = capacity * (methods + 1) + k_head > UINT16_MAX;     // more classes than a table holds: start anew
  if (forget) capacity = k_first_capacity;
  const Word made = new_table(capacity, methods, copy ? retained(protocol->cache) : abi::k_nil);
  const Table table(made, methods);
  for (std::size_t i = 0; i < old.capacity && !forget; ++i) {
    const Word* from = old.row(i);
    if (from[0] == abi::k_nil) continue;
    Word* to = table.find(from[0]);
    for (std::size_t k = 0; k <= methods; ++k) to[k] = retained(from[k]);
  }
  return made;
}

void remember(ProtocolObject* protocol, Word key, std::size_t index, Word answer) {
  Locked hold(g_lock);
  const Word table = roomy_table(protocol);
  Word* row = Table(table, protocol->method_count).find(key);
  if (row[0] == abi::k_nil) row[0] = retained(key);
  release(std::exchange(row[1 + index], retained(answer)));
  if (table != protocol->cache) replace(protocol, table);
}

Word answer_of(Word cached, Borrowed x) {
  return retained(is_fixnum(cached) ? slots_of(header_of(x.word()))[1 + to_fixnum(cached)] : cached);
}

// What the table of an inline implementation says: a function or the number of a slot; 0 when the class lacks the method.
Word inline_method(const UserClass* c, std::string_view name) {
  const Header* block = header_of(c->methods);
  const Word* entry = slots_of(header_of(c->methods));
  for (unsigned i = 0; i < block->slots; i += 2)
    if (text_of(symbol_name(entry[i])) == name) return entry[i + 1];
  return 0;
}

Owned throw_no_implementation(const ProtocolObject* protocol, Borrowed method, Borrowed x) {
  TextBuffer text;
  text.append("No implementation of method: ");
  if (!append_str(text, method)) return Owned::pending();
  text.append(" of protocol: ");
  append_var(text, protocol);
  text.append(" found for class: ");
  if (x.is_nil()) text.append("nil");
  else append_class_name_of(text, x);
  return throw_string(ClassId::IllegalArgumentException, text.finish());
}

Owned throw_abstract(const UserClass* c, const ProtocolObject* protocol, std::string_view method) {
  TextBuffer text;
  text.append("Receiver class ");
  text.append(class_name(&c->base));
  text.append(" does not define or inherit an implementation of the resolved method 'abstract java.lang.Object ");
  for (const char letter : method) text.append(letter == '-' ? '_' : letter);
  text.append("()' of interface ");
  text.append(class_name(at<const ClassObject>(protocol->interface)));
  text.append('.');
  return throw_string(ClassId::AbstractMethodError, text.finish());
}

// The method that the value's metadata brings, when the protocol looks there: under the symbol ns/name. Nil when there is none.
Owned metadata_method(const ProtocolObject* protocol, Borrowed method, Borrowed x) {
  const Owned meta = Owned::adopt(abi::slisp_meta(x.word()));
  if (meta.failed() || meta.is_nil()) return Owned::copy(meta);
  const Owned name = symbol(text_of(symbol_ns(protocol->name)), text_of(symbol_name(method)));
  return Owned::adopt(abi::slisp_get(meta.word(), name.word()));
}

// Looks for the answer, and remembers it where it depends on the class alone.
[[gnu::noinline]] Owned resolve(ProtocolObject* protocol, std::size_t index, Borrowed x, Word key) {
  const Borrowed method = vector_at(protocol->methods, index);
  const std::string_view name = text_of(symbol_name(method));
  if (is_user_object(x) && class_assignable(&class_of_object(x.word())->base, at<const ClassObject>(protocol->interface))) {
    const UserClass* c = class_of_object(x.word());
    const Word found = inline_method(c, name);
    if (found == 0) return throw_abstract(c, protocol, name);
    remember(protocol, key, index, found);
    return Owned::adopt(answer_of(found, x));
  }
  const Owned table = find_implementation(protocol, x);
  if (table.failed()) return Owned::pending();
  const Owned function = table.is_nil() ? Owned() : Owned::adopt(abi::slisp_get(table.word(), method.word()));
  if (function.failed()) return Owned::pending();
  if (function.is_nil()) return throw_no_implementation(protocol, method, x);
  remember(protocol, key, index, function.word());
  return Owned::copy(function);
}

}  // namespace

void forget_dispatch(ProtocolObject* protocol) {
  Locked hold(g_lock);
  if (protocol->cache == abi::k_nil) return;
  const Word previous = shared(protocol) ? retained(protocol->cache) : abi::k_nil;
  replace(protocol, new_table(k_first_capacity, protocol->method_count, previous));
}

}  // namespace slisp::rt

using namespace slisp::rt;

extern "C" Word slisp_protocol_method(Word protocol_word, std::int64_t index, Word x) {
  auto* protocol = at<ProtocolObject>(protocol_word);
  const Word key = x == slisp::abi::k_nil ? k_key_of_nil : word_of(class_for_dispatch(x));
  if (protocol->via_metadata != 0 && is_pointer(x) &&
      !(is_user_object(Borrowed(x)) && class_assignable(at<const ClassObject>(key), at<const ClassObject>(protocol->interface)))) {
    Owned found = metadata_method(protocol, vector_at(protocol->methods, static_cast<std::size_t>(index)), x);
    if (found.failed() || found.truthy()) return found.take();
  }
  if (const Word cache = __atomic_load_n(&protocol->cache, __ATOMIC_ACQUIRE); cache != slisp::abi::k_nil) {
    const Word* row = Table(cache, protocol->method_count).find(key);
    if (row[0] == key && row[1 + index] != slisp::abi::k_nil) return answer_of(row[1 + index], x);
  }
  return resolve(protocol, static_cast<std::size_t>(index), x, key).take();
}
