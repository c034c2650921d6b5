// The web UI's files, which are inside the executable.
#pragma once
#include <span>
#include <string>
#include <string_view>

#include "http/message.hpp"

namespace freshet::api {

struct Page {
  std::string_view name;  ///< "index.html".
  std::string_view content;
};
/// What was in web/ when this was built; generated.
[[nodiscard]] std::span<const Page> embedded_pages();

/// Media type by the name's ending.
[[nodiscard]] std::string_view media_type(std::string_view name);

/// index.html as seen under a prefix: absolute `href` and `src` begin with it.
[[nodiscard]] std::string with_prefix(std::string_view html, std::string_view prefix);

/// 401 for a browser: how to be let in.
[[nodiscard]] http::Response sign_in_page();

}  // namespace freshet::api
