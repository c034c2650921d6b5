// A SQLite file as something to be asked, and that calls when it is written.
#pragma once
#include <memory>
#include <string>

#include "source/database/connection.hpp"

namespace freshet::database {

/// A relative path is one from `directory`.
[[nodiscard]] Result<std::unique_ptr<Connection>> open_sqlite(const std::string& directory,
                                                              const std::string& path,
                                                              const Limits& limits, Waker& waker);

}  // namespace freshet::database
