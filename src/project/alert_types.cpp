// Routes of alerts: who is told of what, and how.  What may be a secret is never shown in a
// message.
#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "freshet/definitions.hpp"
#include "freshet/selection.hpp"
#include "freshet/time.hpp"
#include "project/object_type.hpp"
#include "project/reader.hpp"
#include "project/types.hpp"
#include "project/values.hpp"
#include "project/yaml_tree.hpp"

namespace freshet::project {
namespace {

constexpr std::array<std::string_view, 4> kKinds{"failure", "freshness", "recovery", "check"};
constexpr Micros kTimeoutMax{std::chrono::minutes{10}};
constexpr Micros kRepeatMin{std::chrono::minutes{1}};

/// Whether it begins with one of the schemes and has a host, and nothing that ends a line.
bool is_url(std::string_view text, std::string_view scheme, std::string_view secure) {
  const auto end = text.find("://");
  if (end == std::string_view::npos) return false;
  const std::string_view given = text.substr(0, end);
  const std::string_view host = text.substr(end + 3, text.find('/', end + 3) - end - 3);
  return (given == scheme || given == secure) && !host.empty() &&
         std::ranges::none_of(
             text, [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == '\x7f'; });
}

bool is_address(std::string_view text) {
  const auto at = text.rfind('@');
  return at != std::string_view::npos && at != 0 && at + 1 != text.size() &&
         std::ranges::none_of(text, [](char c) {
           return static_cast<unsigned char>(c) <= ' ' || c == '\x7f' || c == '<' || c == '>' ||
                  c == ',';
         });
}

void set_name(Reader& reader, const Node& node, void* object) {
  auto& route = *static_cast<AlertRoute*>(object);
  route.place = reader.place(node);
  if (!is_word(node.text(), "_.-")) {
    reader.expected(node, "letters, digits, _, . and -");
    return;
  }
  route.name = node.text();
}

void set_kinds(Reader& reader, const Node& node, void* object) {
  auto& kinds = static_cast<AlertRoute*>(object)->kinds;
  const auto take = [&](const Node& item) {
    const auto found = std::ranges::find(kKinds, item.text());
    if (!item.is_scalar() || found == kKinds.end()) {
      const auto meant = nearest(item.text(), kKinds);
      reader.error(item, "on must list failure, freshness, recovery and check, not " +
                             describe(item) + (meant ? ": did you mean \"" + *meant + "\"?" : ""));
      return;
    }
    kinds.push_back(static_cast<AlertKind>(found - kKinds.begin()));
  };
  if (node.is_sequence() && node.children().empty())
    reader.error(node, "on is empty: leave it out for everything");
  if (!node.is_sequence()) return take(node);
  for (const Node& item : node.children()) take(item);
}

void set_select(Reader& reader, const Node& node, void* object) {
  auto& route = *static_cast<AlertRoute*>(object);
  read_text(reader, node, route.select);
  route.select_place = reader.place(node);
  if (const auto parsed = Selection::parse(route.select); node.is_scalar() && !parsed)
    reader.error(node, "select: " + parsed.error().message);
}

void set_repeat(Reader& reader, const Node& node, void* object) {
  auto& repeat = static_cast<AlertRoute*>(object)->repeat;
  read_optional_duration(reader, node, repeat);
  if (repeat && *repeat < kRepeatMin) reader.expected(node, "at least 1m");
}

void set_timeout(Reader& reader, const Node& node, void* object) {
  auto& timeout = static_cast<AlertRoute*>(object)->timeout;
  read_positive_duration(reader, node, timeout);
  if (timeout > kTimeoutMax) reader.expected(node, "at most 10m");
}

void set_webhook(Reader& reader, const Node& node, void* object) {
  auto& route = *static_cast<AlertRoute*>(object);
  route.target = AlertRoute::Target::webhook;
  reader.read(alert_webhook_type, node, route.webhook);
}

void set_email(Reader& reader, const Node& node, void* object) {
  auto& route = *static_cast<AlertRoute*>(object);
  route.target = AlertRoute::Target::email;
  reader.read(alert_email_type, node, route.email);
  if (route.email.username.empty() != route.email.password.empty())
    reader.error(node, "username and password go together");
}

void set_command(Reader& reader, const Node& node, void* object) {
  auto& route = *static_cast<AlertRoute*>(object);
  route.target = AlertRoute::Target::command;
  read_command(reader, node, route.command);
}

void set_to(Reader& reader, const Node& node, void* object) {
  reader.read(alert_receiver_type, node, *static_cast<AlertRoute*>(object));
}

void set_url(Reader& reader, const Node& node, void* object) {
  auto& url = static_cast<AlertRoute::Webhook*>(object)->url;
  read_text(reader, node, url);
  if (node.is_scalar() && !is_url(url, "http", "https"))
    reader.error(node, "url must begin with http:// or https:// and name a host");
}

void set_format(Reader& /*reader*/, const Node& node, void* object) {
  static_cast<AlertRoute::Webhook*>(object)->format =
      node.text() == "slack" ? AlertRoute::Format::slack : AlertRoute::Format::json;
}

void set_smtp(Reader& reader, const Node& node, void* object) {
  auto& smtp = static_cast<AlertRoute::Email*>(object)->smtp;
  read_text(reader, node, smtp);
  if (!node.is_scalar()) return;
  if (!is_url(smtp, "smtp", "smtps")) {
    reader.error(node, "smtp must be a server such as smtp://mail.example.com:25 or smtps://HOST");
  } else if (smtp.find('@') != std::string::npos) {
    reader.error(node, "smtp names the server only: write username and password as such");
  }
}

void check_address(Reader& reader, const Node& node) {
  if (node.is_scalar() && !is_address(node.text()))
    reader.error(node, describe(node) + " is not an address such as oncall@example.com");
}

void set_from(Reader& reader, const Node& node, void* object) {
  read_text(reader, node, static_cast<AlertRoute::Email*>(object)->from);
  check_address(reader, node);
}

void set_recipients(Reader& reader, const Node& node, void* object) {
  read_texts(reader, node, static_cast<AlertRoute::Email*>(object)->to);
  if (!node.is_sequence()) return check_address(reader, node);
  if (node.children().empty()) reader.error(node, "to is empty: name somebody");
  for (const Node& item : node.children()) check_address(reader, item);
}

void set_starttls(Reader& reader, const Node& node, void* object) {
  bool value = false;
  read_boolean(reader, node, value);
  static_cast<AlertRoute::Email*>(object)->starttls = value;
}

// clang-format off
constexpr std::array kAlertFields = std::to_array<Field>({
    {.name = "name", .help = "Of the route: letters, digits, _, . and -; unique within the project.", .required = true,
     .example = R"("oncall")", .set = set_name},
    {.name = "to", .shape = Shape::object, .help = "Who is told.", .required = true,
     .example = R"({"webhook": {"url": "https://example.com/alerts"}})", .object = &alert_receiver_type, .set = set_to},
    {.name = "on", .shape = Shape::texts,
     .help = "Which alerts: failure, freshness, check, recovery; all of them by default.",
     .example = R"(["failure", "freshness"])", .set = set_kinds},
    {.name = "select", .help = "Of which assets: a selection, such as owner:team:finance or tag:critical; those of "
                               "the project by default, \"*\" for those of all projects.",
     .example = R"("owner:team:finance")", .set = set_select},
    {.name = "repeat", .shape = Shape::duration,
     .help = "How often an alert is told again while it is still so; at least 1m; never by default.",
     .example = R"("4h")", .set = set_repeat},
    {.name = "timeout", .shape = Shape::duration, .help = "Of one attempt; 30s by default, at most 10m.",
     .example = R"("30s")", .set = set_timeout},
});

constexpr std::array kReceiverFields = std::to_array<Field>({
    {.name = "webhook", .shape = Shape::object, .help = "An HTTP POST.",
     .example = R"({"url": "https://example.com/alerts"})", .object = &alert_webhook_type, .set = set_webhook},
    {.name = "email", .shape = Shape::object, .help = "A mail by SMTP.",
     .example = R"({"smtp": "smtp://localhost:25", "from": "freshet@example.com", "to": ["oncall@example.com"]})",
     .object = &alert_email_type, .set = set_email},
    {.name = "command", .shape = Shape::command,
     .help = "Program and arguments; finds the alert as JSON at its standard input. Exit 0 is told.",
     .example = R"(["./page_me"])", .set = set_command},
});

constexpr std::array kWebhookFields = std::to_array<Field>({
    {.name = "url", .help = "Where to; http or https. Redirects are not followed.", .required = true,
     .example = R"("https://example.com/alerts")", .set = set_url},
    {.name = "secret", .help = "Signs each request: Freshet-Signature is t=TIME,v1=HMAC-SHA256 of TIME.BODY.",
     .example = R"("${ALERT_SECRET}")", .set = set_member<&AlertRoute::Webhook::secret, read_text>},
    {.name = "format", .help = "Of the body; json by default.", .choices = "json|slack", .example = R"("slack")",
     .set = set_format},
});

constexpr std::array kEmailFields = std::to_array<Field>({
    {.name = "smtp", .help = "The server; smtps:// speaks TLS from the start.", .required = true,
     .example = R"("smtp://mail.example.com:587")", .set = set_smtp},
    {.name = "from", .help = "Address of the sender.", .required = true, .example = R"("freshet@example.com")",
     .set = set_from},
    {.name = "to", .shape = Shape::texts, .help = "Addresses of those who are told.", .required = true,
     .example = R"(["oncall@example.com"])", .set = set_recipients},
    {.name = "username", .help = "For a server that wants to know who sends.", .example = R"("freshet")",
     .set = set_member<&AlertRoute::Email::username, read_text>},
    {.name = "password", .help = "Goes with username.", .example = R"("${SMTP_PASSWORD}")",
     .set = set_member<&AlertRoute::Email::password, read_text>},
    {.name = "starttls", .shape = Shape::boolean,
     .help = "Whether TLS is required, or never used; by default required with a username, and else used where "
             "the server offers it.",
     .example = "true", .set = set_starttls},
});
// clang-format on

}  // namespace

constinit const ObjectType alert_type{.name = "alert",
                                      .help = "A route of alerts: who is told of what.",
                                      .fields = kAlertFields,
                                      .tag = &type_tag<AlertRoute>};
constinit const ObjectType alert_receiver_type{.name = "alert_receiver",
                                               .help = "Who is told.",
                                               .fields = kReceiverFields,
                                               .tag = &type_tag<AlertRoute>,
                                               .exactly_one_from = 0};
constinit const ObjectType alert_webhook_type{.name = "alert_webhook",
                                              .help = "An HTTP request for each alert.",
                                              .fields = kWebhookFields,
                                              .tag = &type_tag<AlertRoute::Webhook>};
constinit const ObjectType alert_email_type{.name = "alert_email",
                                            .help = "A mail for each alert.",
                                            .fields = kEmailFields,
                                            .tag = &type_tag<AlertRoute::Email>};

void read_alerts(Reader& reader, const Node& node, std::vector<AlertRoute>& out) {
  reader.call_it("alerts");
  read_list(reader, node, [&](const Node& item) {
    AlertRoute route;
    reader.read(alert_type, item, route);
    route.directory = reader.options().directory;
    if (!route.name.empty()) out.push_back(std::move(route));
  });
}

}  // namespace freshet::project
