#include "notify/transfers.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "freshet/result.hpp"
#include "transfer/answer.hpp"
#include "transfer/easy.hpp"

namespace freshet::notify {
namespace {

constexpr std::chrono::seconds grace{5};  ///< Between TERM and KILL.

/// A request or a mail under way; where libcurl keeps pointers to.
struct Transfer {
  explicit Transfer(const transfer::Limits& limits) : easy{limits} {
    easy.keep_answer(transfer::answer_max, transfer::Beyond::cut);
  }
  transfer::List list;
  std::string body;
  std::size_t sent{};
  std::vector<std::string> secrets;
  bool is_mail{false};
  transfer::Easy easy;  ///< Goes first.
};

struct Process {
  Command command;
  SteadyTime deadline;
  bool is_late{false};
};

std::size_t give_body(char* data, std::size_t size, std::size_t count, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  const std::size_t given = std::min(size * count, transfer.body.size() - transfer.sent);
  std::memcpy(data, transfer.body.data() + transfer.sent, given);
  transfer.sent += given;
  return given;
}

Outcome outcome_of(const Transfer& transfer, CURLcode code) {
  const long status = transfer.easy.status();
  const auto clean = [&](const std::string& text) {
    return transfer::clean(text, transfer.secrets);
  };
  if (code != CURLE_OK) return {.text = clean(transfer.easy.error(code))};
  if (transfer.is_mail) return {.ok = true, .text = "SMTP " + std::to_string(status)};
  return {.ok = status >= 200 && status < 300,
          .refused = transfer::is_refusal(status),
          .text = transfer::told(status, clean(transfer.easy.answer()))};
}

}  // namespace

struct Transfers::Impl {
  explicit Impl(const Clock& clock_in) : clock{clock_in} {}
  ~Impl() {
    for (auto& [key, transfer] : transfers)
      ::curl_multi_remove_handle(multi.get(), transfer->easy.get());
  }

  std::unique_ptr<Transfer> make(const std::string& url, const char* schemes, Micros timeout) {
    auto out = std::make_unique<Transfer>(
        transfer::Limits{.whole = std::chrono::ceil<Millis>(timeout), .schemes = schemes});
    out->easy.set(CURLOPT_URL, url.c_str());
    return out;
  }
  void begin(Key key, std::unique_ptr<Transfer> transfer) {
    transfer->easy.set(CURLOPT_PRIVATE, transfer.get());
    const CURLMcode code = ::curl_multi_add_handle(multi.get(), transfer->easy.get());
    FRESHET_ASSERT(code == CURLM_OK);
    transfers[key] = std::move(transfer);
  }

  void perform() {
    int running = 0;
    ::curl_multi_perform(multi.get(), &running);
    int left = 0;
    while (const CURLMsg* message = ::curl_multi_info_read(multi.get(), &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      const CURLcode code = message->data.result;
      CURL* easy = message->easy_handle;
      const auto found = std::ranges::find_if(
          transfers, [&](const auto& entry) { return entry.second->easy.get() == easy; });
      FRESHET_ASSERT(found != transfers.end());
      ended.emplace_back(found->first, outcome_of(*found->second, code));
      ::curl_multi_remove_handle(multi.get(), easy);
      transfers.erase(found);
    }
    for (auto it = processes.begin(); it != processes.end();) {
      Process& process = it->second;
      process.command.read_stderr();
      const bool is_over = clock.steady() >= process.deadline;
      if (const auto end = process.command.ended()) {
        ended.emplace_back(it->first, Outcome{.ok = end->empty() && !process.is_late,
                                              .text = process.is_late ? "it took too long"
                                                                      : transfer::clean(*end, {})});
      } else if (is_over && process.is_late) {
        ended.emplace_back(it->first, Outcome{.text = "it took too long"});
      } else {
        if (is_over) {
          process.is_late = true;
          process.deadline = clock.steady() + grace;
          process.command.ask_to_end();
        }
        ++it;
        continue;
      }
      it = processes.erase(it);
    }
  }

  void wait_for_news(Millis longest) {
    std::vector<curl_waitfd> fds;
    for (const auto& [key, process] : processes) {
      fds.push_back({.fd = process.command.pidfd(), .events = CURL_WAIT_POLLIN, .revents = 0});
      if (process.command.stderr_fd() >= 0)
        fds.push_back(
            {.fd = process.command.stderr_fd(), .events = CURL_WAIT_POLLIN, .revents = 0});
      longest = std::clamp(std::chrono::ceil<Millis>(process.deadline - clock.steady()), Millis{0},
                           longest);
    }
    ::curl_multi_poll(multi.get(), fds.data(), static_cast<unsigned>(fds.size()),
                      static_cast<int>(longest.count()), nullptr);
  }

  const Clock& clock;
  transfer::Multi multi{transfer::make_multi()};
  std::map<Key, std::unique_ptr<Transfer>> transfers;
  std::map<Key, Process> processes;
  std::vector<std::pair<Key, Outcome>> ended;
};

Transfers::Transfers(const Clock& clock) : impl_{std::make_unique<Impl>(clock)} {}
Transfers::~Transfers() = default;

void Transfers::post(Key key, Post post, Micros timeout) {
  auto transfer = impl_->make(post.url, "http,https", timeout);
  post.headers.emplace_back("Expect:");  // no waiting for a "100 Continue"
  transfer->list = transfer::list_of(post.headers);
  transfer->body = std::move(post.body);
  transfer->secrets = {post.url};
  transfer->easy.set(CURLOPT_HTTPHEADER, transfer->list.get());
  transfer->easy.set(CURLOPT_POST, 1L);
  transfer->easy.set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(transfer->body.size()));
  transfer->easy.set(CURLOPT_POSTFIELDS, transfer->body.data());
  impl_->begin(key, std::move(transfer));
}

void Transfers::mail(Key key, const AlertRoute::Email& to, std::string message, Micros timeout) {
  auto transfer = impl_->make(to.smtp, "smtp,smtps", timeout);
  transfer->is_mail = true;
  transfer->list = transfer::list_of(to.to);
  transfer->body = std::move(message);
  transfer->secrets = {to.password};
  transfer->easy.set(CURLOPT_MAIL_FROM, to.from.c_str());
  transfer->easy.set(CURLOPT_MAIL_RCPT, transfer->list.get());
  transfer->easy.set(CURLOPT_UPLOAD, 1L);
  transfer->easy.set(CURLOPT_READFUNCTION, give_body);
  transfer->easy.set(CURLOPT_READDATA, transfer.get());
  if (!to.username.empty()) {
    transfer->easy.set(CURLOPT_USERNAME, to.username.c_str());
    transfer->easy.set(CURLOPT_PASSWORD, to.password.c_str());
  }
  const bool is_required = to.starttls.value_or(!to.username.empty());
  const bool is_refused = to.starttls == false;
  transfer->easy.set(CURLOPT_USE_SSL, static_cast<long>(is_refused    ? CURLUSESSL_NONE
                                                        : is_required ? CURLUSESSL_ALL
                                                                      : CURLUSESSL_TRY));
  impl_->begin(key, std::move(transfer));
}

void Transfers::run(Key key, const CommandCall& call, Micros timeout) {
  auto command = Command::start(call);
  if (!command) {
    impl_->ended.emplace_back(key, Outcome{.text = transfer::clean(command.error().message, {})});
    return;
  }
  impl_->processes.emplace(
      key, Process{.command = *std::move(command), .deadline = impl_->clock.steady() + timeout});
}

std::vector<std::pair<Transfers::Key, Outcome>> Transfers::wait(Millis longest) {
  impl_->perform();
  if (impl_->ended.empty()) {
    impl_->wait_for_news(longest);
    impl_->perform();
  }
  return std::exchange(impl_->ended, {});
}

void Transfers::wake() { ::curl_multi_wakeup(impl_->multi.get()); }

}  // namespace freshet::notify
