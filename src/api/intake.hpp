// What does a report from outside say?  Plain reports and CloudEvents 1.0 (structured, batched,
// binary) as events for the engine.  Pure; any thread.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/problem.hpp"
#include "freshet/engine.hpp"
#include "http/message.hpp"

namespace freshet::api {

class BodyReader;
/// The versions of columns, from the field `columns`: {name: version}.
[[nodiscard]] std::vector<ColumnVersion> columns_of(BodyReader& body);

inline constexpr std::size_t events_max = 10'000;  ///< Of one request.

/// One report of a request, in its place.
struct Intake {
  std::string asset;
  std::optional<input::Event> event;  ///< For the engine to judge …
  std::string error;                  ///< … or why it cannot be used, though it is well formed.
};

struct IntakeResult {
  std::vector<Intake> items;
  std::optional<Problem>
      problem;  ///< Nothing is taken in: malformed, too much, or of no known type.
};

/// Reads a request to POST events.  With an `asset`, only CloudEvents are read, and it is what they
/// are about, whatever their subject.
[[nodiscard]] IntakeResult read_events(const http::Headers& headers, std::string_view body,
                                       std::string_view asset = {});

/// A header's value of a binary CloudEvent, percent-decoded; nullopt if it is not UTF-8 so encoded.
[[nodiscard]] std::optional<std::string> decode_attribute(std::string_view value);

}  // namespace freshet::api
