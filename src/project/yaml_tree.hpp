// What a YAML file says, as a tree in which every node knows its place.  Built from libyaml's
// events, so that quotes, duplicate keys and places are right and 100,000 assets take a fraction of
// a second.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <memory_resource>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "freshet/definitions.hpp"
#include "project/environment.hpp"

namespace freshet::project {

/// One value.  Borrows from its YamlTree; cheap to copy.  An alias is a copy of what it names.
class Node {
 public:
  enum class Kind : std::uint8_t { null, scalar, sequence, map };
  enum class Style : std::uint8_t { plain, quoted, block };

  [[nodiscard]] Kind kind() const { return kind_; }
  [[nodiscard]] bool is_null() const { return kind_ == Kind::null; }
  [[nodiscard]] bool is_scalar() const { return kind_ == Kind::scalar; }
  [[nodiscard]] bool is_sequence() const { return kind_ == Kind::sequence; }
  [[nodiscard]] bool is_map() const { return kind_ == Kind::map; }
  [[nodiscard]] Style style() const { return style_; }

  /// Of a scalar, after replacement of variables; "" for anything else.
  [[nodiscard]] std::string_view text() const;
  /// Of a sequence its items, of a map key, value, key, value, ...; empty for a scalar.
  [[nodiscard]] std::span<const Node> children() const;
  /// Of a map: the value of `key`, or nullptr.
  [[nodiscard]] const Node* find(std::string_view key) const;

  /// From 1; the first character, which is the quote of a quoted scalar.  Columns count characters,
  /// not bytes.
  [[nodiscard]] int line() const { return static_cast<int>(line_); }
  [[nodiscard]] int column() const { return static_cast<int>(column_); }
  /// Whether the text stands in the file character by character on one line: no escape, fold or
  /// variable.
  [[nodiscard]] bool is_verbatim() const { return verbatim_; }
  /// Column of the byte `offset` of a verbatim text; column() for any other.
  [[nodiscard]] int column_of(std::size_t offset) const;

 private:
  friend class YamlBuilder;
  const void* data_{};  // char or Node, by kind
  std::uint32_t size_{};
  std::uint32_t line_{1};
  std::uint32_t column_{1};
  std::uint32_t weight_{1};  // nodes in it, aliases counted as what they stand for
  Kind kind_{Kind::null};
  Style style_{Style::plain};
  bool verbatim_{false};
};

/// Owns the nodes and their text.
class YamlTree {
 public:
  [[nodiscard]] const Node& root() const { return root_; }
  [[nodiscard]] const std::string& file() const { return file_; }

 private:
  friend class YamlBuilder;
  std::string file_;
  std::unique_ptr<std::pmr::monotonic_buffer_resource> arena_;
  Node root_;
};

struct YamlLimits {
  std::size_t bytes{std::size_t{16} << 20};
  std::size_t depth{64};
  std::uint32_t aliased_nodes{1'000'000};  ///< What all aliases together may stand for.
};

struct ParsedYaml {
  /// nullopt after a syntax error, which is then the last diagnostic.
  std::optional<YamlTree> tree;
  /// Besides: duplicate keys and variables that are not set, all of them.
  std::vector<Diagnostic> diagnostics;
  /// Every variable that was replaced with its value, for the fingerprint.
  std::string variables;
};

/// Reads one document.  `file` is only shown.  Without an environment nothing is replaced.
[[nodiscard]] ParsedYaml parse_yaml(std::string_view text, const std::string& file,
                                    const Environment* environment = nullptr,
                                    const YamlLimits& limits = {});

}  // namespace freshet::project
