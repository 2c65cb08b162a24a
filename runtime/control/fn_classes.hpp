// fn_classes.hpp: the classes of functions. Programs that never ask for the class of a value contain none of them.
#pragma once
#include "runtime/control/classes.hpp"

namespace slisp::rt {

Owned class_of_function(const abi::FnDescriptor& descriptor);

// The class that was made for the function, or null. Lives as long as the descriptor does.
extern "C" [[gnu::weak]] const ClassObject* slisp_known_function_class(const abi::FnDescriptor* descriptor);

// As class_of_value; of a function its own class where somebody has asked for that.
inline const ClassObject* class_for_dispatch(Borrowed value) {
  if (value.is(Kind::Fn) && slisp_known_function_class != nullptr) {
    if (const ClassObject* own = slisp_known_function_class(value.as<abi::Fn>()->descriptor)) return own;
  }
  return class_of_value(value);
}

}  // namespace slisp::rt
