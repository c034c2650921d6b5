// What one event of OpenLineage came to.
#pragma once
#include <string>
#include <vector>

#include "freshet/engine.hpp"

namespace freshet::api {

struct LineageTaken {
  std::vector<input::Event> events;  ///< For the engine.
  std::string run;                   ///< Its id; "": it is of none.
  bool is_ended{false};              ///< That run.
  bool names_assets{false};          ///< That run, so far: what it has said is needed at its end.
};

}  // namespace freshet::api
