#include "api/pages.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "api/context.hpp"  // IWYU pragma: keep
#include "api/gate.hpp"
#include "api/handlers.hpp"
#include "api/route.hpp"
#include "base/hash.hpp"
#include "base/text.hpp"
#include "http/message.hpp"

namespace freshet::api {
namespace {

const Page* find_page(std::string_view name) {
  const auto pages = embedded_pages();
  const auto found = std::ranges::find(pages, name, &Page::name);
  return found == pages.end() ? nullptr : &*found;
}

/// Whether the client takes this coding; a weight of 0 refuses it (RFC 9110, 12.5.3).
bool accepts(std::string_view header, std::string_view coding) {
  for (const std::string_view part : split(header, ',')) {
    const auto fields = split(part, ';');
    if (trim(fields.front()) != coding) continue;
    return fields.size() < 2 || !trim(fields[1]).starts_with("q=0") ||
           trim(fields[1]).find_first_of("123456789") != std::string_view::npos;
  }
  return false;
}

/// The smallest form of a page that the client takes.
struct Form {
  const Page* page{nullptr};
  std::string_view coding{};
};
Form best_form(std::string_view name, std::string_view accepted) {
  for (const auto& [ending, coding] : {std::pair{".br", "br"}, std::pair{".gz", "gzip"}}) {
    if (!accepts(accepted, coding)) continue;
    if (const Page* page = find_page(std::string{name} + ending)) return {page, coding};
  }
  return {.page = find_page(name)};
}

/// Names under static/ hold a hash of the content.
bool is_immutable(std::string_view name) { return name.starts_with("static/"); }

void send_index(const CallPtr& call) {
  const Page* page = find_page("index.html");
  if (page == nullptr) {
    return call->fail({.status = 404, .code = "not_found", .detail = "built without web/"});
  }
  std::string content = with_prefix(page->content, call->context->options.prefix);
  const std::string etag = to_text(content_hash(content));
  if (call->is_known(etag)) return;
  http::Response response{.headers = {{"content-type", std::string{media_type("index.html")}},
                                      {"cache-control", "no-cache"},
                                      {"etag", '"' + etag + '"'}}};
  response.body = std::move(content);
  call->send(std::move(response));
}

void send_file(const CallPtr& call, const std::string& name) {
  const auto [page, coding] = best_form(name, call->request.header("accept-encoding").value_or(""));
  if (page == nullptr || name.ends_with(".br") || name.ends_with(".gz")) {
    return call->fail(
        {.status = 404, .code = "not_found", .detail = "there is no file \"" + name + '"'});
  }
  const std::string etag = to_text(content_hash(page->content));
  if (call->is_known(etag)) return;
  http::Response response{
      .headers = {{"content-type", std::string{media_type(name)}},
                  {"cache-control",
                   is_immutable(name) ? "public, max-age=31536000, immutable" : "no-cache"},
                  {"vary", "accept-encoding"},
                  {"etag", '"' + etag + '"'}}};
  if (!coding.empty()) response.headers.emplace_back("content-encoding", coding);
  response.body = std::string{page->content};
  call->send(std::move(response));
}

}  // namespace

bool wants_page(const http::Head& head) {
  return head.header("accept").value_or("").find("text/html") != std::string_view::npos;
}

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
  for (const std::string_view attribute : {" href=\"./", " src=\"./"}) {
    for (std::size_t at = 0; (at = out.find(attribute, at)) != std::string::npos;) {
      at += attribute.size() - 2;  // where the dot is
      out.replace(at, 1, prefix);
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
  if (ticket.empty()) return send_index(call);
  http::Response response{.status = 303,
                          .headers = {{"location", call->context->options.prefix + "/"}}};
  if (call->who == Identity::ticket) {
    const auto secret = call->context->gate.sessions().redeem(ticket);
    if (!secret) return call->send(sign_in_page());
    response.headers.emplace_back("set-cookie", call->context->gate.cookie(*secret));
  }
  call->send(std::move(response));
}

void get_page(const CallPtr& call) {
  const std::string& name = call->parameter("file");
  if (name.find('.') == std::string::npos && wants_page(call->request)) return send_index(call);
  send_file(call, name);
}

void get_static(const CallPtr& call) { send_file(call, "static/" + call->parameter("file")); }

}  // namespace freshet::api
