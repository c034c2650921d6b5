#include "source/database/postgres_session.hpp"

#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "base/text.hpp"

namespace freshet::database {
namespace {

struct Cleared {
  void operator()(PGresult* result) const { PQclear(result); }
};
using ResultPtr = std::unique_ptr<PGresult, Cleared>;

struct Freed {
  void operator()(char* memory) const { PQfreemem(memory); }
};

struct Options {
  void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};

/// In one line.
std::string line_of(const char* message) {
  std::string out;
  for (const std::string_view line : split(trim(message == nullptr ? "" : message), '\n'))
    out.append(out.empty() ? "" : "; ").append(trim(line));
  return out;
}

}  // namespace

std::string quote_literal(std::string_view text) {
  std::string out = text.find('\\') == std::string_view::npos ? "'" : " E'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += c;
    out += c;
  }
  return out + '\'';
}

std::string quote_name(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"') out += c;
    out += c;
  }
  return out + '"';
}

std::string quote_table(std::string_view text) {
  const std::size_t dot = text.find('.');
  return quote_name(text.substr(0, dot)) + '.' + quote_name(text.substr(dot + 1));
}

void PostgresSession::Closed::operator()(pg_conn* connection) const { PQfinish(connection); }

PostgresSession::PostgresSession(std::unique_ptr<pg_conn, Closed> connection,
                                 const DatabaseUrl& url, const Limits& limits, Waker& waker)
    : connection_{std::move(connection)}, url_{url}, limits_{limits}, waker_{waker} {}

// libpq goes on to the next host by itself only when one refuses, not when it is silent.
std::vector<PostgresSession::Host> PostgresSession::hosts_of(const std::string& url) {
  const std::unique_ptr<PQconninfoOption, Options> options{PQconninfoParse(url.c_str(), nullptr)};
  const auto listed = [&](std::string_view keyword) {
    std::vector<std::string> out;
    for (const auto* each = options.get(); each != nullptr && each->keyword != nullptr; ++each) {
      if (each->keyword != keyword || each->val == nullptr) continue;
      for (const std::string_view part : split(each->val, ',')) out.emplace_back(part);
    }
    return out;
  };
  const auto names = listed("host"), addresses = listed("hostaddr"), ports = listed("port");
  const std::size_t count = std::max(names.size(), addresses.size());
  const auto fits = [&](const std::vector<std::string>& of) {
    return (of.empty() || of.size() == count) && std::ranges::find(of, "") == of.end();
  };
  if (count < 2 || !fits(names) || !fits(addresses) || (ports.size() > 1 && !fits(ports)))
    return {Host{}};
  std::vector<Host> out;
  for (std::size_t i = 0; i < count; ++i) {
    out.push_back({.name = names.empty() ? "" : names[i],
                   .address = addresses.empty() ? "" : addresses[i],
                   .port = ports.empty() ? "" : ports[ports.size() == 1 ? 0 : i]});
  }
  return out;
}

Result<std::unique_ptr<PostgresSession>> PostgresSession::open(const std::string& url,
                                                               const DatabaseUrl& parsed,
                                                               bool replication,
                                                               const Limits& limits, Waker& waker) {
  std::optional<Error> failed;
  for (const Host& host : hosts_of(url)) {
    auto out = open_at(host, url, parsed, replication, limits, waker);
    if (out || waker.is_stopped()) return out;
    if (!failed) {
      failed = std::move(out).error();
    } else if (failed->message.find(out.error().message) == std::string::npos) {
      failed->message += "; " + out.error().message;
    }
  }
  return *std::move(failed);
}

Result<std::unique_ptr<PostgresSession>> PostgresSession::open_at(
    const Host& host, const std::string& url, const DatabaseUrl& parsed, bool replication,
    const Limits& limits, Waker& waker) {
  const auto own = parsed.parameters.find("options");
  // Times as text must not depend on who set what for this user.
  const std::string options = (own == parsed.parameters.end() ? "" : own->second + ' ') +
                              "-c TimeZone=UTC -c DateStyle=ISO -c standard_conforming_strings=on";
  // What stands before the URL is a default, what stands behind it holds.  A peer that is gone
  // without a word is noticed within a minute.
  std::vector<std::pair<const char*, const char*>> parameters{
      {"keepalives_idle", "30"},   {"keepalives_interval", "10"},
      {"keepalives_count", "3"},   {"tcp_user_timeout", "30000"},
      {"dbname", url.c_str()},     {"fallback_application_name", "freshet"},
      {"options", options.c_str()}};
  if (!host.name.empty()) parameters.emplace_back("host", host.name.c_str());
  if (!host.address.empty()) parameters.emplace_back("hostaddr", host.address.c_str());
  if (!host.port.empty()) parameters.emplace_back("port", host.port.c_str());
  if (replication) parameters.emplace_back("replication", "database");
  std::vector<const char*> names, values;
  for (const auto& [name, value] : parameters) names.push_back(name), values.push_back(value);
  names.push_back(nullptr), values.push_back(nullptr);
  std::unique_ptr<pg_conn, Closed> connection{PQconnectStartParams(names.data(), values.data(), 1)};
  std::string at = host.name.empty() ? host.address : host.name;
  if (!at.empty()) at = "host " + at + (host.port.empty() ? "" : ':' + host.port) + ": ";
  const std::string doing = "connect to " + parsed.shown() + ": " + at;
  const auto failed = [&](const std::string& why) {
    return Error{Errc::io, doing + parsed.without_secrets(why)};
  };
  if (connection == nullptr) return failed("out of memory");
  Millis timeout = limits.connect;
  if (const auto given = parsed.parameters.find("connect_timeout");
      given != parsed.parameters.end()) {
    const int seconds = std::atoi(given->second.c_str());
    if (seconds > 0) timeout = std::min<Millis>(timeout, Seconds{seconds});
  }
  const SteadyTime until = waker.clock().steady() + timeout;
  auto state = PGRES_POLLING_WRITING;
  while (state != PGRES_POLLING_OK) {
    if (state == PGRES_POLLING_FAILED || PQstatus(connection.get()) == CONNECTION_BAD)
      return failed(line_of(PQerrorMessage(connection.get())));
    const short events = state == PGRES_POLLING_READING ? POLLIN : POLLOUT;
    switch (waker.wait(PQsocket(connection.get()), events, until)) {
      case Waker::Cause::ready:
        state = PQconnectPoll(connection.get());
        break;
      case Waker::Cause::woken:
        break;
      case Waker::Cause::time:
      case Waker::Cause::stopped:
        return failed("no answer in time");
    }
  }
  std::unique_ptr<PostgresSession> out{
      new PostgresSession{std::move(connection), parsed, limits, waker}};
  PQsetnonblocking(out->connection_.get(), 1);
  return out;
}

Error PostgresSession::broken(const std::string& doing) const {
  std::string why = line_of(PQerrorMessage(connection_.get()));
  if (why.empty()) why = "the connection was lost";
  return {Errc::io, doing + ' ' + url_.shown() + ": " + url_.without_secrets(std::move(why))};
}

Result<void> PostgresSession::wait_result(SteadyTime until) {
  while (true) {
    const int unsent = PQflush(connection_.get());
    if (unsent < 0) return broken("ask");
    if (PQisBusy(connection_.get()) == 0) return {};
    const short events = static_cast<short>(unsent > 0 ? POLLIN | POLLOUT : POLLIN);
    switch (waker_.wait(fd(), events, until)) {
      case Waker::Cause::ready:
        if (PQconsumeInput(connection_.get()) == 0) return broken("ask");
        break;
      case Waker::Cause::woken:
        break;
      case Waker::Cause::time:
      case Waker::Cause::stopped:
        return Error{Errc::io, "ask " + url_.shown() + ": no answer in time"};
    }
  }
}

void PostgresSession::keep_state(const pg_result* result) {
  const char* const state =
      result == nullptr ? nullptr : PQresultErrorField(result, PG_DIAG_SQLSTATE);
  sqlstate_ = state == nullptr ? "" : state;
}

Result<Answer> PostgresSession::collect(Millis timeout, const Sink* sink) {
  // The server gives up by itself before.
  const SteadyTime until = waker_.clock().steady() + timeout + Seconds{5};
  PQsetSingleRowMode(connection_.get());
  sqlstate_.clear();
  Answer out;
  std::optional<Error> error;
  while (true) {
    if (const auto waited = wait_result(until); !waited) return waited.error();
    const ResultPtr result{PQgetResult(connection_.get())};
    if (result == nullptr) break;
    const ExecStatusType status = PQresultStatus(result.get());
    if (status == PGRES_COPY_BOTH) return out;
    if (status == PGRES_SINGLE_TUPLE || status == PGRES_TUPLES_OK) {
      const int columns = PQnfields(result.get());
      if (out.columns.empty() || status == PGRES_TUPLES_OK) {
        out.columns.clear();
        for (int c = 0; c < columns; ++c) out.columns.emplace_back(PQfname(result.get(), c));
      }
      for (int r = 0; r < PQntuples(result.get()); ++r) {
        if (sink == nullptr && out.rows.size() == limits_.rows)
          return Error{Errc::io, "ask " + url_.shown() + ": the answer has more than " +
                                     std::to_string(limits_.rows) + " rows"};
        if (sink != nullptr) out.rows.clear();
        auto& row = out.rows.emplace_back();
        for (int c = 0; c < columns; ++c) {
          row.push_back(PQgetisnull(result.get(), r, c) != 0
                            ? std::nullopt
                            : std::optional<std::string>{PQgetvalue(result.get(), r, c)});
        }
        if (sink != nullptr) (*sink)(row);
      }
    } else if (status != PGRES_COMMAND_OK && status != PGRES_EMPTY_QUERY) {
      keep_state(result.get());
      const char* const primary = PQresultErrorField(result.get(), PG_DIAG_MESSAGE_PRIMARY);
      std::string why =
          primary != nullptr ? line_of(primary) : line_of(PQerrorMessage(connection_.get()));
      if (const char* const hint = PQresultErrorField(result.get(), PG_DIAG_MESSAGE_HINT))
        why += " (" + line_of(hint) + ')';
      error = Error{PQstatus(connection_.get()) == CONNECTION_BAD ? Errc::io : Errc::invalid,
                    "ask " + url_.shown() + ": " + url_.without_secrets(std::move(why))};
    }
  }
  if (error) return *std::move(error);
  return out;
}

Result<Answer> PostgresSession::run(const std::string& sql, Millis timeout) {
  if (PQsendQuery(connection_.get(), sql.c_str()) == 0) return broken("ask");
  return collect(timeout);
}

Result<void> PostgresSession::each(const std::string& sql, Millis timeout, const Sink& sink) {
  if (PQsendQuery(connection_.get(), sql.c_str()) == 0) return broken("ask");
  FRESHET_TRY([[maybe_unused]] const auto answer, collect(timeout, &sink));
  return {};
}

Result<Answer> PostgresSession::run_one(const std::string& sql) {
  if (PQsendQueryParams(connection_.get(), sql.c_str(), 0, nullptr, nullptr, nullptr, nullptr, 0) ==
      0)
    return broken("ask");
  return collect(limits_.statement);
}

std::string PostgresSession::server() const {
  const char* const text = PQparameterStatus(connection_.get(), "server_version");
  return std::string{"PostgreSQL "} + (text == nullptr ? "?" : text);
}
int PostgresSession::version() const { return PQserverVersion(connection_.get()); }
std::string PostgresSession::user() const { return PQuser(connection_.get()); }
std::string PostgresSession::database() const { return PQdb(connection_.get()); }
int PostgresSession::fd() const { return PQsocket(connection_.get()); }

Result<Connection::Calls> PostgresSession::take_notifications() {
  Connection::Calls out;
  if (PQconsumeInput(connection_.get()) == 0) return broken("listen to");
  while (PGnotify* const raw = PQnotifies(connection_.get())) {
    const std::unique_ptr<char, Freed> freed{reinterpret_cast<char*>(raw)};
    ++out.count;
    out.last = raw->extra == nullptr ? "" : raw->extra;
  }
  return out;
}

Result<void> PostgresSession::start_copy(const std::string& sql) {
  FRESHET_TRY([[maybe_unused]] const auto answer, run(sql));
  return {};
}

Result<std::optional<std::string>> PostgresSession::read_copy() {
  char* raw = nullptr;
  int size = PQgetCopyData(connection_.get(), &raw, 1);
  if (size == 0) {
    if (PQconsumeInput(connection_.get()) == 0) return broken("read");
    size = PQgetCopyData(connection_.get(), &raw, 1);
  }
  const std::unique_ptr<char, Freed> buffer{raw};
  if (size > 0) return std::optional{std::string{raw, static_cast<std::size_t>(size)}};
  if (size == 0) return std::optional<std::string>{};
  if (size == -1) {
    const ResultPtr result{PQgetResult(connection_.get())};
    keep_state(result.get());
    const char* const primary =
        result == nullptr ? nullptr : PQresultErrorField(result.get(), PG_DIAG_MESSAGE_PRIMARY);
    return Error{Errc::io, "read " + url_.shown() + ": " +
                               (primary == nullptr ? "the server ended the stream"
                                                   : url_.without_secrets(line_of(primary)))};
  }
  return broken("read");
}

Result<void> PostgresSession::write_copy(std::string_view bytes) {
  // Waits for nothing: what is not sent now goes with the next one.
  const int put = PQputCopyData(connection_.get(), bytes.data(), static_cast<int>(bytes.size()));
  if (put < 0 || PQflush(connection_.get()) < 0) return broken("answer");
  return {};
}

}  // namespace freshet::database
