#include "source/tables/folder.hpp"

#include <charconv>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>

#include "source/remote/objects.hpp"

namespace freshet::tables {
namespace {

constexpr std::size_t bytes_max = std::size_t{64} << 20U;

bool is_absence(const std::error_code& error) {
  return error == std::errc::no_such_file_or_directory || error == std::errc::not_a_directory;
}

class LocalFolder final : public Folder {
 public:
  explicit LocalFolder(std::string path) : path_{std::move(path)} {}

  [[nodiscard]] Result<std::vector<std::string>> names(const std::string& within,
                                                       const std::string& /*after*/) override {
    std::vector<std::string> out;
    std::error_code error;
    for (std::filesystem::directory_iterator it{shown(within), error}, end; !error && it != end;
         it.increment(error))
      out.push_back(it->path().filename().string());
    if (error && !is_absence(error))
      return Error{Errc::io, "read folder " + shown(within) + ": " + error.message()};
    return out;
  }

  [[nodiscard]] Result<std::optional<std::string>> read(const std::string& path) override {
    const std::string whole = shown(path);
    std::error_code error;
    const std::uintmax_t size = std::filesystem::file_size(whole, error);
    if (is_absence(error)) return std::optional<std::string>{};
    if (error) return Error{Errc::io, "read " + whole + ": " + error.message()};
    if (size > bytes_max) return Error{Errc::io, "read " + whole + ": it is larger than 64 MiB"};
    std::string text(static_cast<std::size_t>(size), '\0');
    std::ifstream file{whole, std::ios::binary};
    file.read(text.data(), static_cast<std::streamsize>(size));
    if (file.bad() || !file.is_open()) return Error{Errc::io, "read " + whole + ": it failed"};
    text.resize(static_cast<std::size_t>(file.gcount()));
    return std::optional{std::move(text)};
  }

  [[nodiscard]] std::string shown(const std::string& path) const override {
    return path_ + '/' + path;
  }

 private:
  const std::string path_;
};

class BucketFolder final : public Folder {
 public:
  BucketFolder(remote::BucketClient& client, std::string_view path)
      : client_{client}, bucket_{path.substr(0, path.find('/', 5))} {
    prefix_ = path.substr(bucket_.size());
    prefix_.erase(0, prefix_.find_first_not_of('/'));
    while (prefix_.ends_with('/')) prefix_.pop_back();
    if (!prefix_.empty()) prefix_ += '/';
  }

  [[nodiscard]] Result<std::vector<std::string>> names(const std::string& within,
                                                       const std::string& after) override {
    auto out = remote::list_names(client_, prefix_ + within + '/', after);
    if (!out) return Error{out.error().code, "list " + shown(within) + ": " + out.error().message};
    return out;
  }

  [[nodiscard]] Result<std::optional<std::string>> read(const std::string& path) override {
    auto text = client_.read(prefix_ + path, bytes_max);
    if (text) return std::optional{*std::move(text)};
    if (text.error().code == Errc::not_found) return std::optional<std::string>{};
    return Error{text.error().code, "read " + shown(path) + ": " + text.error().message};
  }

  [[nodiscard]] std::string shown(const std::string& path) const override {
    return bucket_ + '/' + prefix_ + path;
  }

 private:
  remote::BucketClient& client_;
  const std::string bucket_;  ///< s3://BUCKET
  std::string prefix_;        ///< "", or with a "/" at its end.
};

}  // namespace

std::unique_ptr<Folder> local_folder(std::string path) {
  return std::make_unique<LocalFolder>(std::move(path));
}

std::unique_ptr<Folder> bucket_folder(remote::BucketClient& client, std::string_view path) {
  return std::make_unique<BucketFolder>(client, path);
}

std::optional<Numbered> newest_of(const std::vector<std::string>& names,
                                  const NumberOf& number_of) {
  std::optional<Numbered> out;
  for (const std::string& name : names) {
    const auto number = number_of(name);
    if (number && (!out || *number > out->number)) out = Numbered{.number = *number, .name = name};
  }
  return out;
}

std::optional<std::uint64_t> number_of(std::string_view text) {
  std::uint64_t number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace freshet::tables
