// What is on a server that speaks SFTP.
#pragma once
#include <cstdint>
#include <string>

#include "freshet/definitions.hpp"
#include "freshet/result.hpp"
#include "freshet/time.hpp"
#include "source/files/path_pattern.hpp"
#include "source/files/walk.hpp"
#include "source/remote/halt.hpp"

namespace freshet::remote {

struct Server {
  std::string host;
  std::uint32_t port{22};
  std::string user;         ///< "": whoever runs the daemon.
  std::string password;     ///< "": a key is shown.
  std::string key_file;     ///< "": those of the agent and of ~/.ssh.
  std::string known_hosts;  ///< "": ~/.ssh/known_hosts.
  std::string shown;        ///< sftp://USER@HOST:PORT
};
/// Of `sftp://USER@HOST:PORT/...`.  Relative paths of key files are those of the definition's.
/// Errc::invalid: the port is none.
[[nodiscard]] Result<Server> server_of(const AssetDefinition& asset);

/// Regular files that the pattern means; a path that begins with /~/ is that of the user's own
/// folder.  Whoever is not in known_hosts is not talked to.  Blocks; waits for the server no longer
/// than `timeout` until it has let us in, then until `halt`.  Any thread.
[[nodiscard]] files::Walk list_server(const Server& server, const files::PathPattern& pattern,
                                      Millis timeout, Halt& halt);

}  // namespace freshet::remote
