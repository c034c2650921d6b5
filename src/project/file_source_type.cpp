// Files, buckets and servers of files as a source: its fields, and which of them fit together.
#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/text.hpp"
#include "freshet/definitions.hpp"
#include "freshet/time.hpp"
#include "model/path_captures.hpp"
#include "project/addresses.hpp"
#include "project/bucket_fields.hpp"
#include "project/object_type.hpp"
#include "project/reader.hpp"
#include "project/types.hpp"
#include "project/values.hpp"
#include "project/yaml_tree.hpp"

namespace freshet::project {
namespace {

void read_poll(Reader& reader, const Node& node, std::optional<Micros>& out) {
  Micros every{};
  read_positive_duration(reader, node, every);
  if (every != Micros{}) out = every;
}

void read_done(Reader& reader, const Node& node, std::string& out) {
  std::string name;
  read_text(reader, node, name);
  if (name.find('/') != std::string::npos || is_glob(name)) {
    reader.expected(node, "the name of a file in the folder of the others, such as _SUCCESS");
    return;
  }
  out = std::move(name);
}

// clang-format off
constexpr std::array kOwnFields = std::to_array<Field>({
    {.name = "path",
     .help = "From the folder of the file that says so, or absolute; s3://BUCKET/... in a bucket, sftp://USER@HOST/... on "
             "a server. * stays within a segment, ** crosses; {date} is a part of a name that says the partition.",
     .required = true, .example = R"("landing/cell_sites/*.csv")", .set = set_member<&FileSource::path, read_text>},
    {.name = "settle", .shape = Shape::duration, .help = "How long nothing may change before a change counts; 500ms by default.",
     .example = R"("1s")", .set = set_member<&FileSource::settle, read_duration>},
    {.name = "partition",
     .help = "Key of the partition, made of parts of the path; by default of those that are called as its dimensions, or of "
             "the only one.",
     .example = R"("{date}|{region}")", .set = set_member<&FileSource::partition, read_text>},
    {.name = "done",
     .help = "Name of a file that says that those in its folder, and in folders below, are whole; without it they do not count.",
     .example = R"("_SUCCESS")", .set = set_member<&FileSource::done, read_done>},
    {.name = "poll", .shape = Shape::duration,
     .help = "Look that often instead of being told by the system, as for network mounts; buckets and servers: 60s by default.",
     .example = R"("30s")", .set = set_member<&FileSource::poll, read_poll>},
    {.name = "password", .help = "Of a server; by default a key is shown.",
     .example = R"("${SFTP_PASSWORD}")", .set = set_member<&FileSource::password, read_text>},
    {.name = "key_file", .help = "Private key for a server; by default those of the agent and in ~/.ssh.",
     .example = R"("keys/id_ed25519")", .set = set_member<&FileSource::key_file, read_text>},
    {.name = "known_hosts", .help = "File with the keys of servers; ~/.ssh/known_hosts by default. A server that is not in "
             "it is not talked to.",
     .example = R"("keys/known_hosts")", .set = set_member<&FileSource::known_hosts, read_text>},
});
// clang-format on
constexpr std::array kFileFields = joined(kOwnFields, bucket_fields<&FileSource::bucket>());

constexpr std::array kServerFields{"password", "key_file", "known_hosts"};

void check_place(Reader& reader, const Node& file, const Node& path, const FileSource& source) {
  const std::size_t end = source.path.find("://");
  const std::string scheme = end == std::string::npos ? "" : source.path.substr(0, end);
  if (!scheme.empty() && scheme != "s3" && scheme != "sftp") {
    reader.error(path,
                 "path begins with " + scheme +
                     "://: want files here (a path), s3://BUCKET/... or sftp://USER@HOST/...");
    return;
  }
  check_bucket_fields(reader, file, source.path, source.bucket, "files");
  for (const char* const name : kServerFields) {
    const Node* const field = file.find(name);
    if (field != nullptr && scheme != "sftp")
      reader.error(*field,
                   std::string{name} + " is for files on a server, whose path begins with sftp://");
  }
  if (scheme.empty()) {
    if (source.path.ends_with('/'))
      reader.error(path, "path must name files, not a folder: write " + source.path + "*");
    return;
  }
  const std::string_view rest = std::string_view{source.path}.substr(end + 3);
  const std::size_t slash = rest.find('/');
  const std::string_view host = rest.substr(0, slash);
  if (host.empty() || slash == std::string_view::npos || slash + 1 == rest.size() ||
      rest.ends_with('/')) {
    reader.error(path,
                 "path must name files, as " + scheme +
                     (scheme == "s3" ? "://BUCKET/folder/*.csv" : "://USER@HOST/folder/*.csv"));
  } else if (is_glob(host) || host.find('{') != std::string_view::npos) {
    reader.error(path, "path must name one " + std::string{scheme == "s3" ? "bucket" : "server"});
  } else if (scheme == "sftp" && host.substr(0, host.rfind('@')).find(':') < host.rfind('@') &&
             host.rfind('@') != std::string_view::npos) {
    reader.error(path, "path holds a password: write it as password: \"${NAME}\"");
  } else if (scheme == "sftp") {
    if (const std::string wrong = wrong_with_url(source.path); !wrong.empty())
      reader.error(path, "path: " + wrong);
  }
}

void check_captures(Reader& reader, const Node& file, const Node& path,
                    const AssetDefinition& asset) {
  const FileSource& source = asset.source.file;
  const std::vector<std::string> names = PathCaptures{source.path}.names();
  const Node* const partition = file.find("partition");
  if (!asset.partitions) {
    if (!names.empty()) {
      reader.error(path, "{" + names.front() +
                             "} says the partition, and the asset has none: give it partitions, or "
                             "write *");
    } else if (!source.partition.empty()) {
      reader.error(*partition, "the asset has no partitions");
    }
    return;
  }
  if (names.empty()) {
    reader.error(path,
                 "the asset has partitions, and the path does not say to which a file belongs: "
                 "write {NAME} for the part that does, as in \"landing/{date}/*.csv\"");
    return;
  }
  const auto& dimensions = asset.partitions->dimensions;
  std::string listed;
  for (const DimensionDefinition& dimension : dimensions)
    listed += (listed.empty() ? "" : "|") + dimension.name;
  if (!source.partition.empty()) {
    if (const auto made = CaptureTemplate::make(source.partition, names); !made) {
      reader.error(*partition, "partition: " + made.error().message);
    } else if (split(source.partition, '|').size() != dimensions.size()) {
      reader.error(*partition, "partition must have a part for each dimension" +
                                   (listed.empty() ? "" : ": " + listed));
    }
    return;
  }
  if (dimensions.size() == 1 && names.size() == 1) return;
  const bool fits = std::ranges::all_of(dimensions, [&](const DimensionDefinition& dimension) {
    return std::ranges::find(names, dimension.name) != names.end();
  });
  if (fits) return;
  if (dimensions.size() == 1) {
    reader.error(path,
                 "several parts of the path have a name: say which make the partition's key, "
                 "as in partition: \"{" +
                     names.front() + "}\"");
  } else {
    reader.error(path,
                 "the partition's key has the parts " + listed +
                     ": name parts of the path so, or say how they are made, as in partition: "
                     "\"{" +
                     names.front() + "}|...\"");
  }
}

}  // namespace

void check_file_source(Reader& reader, const Node& source, const AssetDefinition& asset) {
  const Node* const file = source.find("file");
  if (file == nullptr || asset.source.kind != SourceKind::file) return;
  const Node* const path = file->find("path");
  if (path == nullptr || !path->is_scalar()) return;
  if (asset.source.file.path.empty()) {
    reader.error(*path, "path is empty: name the files, as in \"landing/*.csv\"");
    return;
  }
  check_place(reader, *file, *path, asset.source.file);
  check_captures(reader, *file, *path, asset);
}

constinit const ObjectType file_source_type{
    .name = "file", .help = "Files to watch.", .fields = kFileFields, .tag = &type_tag<FileSource>};

}  // namespace freshet::project
