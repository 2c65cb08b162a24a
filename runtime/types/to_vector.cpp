// to_vector.cpp: the elements of a user's object as a vector.
// Idea: what reduces itself is handed a function that is conj: its code is the entry point of that name, whose arguments lie where an entry's do.
#include "runtime/seqs/seqs.hpp"
#include "runtime/types/answers.hpp"

extern "C" {
void slisp_arity_missing_0();
void slisp_arity_missing_1();
void slisp_arity_missing_3();
void slisp_arity_missing_4();
void slisp_arity_missing_5();
void slisp_arity_missing_6();
void slisp_arity_missing_many();
}

namespace slisp::rt::types {
namespace {

const abi::FnDescriptor k_conj_descriptor = {
    {slisp_arity_missing_0, slisp_arity_missing_1, reinterpret_cast<abi::Code>(&abi::slisp_conj), slisp_arity_missing_3, slisp_arity_missing_4,
     slisp_arity_missing_5, slisp_arity_missing_6},
    slisp_arity_missing_many, nullptr, -1, 0, "clojure.core/conj", "", 1 << 2, 0};

}  // namespace

Word to_vector(Word x) {
  if (user_is(x, ClassId::IReduceInit)) {
    const Owned held = Owned::adopt(x);
    auto* conj = allocate_as<abi::Fn>(Kind::Fn, sizeof(abi::Fn), 0);
    conj->descriptor = &k_conj_descriptor;
    Owned made = call_method(held, Method::Reduce, adopt_object(conj), empty_vector());
    if (made.failed() || is_vector(made.word())) return made.take();
    return throw_class_cast(made, "clojure.lang.IPersistentVector").take();   // its reduce gave something else than f did
  }
  Word vector = word_of(&slisp_empty_vector);
  SeqWalk walk(Owned::adopt(x));
  Owned element;
  while (walk.next(element)) vector = vec_conj(vector, element.take());
  if (!walk.failed()) return vector;
  release(vector);
  return 0;
}

}  // namespace slisp::rt::types
