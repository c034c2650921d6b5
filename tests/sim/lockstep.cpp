#include "lockstep.hpp"

#include <optional>
#include <sstream>
#include <type_traits>
#include <variant>

namespace freshet::sim {

namespace {

/// Writes the fields of a described struct, as a visitor for `describe`.
class Line {
 public:
  Line(std::ostringstream& out, const Engine& engine) : out_{out}, engine_{engine} {}

  template <class T>
  void operator()(std::string_view name, const T& value) {
    out_ << ' ' << name << '=';
    put(value);
  }

 private:
  void put(const std::string& text) { out_ << '"' << text << '"'; }
  void put(const Sentence& said) { out_ << '"' << to_text(said) << '"'; }
  void put(bool value) { out_ << (value ? "true" : "false"); }
  void put(Instant at) { out_ << format_instant(at); }
  void put(MemberId member) { out_ << engine_.name_of(member); }
  void put(StepId step) { out_ << (step.run.value & 0xfffff) << '.' << step.number; }
  void put(RunId run) { out_ << (run.value & 0xfffff); }
  void put(AssetId asset) { out_ << (asset.value == 0 ? "" : engine_.name_of({asset, {}})); }
  template <class Tag, class Rep>
  void put(Id<Tag, Rep> id) {
    out_ << id.value;
  }
  void put(const PartitionSet& set) {
    out_ << '{';
    set.for_each([&](PartitionId p) {
      const PartitionParts parts = unpack(p);
      out_ << ' ' << parts.shape << '/' << parts.row << '/' << parts.cell;
      return true;
    });
    out_ << " }";
  }
  template <class T>
  void put(const std::optional<T>& value) {
    if (value) put(*value);
  }
  template <class T>
  void put(const std::vector<T>& values) {
    out_ << '[';
    for (const T& value : values) {
      put(value);
      out_ << ' ';
    }
    out_ << ']';
  }
  template <class T>
  void put(const T& value) {
    if constexpr (std::is_enum_v<T>) {
      out_ << static_cast<std::uint64_t>(value);
    } else if constexpr (std::is_integral_v<T>) {
      out_ << value;
    } else {
      out_ << '(';
      T::describe(value, *this);
      out_ << " )";
    }
  }

  std::ostringstream& out_;
  const Engine& engine_;
};

bool agree(const Fact& some, const Fact& other) {
  const auto* a = std::get_if<fact::Decided>(&some);
  const auto* b = std::get_if<fact::Decided>(&other);
  if (a == nullptr || b == nullptr) return some == other;
  fact::Decided plain = *b;
  plain.tree = a->tree, plain.said = a->said, plain.candidates = a->candidates;
  plain.sets = a->sets;
  return *a == plain;
}

}  // namespace

std::string to_line(const Fact& fact, const Engine& engine) {
  std::ostringstream out;
  out << kind_name(fact);
  std::visit([&](const auto& f) { std::decay_t<decltype(f)>::describe(f, Line{out, engine}); },
             fact);
  if (const auto* memory = std::get_if<fact::ConditionMemory>(&fact)) {
    if (const auto rank = engine.graph().find(engine.name_of({memory->asset, {}}))) {
      const AssetDefinition& asset = engine.graph().asset(*rank);
      out << " of " << asset.automation << " on";
      for (const Dependency& dep : asset.deps) out << ' ' << dep.key << ' ' << dep.mapping.text;
    }
  }
  return out.str();
}

std::string difference(const Moment& some, const Moment& other, const Engine& engine) {
  const auto& ours = some.batch.facts;
  const auto& theirs = other.batch.facts;
  const auto line = [&](const std::vector<FactRecord>& facts, std::size_t i) {
    return i < facts.size() ? to_line(facts[i].fact, engine) : std::string{"nothing"};
  };
  for (std::size_t i = 0; i < std::max(ours.size(), theirs.size()); ++i) {
    if (i < ours.size() && i < theirs.size() && agree(ours[i].fact, theirs[i].fact)) continue;
    std::string before;
    for (std::size_t j = 0; j < i; ++j) before += "\n    " + line(ours, j);
    return "fact " + std::to_string(i) + " is\n    " + line(ours, i) + "\n  and\n    " +
           line(theirs, i) + "\n  after" + (before.empty() ? " nothing" : before);
  }
  if (!(some.batch.rows == other.batch.rows)) return "the rows to be written differ";
  if (some.effects.size() != other.effects.size()) return "the effects differ";
  return {};
}

}  // namespace freshet::sim
