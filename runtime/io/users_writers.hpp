// users_writers.hpp: objects of the program as writers, *out* among them: what has a method write is handed its text as a string.
#pragma once
#include "runtime/types/operations.hpp"

namespace slisp::rt {

inline bool is_users_writer(Word x) { return is_user_object(x) && object_has(x, Method::Write); }

}  // namespace slisp::rt
