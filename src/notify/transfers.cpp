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

#include "base/text.hpp"
#include "freshet/result.hpp"

namespace freshet::notify {
namespace {

constexpr std::size_t answer_max = 300;
constexpr std::chrono::seconds connect_max{10};
constexpr std::chrono::seconds grace{5};  ///< Between TERM and KILL.

struct FreeEasy {
  void operator()(CURL* handle) const { ::curl_easy_cleanup(handle); }
};
struct FreeMulti {
  void operator()(CURLM* handle) const { ::curl_multi_cleanup(handle); }
};
struct FreeList {
  void operator()(curl_slist* list) const { ::curl_slist_free_all(list); }
};
using List = std::unique_ptr<curl_slist, FreeList>;

List list_of(const std::vector<std::string>& texts) {
  List list;
  for (const std::string& text : texts) {
    curl_slist* longer = ::curl_slist_append(list.get(), text.c_str());
    FRESHET_ASSERT(longer != nullptr);
    static_cast<void>(list.release());
    list.reset(longer);
  }
  return list;
}

/// A request or a mail under way; where libcurl keeps pointers to.
struct Transfer {
  std::unique_ptr<CURL, FreeEasy> easy;
  List list;
  std::string body;
  std::size_t sent{};
  std::string answer;
  std::vector<std::string> secrets;
  bool is_mail{false};
  std::array<char, CURL_ERROR_SIZE> error{};
};

struct Process {
  Command command;
  SteadyTime deadline;
  bool is_late{false};
};

/// Keeps the beginning of an answer.
std::size_t take_answer(char* data, std::size_t size, std::size_t count, void* user) {
  auto& answer = static_cast<Transfer*>(user)->answer;
  answer.append(data, std::min(size * count, answer_max - std::min(answer_max, answer.size())));
  return size * count;
}

std::size_t give_body(char* data, std::size_t size, std::size_t count, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  const std::size_t given = std::min(size * count, transfer.body.size() - transfer.sent);
  std::memcpy(data, transfer.body.data() + transfer.sent, given);
  transfer.sent += given;
  return given;
}

template <class T>
void set(Transfer& transfer, CURLoption option, T value) {
  const CURLcode code = ::curl_easy_setopt(transfer.easy.get(), option, value);
  FRESHET_ASSERT(code == CURLE_OK);
}

long millis(Micros duration) {
  return static_cast<long>(std::chrono::ceil<Millis>(duration).count());
}

/// One line that people can read, without what must not be read.
std::string clean(std::string_view text, const std::vector<std::string>& secrets) {
  std::string out{trim(text)};
  for (const std::string& secret : secrets) {
    if (secret.empty()) continue;
    for (std::size_t at = 0; (at = out.find(secret, at)) != std::string::npos; at += 3)
      out.replace(at, secret.size(), "***");
  }
  out = out.substr(0, std::min(out.find('\n'), answer_max));
  for (char& c : out) {
    if (static_cast<unsigned char>(c) < ' ' || c == '\x7f') c = ' ';
  }
  if (!is_utf8(out)) {
    for (char& c : out) {
      if (static_cast<unsigned char>(c) >= 0x80) c = '?';
    }
  }
  return out;
}

/// What says that this very request is wrong, and not the receiver or the way to it.
bool is_refusal(long status) {
  return status == 400 || status == 413 || status == 415 || status == 422;
}

Outcome outcome_of(const Transfer& transfer, CURLcode code) {
  long status = 0;
  ::curl_easy_getinfo(transfer.easy.get(), CURLINFO_RESPONSE_CODE, &status);
  const std::string answer = clean(transfer.answer, transfer.secrets);
  if (code != CURLE_OK) {
    const char* text =
        transfer.error.front() != '\0' ? transfer.error.data() : ::curl_easy_strerror(code);
    return {.text = clean(text, transfer.secrets)};
  }
  if (transfer.is_mail) return {.ok = true, .text = "SMTP " + std::to_string(status)};
  Outcome out{.ok = status >= 200 && status < 300,
              .refused = is_refusal(status),
              .text = "HTTP " + std::to_string(status)};
  if (status >= 300 && status < 400) {
    out.text += ": redirects are not followed";
  } else if (!out.ok && !answer.empty()) {
    out.text += ": " + answer;
  }
  return out;
}

}  // namespace

struct Transfers::Impl {
  explicit Impl(const Clock& clock_in) : clock{clock_in} {
    static const CURLcode ready = ::curl_global_init(CURL_GLOBAL_DEFAULT);
    FRESHET_ASSERT(ready == CURLE_OK);
    multi.reset(::curl_multi_init());
    FRESHET_ASSERT(multi != nullptr);
  }
  ~Impl() {
    for (auto& [key, transfer] : transfers)
      ::curl_multi_remove_handle(multi.get(), transfer->easy.get());
  }

  std::unique_ptr<Transfer> make(const std::string& url, const char* schemes, Micros timeout) {
    auto transfer = std::make_unique<Transfer>();
    transfer->easy.reset(::curl_easy_init());
    FRESHET_ASSERT(transfer->easy != nullptr);
    set(*transfer, CURLOPT_ERRORBUFFER, transfer->error.data());
    set(*transfer, CURLOPT_URL, url.c_str());
    set(*transfer, CURLOPT_PROTOCOLS_STR, schemes);
    set(*transfer, CURLOPT_FOLLOWLOCATION, 0L);
    set(*transfer, CURLOPT_NOSIGNAL, 1L);
    set(*transfer, CURLOPT_TIMEOUT_MS, millis(timeout));
    set(*transfer, CURLOPT_CONNECTTIMEOUT_MS, millis(std::min<Micros>(timeout, connect_max)));
    set(*transfer, CURLOPT_WRITEFUNCTION, take_answer);
    set(*transfer, CURLOPT_WRITEDATA, transfer.get());
    return transfer;
  }
  void begin(Key key, std::unique_ptr<Transfer> transfer) {
    set(*transfer, CURLOPT_PRIVATE, transfer.get());
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
        ended.emplace_back(it->first,
                           Outcome{.ok = end->empty() && !process.is_late,
                                   .text = process.is_late ? "it took too long" : clean(*end, {})});
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
  std::unique_ptr<CURLM, FreeMulti> multi;
  std::map<Key, std::unique_ptr<Transfer>> transfers;
  std::map<Key, Process> processes;
  std::vector<std::pair<Key, Outcome>> ended;
};

Transfers::Transfers(const Clock& clock) : impl_{std::make_unique<Impl>(clock)} {}
Transfers::~Transfers() = default;

void Transfers::post(Key key, Post post, Micros timeout) {
  auto transfer = impl_->make(post.url, "http,https", timeout);
  post.headers.emplace_back("Expect:");  // no waiting for a "100 Continue"
  transfer->list = list_of(post.headers);
  transfer->body = std::move(post.body);
  transfer->secrets = {post.url};
  set(*transfer, CURLOPT_HTTPHEADER, transfer->list.get());
  set(*transfer, CURLOPT_USERAGENT, "freshet");
  set(*transfer, CURLOPT_POST, 1L);
  set(*transfer, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(transfer->body.size()));
  set(*transfer, CURLOPT_POSTFIELDS, transfer->body.data());
  impl_->begin(key, std::move(transfer));
}

void Transfers::mail(Key key, const AlertRoute::Email& to, std::string message, Micros timeout) {
  auto transfer = impl_->make(to.smtp, "smtp,smtps", timeout);
  transfer->is_mail = true;
  transfer->list = list_of(to.to);
  transfer->body = std::move(message);
  transfer->secrets = {to.password};
  set(*transfer, CURLOPT_MAIL_FROM, to.from.c_str());
  set(*transfer, CURLOPT_MAIL_RCPT, transfer->list.get());
  set(*transfer, CURLOPT_UPLOAD, 1L);
  set(*transfer, CURLOPT_READFUNCTION, give_body);
  set(*transfer, CURLOPT_READDATA, transfer.get());
  if (!to.username.empty()) {
    set(*transfer, CURLOPT_USERNAME, to.username.c_str());
    set(*transfer, CURLOPT_PASSWORD, to.password.c_str());
  }
  const bool is_required = to.starttls.value_or(!to.username.empty());
  const bool is_refused = to.starttls == false;
  set(*transfer, CURLOPT_USE_SSL,
      static_cast<long>(is_refused    ? CURLUSESSL_NONE
                        : is_required ? CURLUSESSL_ALL
                                      : CURLUSESSL_TRY));
  impl_->begin(key, std::move(transfer));
}

void Transfers::run(Key key, const CommandCall& call, Micros timeout) {
  auto command = Command::start(call);
  if (!command) {
    impl_->ended.emplace_back(key, Outcome{.text = clean(command.error().message, {})});
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
