// What does a server's answer say?  Reads head and body off a socket for the client.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "freshet/result.hpp"
#include "http/client.hpp"
#include "http/client_socket.hpp"

namespace freshet::http {

class ReplyReader {
 public:
  using Sink = std::function<bool(std::string_view piece)>;  ///< Returns false to stop.

  /// The reply's head; interim answers (1xx) are passed over.
  Result<Reply> read_head(ClientSocket& socket);
  /// The body that belongs to `reply`, by chunks, length, or up to the end of the connection.
  Result<void> read_body(ClientSocket& socket, const Reply& reply, const Sink& sink);

 private:
  Result<std::string> read_line(ClientSocket& socket);
  Result<bool> pass(ClientSocket& socket, std::uint64_t size, const Sink& sink);
  Result<void> read_chunks(ClientSocket& socket, const Sink& sink);

  std::string input_;  ///< Received and not yet used.
};

}  // namespace freshet::http
