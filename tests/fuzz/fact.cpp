// A fact's bytes: damage is refused, and what is read is written and read again as the same fact.
// An input is the fact's kind, and its bytes.
#include "freshet/facts.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>

#include "fuzz.hpp"

namespace freshet {
namespace {

using fuzz::require;

void judge(fuzz::Input input) {
  const std::size_t kind = input.byte() % (std::variant_size_v<Fact> + 1);
  const auto fact = decode(kind, input.rest());
  if (!fact) {
    require(!fact.error().message.empty(), "an error has a message");
    return;
  }
  const std::string about{kind_name(*fact)};
  require(fact->index() == kind, "a fact is of the kind that was asked for", about);
  const std::string bytes = encode(*fact);
  const auto again = decode(kind, bytes);
  require(again.has_value(), "what encode writes is read", about);
  require(*again == *fact, "a fact comes back as it was", about);
  require(encode(*again) == bytes, "equal facts have equal bytes", about);
  // Fields at the end may have been left out, by a version that did not know them.
  require(bytes.size() >= input.rest().size() || bytes == input.rest(), "a fact has one form",
          about);
  static_cast<void>(asset_of(*fact));
  static_cast<void>(run_of(*fact));
}

}  // namespace
}  // namespace freshet

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  freshet::judge({data, size});
  return 0;
}
