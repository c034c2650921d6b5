#include "api_fixture.hpp"

namespace freshet::test {

std::string Answer::header(std::string_view name) const {
  return std::string{http::find_header(headers, name).value_or("")};
}

Json Answer::json() const { return Json::parse(body, nullptr, false); }

std::string Answer::code() const { return json().value("code", ""); }

AssetDefinition asset(std::string key, std::vector<std::string> deps) {
  AssetDefinition out;
  out.key = std::move(key);
  for (std::string& dep : deps) {
    out.deps.emplace_back();
    out.deps.back().key = std::move(dep);
  }
  if (!out.deps.empty()) out.command = {"make", "it"};
  return out;
}

std::vector<AssetDefinition> shop() {
  AssetDefinition orders = asset("raw/orders");
  orders.external = true;
  orders.source.kind = SourceKind::webhook;
  AssetDefinition staging = asset("staging/orders", {"raw/orders"});
  staging.automation = "eager";
  staging.group = "staging";
  staging.owners = {"team:data"};
  staging.tags = {{"tier", "1"}};
  staging.environment = {{"PASSWORD", "hunter2"}};
  staging.checks.push_back({.name = "not_empty"});
  staging.columns.push_back({.name = "amount",
                             .type = "bigint",
                             .tags = {{"pii", ""}},
                             .from = {{.asset = "raw/orders", .column = "price"}}});
  AssetDefinition revenue = asset("marts/revenue", {"staging/orders"});
  revenue.automation = "eager";
  AssetDefinition events = asset("logs/events");
  events.external = true;
  return {orders, staging, revenue, events};
}

std::shared_ptr<Answer> ApiTest::begin(const std::string& method, const std::string& target,
                                       const std::string& body, Headers headers) {
  auto answer = std::make_shared<Answer>();
  const auto keep = [answer](http::Response response) {
    EXPECT_EQ(answer->status, 0) << "answered twice";
    *answer = Answer{response.status, response.headers, response.body, std::move(response.file),
                     response.stream};
  };
  http::Request request;
  request.method = method;
  request.target = target;
  request.headers = std::move(headers);
  request.remote = "127.0.0.1";
  http::Admission admission = api.admit(request);
  if (admission.refusal) {
    keep(std::move(*admission.refusal));
  } else if (body.size() > admission.body_limit) {
    keep(api.fault(413, "the body is too large"));
  } else {
    request.body = body;
    api.handle(std::move(request), http::Responder{keep});
  }
  return answer;
}

Answer ApiTest::send(const std::string& method, const std::string& target, const std::string& body,
                     Headers more) {
  Headers headers{{"host", "localhost:4747"}, {"authorization", std::string{"Bearer "} + token}};
  if (!body.empty() && !http::find_header(more, "content-type")) {
    headers.emplace_back("content-type", "application/json");
  }
  headers.insert(headers.end(), more.begin(), more.end());
  const auto answer = begin(method, target, body, std::move(headers));
  service.drain();
  EXPECT_NE(answer->status, 0) << method << ' ' << target << " was not answered";
  hold(method, target, *answer);
  return std::move(*answer);
}

Answer ApiTest::get(const std::string& target, Headers more) {
  return send("GET", target, "", std::move(more));
}

Answer ApiTest::post(const std::string& target, const Json& body, Headers more) {
  return send("POST", target, body.dump(), std::move(more));
}

Answer ApiTest::bare(const std::string& method, const std::string& target, Headers headers,
                     const std::string& body) {
  const auto answer = begin(method, target, body, std::move(headers));
  service.drain();
  return std::move(*answer);
}

void ApiTest::hold(const std::string& method, const std::string& target, const Answer& answer) {
  EXPECT_EQ(answer.header("x-content-type-options"), "nosniff");
  EXPECT_EQ(answer.header("referrer-policy"), "no-referrer");
  EXPECT_NE(answer.header("cache-control"), "");
  const std::string type = answer.header("content-type");
  const SchemaCheck schema{document};
  const Json& parts = document["components"]["schemas"];
  if (type == "application/problem+json") {
    EXPECT_EQ(schema.check(parts["Problem"], answer.json()), "") << answer.body;
    EXPECT_EQ(answer.json()["status"], answer.status);
  }
  if (type != "application/json") return;
  const auto parsed = http::parse_target(target);
  ASSERT_TRUE(parsed);
  const auto exists = [&](std::string_view key) {
    return service.snapshot() && service.snapshot()->graph->find(key);
  };
  const api::Match found = api::match(api::routes(), method, parsed->segments, exists);
  ASSERT_NE(found.route, nullptr);
  std::string path{found.route->pattern};
  if (const auto at = path.find("...}"); at != std::string::npos) path.erase(at, 3);
  const Json& responses = document["paths"][path][method == "POST" ? "post" : "get"]["responses"];
  const std::string status = std::to_string(answer.status);
  ASSERT_TRUE(responses.contains(status)) << method << ' ' << target << " answered " << status;
  EXPECT_EQ(schema.check(responses[status]["content"]["application/json"]["schema"], answer.json()),
            "")
      << method << ' ' << target << '\n'
      << answer.body;
}

void ApiTest::make_all() {
  ASSERT_EQ(post("/api/v1/events", {{"asset", "raw/orders"}, {"data_version", "v1"}}).status, 202);
  while (!service.started.empty()) service.end_step();
}

std::string ApiTest::sequence() const { return std::to_string(service.snapshot()->sequence.value); }

}  // namespace freshet::test
