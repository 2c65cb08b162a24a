// expander.cpp: dispatch on forms; spans and nesting.
// Keeps: a form's span lies within that of the form around it; what lies elsewhere was made by a macro and is said to stand where the
//        macro call stands.
#include "src/analyzer/expand/expander.hpp"
#include <unordered_map>

namespace slisp::analyzer {
namespace {

// Deeper than any program; keeps the recursive passes behind this one within the stack.
constexpr std::size_t k_most_nesting = 20'000;

bool contains(const Span& outer, const Span& inner) {
  return !outer.known() || (outer.file == inner.file && outer.begin <= inner.begin && inner.end <= outer.end);
}

}  // namespace

Expander::Expander(Session& session, MacroHost& host) : session_(session), environment_(session.environment), host_(host) {
  features_ = reader::feature_set({"slisp"});
  for (const std::string& feature : session.options.features) {
    features_ = rt::set_conj(std::move(features_), rt::keyword("", feature));
  }
}

Span Expander::narrow(Borrowed form) const {
  Span found = spans_->find(form);
  return found.known() && contains(span_, found) ? found : span_;
}

bool Expander::is_written(Borrowed form) const {
  const Span found = spans_->find(form);
  return found.known() && contains(span_, found);
}

Expander::Special Expander::find_special(Borrowed head) const {
  static const std::unordered_map<std::string_view, Special> k_specials = {
      {"if", &Expander::special_if},         {"do", &Expander::special_do},       {"let*", &Expander::special_let},
      {"loop*", &Expander::special_loop},    {"recur", &Expander::special_recur}, {"quote", &Expander::special_quote},
      {"throw", &Expander::special_throw},   {"var", &Expander::special_var},     {"set!", &Expander::special_set},
      {"def", &Expander::special_def},       {"fn*", &Expander::special_fn},      {"letfn*", &Expander::special_letfn},
      {"try", &Expander::special_try},       {"case*", &Expander::special_case},  {".", &Expander::special_dot},
      {"new", &Expander::special_new},       {"deftype*", &Expander::special_deftype},
      {"reify*", &Expander::special_reify},  {"interface*", &Expander::special_interface},
           {"catch", &Expander::special_misplaced}, {"finally", &Expander::special_misplaced}};
  if (!is_symbol(head) || !rt::symbol_ns(head).is_nil()) return nullptr;
  auto found = k_specials.find(rt::text_of(rt::symbol_name(head)));
  return found == k_specials.end() ? nullptr : found->second;
}

Node* Expander::analyze(Borrowed form, Place place) {
  const bool written = is_written(form);
  Restore<Span> where(span_, written ? spans_->find(form) : span_);
  Restore<const VarInfo*> maker(made_by_, written ? nullptr : made_by_);
  Restore<std::size_t> depth(nesting_, nesting_ + 1);
  if (nesting_ > k_most_nesting || rt::stack_exhausted()) {
    return error("e-nesting", "the form is nested too deep", "at most " + std::to_string(k_most_nesting) +
                 " forms may stand within one another", "is a macro expanding into itself without an end?");
  }
  if (is_symbol(form)) return analyze_symbol(form);
  if (is_seq(form)) return analyze_call_form(form, place);
  next_fn_name_.clear();
  return analyze_literal(form);
}

bool Expander::as_list(Borrowed form, Borrowed& list) {
  list = form;
  if (form.is(abi::Kind::List) || form.is(abi::Kind::EmptyList)) return true;
  std::vector<Owned> elements;
  rt::SeqWalk walk(Owned::copy(form));
  Owned element;
  while (walk.next(element)) elements.push_back(std::move(element));
  if (walk.failed()) return pending_error("e-macro", "a macro made a lazy sequence that fails: ", "what a macro makes is walked when it has returned") != nullptr;
  Owned meta = meta_of(form);
  Owned made = rt::list_of(elements);
  if (!meta.is_nil()) made = Owned::adopt(abi::slisp_with_meta(made.take(), meta.take()));
  list = made;
  kept_.push_back(std::move(made));
  return true;
}

Node* Expander::analyze_call_form(Borrowed seq, Place place) {
  Borrowed form = abi::k_nil;
  if (!as_list(seq, form)) return nullptr;
  if (form.is(abi::Kind::EmptyList)) return analyze_literal(form);
  Items items = list_items(form);
  Borrowed head = items[0];
  Restore<Borrowed> head_at_hand(head_, head);
  const PlaceOfForm place_at_hand(*this, form, is_written(form) ? spans_->find(form) : Span{});
  if (is_symbol(head)) {
    if (Special special = find_special(head)) {
      if (special != &Expander::special_fn) next_fn_name_.clear();   // only the init itself is named after its var
      Node* node = (this->*special)(form, items, place);
      if (node == nullptr && special == &Expander::special_deftype && items.size() > 2 && is_symbol(items[2]) && !evaluating_ &&
          session_.options.mode != Mode::Repl) {
        // What is wrong with the type was told: that it is missing is not told again.
        const std::string full = name_of(items[2]).full();
        not_required_.insert(full);
        not_required_.insert(full.substr(full.rfind('.') + 1));
      }
      return node;
    }
    Owned expansion;
    switch (expand_macro(form, items, expansion)) {
      case Expansion::NotMacro: break;
      case Expansion::Failed: return nullptr;
      case Expansion::Expanded: {
        Borrowed made = expansion;
        kept_.push_back(std::move(expansion));
        Restore<bool> library(library_expansion_, library_expansion_ || from_library_);
        Restore<const VarInfo*> maker(made_by_, from_library_ ? made_by_ : expanded_by_);
        Restore<bool> function(written_fn_, is_written(form) && expanded_by_->name == "fn" && expanded_by_->ns == "clojure.core");
        return analyze(made, place);
      }
    }
    next_fn_name_.clear();
    if (items.size() == 2) {
      if (Node* node = eval_of_constant(head, items[1])) return node;
    }
    if (items.size() == 2 && expand_quoted(head, items[1], expansion)) {
      Borrowed made = expansion;
      kept_.push_back(std::move(expansion));
      return analyze(made, place);
    }
    if (find_entry(head) == nullptr) {
      if (Node* node = nullptr; !acts_while_running() && nested_namespace_form(items, node)) return node;
      if (is_runtime_call(head)) return runtime_call(items);
      if (unchecked_call(items, expansion)) {
        Borrowed made = expansion;
        kept_.push_back(std::move(expansion));
        return analyze(made, place);
      }
      SymbolName name = name_of(head);
      if (!name.qualified() && name.name.size() > 1 && name.name.front() == '.' && name.name != "..") {
        if (items.size() < 2) {
          return error("e-call", "Malformed member expression, expecting (.member target ...)",
                       "a method is called on an object");
        }
        bool field = name.name[1] == '-' && name.name.size() > 2;
        return member_call(items[1], name.name.substr(field ? 2 : 1), items, 2, field);
      }
      // Of alias/Class. the class alone counts, as on the JVM.
      if (name.name.size() > 1 && name.name.back() == '.' && name.name != "..") {
        return new_instance(name.name.substr(0, name.name.size() - 1), items, 1);
      }
    }
  }
  next_fn_name_.clear();
  if (head.is_nil()) return error("e-call", "Can't call nil, form: " + form_text(form), "the first element of a list is what is called", "an empty list is written ()");
  return analyze_invoke(items);
}

Node* Expander::analyze_invoke(const Items& items) {
  if (is_symbol(items[0]) && name_of(items[0]).qualified()) {
    if (const Owned type = user_class(name_of(items[0]).ns); !type.is_nil()) {
      bool known = false;
      Node* node = type_static(type, name_of(items[0]).name, items, 1, known);
      if (known) return node;
    }
  }
  auto* node = make<InvokeNode>();
  node->callee = analyze(items[0], Place::Value);
  if (items.size() == 1 && is_symbol(items[0]) && node->callee != nullptr) {
    auto* constant = as<VarRefNode>(node->callee);                 // (Long/MAX_VALUE) reads the field
    if (constant != nullptr && constant->var->ns == "slisp.host" && !constant->var->is_function) return constant;
  }
  bool ok = analyze_all(items, 1, node->arguments);
  if (node->callee == nullptr || !ok) return nullptr;
  note_call(*node);
  if (const auto* reference = as<VarRefNode>(node->callee)) {
    if (Node* division = primitive_division(*reference->var, node->arguments)) return division;
  }
  return in_pairs(node);
}

// Goes on after a failure, to report more in one run.
bool Expander::analyze_all(const Items& items, std::size_t from, std::vector<Node*>& out) {
  bool ok = true;
  for (std::size_t i = from; i < items.size(); ++i) {
    Node* node = analyze(items[i], Place::Value);
    ok = ok && node != nullptr;
    out.push_back(node);
  }
  return ok;
}

Node* Expander::analyze_body(const Items& items, std::size_t from, Place place) {
  if (from >= items.size()) return nil_node();
  if (from + 1 == items.size()) return analyze(items[from], place);
  auto* node = make<DoNode>();
  bool ok = true;
  for (std::size_t i = from; i < items.size(); ++i) {
    Node* child = analyze(items[i], i + 1 == items.size() ? place : Place::Value);
    ok = ok && child != nullptr;
    node->body.push_back(child);
  }
  return ok ? node : nullptr;
}

}  // namespace slisp::analyzer
