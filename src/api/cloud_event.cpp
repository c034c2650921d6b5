#include "api/cloud_event.hpp"

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "api/body_reader.hpp"
#include "api/intake.hpp"
#include "api/json_text.hpp"
#include "api/problem.hpp"
#include "freshet/engine.hpp"
#include "freshet/time.hpp"

namespace freshet::api {

Intake read_cloud_event(const Json& json, const std::string& pointer, std::string_view asset,
                        std::vector<Fault>& faults) {
  BodyReader body{json, pointer, faults};
  const std::string version = body.required("specversion");
  if (!version.empty() && version != "1.0") {
    body.fault("specversion", "want \"1.0\", got \"" + version + '"');
  }
  static_cast<void>(body.required("type"));
  input::Event event;
  event.id = body.required("id");
  event.source = body.required("source");
  const std::string subject = body.text("subject");
  event.asset = asset.empty() ? subject : asset;
  if (const std::string time = body.text("time"); !time.empty() && !parse_instant(time)) {
    body.fault("time", "want RFC 3339, as 2026-01-31T13:00:00Z");
  }
  for (const std::string_view name : {"datacontenttype", "dataschema"}) {
    static_cast<void>(body.text(name));
  }
  if (body.has("data") && body.has("data_base64")) {
    body.fault("data_base64", "want either data or data_base64");
  }

  Intake out;
  const auto data = json.find("data");
  if (data != json.end() && data->is_object()) {
    BodyReader fields{*data, pointer + "/data", faults};
    event.data_version = fields.text_or_number("data_version");
    event.columns = columns_of(fields);
    if (const Json* metadata = fields.object("metadata")) event.metadata = dump(*metadata);
    event.partition = fields.text("partition");
  }
  if (event.asset.empty()) out.error = "want a subject: the asset's key";
  out.asset = event.asset;
  event.body = dump(json);
  if (out.error.empty()) out.event = std::move(event);
  return out;
}

}  // namespace freshet::api
