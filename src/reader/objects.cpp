// objects.cpp: objects of users' types among forms. Part of class Reader.
// Keeps: a program that reads but makes no types does not contain the code of types: it is asked for through weak symbols.
#include "runtime/collections/layouts.hpp"
#include "src/reader/literals.hpp"
#include "src/reader/reader.hpp"

namespace slisp::abi {
extern "C" {
[[gnu::weak]] std::uint32_t slisp_class_user_p(Word);
[[gnu::weak]] std::uint32_t slisp_class_record_p(Word);
[[gnu::weak]] Word slisp_class_fields(Word);
[[gnu::weak]] Word slisp_record_create(Word, Word);
[[gnu::weak]] Word slisp_type_new(Word, Word*, std::int64_t);
}
}  // namespace slisp::abi

namespace slisp::reader {

using abi::Kind;
using rt::Borrowed;
using rt::ClassId;
using rt::Owned;

// #a.b.Record{:field value}, #a.b.Type[value value]: an object, made while reading; what stands in it is not evaluated.
Owned Reader::read_object(std::string_view name, Owned form) {
  const Owned symbol = rt::symbol("", name);
  const Owned type = Owned::adopt(abi::slisp_class_find(symbol.word()));
  const bool offered = &abi::slisp_class_user_p != nullptr && &abi::slisp_type_new != nullptr && &abi::slisp_record_create != nullptr;
  const bool known = offered && !type.is_nil() && abi::slisp_class_user_p(type.word()) != 0;
  if (!known) return fail(error_, "e-tag", ClassId::ClassNotFoundException, rt::make_string(name), "there is no record type of this name");
  const bool map = form.is(Kind::ArrayMap) || form.is(Kind::HashMap);
  if (map && abi::slisp_class_record_p(type.word()) != 0) {
    Owned record = Owned::adopt(abi::slisp_record_create(type.word(), form.take()));
    return record.failed() ? fail_pending(error_, "e-tag", "a record is made of a map from keywords to values") : std::move(record);
  }
  if (!form.is(Kind::Vector) && !form.is(Kind::LargeVector)) {
    return fail(error_, "e-tag", ClassId::RuntimeException,
                text({"Unreadable constructor form starting with \"#", name, map ? "{\"" : "\""}), "as in #a.b.Record{:field 1} or #a.b.Record[1]");
  }
  const Owned fields = Owned::adopt(abi::slisp_class_fields(type.word()));
  const std::int64_t given = rt::counted_size(form);
  if (given != rt::counted_size(fields)) {
    const Owned shown = Owned::adopt(abi::slisp_str1(rt::make_long(given).take()));
    return fail(error_, "e-tag", ClassId::IllegalArgumentException,
                text({"Unexpected number of constructor arguments to class ", name, ": got ", rt::text_of(shown)}),
                "a value for each field of the type, in order");
  }
  ScratchArray<abi::Word> values;
  for (std::int64_t i = 0; i < given; ++i) values.push(Owned::copy(rt::vector_at(form, static_cast<std::size_t>(i))).take());
  return Owned::adopt(abi::slisp_type_new(type.word(), values.at(0), given));
}

}  // namespace slisp::reader
