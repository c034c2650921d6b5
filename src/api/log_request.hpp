// Which log a request means, and how it is answered with what is in it.
#pragma once
#include <functional>
#include <vector>

#include "api/call.hpp"
#include "api/log_reader.hpp"
#include "api/run_log.hpp"
#include "freshet/logs.hpp"
#include "freshet/result.hpp"
#include "http/message.hpp"

namespace freshet::api {

struct WhichLog {
  AttemptId id;
  LogStreams streams{};
  bool has_ended{false};
  bool is_old{false};  ///< It need not be there any more.
};

/// What `stream` may say.
struct StreamChoice {
  LogStreams otherwise{LogStreams::out};  ///< Where it is not given.
  bool takes_both{false};
};

/// Finds the log that the path and the query mean, else answers.
void with_log(const CallPtr& call, StreamChoice choice, std::function<void(const WhichLog&)> then);

struct WhichRunLog {
  std::vector<RunLog::Attempt> attempts;
  LogStreams streams{};
  bool has_ended{false};  ///< All of the run.
  bool is_old{false};     ///< None of it need be there any more.
};

/// The same, of all steps of a run.
void with_run_log(const CallPtr& call, StreamChoice choice,
                  std::function<void(const WhichRunLog&)> then);

/// Makes a response in the pool and sends it.
void send_from_pool(const CallPtr& call, std::function<Result<http::Response>()> render);

[[nodiscard]] http::Response gone_response(const Logs& logs);

}  // namespace freshet::api
