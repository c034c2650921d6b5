#include "notify/bodies.hpp"

#include <algorithm>
#include <cstddef>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "freshet/facts.hpp"

namespace freshet::notify {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t json_alerts_max = 1'000;
constexpr std::size_t text_alerts_max = 100;
constexpr std::size_t slack_alerts_max = 20;
constexpr std::size_t slack_text_max = 2'900;  // of a block, in characters; Slack takes 3,000

Json or_null(const std::string& text) { return text.empty() ? Json{} : Json(text); }

void add_fields(const Alert& alert, Json& out) {
  out["kind"] = to_text(alert.kind);
  out["text"] = alert.text;
  out["asset"] = or_null(alert.asset);
  out["partition"] = or_null(alert.partition);
  out["check"] = or_null(alert.check);
  out["over"] = alert.over ? Json(to_text(*alert.over)) : Json{};
  out["run"] = alert.step ? Json(to_text(alert.step->run)) : Json{};
  out["step"] = alert.step ? Json(alert.step->number) : Json{};
  out["owners"] = alert.owners;
  out["at"] = format_instant(alert.at);
  out["repetition"] = alert.repetition;
  out["url"] = or_null(alert.url);
}

std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string join(const std::vector<std::string>& texts) {
  std::string out;
  for (const std::string& text : texts) out += (out.empty() ? "" : ", ") + text;
  return out;
}

/// Slack reads these three as its own.
std::string escape(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else {
      out += c;
    }
  }
  return out;
}

/// At most so many bytes, cut between two characters and outside of an escape.
std::string shorten(std::string text, std::size_t size) {
  if (text.size() <= size) return text;
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0U) == 0x80U) --size;
  if (const auto escape_at = text.rfind('&', size);
      escape_at != std::string::npos && text.find(';', escape_at) >= size) {
    size = std::min(size, escape_at);
  }
  return text.substr(0, size) + "…";
}

std::string slack_line(const Alert& alert) {
  std::string out = escape(headline(alert));
  if (!alert.url.empty()) out = "<" + alert.url + "|" + out + ">";
  return out;
}

std::string context_of(const Alert& alert) {
  std::string out = format_instant(alert.at);
  if (alert.step) {
    out += " · run " + to_text(alert.step->run) + ", step " + std::to_string(alert.step->number);
  }
  if (!alert.owners.empty()) out += " · " + join(alert.owners);
  return out;
}

Json mrkdwn(const std::string& text) { return {{"type", "mrkdwn"}, {"text", text}}; }

std::string and_more(std::size_t count) { return "and " + std::to_string(count) + " more"; }

}  // namespace

std::string headline(const Alert& alert) {
  std::string out{to_text(alert.kind)};
  if (alert.repetition != 0) out = "still " + out;
  return out + ": " + alert.text;
}

std::string headline(const Delivery& delivery) {
  if (delivery.alerts.size() == 1) return headline(delivery.alerts.front());
  std::map<AlertKind, std::size_t> counts;
  for (const Alert& alert : delivery.alerts) ++counts[alert.kind];
  std::string kinds;
  for (const auto& [kind, count] : counts) {
    kinds += (kinds.empty() ? "" : ", ") + std::to_string(count) + " " + std::string{to_text(kind)};
  }
  return std::to_string(delivery.alerts.size()) + " alerts: " + kinds;
}

std::string json_body(const Delivery& delivery) {
  Json out;
  out["id"] = delivery.id;
  out["project"] = delivery.project;
  out["route"] = delivery.route;
  if (delivery.alerts.size() == 1) {
    add_fields(delivery.alerts.front(), out);
    return dump(out);
  }
  out["kind"] = "several";
  out["text"] = headline(delivery);
  out["count"] = delivery.alerts.size();
  Json& list = out["alerts"] = Json::array();
  for (const Alert& alert : delivery.alerts) {
    if (list.size() == json_alerts_max) break;
    Json item;
    item["id"] = std::to_string(alert.id.value);
    add_fields(alert, item);
    list.push_back(std::move(item));
  }
  return dump(out);
}

std::string slack_body(const Delivery& delivery) {
  std::string text = "*" + escape(headline(delivery)) + "*";
  const Alert& first = delivery.alerts.front();
  Json blocks = Json::array();
  if (delivery.alerts.size() == 1) {
    text = slack_line(first);
  } else {
    for (std::size_t i = 0; i < delivery.alerts.size(); ++i) {
      if (i == slack_alerts_max || text.size() > slack_text_max) {
        text += "\n" + and_more(delivery.alerts.size() - i);
        break;
      }
      text += "\n• " + slack_line(delivery.alerts[i]);
    }
  }
  blocks.push_back({{"type", "section"}, {"text", mrkdwn(shorten(text, slack_text_max))}});
  if (delivery.alerts.size() == 1) {
    Json elements = Json::array();
    elements.push_back(mrkdwn(shorten(escape(context_of(first)), slack_text_max)));
    blocks.push_back({{"type", "context"}, {"elements", std::move(elements)}});
  }
  Json out;
  out["text"] = shorten(escape(headline(delivery)), slack_text_max);
  out["blocks"] = std::move(blocks);
  return dump(out);
}

std::string text_body(const Delivery& delivery) {
  std::string out;
  for (std::size_t i = 0; i < delivery.alerts.size(); ++i) {
    if (i == text_alerts_max) {
      out += and_more(delivery.alerts.size() - i) + "\n";
      break;
    }
    const Alert& alert = delivery.alerts[i];
    out += headline(alert) + "\n";
    if (!alert.asset.empty()) out += "  asset  " + alert.asset + "\n";
    if (!alert.partition.empty()) out += "  partition  " + alert.partition + "\n";
    out += "  at  " + format_instant(alert.at) + "\n";
    if (alert.step) {
      out += "  run  " + to_text(alert.step->run) + ", step " + std::to_string(alert.step->number) +
             "\n";
    }
    if (!alert.owners.empty()) out += "  owners  " + join(alert.owners) + "\n";
    if (!alert.url.empty()) out += "  " + alert.url + "\n";
    out += "\n";
  }
  return out + "Route " + delivery.route + " of " + delivery.project + ", " + delivery.id + "\n";
}

}  // namespace freshet::notify
