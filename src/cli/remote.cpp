#include "cli/remote.hpp"

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "base/file.hpp"

namespace freshet::cli {

using nlohmann::json;

namespace {

constexpr std::size_t small_file = 4096;

std::string variable(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nothing sets it
  return value == nullptr ? "" : value;
}
std::string first_line(const std::string& path) {
  const auto text = read_file(path, small_file);
  return text ? text->substr(0, text->find('\n')) : "";
}
std::string encode(std::string_view text, std::string_view literal) {
  static constexpr char digits[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto u = static_cast<unsigned char>(c);
    const bool plain =
        (u < 0x80 && std::isalnum(u) != 0) || literal.find(c) != std::string_view::npos;
    if (plain) {
      out += c;
    } else {
      out += {'%', digits[u >> 4], digits[u & 15]};
    }
  }
  return out;
}

Result<json> understand(const http::Reply& reply) {
  json body = json::parse(reply.body, nullptr, false);
  if (reply.status < 300 && !body.is_discarded())
    return Result<json>{boost::system::in_place_value, std::move(body)};
  std::string detail = "HTTP " + std::to_string(reply.status);
  if (body.is_object()) detail = body.value("detail", body.value("title", detail));
  if (reply.status == 401) detail += "; give the token by --token, FRESHET_TOKEN or --state DIR";
  const Errc code = reply.status == 404   ? Errc::not_found
                    : reply.status == 409 ? Errc::conflict
                    : reply.status == 503 ? Errc::busy
                                          : Errc::invalid;
  return Error{code, detail};
}

}  // namespace

std::string path_of_key(std::string_view key) { return encode(key, "-_.~/"); }
std::string query_text(std::string_view text) { return encode(text, "-_.~"); }

Result<Remote> Remote::find(const RemoteOptions& options) {
  const std::string state = options.state.empty() ? ".freshet" : options.state;
  std::string url = !options.url.empty() ? options.url : variable("FRESHET_URL");
  if (url.empty()) url = first_line(state + "/url");
  if (url.empty()) {
    return Error{
        Errc::not_found,
        "no daemon is known here: run `freshet serve` in this folder, or say which by --url, "
        "FRESHET_URL or --state DIR"};
  }
  std::string token = !options.token.empty() ? options.token : variable("FRESHET_TOKEN");
  if (token.empty()) token = first_line(state + "/token");
  return Remote{std::move(url), std::move(token)};
}

Result<http::Reply> Remote::fetch(const std::string& method, const std::string& target,
                                  const std::string& body, Millis timeout) const {
  http::Call call{
      .base = url_, .method = method, .target = target, .body = body, .timeout = timeout};
  if (!token_.empty()) call.headers.emplace_back("authorization", "Bearer " + token_);
  if (!body.empty()) call.headers.emplace_back("content-type", "application/json");
  return http::fetch(call);
}

Result<json> Remote::get(const std::string& target) const {
  FRESHET_TRY(const http::Reply reply, fetch("GET", target, ""));
  return understand(reply);
}

Result<json> Remote::post(const std::string& target, const json& body) const {
  FRESHET_TRY(const http::Reply reply, fetch("POST", target, body.dump()));
  return understand(reply);
}

}  // namespace freshet::cli
