#include "model/database_url.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "base/text.hpp"

namespace freshet {
namespace {

constexpr const char* kWanted =
    "url must be postgresql://USER@HOST:PORT/DATABASE, mysql://USER@HOST:PORT/DATABASE or "
    "sqlite:PATH";

Error wrong(const std::string& why) { return {Errc::invalid, std::string{kWanted} + why}; }

std::optional<std::string> percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    const auto byte = hex_decode(text.substr(i + 1, 2));
    if (!byte || byte->size() != 1) return std::nullopt;
    out += *byte;
    i += 2;
  }
  return out;
}

std::optional<DatabaseKind> kind_of(std::string_view scheme) {
  if (scheme == "postgresql" || scheme == "postgres") return DatabaseKind::postgresql;
  if (scheme == "mysql" || scheme == "mariadb") return DatabaseKind::mysql;
  if (scheme == "sqlite") return DatabaseKind::sqlite;
  return std::nullopt;
}

bool is_number(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// Of the number that stands behind a host's last colon; "" is the usual one.
bool is_port(std::string_view text) {
  unsigned port{};
  std::from_chars(text.data(), text.data() + text.size(), port);
  return text.empty() || (text.size() <= 5 && port >= 1 && port <= 65'535);
}

void keep_secret(DatabaseUrl& url, std::string_view written, const std::string& decoded) {
  for (const std::string& each : {std::string{written}, decoded}) {
    if (!each.empty() && std::ranges::find(url.secrets, each) == url.secrets.end())
      url.secrets.push_back(each);
  }
  std::ranges::sort(url.secrets, std::greater{}, &std::string::size);
}

/// nullptr, or what is wrong.
const char* take_parameters(DatabaseUrl& url, std::string_view query) {
  if (query.empty()) return nullptr;
  for (const std::string_view each : split(query, '&')) {
    const std::size_t equals = each.find('=');
    if (equals == std::string_view::npos || equals == 0)
      return "; behind the ? stand NAME=VALUE&NAME=VALUE";
    const std::string_view written = each.substr(equals + 1);
    auto value = percent_decoded(written);
    if (!value) return "; % must be followed by two hex digits";
    const std::string name{each.substr(0, equals)};
    if (name.find("password") != std::string::npos) keep_secret(url, written, *value);
    url.parameters[name] = *std::move(value);
  }
  return nullptr;
}

/// USER:PASSWORD@HOST:PORT; nullptr, or what is wrong.
const char* take_authority(DatabaseUrl& url, std::string_view authority) {
  constexpr const char* unclear =
      "; percent-encode the characters : / ? # @ of a user or password (%3A %2F %3F %23 %40)";
  const std::size_t at = authority.rfind('@');
  if (at != std::string_view::npos) {
    const std::string_view user_info = authority.substr(0, at);
    authority.remove_prefix(at + 1);
    const std::size_t colon = user_info.find(':');
    const std::string_view written =
        colon == std::string_view::npos ? "" : user_info.substr(colon + 1);
    auto user = percent_decoded(user_info.substr(0, colon));
    auto password = percent_decoded(written);
    if (!user || !password) return "; % must be followed by two hex digits";
    if (user_info.substr(0, colon).find('@') != std::string_view::npos) return unclear;
    url.user = *std::move(user);
    url.password = *std::move(password);
    keep_secret(url, written, url.password);
  }
  for (const std::string_view each : split(authority, ',')) {
    const std::size_t bracket = each.rfind(']');  // of an IPv6 address
    const std::size_t colon = each.find(':', bracket == std::string_view::npos ? 0 : bracket);
    const std::string_view port = colon == std::string_view::npos ? "" : each.substr(colon + 1);
    if (!is_number(port)) return unclear;
    if (!is_port(port)) return "; a port is a number from 1 to 65535";
  }
  const bool has_one = authority.find(',') == std::string_view::npos;
  const std::size_t bracket = authority.rfind(']');
  const std::size_t colon =
      has_one ? authority.find(':', bracket == std::string_view::npos ? 0 : bracket)
              : std::string_view::npos;
  url.host = authority.substr(0, colon);
  if (colon != std::string_view::npos) url.port = authority.substr(colon + 1);
  return nullptr;
}

}  // namespace

std::string_view to_text(DatabaseKind kind) {
  switch (kind) {
    case DatabaseKind::postgresql:
      return "PostgreSQL";
    case DatabaseKind::mysql:
      return "MySQL";
    case DatabaseKind::sqlite:
      return "SQLite";
  }
  return "";
}

Result<DatabaseUrl> parse_database_url(std::string_view text) {
  DatabaseUrl out;
  const std::size_t colon = text.find(':');
  const auto kind = kind_of(text.substr(0, colon == std::string_view::npos ? 0 : colon));
  if (!kind) return wrong("");
  out.kind = *kind;
  text.remove_prefix(colon + 1);
  if (*kind == DatabaseKind::sqlite) {
    if (text.starts_with("///")) text.remove_prefix(2);
    if (text.empty()) return wrong("; the path is missing");
    out.name = text;
    return out;
  }
  if (!text.starts_with("//")) return wrong("; // must follow the scheme");
  text.remove_prefix(2);
  const std::size_t question = text.find('?');
  const std::string_view query =
      question == std::string_view::npos ? "" : text.substr(question + 1);
  text = text.substr(0, question);
  const std::size_t slash = text.find('/');
  const std::string_view path = slash == std::string_view::npos ? "" : text.substr(slash + 1);
  if (const char* why = take_authority(out, text.substr(0, slash))) return wrong(why);
  if (path.find_first_of("/@#") != std::string_view::npos)
    return wrong("; percent-encode the characters : / ? # @ of a user or password");
  auto name = percent_decoded(path);
  if (!name) return wrong("; % must be followed by two hex digits");
  out.name = *std::move(name);
  if (const char* why = take_parameters(out, query)) return wrong(why);
  const auto has = [&](const char* parameter) { return out.parameters.contains(parameter); };
  if (out.kind == DatabaseKind::mysql && (has("ssl_cert") || has("ssl_key")) && !has("ssl_ca")) {
    return Error{Errc::invalid,
                 "url: ssl_cert and ssl_key need ssl_ca=FILE, too: the certificate by which the "
                 "server's own is checked; without it nothing is encrypted"};
  }
  return out;
}

std::string DatabaseUrl::shown() const {
  if (kind == DatabaseKind::sqlite) return name;
  std::string out = kind == DatabaseKind::postgresql ? "postgresql://" : "mysql://";
  if (!user.empty()) out += user + '@';
  out += host;
  if (!port.empty()) out += ':' + port;
  return out + '/' + name;
}

std::string DatabaseUrl::without_secrets(std::string text) const {
  for (const std::string& secret : secrets) {
    for (std::size_t at = 0; (at = text.find(secret, at)) != std::string::npos; at += 3)
      text.replace(at, secret.size(), "***");
  }
  return text;
}

}  // namespace freshet
