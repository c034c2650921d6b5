// The web UI's files, which are inside the executable.
#pragma once
#include <span>
#include <string>
#include <string_view>

#include "http/message.hpp"

namespace freshet::api {

struct Page {
  std::string_view name;  ///< "index.html", "static/main-4b7.js"; with ".br" or ".gz": the same compressed.
  std::string_view content;
};
/// What the bundler made of web/; generated.
[[nodiscard]] std::span<const Page> embedded_pages();

/// Whether a browser asks for a page, and not a program, or a page's own script, for something else.
[[nodiscard]] bool wants_page(const http::Head& head);

/// Media type by the name's ending.
[[nodiscard]] std::string_view media_type(std::string_view name);

/// index.html as seen under a prefix: its relative `href` and `src` begin with it, so that they mean
/// the same wherever in the page's paths it is shown.
[[nodiscard]] std::string with_prefix(std::string_view html, std::string_view prefix);

/// 401 for a browser: how to be let in.
[[nodiscard]] http::Response sign_in_page();

}  // namespace freshet::api
