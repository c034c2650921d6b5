// How libyaml's events become a tree: one pass, nodes and texts in one arena.
#pragma once
#include <yaml.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "project/environment.hpp"
#include "project/yaml_errors.hpp"
#include "project/yaml_tree.hpp"

namespace freshet::project {

/// Used once: YamlBuilder{...}.build().  `text` and `limits` are borrowed for its life.
class YamlBuilder {
 public:
  YamlBuilder(std::string_view text, const std::string& file, const Environment* environment,
              const YamlLimits& limits);
  ~YamlBuilder();
  YamlBuilder(const YamlBuilder&) = delete;
  YamlBuilder& operator=(const YamlBuilder&) = delete;

  [[nodiscard]] ParsedYaml build();

 private:
  struct Open {  // a collection whose end has not come
    Node node;
    std::size_t first;  // its first child on the stack
    std::string anchor;
  };

  // Each returns false after a mistake that ends the reading; it is then in the diagnostics.
  bool take(const yaml_event_t& event);
  bool take_scalar(const yaml_event_t& event);
  bool take_alias(const yaml_event_t& event);
  bool open(const yaml_event_t& event, Node::Kind kind, const yaml_char_t* anchor,
            const yaml_char_t* tag);
  bool close();
  bool check_keys(const Node& map);
  bool check_tag(const yaml_event_t& event, const yaml_char_t* tag);
  void add(const Node& node, std::string_view anchor);
  void replace_variables(Node& node);
  void report(const Node& at, int column, std::string message);
  bool fail(const yaml_mark_t& mark, std::string message);
  void put_place(Node& node, const yaml_mark_t& mark) const;
  void keep_text(Node& node, std::string_view text);

  std::string_view text_;
  YamlPlaces places_;
  const Environment* environment_;  // may be null
  const YamlLimits& limits_;
  yaml_parser_t parser_;
  ParsedYaml out_;
  YamlTree tree_;
  std::vector<Node> stack_;  // finished nodes whose parent is still open
  std::vector<Open> open_;
  std::unordered_map<std::string, Node> anchors_;
  std::uint64_t aliased_{};
  bool has_document_{false};
};

}  // namespace freshet::project
