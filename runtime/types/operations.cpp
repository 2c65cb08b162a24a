// operations.cpp: the table through which generic operations reach users' objects.
#include "runtime/types/operations.hpp"
#include "runtime/types/answers.hpp"

namespace slisp::rt {

extern "C" const TypeOperations slisp_type_operations = {
#define SLISP_TYPE_OPERATION(result, name, parameters) types::name,
#include "runtime/types/operations.def"
#undef SLISP_TYPE_OPERATION
};
extern "C" void slisp_link_type_operations() {}

}  // namespace slisp::rt
