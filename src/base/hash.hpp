// Whether two contents are the same: a 128-bit fingerprint, fed in pieces.
#pragma once
#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace freshet {

struct Hash128 {
  std::uint64_t high{};
  std::uint64_t low{};
  friend constexpr auto operator<=>(const Hash128&, const Hash128&) = default;
};

/// 32 lower-case hex digits, `high` first.
[[nodiscard]] std::string to_text(const Hash128& hash);

/// MurmurHash3 (x64, 128 bits, seed 0), fed incrementally; how the content is cut does not matter.
/// The same on every machine, so it may be stored.  Good against accidents, not against an
/// adversary: nothing may be trusted because its hash fits.
class ContentHash {
 public:
  void update(std::string_view bytes);
  /// Of all so far; more may follow.
  [[nodiscard]] Hash128 digest() const;

 private:
  void mix(std::string_view block);

  std::uint64_t high_{};
  std::uint64_t low_{};
  std::uint64_t size_{};
  std::array<char, 16> rest_{};  ///< The first size_ % 16 of it wait for their block to fill up.
};

[[nodiscard]] Hash128 content_hash(std::string_view bytes);

}  // namespace freshet
