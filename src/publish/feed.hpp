// What a publication is to be told next: facts of history as messages.  Pure, but for reading.
#pragma once
#include <string>
#include <vector>

#include "freshet/definitions.hpp"
#include "freshet/history.hpp"
#include "publish/message.hpp"
#include "publish/origin.hpp"
#include "publish/scope.hpp"

namespace freshet::publish {

/// Kinds of facts that a format tells of.
[[nodiscard]] const KindSet& kinds_told(Publication::Format format);
/// Of any format.
[[nodiscard]] KindSet all_kinds_told();

struct Feed {
  std::vector<Message> messages;
  Sequence passed;  ///< There is nothing to be told up to here, but for the messages.
  bool is_more{false};
};

/// Facts after `told`, up to the snapshot's; a page of them.
[[nodiscard]] Result<Feed> feed_of(const Publication& publication, Sequence told,
                                   const Scope& scope, Reader& history, const Origin& origin);

}  // namespace freshet::publish
