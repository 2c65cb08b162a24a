// access.cpp: get, nth, contains?, find, key, val, peek on every kind.
// Keeps: borrowed collections are only looked at; nth of a seq consumes it as it walks.
#include "runtime/host/native.hpp"
#include "runtime/seqs/seqs.hpp"
#include "runtime/types/operations.hpp"

namespace slisp::rt {
namespace {

Word string_at(Word string, std::int64_t index) {  // 0: out of range, exception pending
  return abi::slisp_string_char_at(string, index);
}

bool in_array(Word array, std::int64_t index) { return index >= 0 && static_cast<std::uint64_t>(index) < array_size(array); }
Word array_element(Word array, std::int64_t index) {
  return at<abi::Array>(array)->operations->element(at<abi::Array>(array), static_cast<std::uint64_t>(index));
}

// :tag and :form of a tagged literal, :form and :splicing? of a reader conditional.
Word part_of_literal(Word literal, Kind kind, Word key, Word missing) {
  if (kind_or_none(key) != Kind::Keyword || !symbol_ns(key).is_nil()) return retained(missing);
  const std::string_view name = text_of(symbol_name(key));
  if (kind == Kind::TaggedLiteral) {
    if (name == "tag") return retained(*slot_of(header_of(literal), 0));
    if (name == "form") return retained(*slot_of(header_of(literal), 1));
    return retained(missing);
  }
  if (name == "form") return retained(*slot_of(header_of(literal), 0));
  if (name == "splicing?") return *(reinterpret_cast<const std::int64_t*>(literal) + 1) != 0 ? abi::k_true : abi::k_false;
  return retained(missing);
}

// What `key` leads to, owned; `missing` when there is nothing; 0: failed.
Word look(Word collection, Word key, Word missing) {
  const Kind kind = kind_or_none(collection);
  bool failed = false;
  if (is_map_kind(kind)) {
    const Word* entry = map_find(collection, key, failed);
    return failed ? 0 : retained(entry ? entry[1] : missing);
  }
  if (is_vector_kind(kind)) {
    std::int64_t index;
    if (!vector_index(key, index) || index < 0 || static_cast<std::size_t>(index) >= vector_size(collection))
      return retained(missing);
    return retained(vector_ref(collection, static_cast<std::size_t>(index)));
  }
  if (is_set_kind(kind)) {
    const Word* element = set_find(collection, key, failed);
    return failed ? 0 : retained(element ? *element : missing);
  }
  if (kind == Kind::String && is_number(key)) {
    const auto index = abi::slisp_unchecked_int(key);
    if (!index.valid) return 0;
    if (index.value < 0 || index.value >= at<abi::String>(collection)->code_points) return retained(missing);
    return string_at(collection, index.value);
  }
  if (kind == Kind::Array && is_number(key)) {
    const auto index = abi::slisp_unchecked_int(key);
    if (!index.valid) return 0;
    return in_array(collection, index.value) ? array_element(collection, index.value) : retained(missing);
  }
  if (kind == Kind::Native && at<NativeObject>(collection)->type->shape == NativeShape::Map)
    return at<NativeObject>(collection)->type->look(collection, key, missing);
  if (kind == Kind::TaggedLiteral || kind == Kind::ReaderConditional) return part_of_literal(collection, kind, key, missing);
  if (kind == Kind::Transient) {
    Word content = transient_content(collection);
    return content ? look(content, key, missing) : 0;
  }
  if (asks_type(collection)) return slisp_type_operations.get(collection, key, missing);
  return retained(missing);
}

// Element n of a seqable; `missing` 0: IndexOutOfBoundsException. Consumes x; missing is borrowed.
Word walk_to(Word x, std::int64_t n, Word missing) {
  if (n >= 0) {
    Word seq = seq_of(x);
    for (; seq != 0 && seq != abi::k_nil; --n) {
      const Kind kind = kind_of(seq);
      if (n > 0 && (kind == Kind::VectorSeq || kind == Kind::Range || kind == Kind::Repeat)) {  // these have an index of their own
        const std::int64_t left = known_count(seq);
        if (n >= left && left >= 0) {
          release(seq);
          seq = abi::k_nil;
          break;
        }
        Word element;
        if (kind == Kind::VectorSeq) {
          element =
              retained(vector_ref(at<VectorSeq>(seq)->vector, at<VectorSeq>(seq)->index + static_cast<std::size_t>(n)));
        } else if (kind == Kind::Repeat) {
          element = retained(at<Repeat>(seq)->value);
        } else {
          auto* r = at<Range>(seq);
          element = make_long(static_cast<std::int64_t>(static_cast<std::uint64_t>(r->start) +
                                                        static_cast<std::uint64_t>(n) * static_cast<std::uint64_t>(r->step)))
                        .take();
        }
        release(seq);
        return element;
      }
      if (n == 0) return seq_first(seq);
      seq = seq_next(seq);
    }
    if (seq == 0) return 0;
  } else {
    release(x);
  }
  return missing ? retained(missing) : throw_without_message(ClassId::IndexOutOfBoundsException);
}

// nth with the rules of RT.nth: x consumed, missing borrowed, 0 for none.
Word element_at(Word x, std::int64_t n, Word missing) {
  if (!check_index(n)) {
    release(x);
    return 0;
  }
  const Kind kind = kind_or_none(x);
  if (is_vector_kind(kind)) {
    Word element = 0;
    if (n >= 0 && static_cast<std::uint64_t>(n) < vector_size(x))
      element = retained(vector_ref(x, static_cast<std::size_t>(n)));
    else if (missing)
      element = retained(missing);
    release(x);
    return element ? element : throw_without_message(ClassId::IndexOutOfBoundsException);
  }
  if (x == abi::k_nil) return missing ? retained(missing) : abi::k_nil;
  if (is_sequential_kind(kind)) return walk_to(x, n, missing);
  Word element = 0;
  if (kind == Kind::String) {
    if (missing && (n < 0 || n >= at<abi::String>(x)->code_points))
      element = retained(missing);
    else
      element = string_at(x, n);
  } else if (kind == Kind::Array) {
    if (in_array(x, n))
      element = array_element(x, n);
    else
      element = missing ? retained(missing) : throw_without_message(ClassId::ArrayIndexOutOfBoundsException);
  } else if (kind == Kind::Native && at<NativeObject>(x)->type->element != nullptr) {
    if (missing && (n < 0 || n >= known_count(x)))
      element = retained(missing);
    else
      element = at<NativeObject>(x)->type->element(x, n);
  } else if (kind == Kind::Transient) {
    Word content = transient_content(x);
    if (content)
      element = is_vector(content) ? element_at(retained(content), n, missing) : throw_cast(x, "clojure.lang.Indexed");
  } else if (asks_type(x)) {
    element = slisp_type_operations.nth(x, n, missing);
  } else {
    throw_about_simple_class(ClassId::UnsupportedOperationException, "nth not supported on this type: ", x);
  }
  release(x);
  return element;
}

Word entry_part(Word entry, unsigned part) {
  if (is_map_entry(entry)) return retained(at<Inline>(entry)->slot[part]);
  if (asks_type(entry)) return slisp_type_operations.entry_part(entry, part);
  return throw_cast(entry, "java.util.Map$Entry", part == 0 ? "getKey()" : "getValue()", "e");
}

std::uint32_t as_bool(const Word* found, bool failed) { return failed ? abi::k_bool_failed : found != nullptr; }

}  // namespace
}  // namespace slisp::rt

using namespace slisp::rt;
using slisp::abi::k_nil;

extern "C" {

Word slisp_get(Word collection, Word key) {
  // A keyword in a small map: by identity.
  if (is_kind(collection, Kind::ArrayMap) && is_kind(key, Kind::Keyword)) {
    const Word* slot = at<slisp::abi::Inline>(collection)->slot;
    for (const Word* const end = slot + 2 * array_map_size(header_of(collection)); slot != end; slot += 2)
      if (*slot == key) return retained(slot[1]);
    return k_nil;
  }
  return look(collection, key, k_nil);
}
Word slisp_get_default(Word collection, Word key, Word missing) {
  Word found = look(collection, key, missing);
  release(missing);
  return found;
}

std::uint32_t slisp_contains_p(Word x, Word key) {
  if (x == k_nil) return 0;
  const Kind kind = kind_or_none(x);
  bool failed = false;
  if (is_map_kind(kind)) {
    const Word* found = map_find(x, key, failed);
    return as_bool(found, failed);
  }
  if (is_set_kind(kind)) {
    const Word* found = set_find(x, key, failed);
    return as_bool(found, failed);
  }
  std::int64_t index;
  if (is_vector_kind(kind))
    return vector_index(key, index) && index >= 0 && static_cast<std::size_t>(index) < vector_size(x);
  if (kind == Kind::Array && is_number(key)) {
    const auto number = slisp::abi::slisp_unchecked_int(key);
    return number.valid ? in_array(x, number.value) : slisp::abi::k_bool_failed;
  }
  if (kind == Kind::Native && at<NativeObject>(x)->type->look != nullptr && at<NativeObject>(x)->type->shape != NativeShape::List) {
    const Owned nothing = Owned::adopt(slisp::abi::slisp_object_new());
    const Owned found = Owned::adopt(at<NativeObject>(x)->type->look(x, key, nothing));
    return found.failed() ? slisp::abi::k_bool_failed : found.word() != nothing.word();
  }
  if (kind == Kind::String && is_number(key)) {
    const auto number = slisp::abi::slisp_unchecked_int(key);
    if (!number.valid) return slisp::abi::k_bool_failed;
    return number.value >= 0 && number.value < at<slisp::abi::String>(x)->code_points;
  }
  if (kind == Kind::Transient) {
    Word content = transient_content(x);
    return content ? slisp_contains_p(content, key) : slisp::abi::k_bool_failed;
  }
  if (asks_type(x)) return slisp_type_operations.contains(x, key);
  throw_about_class(ClassId::IllegalArgumentException, "contains? not supported on type: ", x);
  return slisp::abi::k_bool_failed;
}

Word slisp_find(Word x, Word key) {
  if (x == k_nil) return k_nil;
  const Kind kind = kind_or_none(x);
  if (is_map_kind(kind)) {
    bool failed = false;
    const Word* entry = map_find(x, key, failed);
    if (failed) return 0;
    return entry ? make_pair(retained(entry[0]), retained(entry[1])) : k_nil;
  }
  if (is_vector_kind(kind)) {
    std::int64_t index;
    if (!vector_index(key, index) || index < 0 || static_cast<std::size_t>(index) >= vector_size(x)) return k_nil;
    return make_pair(retained(key), retained(vector_ref(x, static_cast<std::size_t>(index))));
  }
  if (kind == Kind::Native && at<NativeObject>(x)->type->shape == NativeShape::Map) {
    const Owned nothing = Owned::adopt(slisp::abi::slisp_object_new());
    Owned found = Owned::adopt(at<NativeObject>(x)->type->look(x, key, nothing));
    if (found.failed() || found.word() == nothing.word()) return found.failed() ? 0 : k_nil;
    return make_pair(retained(key), found.take());
  }
  if (kind == Kind::Transient) {
    Word content = transient_content(x);
    return content ? slisp_find(content, key) : 0;
  }
  if (asks_type(x)) return slisp_type_operations.find(x, key);
  return throw_about_class(ClassId::IllegalArgumentException, "find not supported on type: ", x);
}

Word slisp_nth(Word x, std::int64_t n) { return element_at(x, n, 0); }
Word slisp_nth_default(Word x, std::int64_t n, Word missing) {
  Word element = element_at(x, n, missing);
  release(missing);
  return element;
}
Word slisp_vector_nth(Word x, std::int64_t n) {
  if (!is_vector(x)) return throw_cast(x, "clojure.lang.IPersistentVector");
  if (n < 0 || static_cast<std::uint64_t>(n) >= vector_size(x))
    return throw_without_message(ClassId::IndexOutOfBoundsException);
  return retained(vector_ref(x, static_cast<std::size_t>(n)));
}

Word slisp_key(Word entry) { return entry_part(entry, 0); }
Word slisp_val(Word entry) { return entry_part(entry, 1); }

Word slisp_peek(Word x) {
  if (x == k_nil) return k_nil;
  switch (kind_or_none(x)) {
    case Kind::Vector:
    case Kind::LargeVector:
    case Kind::SubVector:
      return vector_size(x) == 0 ? k_nil : retained(vector_ref(x, vector_size(x) - 1));
    case Kind::List:
      return retained(at<List>(x)->first);
    case Kind::EmptyList:
      return k_nil;
    case Kind::Queue:
      return at<Queue>(x)->size == 0 ? k_nil : seq_first(retained(at<Queue>(x)->front));
    default:
      if (asks_type(x)) return slisp_type_operations.peek(x);
      return throw_cast(x, "clojure.lang.IPersistentStack");
  }
}
}
