// Who we are, for those who are told.
#pragma once
#include <string>

namespace freshet::publish {

struct Origin {
  std::string instance;  ///< Of the store.
  std::string version;   ///< Of the daemon.
};

}  // namespace freshet::publish
