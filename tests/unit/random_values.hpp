// Described structs with every field filled at random, for tests that try them all.
#pragma once
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "freshet/facts.hpp"
#include "freshet/ids.hpp"
#include "freshet/time.hpp"
#include "model/codec.hpp"

namespace freshet::testing_support {

/// A visitor for `describe` that fills fields; the same seed always fills the same way.
class Filler {
 public:
  explicit Filler(std::uint64_t seed) : engine_{seed} {}

  [[nodiscard]] std::uint64_t below(std::uint64_t limit) { return engine_() % limit; }

  template <class T>
  void operator()(std::string_view /*name*/, T& value) {
    fill(value);
  }

  void fill(bool& value) { value = below(2) == 1; }
  /// Small numbers, large ones and the extremes, each often.
  template <std::integral N>
  void fill(N& value) {
    switch (below(6)) {
      case 0:
        value = std::numeric_limits<N>::max();
        break;
      case 1:
        value = std::numeric_limits<N>::min();
        break;
      case 2:
        value = static_cast<N>(engine_());
        break;
      default:
        value = static_cast<N>(below(300));
        break;
    }
  }
  template <class E>
    requires std::is_enum_v<E>
  void fill(E& value) {
    value = static_cast<E>(below(codec::enum_count<E>));
  }
  template <class Tag, class Rep>
  void fill(Id<Tag, Rep>& id) {
    fill(id.value);
  }
  void fill(MemberId& member) { fill(member.asset), fill(member.partition); }
  /// Of one shape, as all sets are.
  void fill(PartitionSet& set) {
    set = {};
    const auto shape = static_cast<std::uint32_t>(below(3) + 1);
    for (std::uint64_t n = below(4) == 0 ? below(40) : below(3); n > 0; --n) {
      set.add(pack({.shape = shape,
                    .row = static_cast<std::uint32_t>(below(3)),
                    .cell = static_cast<std::uint32_t>(below(200'000))}));
    }
  }
  void fill(StepId& step) { fill(step.run), fill(step.number); }
  void fill(Instant& at) {
    std::int64_t micros{};
    fill(micros);
    at = Instant{Micros{micros}};
  }
  /// Any bytes, zero among them.
  void fill(std::string& text) {
    text.resize(below(4) == 0 ? below(300) : below(20));
    for (char& c : text) c = static_cast<char>(below(256));
  }
  template <class T>
  void fill(std::optional<T>& value) {
    value.reset();
    if (below(2) == 1) fill(value.emplace());
  }
  template <class T>
  void fill(std::vector<T>& values) {
    values.resize(depth_ < 5 ? below(5) : 0);  // a sentence may hold sentences
    for (T& value : values) fill(value);
  }
  template <class T>
    requires requires(T& value, Filler& filler) { T::describe(value, filler); }
  void fill(T& value) {
    ++depth_;
    T::describe(value, *this);
    --depth_;
  }
  template <class... T>
  void fill(std::variant<T...>& value) {
    const std::uint64_t index = below(sizeof...(T));
    std::uint64_t i = 0;
    ((i++ == index ? fill(value.template emplace<T>()) : void()), ...);
  }

  /// A fact of the kind with that number.
  [[nodiscard]] Fact fact(std::size_t kind) {
    Fact fact = make_fact(kind);
    std::visit([this](auto& alternative) { fill(alternative); }, fact);
    return fact;
  }

  /// A fact of that kind with nothing in it.
  [[nodiscard]] static Fact make_fact(std::size_t kind) {
    Fact fact;
    [&]<std::size_t... Kind>(std::index_sequence<Kind...>) {
      (static_cast<void>(kind == Kind && (fact.emplace<Kind>(), true)), ...);
    }(std::make_index_sequence<std::variant_size_v<Fact>>{});
    return fact;
  }

 private:
  std::mt19937_64 engine_;
  int depth_{0};  ///< Structs in each other.
};

}  // namespace freshet::testing_support
