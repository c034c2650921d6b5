// What one event of OpenLineage came to.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "freshet/engine.hpp"

namespace freshet::api {

struct LineageTaken {
  std::vector<input::Event> events;         ///< For the engine, and with them …
  std::map<std::string, std::string> said;  ///< … what is to be stored of runs, as cursors are.
};

}  // namespace freshet::api
