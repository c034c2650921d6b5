// What a CloudEvent 1.0, in its JSON form, says about the asset that is its subject.
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "api/intake.hpp"
#include "api/json_text.hpp"

namespace freshet::api {

/// `json` is an object; `asset` is what it is about, "" for its subject.  What the specification
/// forbids goes to `faults`; what it allows and we cannot use is the result's error.
[[nodiscard]] Intake read_cloud_event(const Json& json, const std::string& pointer,
                                      std::string_view asset, std::vector<Fault>& faults);

}  // namespace freshet::api
