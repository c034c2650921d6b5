// A table's folder, wherever it is: names of files, and small files read whole.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "freshet/result.hpp"
#include "source/remote/bucket_client.hpp"

namespace freshet::tables {

/// Blocks; one thread.  Errors name the place.
class Folder {
 public:
  virtual ~Folder() = default;
  /// Of the files in a folder within it, those after `after` by their bytes; those before may be
  /// among them.  None where there is no such folder.  Errc::io: it cannot be read.
  [[nodiscard]] virtual Result<std::vector<std::string>> names(const std::string& within,
                                                               const std::string& after) = 0;
  /// nullopt: there is no such file.  Errc::io: it cannot be read, or is larger than 64 MiB.
  [[nodiscard]] virtual Result<std::optional<std::string>> read(const std::string& path) = 0;
  /// How a path within it is written.
  [[nodiscard]] virtual std::string shown(const std::string& path) const = 0;
};

/// `path` is absolute.
[[nodiscard]] std::unique_ptr<Folder> local_folder(std::string path);
/// s3://BUCKET/FOLDER; `client` is borrowed.
[[nodiscard]] std::unique_ptr<Folder> bucket_folder(remote::BucketClient& client,
                                                    std::string_view path);

/// The name with the greatest number, of those to which `number_of` gives one.
struct Numbered {
  std::uint64_t number{};
  std::string name;
};
using NumberOf = std::function<std::optional<std::uint64_t>(std::string_view name)>;
[[nodiscard]] std::optional<Numbered> newest_of(const std::vector<std::string>& names,
                                                const NumberOf& number_of);

/// Digits only.
[[nodiscard]] std::optional<std::uint64_t> number_of(std::string_view text);

}  // namespace freshet::tables
