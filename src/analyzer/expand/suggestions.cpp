// suggestions.cpp: what could have been meant, for the hints of messages.
// Idea: a name that stands somewhere exactly as it was written is more likely than one that is only near to it.
#include "src/analyzer/expand/expander.hpp"
#include "src/reader/near.hpp"
#include <algorithm>
#include <filesystem>

namespace slisp::analyzer {
namespace {

std::string_view last_part(std::string_view ns) { return ns.substr(ns.rfind('.') + 1); }

// The alias that people write for a namespace of the library.
std::string usual_alias(std::string_view ns) {
  if (ns == "clojure.string") return "str";
  if (ns == "clojure.java.io") return "io";
  return std::string(last_part(ns));
}

std::string require_clause(const std::string& ns, const std::string& alias) { return "(:require [" + ns + " :as " + alias + "])"; }

}  // namespace

// 0: none. A look at the text behind, not at forms: (def name, (defn name, (defmacro ^:private name ...
std::uint32_t Expander::line_of_later_definition(std::string_view name) const {
  if (file_ == nullptr || !span_.known() || span_.file != file_->id) return 0;
  const std::string_view text = file_->text;
  auto is_end = [](char c) { return std::string_view(" \t\r\n,()[]{}\";").find(c) != std::string_view::npos; };
  for (std::size_t at = text.find("\n(def", span_.end); at != std::string_view::npos; at = text.find("\n(def", at + 1)) {
    std::size_t from = at + 2;
    while (from < text.size() && !is_end(text[from])) ++from;      // the def form itself
    for (;;) {
      while (from < text.size() && is_end(text[from]) && text[from] != '(' && text[from] != ')') ++from;
      if (from >= text.size() || text[from] != '^') break;
      while (from < text.size() && !is_end(text[from])) ++from;    // ^:private
    }
    if (text.compare(from, name.size(), name) != 0) continue;
    if (from + name.size() < text.size() && !is_end(text[from + name.size()])) continue;
    return file_->span_at(static_cast<std::uint32_t>(from), static_cast<std::uint32_t>(from + name.size())).line;
  }
  return 0;
}

std::string Expander::near_hint(std::string_view name) const {
  std::vector<std::string> known = environment_.visible_names("");
  for (const ScopeEntry& entry : scope_) known.insert(known.begin(), entry.local->name);
  const std::string elsewhere = elsewhere_hint(name);
  const std::string near = reader::nearest(name, known);
  // Every name is near to one of two letters.
  const bool helps = !near.empty() && near != name && name.size() > 2;
  const bool at_hand = elsewhere.starts_with("did you mean");       // its namespace has an alias here
  if (!helps || at_hand || (!elsewhere.empty() && reader::edit_distance(name, near, 2) > 1)) return elsewhere;
  return "did you mean " + near + "?";
}

// Another namespace that has the very name, or, where no name is near here, the nearest one there.
std::string Expander::elsewhere_hint(std::string_view name) const {
  std::string found;
  for (const std::string& ns : environment_.all_namespaces()) {
    if (ns == environment_.current_ns() || ns == "clojure.core" || !environment_.has_public(ns, name)) continue;
    // What the program has loaded comes before what the library could offer.
    if (found.empty() || (loaded_.count(ns) != 0 && loaded_.count(found) == 0)) found = ns;
  }
  if (found.empty()) return {};
  const std::string alias = environment_.alias_of(found);
  if (!alias.empty()) return "did you mean " + alias + "/" + std::string(name) + "?";
  const std::string usual = usual_alias(found);
  return found + " has " + std::string(name) + ": " + require_clause(found, usual) + ", then " + usual + "/" + std::string(name);
}

// For ns/name where ns is nothing known.
std::string Expander::namespace_hint(std::string_view ns, std::string_view name) const {
  std::vector<std::string> aliases = environment_.aliases(), known = environment_.all_namespaces();
  auto meant = [&](const std::string& candidate) {
    return last_part(candidate) == ns || last_part(candidate).starts_with(ns) || candidate == ns;
  };
  for (const std::string& candidate : known) {
    if (meant(candidate) && environment_.has_public(candidate, name)) {
      return "require it: " + (candidate == ns ? "(:require [" + candidate + "])" : require_clause(candidate, std::string(ns)));
    }
  }
  if (const std::string alias = reader::nearest(ns, aliases); !alias.empty()) return "did you mean " + alias + "/" + std::string(name) + "?";
  if (const std::string near = reader::nearest(ns, known); !near.empty()) return "did you mean " + near + "/" + std::string(name) + "?";
  for (const std::string& candidate : known) {
    if (reader::edit_distance(last_part(candidate), ns, 2) <= 2 && environment_.has_public(candidate, name)) {
      return "require it: " + require_clause(candidate, std::string(ns)) + ", if " + candidate + " is meant";
    }
  }
  return "require it: (:require [" + std::string(ns) + "])";
}

// For a namespace without a file: one that is there, or a file with nearly that name.
std::string Expander::near_namespace(const std::string& name, const std::vector<std::string>& roots) const {
  std::vector<std::string> known = environment_.all_namespaces();
  const std::size_t dot = name.rfind('.');
  const std::string package = dot == std::string::npos ? "" : name.substr(0, dot + 1);
  std::string folder = package;
  std::replace(folder.begin(), folder.end(), '.', '/');
  std::replace(folder.begin(), folder.end(), '-', '_');
  for (const std::string& root : roots) {
    std::error_code failed;
    const std::filesystem::path place = std::filesystem::path(root.empty() ? "." : root) / folder;
    for (std::filesystem::directory_iterator at(place, failed), end; !failed && at != end; at.increment(failed)) {
      const std::string suffix = at->path().extension().string();
      if (suffix != ".slisp" && suffix != ".cljc" && suffix != ".clj") continue;
      std::string stem = at->path().stem().string();
      std::replace(stem.begin(), stem.end(), '_', '-');
      known.push_back(package + stem);
    }
  }
  std::sort(known.begin(), known.end());
  const std::string near = reader::nearest(name, known);
  return near == name ? std::string() : near;
}

}  // namespace slisp::analyzer
