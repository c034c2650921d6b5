// MySQL and MariaDB as something to be asked.
#pragma once
#include <memory>

#include "source/database/connection.hpp"

namespace freshet::database {

[[nodiscard]] Result<std::unique_ptr<Connection>> connect_mysql(const DatabaseUrl& url,
                                                                const Limits& limits, Waker& waker);

}  // namespace freshet::database
