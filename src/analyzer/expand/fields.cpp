// fields.cpp: the fields of a type within its methods.
// Idea: a field's name is read from the object, the method's first parameter, at each mention. A function within the method closes over
//       the value that the field has when the function is made, as on the JVM: the outermost such function (or letfn, or reify) gets a
//       let around it that reads what is closed over.
#include "src/analyzer/expand/expander.hpp"

namespace slisp::analyzer {

void Expander::bind_field(const Field& field, std::uint32_t index, FnNode* home) {
  Local* local = program_->arena.local();
  local->name = name_of(field.name).name;
  local->kind = LocalKind::Field;
  local->span = narrow(field.name);
  local->frame_index = index;
  ScopeEntry entry{field.name.as<abi::Named>()->hash, local, home, Owned::copy(field.name), Owned(), false, field.is_mutable};
  scope_.push_back(std::move(entry));
}

Node* Expander::constant_index(std::int64_t index) { return make<ConstNode>(rt::make_long(index)); }

Node* Expander::field_reference(const ScopeEntry& entry) {
  FnContext* home = context_;
  while (home->fn != entry.home) home = home->outer;
  auto* read = make<RuntimeCallNode>(abi::RuntimeFunctionId::type_field);
  read->arguments = {make<LocalRefNode>(home->method->parameters[0]), constant_index(entry.local->frame_index)};
  if (home == context_) return read;
  Local* value = nullptr;
  for (const FieldCapture& known : *home->fields) {
    if (known.local->name == entry.local->name) value = known.local;
  }
  if (value == nullptr) {
    value = program_->arena.local();
    value->name = entry.local->name;
    value->kind = LocalKind::Let;
    value->span = entry.local->span;
    value->owner = home->method;
    value->frame_index = home->next++;
    if (home->next > home->size) home->size = home->next;
    home->fields->push_back({value, read});
  }
  for (FnContext* at = context_; at != home; at = at->outer) add_capture(at->fn, value);
  return make<LocalRefNode>(value);
}

Node* Expander::field_assignment(const ScopeEntry& entry, Borrowed symbol, Borrowed value) {
  const std::string name = name_of(symbol).full();
  if (!entry.is_mutable) {
    return error("e-set", "Cannot assign to non-mutable: " + name, "a field is assigned to when it is marked so in the type",
                 "write ^:unsynchronized-mutable or ^:volatile-mutable before it");
  }
  if (context_->fn != entry.home) return error("e-set", "Cannot assign to non-mutable: " + name, "a function within the method closes over the field's value");
  auto* node = make<RuntimeCallNode>(abi::RuntimeFunctionId::type_field_set);
  const std::uint32_t index = entry.local->frame_index;
  Node* object = make<LocalRefNode>(context_->method->parameters[0]);
  Node* assigned = analyze(value, Place::Value);
  node->arguments = {object, constant_index(index), assigned};
  return assigned ? node : nullptr;
}

// Within a type's method, and not already within a function of it: what is made next closes over fields.
bool Expander::collects_fields(std::vector<FieldCapture>& fields) {
  if (context_ == nullptr || !context_->of_type || context_->fields != nullptr) return false;
  context_->fields = &fields;
  return true;
}

Node* Expander::close_over_fields(Node* node, std::vector<FieldCapture>& fields) {
  if (fields.empty() || node == nullptr) return node;
  auto* let = make<LetNode>();
  for (const FieldCapture& field : fields) let->bindings.push_back({field.local, field.read});
  let->body = node;
  context_->next -= static_cast<std::uint32_t>(fields.size());
  return let;
}

}  // namespace slisp::analyzer
