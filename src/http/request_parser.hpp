// Which request do these bytes make?  Fed piece by piece, it stops at the end of the head, so that
// the request can be judged before its body is read.  No sockets; the only user of Beast.
#pragma once
#include <cstdint>
#include <memory>
#include <string>

#include "http/message.hpp"

namespace freshet::http {

class RequestParser {
 public:
  enum class Progress : std::uint8_t {
    more,   ///< Feed more bytes.
    head,   ///< head() and the questions about it may be asked; put() goes on with the body.
    done,   ///< take_body() has the whole body; what is left in the input is the next request's.
    fault,  ///< The request is refused, and nothing after it can be trusted.
  };

  /// `header_limit` in bytes, counting the request line.
  explicit RequestParser(std::uint32_t header_limit);
  RequestParser(const RequestParser&) = delete;
  RequestParser& operator=(const RequestParser&) = delete;
  ~RequestParser();

  /// Eats from the front of `input` what it understands.
  [[nodiscard]] Progress put(std::string& input);

  /// From `head` on; `remote` is left empty.  Trailers of a chunked body are not added to it.
  [[nodiscard]] const Head& head() const;
  [[nodiscard]] bool keep_alive() const;
  [[nodiscard]] bool is_http10() const;
  [[nodiscard]] bool has_body() const;
  /// The client waits for "100 Continue" before it sends the body.
  [[nodiscard]] bool expects_continue() const;
  /// Bytes.  Returns false when the announced length is above it already.  No limit until called.
  [[nodiscard]] bool limit_body(std::uint64_t limit);

  [[nodiscard]] std::string take_body();

  [[nodiscard]] int fault_status() const;  ///< 400, 413, 417, 431 or 501.
  [[nodiscard]] const std::string& fault_reason() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace freshet::http
