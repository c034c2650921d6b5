#include "source/files/placement.hpp"

#include <utility>

namespace freshet::files {
namespace {

/// The text that a definition leaves out: the captures named as the dimensions, or the only one.
std::string key_template(const PartitionsDefinition& partitions, const PathCaptures& captures) {
  if (partitions.dimensions.size() == 1 && captures.names().size() == 1)
    return '{' + captures.names().front() + '}';
  std::string out;
  for (const DimensionDefinition& dimension : partitions.dimensions)
    out += (out.empty() ? "{" : "|{") + dimension.name + '}';
  return out;
}

}  // namespace

std::shared_ptr<const Placement> Placement::whole() {
  static const auto out = std::make_shared<const Placement>();
  return out;
}

Result<std::shared_ptr<const Placement>> Placement::make(const AssetDefinition& asset,
                                                         std::string_view pattern) {
  if (!asset.partitions) return whole();
  auto out = std::make_shared<Placement>();
  const PathCaptures& captures = out->captures_.emplace(pattern);
  const std::string& given = asset.source.file.partition;
  FRESHET_TRY(out->key_, CaptureTemplate::make(
                             given.empty() ? key_template(*asset.partitions, captures) : given,
                             captures.names()));
  FRESHET_TRY(out->partitions_, PartitionText::make(asset.partitions));
  return std::shared_ptr<const Placement>{std::move(out)};
}

Placement::Place Placement::of(std::string_view file) const {
  Place out;
  if (!captures_) return out;
  const auto values = captures_->match(file);
  if (!values) {
    out.error = "the same name stands for different texts in it";
    return out;
  }
  auto key = partitions_.read(key_.fill(*values));
  if (!key) {
    out.error = "partition " + key.error().message;
  } else if (!key->absence.empty()) {
    out.error = "partition " + key->absence;
  } else {
    out.partition = std::move(key->text);
    out.from = key->from;
  }
  return out;
}

}  // namespace freshet::files
