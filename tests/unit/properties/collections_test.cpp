// collections_test.cpp: persistent collections against those of the C++ library: any sequence of updates, through versions that stay alive.
#include "tests/unit/properties/property.hpp"
#include <map>
#include <set>

using namespace slisp::rt;
using namespace slisp::rt::test;
namespace abi = slisp::abi;

namespace {

// An update: what happens to the version `base` (modulo how many there are).
struct ModelStep {
  int what;
  std::int64_t key, value;
  unsigned base;
};
std::ostream& operator<<(std::ostream& out, const ModelStep& u) {
  return out << '{' << u.what << ' ' << u.key << ' ' << u.value << " of " << u.base << '}';
}
rc::Gen<std::vector<ModelStep>> updates(int kinds) {
  return rc::gen::container<std::vector<ModelStep>>(rc::gen::construct<ModelStep>(
      rc::gen::inRange(0, kinds), rc::gen::oneOf(rc::gen::inRange<std::int64_t>(0, 40), longs()), longs(), rc::gen::inRange(0u, 1000u)));
}

std::string text(std::int64_t n) { return std::to_string(n); }

// The entries of a map as the model prints them, sorted by key.
std::string in_order(const std::map<std::int64_t, std::int64_t>& model) {
  std::string out = "{";
  for (const auto& [k, v] : model) out += (out.size() > 1 ? ", " : "") + text(k) + " " + text(v);
  return out + "}";
}

template <class Empty> void maps_behave(Empty empty) {
  struct Version {
    Owned map;
    std::map<std::int64_t, std::int64_t> model;
  };
  std::vector<Version> versions;
  versions.push_back({empty(), {}});
  for (const ModelStep& u : *updates(3)) {
    const Version& base = versions[u.base % versions.size()];
    Version next{Owned::copy(base.map), base.model};
    if (u.what < 2) {
      next.map = put(std::move(next.map), num(u.key), num(u.value));
      next.model[u.key] = u.value;
    } else {
      next.map = without(std::move(next.map), num(u.key));
      next.model.erase(u.key);
    }
    versions.push_back(std::move(next));
  }
  for (const Version& version : versions) {
    RC_ASSERT(size_of(version.map) == static_cast<std::int64_t>(version.model.size()));
    for (const auto& [k, v] : version.model) {
      Owned key = num(k);
      RC_ASSERT(pr(map_get(version.map, key)) == text(v));
    }
    Owned sorted = own(abi::slisp_empty_tree_map(abi::k_nil));
    sorted = own(abi::slisp_merge_into(sorted.take(), Owned::copy(version.map).take()));
    RC_ASSERT(pr(sorted) == in_order(version.model));
    RC_ASSERT(same(sorted, version.map) && same(version.map, sorted));
    bool failed = false;
    RC_ASSERT(hash_of(sorted, failed) == hash_of(version.map, failed));
  }
}

}  // namespace

SLISP_PROPERTY("maps keep every version", [] { maps_behave(empty_map); })
SLISP_PROPERTY("sorted maps keep every version, in order", [] { maps_behave([] { return own(abi::slisp_empty_tree_map(abi::k_nil)); }); })

SLISP_PROPERTY("vectors keep every version", [] {
  struct Version {
    Owned vector;
    std::vector<std::int64_t> model;
  };
  std::vector<Version> versions;
  versions.push_back({empty_vector(), {}});
  for (const ModelStep& u : *updates(5)) {
    const Version& base = versions[u.base % versions.size()];
    Version next{Owned::copy(base.vector), base.model};
    const auto size = static_cast<std::int64_t>(next.model.size());
    const std::int64_t at = size == 0 ? 0 : static_cast<std::int64_t>(static_cast<std::uint64_t>(u.key) % static_cast<std::uint64_t>(size));
    if (u.what < 2 || size == 0) {
      for (int i = 0; i <= u.value % 40; ++i) {
        next.vector = vector_conj(std::move(next.vector), num(u.value));
        next.model.push_back(u.value);
      }
    } else if (u.what == 2) {
      next.vector = own(abi::slisp_assoc(next.vector.take(), num(at).take(), num(u.value).take()));
      next.model[static_cast<std::size_t>(at)] = u.value;
    } else if (u.what == 3) {
      next.vector = own(abi::slisp_pop(next.vector.take()));
      next.model.pop_back();
    } else {
      next.vector = own(abi::slisp_subvec(next.vector.take(), at, size));
      next.model.erase(next.model.begin(), next.model.begin() + at);
    }
    versions.push_back(std::move(next));
  }
  for (const Version& version : versions) {
    std::string wanted = "[";
    for (std::int64_t n : version.model) wanted += (wanted.size() > 1 ? " " : "") + text(n);
    RC_ASSERT(pr(version.vector) == wanted + "]");
  }
})

SLISP_PROPERTY("sets behave, hashed and sorted", [] {
  Owned hashed = empty_set(), sorted = own(abi::slisp_empty_tree_set(abi::k_nil));
  std::set<std::int64_t> model;
  for (const ModelStep& u : *updates(3)) {
    if (u.what < 2) {
      hashed = set_conj(std::move(hashed), num(u.key));
      sorted = set_conj(std::move(sorted), num(u.key));
      model.insert(u.key);
    } else {
      Owned key = num(u.key);
      hashed = own(abi::slisp_disj(hashed.take(), key.word()));
      sorted = own(abi::slisp_disj(sorted.take(), key.word()));
      model.erase(u.key);
    }
  }
  std::string wanted = "#{";
  for (std::int64_t n : model) wanted += (wanted.size() > 2 ? " " : "") + text(n);
  RC_ASSERT(pr(sorted) == wanted + "}");
  RC_ASSERT(same(hashed, sorted) && same(sorted, hashed));
  // subseq: what a set's lower bound finds.
  const std::int64_t from = *longs();
  Owned rest = own(abi::slisp_subseq(Owned::copy(sorted).take(), num(from).take(), true, true));
  auto found = model.lower_bound(from);
  RC_ASSERT(pr(own(abi::slisp_first(rest.take()))) == (found == model.end() ? "nil" : text(*found)));
})
