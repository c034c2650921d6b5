// What a kind of object in a definition file may hold: the descriptor table's own types.  One table
// drives the parser, its diagnostics, the JSON Schema and the help text.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "project/yaml_tree.hpp"

namespace freshet::project {

class Reader;
struct ObjectType;

/// What a field's value looks like.
enum class Shape : std::uint8_t {
  text,
  text_or_number,
  key,  ///< Of an asset.
  integer,
  boolean,
  duration,
  time_of_day,  ///< "HH:MM"
  time_zone,
  instant,       ///< Or a date.
  texts,         ///< A list, or one text.
  command,       ///< A list only: there is no shell.
  variables,     ///< Name → text.
  tags,          ///< Name → text, or a list of names and name=value.
  limits,        ///< Name → number from 1.
  matches,       ///< Name → text, or list of texts.
  static_map,    ///< Partition key → list of partition keys.
  mappings,      ///< Dimension → mapping.
  mapping,       ///< A word or an object.
  dynamic,       ///< A name or {name}.
  backfill,      ///< single_run or an object.
  dependencies,  ///< A list of keys and objects.
  object,
  objects,      ///< A list.
  named,        ///< A list of names and objects.
  unavailable,  ///< A known name that this version does not build.
};

struct Field {
  std::string_view name;
  Shape shape{Shape::text};
  std::string_view help;  ///< One or two sentences.
  bool required{false};
  std::string_view choices;    ///< Allowed values, separated by '|'; "" for any.
  std::string_view example;    ///< A JSON value; "" for none.
  const ObjectType* object{};  ///< For the shapes that hold objects.
  /// Reads the value into the object; what is wrong goes to the reader.  The node is never null.
  void (*set)(Reader&, const Node&, void* object){};
  /// Takes the field over from another object of the type; nullptr where `defaults` may not hold
  /// it.
  void (*copy)(const void* from, void* to){};
};

/// Stands for a C++ type at run time.
template <class T>
inline constexpr char type_tag{};

struct ObjectType {
  static constexpr std::size_t none = static_cast<std::size_t>(-1);
  std::string_view name;  ///< As in "unknown field ... in <name>".
  std::string_view help;
  std::span<const Field> fields;       ///< At most 64.
  const void* tag{};                   ///< Of the type that `set` and `copy` expect.
  std::size_t exactly_one_from{none};  ///< Exactly one of the fields from this one on is given.
};

/// Which fields of an object were given; bit i is fields[i].
using FieldSet = std::uint64_t;

namespace detail {
template <class M>
struct MemberOwner;
template <class C, class T>
struct MemberOwner<T C::*> {
  using type = C;
};
}  // namespace detail

/// Field::set for a plain member.
template <auto Member, auto Read>
void set_member(Reader& reader, const Node& node, void* object) {
  using Owner = typename detail::MemberOwner<decltype(Member)>::type;
  Read(reader, node, static_cast<Owner*>(object)->*Member);
}

}  // namespace freshet::project
