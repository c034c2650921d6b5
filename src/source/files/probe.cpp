#include "source/files/probe.hpp"

#include <cerrno>
#include <memory>
#include <utility>

#include "source/files/inotify.hpp"
#include "source/files/look.hpp"
#include "source/files/source.hpp"
#include "source/files/walk.hpp"

namespace freshet::files {

SourceTest probe(const AssetDefinition& asset, const std::atomic<bool>& stop) {
  const Location location = local_location(asset);
  const auto placement = Placement::make(asset, location.pattern.named());
  if (!placement) return {.error = placement.error().message, .findings = {}, .events = {}};
  const Inotify inotify{ENOSYS};
  Walk found = walk(location.pattern, {}, nullptr, inotify, stop);
  found.is_whole = true;  // as they are now
  const auto read = [&](const Walk::File& file) {
    return read_content(join(location.pattern.base(), file.path), stop);
  };
  return test_of(
      asset, location,
      judge(first_look(std::make_shared<const PathPattern>(location.pattern), *placement),
            std::move(found), read));
}

}  // namespace freshet::files
