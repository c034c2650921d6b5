#include "api/gate.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>

#include "api/api.hpp"
#include "api/pages.hpp"
#include "api/problem.hpp"
#include "api/sessions.hpp"
#include "base/clock.hpp"
#include "base/random.hpp"
#include "base/text.hpp"
#include "http/message.hpp"

namespace freshet::api {
namespace {

std::string lower(std::string_view text) {
  std::string out{text};
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

/// "name:4747" → "name", "[::1]:4747" → "[::1]"; "" for what is no host.
std::string host_name(std::string_view authority) {
  const std::size_t end = authority.starts_with('[') ? authority.find(']') : 0;
  if (end == std::string_view::npos) return "";
  const std::size_t colon = authority.find(':', end);
  if (colon != std::string_view::npos) {
    const std::string_view port = authority.substr(colon + 1);
    if (port.size() > 5 || port.find_first_not_of("0123456789") != std::string_view::npos) {
      return "";
    }
  }
  return lower(authority.substr(0, colon));
}

/// Without the port that the scheme has anyway.
std::string authority_of(std::string_view scheme, std::string_view authority) {
  std::string out = lower(authority);
  const std::string_view port = scheme == "https" ? ":443" : ":80";
  if (out.ends_with(port)) out.erase(out.size() - port.size());
  return out;
}

bool reads_only(const http::Head& head) { return head.method == "GET" || head.method == "HEAD"; }

std::string_view value_of(const http::Head& head, std::string_view name) {
  return trim(head.header(name).value_or(""));
}

}  // namespace

std::string actor(Identity who) { return who == Identity::session ? "session" : "token"; }

Gate::Gate(const Clock& clock, const ApiOptions& options)
    : sessions_{clock},
      token_hash_{lower(options.token_hash)},
      hosts_{"localhost", "127.0.0.1", "[::1]"},
      cookie_name_{"freshet_" + options.instance.substr(0, 8)},
      cookie_path_{options.prefix + "/"} {
  for (const std::string& host : options.hosts) hosts_.push_back(lower(host));
}

bool Gate::is_open(std::string_view path) { return path.starts_with("/api/v1/hooks/"); }

Gate::Verdict Gate::judge(const http::Head& head, std::string_view path, std::string_view ticket) {
  if (const auto problem = check_host(head)) return {.refusal = to_response(*problem)};
  if (std::ranges::find(exempt_paths, path) != std::end(exempt_paths)) return {};
  const Identity who = identify(head, path, ticket);
  if (who == Identity::nobody && is_open(path)) return {};
  if (who == Identity::nobody) return {.refusal = unauthorized(path)};
  if (const auto problem = check_origin(head, who)) return {.refusal = to_response(*problem)};
  return {.who = who};
}

std::optional<Problem> Gate::check_host(const http::Head& head) const {
  const auto is_host = [](const auto& header) { return header.first == "host"; };
  if (std::ranges::count_if(head.headers, is_host) == 1) {
    const std::string name = host_name(value_of(head, "host"));
    if (std::ranges::find(hosts_, name) != hosts_.end()) return std::nullopt;
  }
  return Problem{.status = 421,
                 .code = "host_not_allowed",
                 .detail = "this Host is not served here; `freshet serve --host NAME` adds one"};
}

std::optional<Problem> Gate::check_origin(const http::Head& head, Identity who) const {
  if (reads_only(head)) {
    if (value_of(head, "sec-fetch-site") != "cross-site" ||
        value_of(head, "sec-fetch-mode") == "navigate") {
      return std::nullopt;
    }
    return Problem{.status = 403,
                   .code = "cross_site",
                   .detail = "pages of another site may not read from here"};
  }
  if (who == Identity::token) return std::nullopt;
  const std::string_view origin = value_of(head, "origin");
  const std::size_t scheme_end = origin.find("://");
  const std::string_view scheme = origin.substr(0, scheme_end);
  if (scheme_end != std::string_view::npos && (scheme == "http" || scheme == "https")) {
    const std::string_view authority = origin.substr(scheme_end + 3);
    if (authority_of(scheme, authority) == authority_of(scheme, value_of(head, "host"))) {
      return std::nullopt;
    }
  }
  return Problem{.status = 403,
                 .code = "cross_origin",
                 .detail = "what changes something needs the Origin of this page, or a token"};
}

Identity Gate::identify(const http::Head& head, std::string_view path, std::string_view ticket) {
  // Who shows something wrong is not looked at for something else.
  if (const auto authorization = head.header("authorization")) {
    const std::string_view text = trim(*authorization);
    if (lower(text.substr(0, 7)) != "bearer " || token_hash_.empty()) return Identity::nobody;
    const std::string hash = sha256_hex(trim(text.substr(7)));
    return equal_in_constant_time(hash, token_hash_) ? Identity::token : Identity::nobody;
  }
  for (const auto& [name, value] : head.headers) {
    if (name != "cookie") continue;
    for (const std::string_view part : split(value, ';')) {
      const std::string_view pair = trim(part);
      const std::size_t equals = pair.find('=');
      if (equals == std::string_view::npos || pair.substr(0, equals) != cookie_name_) continue;
      if (sessions_.use(pair.substr(equals + 1))) return Identity::session;
    }
  }
  if (head.method == "GET" && path == "/" && !ticket.empty() && sessions_.is_ticket(ticket)) {
    return Identity::ticket;
  }
  return Identity::nobody;
}

http::Response Gate::unauthorized(std::string_view path) const {
  const bool is_for_programs = path.starts_with("/api/") || path == "/metrics";
  if (!is_for_programs) return sign_in_page();
  return to_response({.status = 401,
                      .code = "unauthorized",
                      .detail = "want `Authorization: Bearer TOKEN`, the token of STATE/token",
                      .headers = {{"www-authenticate", "Bearer realm=\"freshet\""}}});
}

std::string Gate::cookie(std::string_view secret) const {
  return cookie_name_ + '=' + std::string{secret} + "; Path=" + cookie_path_ +
         "; HttpOnly; SameSite=Lax";
}

}  // namespace freshet::api
