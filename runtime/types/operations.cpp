// operations.cpp: the table through which generic operations reach users' objects.
#include "runtime/types/operations.hpp"
#include "runtime/types/answers.hpp"

namespace slisp::rt {

extern "C" const TypeOperations slisp_type_operations = {
    types::get, types::contains, types::find, types::nth, types::count, types::peek, types::entry_part,
    types::seq, types::first, types::next, types::more, types::rseq,
    types::conj, types::assoc, types::dissoc, types::disj, types::pop, types::empty,
    types::transient, types::persistent, types::conj_transient, types::assoc_transient, types::dissoc_transient, types::disj_transient,
    types::pop_transient, types::to_vector,
    types::equal, types::hash, types::java_hash, types::compare, types::compare_by,
    types::print, types::append_str, types::name, types::name_space,
    types::invoke, types::apply, types::deref, types::realized, types::meta, types::with_meta,
    types::class_named,
};
extern "C" void slisp_link_type_operations() {}

}  // namespace slisp::rt
