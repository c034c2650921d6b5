// `freshet serve`: everything started in order, run, and ended in order.
#pragma once
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "freshet/time.hpp"

namespace freshet::runtime {

struct ServeOptions {
  std::vector<std::string> directories;  ///< At least one project.
  std::string state_directory;           ///< "": `.freshet` in the first project.
  std::string host{"127.0.0.1"};
  std::uint16_t port{4747};        ///< 0: any; the URL that is printed says which.
  std::vector<std::string> hosts;  ///< Further Host names to answer to.
  bool behind_proxy{false};        ///< Somebody in front of us speaks TLS.
  std::string prefix;              ///< Path under which that somebody shows us.
  std::string public_url;          ///< For links in alerts; "": the URL that is printed.
  std::uint32_t slots{10};
  std::string step_binary;        ///< "": `freshet-step` beside this executable.
  std::string log_level{"info"};  ///< Told only: whoever calls has set it.
  std::set<std::string> given;    ///< Names of the options that were given: "listen", "slots".
};

/// Blocks until a signal (TERM, INT) or a failure ends it; returns the exit code: 0, 1 when the
/// store failed, 2 when it could not start (the reason is on stderr).  Steps go on running; the
/// next daemon re-attaches to them.
int serve(const ServeOptions& options);

/// Path of the running executable's folder.
[[nodiscard]] std::string executable_folder();

}  // namespace freshet::runtime
