#include "source/database/mysql.hpp"

#include <mysql.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/text.hpp"

namespace freshet::database {
namespace {

struct Closed {
  void operator()(MYSQL* connection) const { mysql_close(connection); }
};
struct Freed {
  void operator()(MYSQL_RES* result) const { mysql_free_result(result); }
};

/// MariaDB's library says what it waits for, and is called again when it has come.
class MySql final : public Connection {
 public:
  MySql(const DatabaseUrl& url, const Limits& limits, Waker& waker)
      : url_{url}, limits_{limits}, waker_{waker}, connection_{mysql_init(nullptr)} {}

  [[nodiscard]] Result<void> connect() {
    MYSQL* const c = connection_.get();
    if (c == nullptr) return Error{Errc::io, "connect to " + url_.shown() + ": out of memory"};
    const auto seconds = static_cast<unsigned>(
        std::max<std::int64_t>(1, std::chrono::ceil<Seconds>(limits_.connect).count()));
    mysql_options(c, MYSQL_OPT_NONBLOCK, nullptr);
    mysql_options(c, MYSQL_OPT_CONNECT_TIMEOUT, &seconds);
    mysql_options(c, MYSQL_SET_CHARSET_NAME, "utf8mb4");
    const my_bool no = 0;
    mysql_options(c, MYSQL_OPT_RECONNECT, &no);
    const auto parameter = [&](const char* name) {
      const auto found = url_.parameters.find(name);
      return found == url_.parameters.end() ? nullptr : found->second.c_str();
    };
    for (const auto& [name, value] : url_.parameters) {
      if (name != "socket" && name != "ssl_ca" && name != "ssl_cert" && name != "ssl_key")
        return Error{Errc::invalid, "connect to " + url_.shown() + ": unknown parameter \"" + name +
                                        "\" of the url: socket, ssl_ca, ssl_cert and ssl_key are "
                                        "known"};
    }
    if (parameter("ssl_ca") != nullptr) {
      mysql_ssl_set(c, parameter("ssl_key"), parameter("ssl_cert"), parameter("ssl_ca"), nullptr,
                    nullptr);
      const my_bool yes = 1;
      mysql_options(c, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &yes);
    }
    unsigned port = 0;
    std::from_chars(url_.port.data(), url_.port.data() + url_.port.size(), port);
    const auto text = [](const std::string& each) { return each.empty() ? nullptr : each.c_str(); };
    const SteadyTime until = waker_.clock().steady() + limits_.connect;
    MYSQL* connected = nullptr;
    int status = mysql_real_connect_start(&connected, c, text(url_.host), text(url_.user),
                                          text(url_.password), text(url_.name), port,
                                          parameter("socket"), 0);
    while (status != 0) {
      const auto ready = wait(status, until);
      if (ready < 0) return lost("connect to", "no answer in time");
      status = mysql_real_connect_cont(&connected, c, ready);
    }
    if (connected == nullptr) return failed("connect to", Errc::io);
    server_ = mysql_get_server_info(c);
    const bool is_mariadb = server_.find("MariaDB") != std::string::npos;
    const std::string ms = std::to_string(limits_.statement.count());
    FRESHET_TRY([[maybe_unused]] const auto limited,
                run(is_mariadb ? "set session max_statement_time = " + ms + " / 1000"
                               : "set session max_execution_time = " + ms));
    FRESHET_TRY([[maybe_unused]] const auto zone, run("set session time_zone = '+00:00'"));
    return {};
  }

  [[nodiscard]] std::string server() const override {
    return (server_.find("MariaDB") != std::string::npos ? "" : "MySQL ") + server_;
  }

  [[nodiscard]] Result<Answer> ask(const std::string& query) override {
    FRESHET_TRY([[maybe_unused]] const auto begun, run("start transaction read only"));
    auto answer = run(query);
    if (!answer && answer.error().code == Errc::io) return answer;
    FRESHET_TRY([[maybe_unused]] const auto ended, run("rollback"));
    return answer;
  }

  [[nodiscard]] Result<std::string> state() override {
    return Error{Errc::unsupported, "MySQL does not tell whether anything was committed"};
  }

 private:
  /// The events that have come, as the library wants them; -1: none in time.
  [[nodiscard]] int wait(int status, SteadyTime until) {
    short events = 0;
    if ((status & MYSQL_WAIT_READ) != 0) events = static_cast<short>(events | POLLIN);
    if ((status & MYSQL_WAIT_WRITE) != 0) events = static_cast<short>(events | POLLOUT);
    if ((status & MYSQL_WAIT_EXCEPT) != 0) events = static_cast<short>(events | POLLPRI);
    while (true) {
      SteadyTime end = until;
      if ((status & MYSQL_WAIT_TIMEOUT) != 0) {
        end = std::min(
            until, waker_.clock().steady() + Millis{mysql_get_timeout_value_ms(connection_.get())});
      }
      switch (waker_.wait(static_cast<int>(mysql_get_socket(connection_.get())), events, end)) {
        case Waker::Cause::ready:
          return status & (MYSQL_WAIT_READ | MYSQL_WAIT_WRITE | MYSQL_WAIT_EXCEPT);
        case Waker::Cause::woken:
          break;
        case Waker::Cause::time:
          if (waker_.clock().steady() < until) return MYSQL_WAIT_TIMEOUT;
          return -1;
        case Waker::Cause::stopped:
          return -1;
      }
    }
  }

  /// What is still to come is waited for by nobody, the library included.
  [[nodiscard]] Error lost(const std::string& doing, const std::string& why) {
    ::shutdown(static_cast<int>(mysql_get_socket(connection_.get())), SHUT_RDWR);
    return {Errc::io, doing + ' ' + url_.shown() + ": " + why};
  }

  [[nodiscard]] Error failed(const std::string& doing, Errc code) const {
    return {code, doing + ' ' + url_.shown() + ": " +
                      url_.without_secrets(std::string{trim(mysql_error(connection_.get()))})};
  }

  [[nodiscard]] Result<Answer> run(const std::string& sql) {
    MYSQL* const c = connection_.get();
    const SteadyTime until = waker_.clock().steady() + limits_.statement + Seconds{5};
    const auto why_failed = [&] {
      const unsigned number = mysql_errno(c);  // 2000 and up: the client's own, of the connection
      return failed("ask", number >= 2'000 && number < 3'000 ? Errc::io : Errc::invalid);
    };
    int error = 0;
    int status = mysql_real_query_start(&error, c, sql.data(), sql.size());
    while (status != 0) {
      const int ready = wait(status, until);
      if (ready < 0) return lost("ask", "no answer in time");
      status = mysql_real_query_cont(&error, c, ready);
    }
    if (error != 0) return why_failed();
    Answer out;
    const std::unique_ptr<MYSQL_RES, Freed> result{mysql_use_result(c)};
    if (result == nullptr) {
      if (mysql_field_count(c) != 0) return why_failed();
      return out;
    }
    const unsigned columns = mysql_num_fields(result.get());
    const MYSQL_FIELD* const fields = mysql_fetch_fields(result.get());
    for (unsigned i = 0; i < columns; ++i) out.columns.emplace_back(fields[i].name);
    while (true) {
      MYSQL_ROW row = nullptr;
      status = mysql_fetch_row_start(&row, result.get());
      while (status != 0) {
        const int ready = wait(status, until);
        if (ready < 0) return lost("ask", "no answer in time");
        status = mysql_fetch_row_cont(&row, result.get(), ready);
      }
      if (row == nullptr) break;
      if (out.rows.size() == limits_.rows)
        return lost("ask", "the answer has more than " + std::to_string(limits_.rows) + " rows");
      const unsigned long* const sizes = mysql_fetch_lengths(result.get());
      auto& values = out.rows.emplace_back();
      for (unsigned i = 0; i < columns; ++i) {
        values.push_back(row[i] == nullptr ? std::nullopt
                                           : std::optional{std::string{
                                                 row[i], static_cast<std::size_t>(sizes[i])}});
      }
    }
    if (mysql_errno(c) != 0) return why_failed();
    return out;
  }

  const DatabaseUrl url_;
  const Limits limits_;
  Waker& waker_;
  std::unique_ptr<MYSQL, Closed> connection_;
  std::string server_;
};

}  // namespace

Result<std::unique_ptr<Connection>> connect_mysql(const DatabaseUrl& url, const Limits& limits,
                                                  Waker& waker) {
  auto out = std::make_unique<MySql>(url, limits, waker);
  if (const auto connected = out->connect(); !connected) return connected.error();
  return std::unique_ptr<Connection>{std::move(out)};
}

}  // namespace freshet::database
