// What a receiver is told: one alert as people and programs see it, and what is sent at once.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "freshet/definitions.hpp"
#include "freshet/ids.hpp"
#include "freshet/time.hpp"

namespace freshet::notify {

struct Alert {
  Sequence id;
  Instant at{};
  AlertKind kind{AlertKind::failure};
  std::optional<AlertKind> over;  ///< Of a recovery: the kind of alert that is over.
  std::string asset;              ///< "" for a test.
  std::string partition;          ///< "" where it is not cut.
  std::string check;              ///< "" where it is not about a check.
  std::string text;               ///< One sentence.
  std::optional<StepId> step;
  std::vector<std::string> owners;
  std::uint64_t repetition{};  ///< How often it was time to tell it again; 0: it is new.
  std::string url;             ///< Where people look at it; "" where that is not known.
};

/// What goes to a receiver in one piece.
struct Delivery {
  std::string id;  ///< The same for each attempt: "INSTANCE/PROJECT/ROUTE/42".
  std::string project;
  std::string route;
  std::vector<Alert> alerts;  ///< At least one, the oldest first.
};

}  // namespace freshet::notify
