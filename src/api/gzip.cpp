#include "api/gzip.hpp"

#include <zlib.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include "base/text.hpp"
#include "freshet/result.hpp"
#include "http/message.hpp"

namespace freshet::api {
namespace {

/// Whether a weight is zero: "q=0", "q=0.0" and so on.
bool is_refused(std::string_view parameters) {
  for (const std::string_view part : split(parameters, ';')) {
    const std::string_view parameter = trim(part);
    if (!parameter.starts_with("q=") && !parameter.starts_with("Q=")) continue;
    return parameter.find_first_not_of("0.", 2) == std::string_view::npos;
  }
  return false;
}

}  // namespace

bool accepts_gzip(std::string_view header) {
  bool takes_any = false;
  for (const std::string_view part : split(header, ',')) {
    const std::size_t end = std::min(part.find(';'), part.size());
    const std::string_view coding = trim(part.substr(0, end));
    if (coding == "gzip" || coding == "x-gzip") return !is_refused(part.substr(end));
    if (coding == "*") takes_any = !is_refused(part.substr(end));
  }
  return takes_any;
}

bool is_worth_gzip(const http::Response& response) {
  const auto type = http::find_header(response.headers, "content-type");
  return response.body.size() > gzip_min && type && type->starts_with("application/json") &&
         !http::find_header(response.headers, "content-encoding");
}

std::string gzip(std::string_view text) {
  constexpr int level = 1;
  constexpr int window_bits = 15 + 16;  // the largest, with gzip's header and trailer
  constexpr int memory_level = 8;
  z_stream stream{};
  const int begun =
      deflateInit2(&stream, level, Z_DEFLATED, window_bits, memory_level, Z_DEFAULT_STRATEGY);
  FRESHET_ASSERT(begun == Z_OK);
  std::string out(deflateBound(&stream, text.size()), '\0');
  std::size_t written = 0;
  int state = Z_OK;
  // zlib counts in 32 bits.
  constexpr std::size_t piece_max = std::size_t{1} << 30;
  while (state == Z_OK) {
    const std::size_t piece = std::min(text.size(), piece_max);
    stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(text.data()));
    stream.avail_in = static_cast<uInt>(piece);
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + written);
    stream.avail_out = static_cast<uInt>(std::min(out.size() - written, piece_max));
    const std::size_t room = stream.avail_out;
    state = deflate(&stream, piece == text.size() ? Z_FINISH : Z_NO_FLUSH);
    text.remove_prefix(piece - stream.avail_in);
    written += room - stream.avail_out;
  }
  FRESHET_ASSERT(state == Z_STREAM_END);
  deflateEnd(&stream);
  out.resize(written);
  return out;
}

Result<std::string> gunzip(std::string_view bytes, std::size_t size_max) {
  constexpr int window_bits = 15 + 16;
  z_stream stream{};
  const int begun = inflateInit2(&stream, window_bits);
  FRESHET_ASSERT(begun == Z_OK);
  std::string out;
  stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  int state = Z_OK;
  while (state == Z_OK && out.size() <= size_max) {
    const std::size_t before = out.size();
    out.resize(before + std::max<std::size_t>(4096, bytes.size() * 4));
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + before);
    stream.avail_out = static_cast<uInt>(out.size() - before);
    state = inflate(&stream, Z_NO_FLUSH);
    out.resize(out.size() - stream.avail_out);
  }
  inflateEnd(&stream);
  if (out.size() > size_max)
    return Error{Errc::invalid, "gzip: more than " + std::to_string(size_max) + " bytes"};
  if (state != Z_STREAM_END) return Error{Errc::invalid, "gzip: damaged, or cut short"};
  return Result<std::string>{boost::system::in_place_value, std::move(out)};
}

}  // namespace freshet::api
