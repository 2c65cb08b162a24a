// operations.hpp: what the generic operations of the runtime ask of users' objects and protocols, as a table that is found weakly: a program
// that cannot make such an object contains none of it.
//
// Each member does for an object with asks_type(x) what the entry point of that name does, as the JVM's RT and Util do it by the interfaces
// that the class declares. Parameters are borrowed or consumed as the row of the entry point says; `missing` 0: there is none.
#pragma once
#include "runtime/types/types.hpp"

namespace slisp::rt {

class Printer;

struct TypeOperations {
#define SLISP_TYPE_OPERATION(result, name, parameters) result(*name) parameters;
#include "runtime/types/operations.def"
#undef SLISP_TYPE_OPERATION
};
extern "C" [[gnu::weak]] const TypeOperations slisp_type_operations;

extern "C" void slisp_link_type_operations();
// Whatever makes a user's object or a protocol links the table.
inline void keep_type_operations() { asm volatile("" : : "r"(&slisp_link_type_operations)); }

}  // namespace slisp::rt
