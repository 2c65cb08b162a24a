// optional.hpp: how deref reaches the sorts that a program may not contain.
#pragma once
#include "runtime/api.hpp"

extern "C" {
// The value in the running transaction, else the committed one.
[[gnu::weak]] slisp::abi::Word slisp_ref_value(slisp::abi::Word ref);
// This thread's value.
[[gnu::weak]] slisp::abi::Word slisp_thread_local_value(slisp::abi::Word local);
[[gnu::weak]] slisp::abi::Word slisp_thread_local_assign(slisp::abi::Word local, slisp::abi::Word value, bool keep);
[[gnu::weak]] slisp::abi::Word slisp_thread_begin(slisp::abi::Word thread);
}
