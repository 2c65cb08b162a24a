// refs.cpp: refs and transactions.
// In:   dosync's body as a function. Out: its value, all its changes made at once; or its exception, none made.
// Keeps: a transaction sees the refs as they were when it began, and its own changes. Who commits holds one lock for a few instructions and
//        never while slisp code runs; validators and commuting functions run before, watches and held sends after.
// Idea: a clock counts commits, and each ref knows at which tick it was written (Dice, Shalev & Shavit: Transactional Locking II, 2006). What
//       was written after the transaction began ends the attempt, and another one begins.
#include "runtime/abi/functions.hpp"
#include "runtime/control/cells.hpp"
#include "runtime/control/classes.hpp"
#include "runtime/threads/optional.hpp"
#include "runtime/threads/threads.hpp"

namespace slisp::rt {
namespace {

constexpr unsigned k_value = SyncObject::k_value, k_validator = SyncObject::k_validator, k_ref_slots = 4;   // the last: metadata
constexpr int k_most_attempts = 10000;       // as on the JVM

// What a transaction knows of a ref.
struct Entry {
  SyncObject* ref;                // counted
  Word value;                     // in the transaction; 0: not read for writing yet
  Word commutes;                  // vector of functions of the value, or nil
  Word old;                       // at the commit: what stood there
  std::uint64_t base;             // at the commit: the tick of the value that the commuting functions saw
  bool set, ensured;
};

std::uint64_t g_clock = 0;
constinit Lock g_commit_lock;

}  // namespace
}  // namespace slisp::rt

namespace slisp::abi {
struct Transaction {
  std::uint64_t began;            // the clock's tick
  rt::Entry* entries = nullptr;
  std::size_t count = 0, capacity = 0;
  Word sends = k_nil;             // functions to call after the commit: vector or nil
  Word retry = k_pending;         // the exception that ended this attempt: an address to compare, no count
};
}  // namespace slisp::abi

namespace slisp::rt {
namespace {

using abi::Transaction;

Transaction* running() { return current_thread().transaction; }

Word no_transaction() { return throw_new(ClassId::IllegalStateException, "No transaction running").take(); }

SyncObject* ref_of(Word value) {
  SyncObject* ref = sync_of(value, SyncSort::Ref);
  if (ref == nullptr) (void)throw_class_cast(value, "clojure.lang.Ref");
  return ref;
}

// Value and tick belong together.
Owned committed(SyncObject* ref, std::uint64_t& tick) {
  GateHold hold(ref);
  tick = ref->raw;
  return Owned::copy(ref->slot[k_value]);
}

Word end_attempt(Transaction& transaction) {
  Word failed = throw_new(ClassId::Error, "the transaction is tried again").take();
  transaction.retry = context().exception;
  return failed;
}

Entry* find(Transaction& transaction, const SyncObject* ref) {
  for (std::size_t i = 0; i < transaction.count; ++i) {
    if (transaction.entries[i].ref == ref) return &transaction.entries[i];
  }
  return nullptr;
}

Entry& find_or_add(Transaction& transaction, SyncObject* ref) {
  if (Entry* found = find(transaction, ref)) return *found;
  if (transaction.count == transaction.capacity) {
    transaction.capacity = transaction.capacity == 0 ? 8 : 2 * transaction.capacity;
    transaction.entries = static_cast<Entry*>(scratch_reallocate(transaction.entries, transaction.capacity * sizeof(Entry)));
  }
  retain(word_of(ref));
  return transaction.entries[transaction.count++] = {ref, abi::k_pending, abi::k_nil, abi::k_nil, 0, false, false};
}

// What the transaction sees; failed() when the ref was written since it began.
Owned seen(Transaction& transaction, SyncObject* ref) {
  Entry* entry = find(transaction, ref);
  if (entry != nullptr && entry->value != abi::k_pending) return Owned::copy(entry->value);
  std::uint64_t tick;
  Owned value = committed(ref, tick);
  if (tick > transaction.began) return Owned::adopt(end_attempt(transaction));
  return value;
}

void put(Entry& entry, Owned value) {
  Word old = std::exchange(entry.value, value.take());
  release(old);
}

void forget(Transaction& transaction) {
  for (std::size_t i = 0; i < transaction.count; ++i) {
    Entry& entry = transaction.entries[i];
    for (Word word : {entry.value, entry.commutes, entry.old, word_of(entry.ref)}) release(word);
  }
  transaction.count = 0;
  release(std::exchange(transaction.sends, abi::k_nil));
  transaction.retry = abi::k_pending;
}

enum class Commit : std::uint8_t { Done, Again, Failed };

// The commuting functions see the newest value.
bool commute_again(Entry& entry) {
  Owned value = committed(entry.ref, entry.base);
  const std::int64_t count = counted_size(entry.commutes);
  for (std::int64_t i = 0; i < count; ++i) {
    value = call(vector_at(entry.commutes, static_cast<std::size_t>(i)), std::move(value));
    if (value.failed()) return false;
  }
  put(entry, std::move(value));
  return true;
}

bool validate_all(Transaction& transaction) {
  for (std::size_t i = 0; i < transaction.count; ++i) {
    Entry& entry = transaction.entries[i];
    if (entry.value == abi::k_pending) continue;
    Owned validator = load_cell(entry.ref, entry.ref->slot[k_validator]);
    if (!validate(validator, entry.value)) return false;
  }
  return true;
}

enum class Outcome : std::uint8_t { Written, Conflict, CommuteAgain };

Outcome write_all(Transaction& transaction) {
  Locked hold(g_commit_lock);
  for (std::size_t i = 0; i < transaction.count; ++i) {
    const Entry& entry = transaction.entries[i];
    GateHold gate(entry.ref);
    if ((entry.set || entry.ensured) && entry.ref->raw > transaction.began) return Outcome::Conflict;
    if (!entry.set && entry.commutes != abi::k_nil && entry.ref->raw != entry.base) return Outcome::CommuteAgain;
  }
  const std::uint64_t tick = __atomic_load_n(&g_clock, __ATOMIC_RELAXED) + 1;
  for (std::size_t i = 0; i < transaction.count; ++i) {
    Entry& entry = transaction.entries[i];
    if (entry.value == abi::k_pending) continue;
    if (is_shared(&entry.ref->header)) mark_shared(entry.value);
    retain(entry.value);
    GateHold gate(entry.ref);
    entry.old = std::exchange(entry.ref->slot[k_value], entry.value);
    entry.ref->raw = tick;
  }
  __atomic_store_n(&g_clock, tick, __ATOMIC_SEQ_CST);
  return Outcome::Written;
}

Commit commit(Transaction& transaction) {
  for (;;) {
    for (std::size_t i = 0; i < transaction.count; ++i) {
      Entry& entry = transaction.entries[i];
      if (!entry.set && entry.commutes != abi::k_nil && !commute_again(entry)) return Commit::Failed;
    }
    if (!validate_all(transaction)) return Commit::Failed;
    switch (write_all(transaction)) {
      case Outcome::Written: return Commit::Done;
      case Outcome::Conflict: return Commit::Again;
      case Outcome::CommuteAgain: break;
    }
  }
}

// After the commit; false: a watch threw.
bool tell(Transaction& transaction) {
  for (std::size_t i = 0; i < transaction.count; ++i) {
    Entry& entry = transaction.entries[i];
    if (entry.value == abi::k_pending) continue;
    if (abi::slisp_notify_watches(word_of(entry.ref), entry.old, entry.value) == abi::k_pending) return false;
  }
  if (transaction.sends == abi::k_nil) return true;
  const std::int64_t count = counted_size(transaction.sends);
  for (std::int64_t i = 0; i < count; ++i) {
    if (call(vector_at(transaction.sends, static_cast<std::size_t>(i))).failed()) return false;
  }
  return true;
}

// Others must come to their end before it is worth another attempt.
bool pause(int attempt) {
  if (g_threading == nullptr) return true;
  if (attempt < 8) {
    sys::yield_thread();
    return !exiting();
  }
  const std::int64_t nanoseconds = (attempt < 64 ? attempt : 64) * 20'000 + static_cast<std::int64_t>(t_state.runtime.number % 16) * 5'000;
  return wait_for(&current_thread(), sys::monotonic_nanoseconds() + nanoseconds, Patience::Stubborn, [] { return false; }) != Wake::Failed;
}

// The transaction is out of the thread's way while watches and sends run: they may begin their own.
Owned attempt_all(Transaction& transaction, Borrowed body) {
  for (int attempt = 0; attempt < k_most_attempts; ++attempt) {
    transaction.began = __atomic_load_n(&g_clock, __ATOMIC_SEQ_CST);
    Owned result = call(body);
    Commit outcome = Commit::Failed;
    if (!result.failed()) outcome = commit(transaction);
    if (outcome == Commit::Done) {
      current_thread().transaction = nullptr;
      return tell(transaction) ? std::move(result) : Owned::pending();
    }
    if (outcome == Commit::Failed) {
      if (exit_is_pending() || transaction.retry == abi::k_pending || context().exception != transaction.retry) return Owned::pending();
      Owned dropped = Owned::adopt(abi::slisp_exception_take());
    }
    forget(transaction);
    if (!pause(attempt)) {
      if (!exception_pending()) (void)raise(Owned::adopt(word_of(&k_exit_token)));
      return Owned::pending();
    }
  }
  return throw_new(ClassId::RuntimeException, "Transaction failed after reaching retry limit");
}

}  // namespace
}  // namespace slisp::rt

using namespace slisp::rt;
namespace abi = slisp::abi;
using abi::k_nil;
using abi::k_pending;

extern "C" {

Word slisp_ref_new(Word value) {
  SyncObject* ref = new_sync(SyncSort::Ref, k_ref_slots);
  ref->header.flags = abi::k_flag_has_meta;
  ref->slot[k_value] = value;
  return word_of(ref);
}
std::uint32_t slisp_ref_p(Word value) { return sync_of(value, SyncSort::Ref) != nullptr; }

Word slisp_ref_value(Word value) {
  auto* ref = reinterpret_cast<SyncObject*>(value);
  if (Transaction* transaction = running()) return seen(*transaction, ref).take();
  std::uint64_t tick;
  return committed(ref, tick).take();
}

Word slisp_transact(Word function) {
  Owned body = Owned::adopt(function);
  if (running() != nullptr) return call(body).take();
  Transaction transaction{};
  current_thread().transaction = &transaction;
  Owned result = attempt_all(transaction, body);
  current_thread().transaction = nullptr;
  forget(transaction);
  scratch_free(transaction.entries);
  return result.take();
}

std::uint32_t slisp_transaction_p() { return running() != nullptr; }

// The function is called after the commit; false: no transaction runs.
std::uint32_t slisp_transaction_defer(Word function) {
  Owned body = Owned::adopt(function);
  Transaction* transaction = running();
  if (transaction == nullptr) return 0;
  Owned sends = Owned::adopt(std::exchange(transaction->sends, k_nil));
  transaction->sends = vector_conj(sends.is_nil() ? empty_vector() : std::move(sends), std::move(body)).take();
  return 1;
}

Word slisp_ref_set(Word target, Word value) {
  Owned next = Owned::adopt(value);
  SyncObject* ref = ref_of(target);
  if (ref == nullptr) return k_pending;
  Transaction* transaction = running();
  if (transaction == nullptr) return no_transaction();
  Entry& entry = find_or_add(*transaction, ref);
  if (entry.commutes != k_nil) return throw_new(ClassId::IllegalStateException, "Can't set after commute").take();
  entry.set = true;
  put(entry, Owned::copy(next));
  return next.take();
}

// The value that a change of the ref starts from.
Word slisp_ref_alterable(Word target) {
  SyncObject* ref = ref_of(target);
  if (ref == nullptr) return k_pending;
  Transaction* transaction = running();
  return transaction == nullptr ? no_transaction() : seen(*transaction, ref).take();
}

// A function of the value that may be called again at the commit.
Word slisp_ref_commute(Word target, Word function) {
  Owned change = Owned::adopt(function);
  SyncObject* ref = ref_of(target);
  if (ref == nullptr) return k_pending;
  Transaction* transaction = running();
  if (transaction == nullptr) return no_transaction();
  std::uint64_t tick;
  const Entry* known = find(*transaction, ref);
  Owned value = known != nullptr && known->value != k_pending ? Owned::copy(known->value) : committed(ref, tick);
  value = call(change, std::move(value));
  if (value.failed()) return k_pending;
  Entry& entry = find_or_add(*transaction, ref);
  Owned commutes = Owned::adopt(std::exchange(entry.commutes, k_nil));
  entry.commutes = vector_conj(commutes.is_nil() ? empty_vector() : std::move(commutes), std::move(change)).take();
  put(entry, Owned::copy(value));
  return value.take();
}

Word slisp_ref_ensure(Word target) {
  SyncObject* ref = ref_of(target);
  if (ref == nullptr) return k_pending;
  Transaction* transaction = running();
  if (transaction == nullptr) return no_transaction();
  Owned value = seen(*transaction, ref);
  if (!value.failed()) find_or_add(*transaction, ref).ensured = true;
  return value.take();
}

}  // extern "C"
