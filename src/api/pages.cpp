#include "api/pages.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>
#include <utility>

#include "api/context.hpp"  // IWYU pragma: keep
#include "api/gate.hpp"
#include "api/handlers.hpp"
#include "api/route.hpp"
#include "base/hash.hpp"
#include "http/message.hpp"

namespace freshet::api {
namespace {

const Page* find_page(std::string_view name) {
  const auto pages = embedded_pages();
  const auto found = std::ranges::find(pages, name, &Page::name);
  return found == pages.end() ? nullptr : &*found;
}

void send_page(const CallPtr& call, std::string_view name) {
  const Page* page = find_page(name);
  if (page == nullptr) {
    return call->fail({.status = 404,
                       .code = "not_found",
                       .detail = "there is no page \"" + std::string{name} + '"'});
  }
  std::string content = name == "index.html"
                            ? with_prefix(page->content, call->context->options.prefix)
                            : std::string{page->content};
  const std::string etag = to_text(content_hash(content));
  http::Response response{.headers = {{"content-type", std::string{media_type(name)}},
                                      {"cache-control", "no-cache"},
                                      {"etag", '"' + etag + '"'}}};
  if (call->is_known(etag)) return;
  response.body = std::move(content);
  call->send(std::move(response));
}

}  // namespace

std::string_view media_type(std::string_view name) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 4> types{
      {{".html", "text/html; charset=utf-8"},
       {".js", "text/javascript; charset=utf-8"},
       {".css", "text/css; charset=utf-8"},
       {".svg", "image/svg+xml"}}};
  for (const auto& [ending, type] : types) {
    if (name.ends_with(ending)) return type;
  }
  return "application/octet-stream";
}

std::string with_prefix(std::string_view html, std::string_view prefix) {
  std::string out{html};
  if (prefix.empty()) return out;
  for (const std::string_view attribute : {" href=\"/", " src=\"/"}) {
    for (std::size_t at = 0; (at = out.find(attribute, at)) != std::string::npos;) {
      at += attribute.size() - 1;  // where the slash is
      if (!out.substr(at).starts_with("//")) out.insert(at, prefix);
      at += prefix.size();
    }
  }
  return out;
}

http::Response sign_in_page() {
  http::Response response{.status = 401, .headers = {{"content-type", "text/html; charset=utf-8"}}};
  response.body =
      "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width\">\n<title>Freshet: sign in</title>\n"
      "<h1>You are not signed in</h1>\n"
      "<p>Run <code>freshet open</code> where the daemon runs: it prints (and opens) an address\n"
      "that lets this browser in. It is good once, for a minute.</p>\n"
      "<p>Programs send <code>Authorization: Bearer TOKEN</code>, the token being in\n"
      "<code>STATE/token</code>.</p>\n</html>\n";
  return response;
}

void get_index(const CallPtr& call) {
  const std::string ticket = call->query("ticket");
  if (ticket.empty()) return send_page(call, "index.html");
  http::Response response{.status = 303,
                          .headers = {{"location", call->context->options.prefix + "/"}}};
  if (call->who == Identity::ticket) {
    const auto secret = call->context->gate.sessions().redeem(ticket);
    if (!secret) return call->send(sign_in_page());
    response.headers.emplace_back("set-cookie", call->context->gate.cookie(*secret));
  }
  call->send(std::move(response));
}

void get_page(const CallPtr& call) { send_page(call, call->parameter("file")); }

}  // namespace freshet::api
