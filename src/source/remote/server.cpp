#include "source/remote/server.hpp"

#include <libssh/libssh.h>
#include <libssh/sftp.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "source/files/fingerprint.hpp"
#include "source/remote/dial.hpp"

namespace freshet::remote {
namespace {

constexpr std::size_t files_max = 1'000'000;
constexpr std::size_t folders_max = 200'000;

struct FreeSession {
  void operator()(ssh_session session) const {
    ::ssh_disconnect(session);
    ::ssh_free(session);
  }
};
struct FreeSftp {
  void operator()(sftp_session sftp) const { ::sftp_free(sftp); }
};
struct CloseFolder {
  void operator()(sftp_dir folder) const { ::sftp_closedir(folder); }
};
struct FreeAttributes {
  void operator()(sftp_attributes attributes) const { ::sftp_attributes_free(attributes); }
};
struct FreeKey {
  void operator()(ssh_key key) const { ::ssh_key_free(key); }
};
using Session = std::unique_ptr<ssh_session_struct, FreeSession>;
using Attributes = std::unique_ptr<sftp_attributes_struct, FreeAttributes>;

/// The server's key as people compare it: "SHA256:…".
std::string fingerprint_of(ssh_session session) {
  ssh_key raw = nullptr;
  if (::ssh_get_server_publickey(session, &raw) != SSH_OK) return "unknown";
  const std::unique_ptr<ssh_key_struct, FreeKey> key{raw};
  unsigned char* hash = nullptr;
  std::size_t size = 0;
  if (::ssh_get_publickey_hash(raw, SSH_PUBLICKEY_HASH_SHA256, &hash, &size) != 0) return "unknown";
  char* const text = ::ssh_get_fingerprint_hash(SSH_PUBLICKEY_HASH_SHA256, hash, size);
  ::ssh_clean_pubkey_hash(&hash);
  std::string out = text == nullptr ? "unknown" : text;
  ::ssh_string_free_char(text);
  return out;
}

/// Why the server is not who it should be; "": it is.
std::string mistrust(ssh_session session, const Server& server) {
  const std::string file = server.known_hosts.empty() ? "~/.ssh/known_hosts" : server.known_hosts;
  const std::string key = "its key is " + fingerprint_of(session);
  switch (::ssh_session_is_known_server(session)) {
    case SSH_KNOWN_HOSTS_OK:
      return {};
    case SSH_KNOWN_HOSTS_CHANGED:
    case SSH_KNOWN_HOSTS_OTHER:
      return "it shows another key than the one in " + file + "; " + key +
             ": find out why before you change that";
    case SSH_KNOWN_HOSTS_UNKNOWN:
    case SSH_KNOWN_HOSTS_NOT_FOUND:
      return "it is not in " + file + "; " + key + ": if that is right, run ssh-keyscan -p " +
             std::to_string(server.port) + ' ' + server.host + " >>" + file;
    case SSH_KNOWN_HOSTS_ERROR:
      break;
  }
  return file + " cannot be read";
}

/// Why it does not let us in; "": it does.
std::string enter(ssh_session session, const Server& server) {
  if (!server.password.empty()) {
    return ::ssh_userauth_password(session, nullptr, server.password.c_str()) == SSH_AUTH_SUCCESS
               ? ""
               : "it does not take the password";
  }
  if (server.key_file.empty()) {
    return ::ssh_userauth_publickey_auto(session, nullptr, nullptr) == SSH_AUTH_SUCCESS
               ? ""
               : "it takes no key of the agent or in ~/.ssh: write key_file or password";
  }
  ssh_key raw = nullptr;
  // Without a passphrase: nobody is there to be asked.
  const auto nobody = [](const char*, char*, std::size_t, int, int, void*) { return -1; };
  if (::ssh_pki_import_privkey_file(server.key_file.c_str(), nullptr, nobody, nullptr, &raw) !=
      SSH_OK) {
    return server.key_file + " cannot be read as a private key without a passphrase";
  }
  const std::unique_ptr<ssh_key_struct, FreeKey> key{raw};
  return ::ssh_userauth_publickey(session, nullptr, raw) == SSH_AUTH_SUCCESS
             ? ""
             : "it does not take the key " + server.key_file;
}

files::FileStamp stamp_of(const sftp_attributes_struct& attributes) {
  const std::int64_t modified = std::int64_t{attributes.mtime} * 1'000'000'000;
  return {.size = attributes.size, .modified_ns = modified, .changed_ns = modified};
}

/// Goes through the folders of one server.
class Lister {
 public:
  Lister(const Server& server, const files::PathPattern& pattern, Halt& halt)
      : server_{server}, pattern_{pattern}, halt_{halt} {
    out_.is_remote = true;
  }

  files::Walk run(Millis timeout) {
    if (connect(timeout)) {
      if (pattern_.is_glob()) {
        read_folders();
      } else {
        take_plain();
      }
    }
    if (halt_.is_stopped()) fail("broken off");
    halt_.watch(-1);
    std::ranges::sort(out_.files, std::less<>{}, &files::Walk::File::path);
    return std::move(out_);
  }

 private:
  bool fail(const std::string& reason) {
    if (out_.error.empty()) out_.error = server_.shown + ": " + reason;
    return false;
  }
  [[nodiscard]] bool is_over() const { return !out_.error.empty() || halt_.is_stopped(); }

  void set(ssh_options_e option, const void* value) {
    if (::ssh_options_set(session_.get(), option, value) != 0)
      fail("host " + server_.host + ": " + ::ssh_get_error(session_.get()));
  }

  bool connect(Millis timeout) {
    session_.reset(::ssh_new());
    FRESHET_ASSERT(session_ != nullptr);
    const bool reads_config = false;  // it could have programs run
    const auto seconds = static_cast<long>(std::max<std::int64_t>(1, timeout.count() / 1'000));
    set(SSH_OPTIONS_PROCESS_CONFIG, &reads_config);
    set(SSH_OPTIONS_HOST, server_.host.c_str());
    set(SSH_OPTIONS_PORT, &server_.port);
    set(SSH_OPTIONS_TIMEOUT, &seconds);
    if (!server_.user.empty()) set(SSH_OPTIONS_USER, server_.user.c_str());
    if (!server_.known_hosts.empty()) set(SSH_OPTIONS_KNOWNHOSTS, server_.known_hosts.c_str());
    if (!out_.error.empty()) return false;
    auto socket = dial(server_.host, server_.port, timeout, halt_);
    if (!socket) return fail(socket.error().message);
    const socket_t fd = socket->get();
    set(SSH_OPTIONS_FD, &fd);
    if (!out_.error.empty()) return false;
    static_cast<void>(socket->release());  // libssh closes it
    halt_.watch(fd);
    if (::ssh_connect(session_.get()) != SSH_OK)
      return fail(std::string{"no SSH: "} + ::ssh_get_error(session_.get()));
    if (const auto why = mistrust(session_.get(), server_); !why.empty()) return fail(why);
    if (const auto why = enter(session_.get(), server_); !why.empty()) return fail(why);
    sftp_.reset(::sftp_new(session_.get()));
    if (sftp_ == nullptr || ::sftp_init(sftp_.get()) != SSH_OK)
      return fail("it does not offer SFTP");
    return true;
  }

  /// As the server knows it.
  static std::string absolute(std::string path) {
    if (path == "/~") return ".";
    return path.starts_with("/~/") ? path.substr(3) : path;
  }
  [[nodiscard]] std::string place(const std::string& path) const {
    return absolute(files::join(pattern_.base(), path));
  }
  [[nodiscard]] bool is_absence() const {
    const int error = ::sftp_get_error(sftp_.get());
    return error == SSH_FX_NO_SUCH_FILE || error == SSH_FX_NO_SUCH_PATH;
  }
  [[nodiscard]] std::string reason() const {
    return ::sftp_get_error(sftp_.get()) == SSH_FX_PERMISSION_DENIED
               ? "permission denied"
               : "SFTP status " + std::to_string(::sftp_get_error(sftp_.get()));
  }

  void read_folders() {
    std::vector<std::string> folders{""};
    for (std::size_t count = 0; !folders.empty() && !is_over(); ++count) {
      if (count >= folders_max) {
        fail("more than 200,000 folders, a narrower pattern is needed");
        return;
      }
      const std::string folder = std::move(folders.back());
      folders.pop_back();
      read_folder(folder, folders);
    }
  }

  void read_folder(const std::string& folder, std::vector<std::string>& folders) {
    const std::unique_ptr<sftp_dir_struct, CloseFolder> open{
        ::sftp_opendir(sftp_.get(), place(folder).c_str())};
    if (!open) {
      if (is_absence()) {
        if (folder.empty()) out_.is_base_missing = true;
      } else {
        fail("read folder " + place(folder) + ": " + reason());
      }
      return;
    }
    if (!pattern_.marker().empty()) out_.folders.insert(folder);
    while (!is_over()) {
      const Attributes entry{::sftp_readdir(sftp_.get(), open.get())};
      if (!entry) break;
      take_entry(folder, *entry, folders);
    }
    if (!is_over() && ::sftp_dir_eof(open.get()) == 0)
      fail("read folder " + place(folder) + ": " + reason());
  }

  void take_entry(const std::string& folder, const sftp_attributes_struct& entry,
                  std::vector<std::string>& folders) {
    const std::string_view name{entry.name};
    if (name == "." || name == "..") return;
    std::string path = files::join(folder, name);
    const bool is_marker = !pattern_.marker().empty() && name == pattern_.marker();
    if (entry.type == SSH_FILEXFER_TYPE_DIRECTORY) {
      if (pattern_.descends_into(path)) folders.push_back(std::move(path));
      return;
    }
    if (!is_marker && !pattern_.matches(path)) return;
    Attributes target;
    const sftp_attributes_struct* found = &entry;
    if (entry.type == SSH_FILEXFER_TYPE_SYMLINK) {
      target.reset(::sftp_stat(sftp_.get(), place(path).c_str()));
      if (!target) return;
      found = target.get();
    }
    if (found->type != SSH_FILEXFER_TYPE_REGULAR) return;
    if (is_marker) {
      out_.markers.emplace(folder, stamp_of(*found));
    } else if (out_.files.size() >= files_max) {
      fail("more than 1,000,000 files, a narrower pattern is needed");
    } else {
      out_.files.push_back({.path = std::move(path), .stamp = stamp_of(*found)});
    }
  }

  /// nullopt where there is none, or where it failed.
  std::optional<files::FileStamp> find(const std::string& name) {
    const Attributes found{::sftp_stat(sftp_.get(), place(name).c_str())};
    if (!found) {
      if (!is_absence()) fail("read " + place(name) + ": " + reason());
      return std::nullopt;
    }
    if (found->type != SSH_FILEXFER_TYPE_REGULAR) return std::nullopt;
    return stamp_of(*found);
  }

  void take_plain() {
    if (!pattern_.marker().empty()) {
      out_.folders.insert("");
      if (const auto marker = find(pattern_.marker())) out_.markers.emplace("", *marker);
    }
    if (const auto file = find(pattern_.pattern()))
      out_.files.push_back({.path = pattern_.pattern(), .stamp = *file});
  }

  const Server& server_;
  const files::PathPattern& pattern_;
  Halt& halt_;
  Session session_;
  std::unique_ptr<sftp_session_struct, FreeSftp> sftp_;
  files::Walk out_;
};

std::string beside(const std::string& directory, const std::string& path) {
  return path.empty() ? path : (std::filesystem::path{directory} / path).string();
}

}  // namespace

Result<Server> server_of(const AssetDefinition& asset) {
  const FileSource& source = asset.source.file;
  std::string_view rest = std::string_view{source.path}.substr(7);
  rest = rest.substr(0, rest.find('/'));
  Server out{.password = source.password,
             .key_file = beside(asset.directory, source.key_file),
             .known_hosts = beside(asset.directory, source.known_hosts),
             .shown = "sftp://" + std::string{rest}};
  if (const std::size_t at = rest.rfind('@'); at != std::string_view::npos) {
    out.user = rest.substr(0, at);
    rest.remove_prefix(at + 1);
  }
  const std::size_t colon = rest.rfind(':');
  if (colon != std::string_view::npos && !rest.ends_with(']')) {
    const std::string_view port = rest.substr(colon + 1);
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), out.port);
    if (error != std::errc{} || end != port.data() + port.size() || out.port > 65'535)
      return Error{Errc::invalid, out.shown + ": \"" + std::string{port} + "\" is no port"};
    rest = rest.substr(0, colon);
  }
  if (rest.starts_with('[') && rest.ends_with(']')) rest = rest.substr(1, rest.size() - 2);
  out.host = rest;
  return out;
}

files::Walk list_server(const Server& server, const files::PathPattern& pattern, Millis timeout,
                        Halt& halt) {
  return Lister{server, pattern, halt}.run(timeout);
}

}  // namespace freshet::remote
