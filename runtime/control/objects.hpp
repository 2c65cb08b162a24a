// objects.hpp: the objects of control and names that generated code does not know: cells, exceptions, classes, multimethods,
// namespaces, UUIDs and instants. Printing, equality and hashing look into them through these structs alone.
#pragma once
#include "runtime/abi/layout.h"
#include "runtime/api.hpp"
#include <cstdint>

namespace slisp::rt {

// Class: static, one per row of classes.def, or of a user's type, see runtime/types/types.hpp.
struct ClassObject {
  abi::Header header;
  std::uint32_t id;            // ClassId, or a number beyond
  std::uint32_t flags;         // k_class_*, of users' types
  const void* name;            // slot 0: string, full name
  const void* parent;          // slot 1: class, or null-like k_nil word for none
};
static_assert(offsetof(ClassObject, name) == 16);

// Exception: the trace is raw memory, a ring that keeps the first and the last 64 frames.
struct TraceBuffer {
  std::uint64_t total;                     // frames seen
  const abi::TraceSite* first[64];
  const abi::TraceSite* last[64];          // frame 64 + k stands at k % 64
};
struct ExceptionObject {
  abi::Header header;
  TraceBuffer* trace;                      // scratch memory; null until a frame was appended
  std::uint64_t reserved;
  Word class_object;
  Word message;                            // string or nil
  Word cause;                              // exception or nil
  Word data;                               // map or nil
  Word extra;                              // what a program hung on it: [trace suppressed], or nil
};
static_assert(offsetof(ExceptionObject, class_object) == 24);

struct AtomObject {
  abi::Header header;
  Word value;
  Word validator;                          // fn or nil
  Word watches;                            // map or nil
  Word meta;                               // map or nil
};
// Volatile, Reduced, Box: one slot.
struct CellObject {
  abi::Header header;
  Word value;
};
enum class DelayState : std::uint32_t { Pending, Running, Realised, Failed };
struct DelayObject {
  abi::Header header;
  DelayState state;
  std::uint32_t runner;                    // while it runs: number of the thread
  Word function;                           // nil once run
  Word value;                              // result, or the exception
};
struct MultiFnObject {
  abi::Header header;
  Word name;                               // string
  Word dispatch;
  Word default_value;
  Word hierarchy;                          // var whose value is {:parents :ancestors :descendants}
  Word methods;                            // map dispatch value -> fn
  Word prefers;                            // map dispatch value -> set of dispatch values
  Word cache;                              // map dispatch value -> fn, valid for cached_hierarchy
  Word cached_hierarchy;
};
struct NamespaceObject {
  abi::Header header;
  std::uint64_t reserved;
  Word name;                               // symbol
  Word mappings;                           // map symbol -> var or class
  Word aliases;                            // map symbol -> namespace
  Word meta;                               // map or nil
};
// Objects that threads meet at: one kind of several sorts; see runtime/threads.
enum class SyncSort : std::uint32_t {
  Promise,       // slots: value; state: 1 delivered
  Future,        // slots: value or exception, function; state: runtime/threads SettledState
  Thread,        // slots: function, name; state: see thread_objects.cpp
  ThreadLocal,   // slots: function that gives a thread's first value
  Latch,         // raw: count
  Executor,      // slots: waiting tasks; state: 1 shut down; raw: threads it may have (high half) and has
  Agent,         // slots: value, validator, watches, further see stdlib/clojure/core/agents.slisp
  Ref            // slots: value, validator, watches, metadata; raw: version
};
struct SyncObject {
  abi::Header header;
  SyncSort sort;
  std::uint32_t state;
  std::uint64_t raw;
  Word slot[];
  static constexpr unsigned k_value = 0, k_validator = 1, k_watches = 2;   // of references
};
static_assert(offsetof(SyncObject, slot) == 24);
struct UnboundObject {
  abi::Header header;
  Word var;
};
struct UuidObject {
  abi::Header header;
  std::uint64_t most_significant;
  std::uint64_t least_significant;
};
struct InstObject {
  abi::Header header;
  std::int64_t milliseconds;               // since 1970-01-01T00:00:00Z
};

inline constexpr std::size_t k_uuid_text_size = 36;
void format_uuid(const UuidObject& uuid, char (&text)[k_uuid_text_size]);
// "2020-02-29T16:04:56.789-00:00", what stands behind #inst.
void append_inst(TextBuffer& out, std::int64_t milliseconds);

// "user$foo_bar" for a function named "user/foo-bar": what (class f) prints on the JVM.
void append_function_class_name(TextBuffer& out, const abi::FnDescriptor& descriptor);

}  // namespace slisp::rt
