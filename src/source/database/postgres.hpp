// PostgreSQL as something to be asked, and that calls with NOTIFY.
#pragma once
#include <memory>
#include <string>

#include "source/database/connection.hpp"

namespace freshet::database {

/// Listens to the channel `notify`; "": to none.
[[nodiscard]] Result<std::unique_ptr<Connection>> connect_postgres(const std::string& url,
                                                                   const DatabaseUrl& parsed,
                                                                   const std::string& notify,
                                                                   const Limits& limits,
                                                                   Waker& waker);

}  // namespace freshet::database
