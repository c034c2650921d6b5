// What all kinds of sources have in common: which assets they read, how they tell, how they end.
#pragma once
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "freshet/definitions.hpp"
#include "freshet/engine.hpp"
#include "freshet/service.hpp"

namespace freshet {

/// The external assets of one kind that are to be read, by key; borrowed.
using Wanted = std::map<std::string, const AssetDefinition*>;

/// Gives what is known of `from` to `to`, unless something is known of that.
template <class T>
void rekey(std::map<std::string, T>& known, const std::string& from, const std::string& to) {
  if (known.contains(to)) return;
  auto node = known.extract(from);
  if (node.empty()) return;
  node.key() = to;
  known.insert(std::move(node));
}

/// All external assets of one kind.  Lives on the io thread.
class Sources {
 public:
  /// Takes events and how far their sources have been read, by asset key: stored in one
  /// transaction.  False when it is out of credit: the same is offered again later, or what has
  /// come to be in its place.  Called on the io thread, never from within a call, and must not call
  /// back.
  using Emit = std::function<bool(std::vector<input::Event> events,
                                  std::vector<std::pair<std::string, std::string>> cursors)>;

  virtual ~Sources() = default;

  [[nodiscard]] virtual bool takes(const SourceDefinition& source) const = 0;
  /// Reads exactly these.  Those that were read in the same way go on; one that comes back goes on
  /// where it was.
  virtual void watch(const Wanted& wanted) = 0;
  /// What was read of an asset under its former key was read of this one.  Before watch().
  virtual void renamed(const std::string& /*from*/, const std::string& /*to*/) {}
  /// How far a source had been read when it told has become durable: upstream may forget it now.
  virtual void stored(const std::string& /*asset*/, const std::string& /*cursor*/) {}
  /// Connects and looks, for about `timeout` at most.  Blocks; any thread.
  [[nodiscard]] virtual SourceTest test(const AssetDefinition& asset, Millis timeout) const = 0;
  /// Judges anew, by the rules that it has now, what its source could not use or the engine
  /// refused; `body` is what was kept of it.  Returns what is to be told now.  Errc::invalid: it is
  /// no better now; Errc::conflict: there is nothing to tell of it.  Blocks; any thread.
  [[nodiscard]] virtual Result<std::vector<input::Event>> reread(const AssetDefinition& asset,
                                                                 const std::string& /*body*/,
                                                                 Millis /*timeout*/) const {
    return Error{Errc::unsupported, "replay: what was told of " + asset.key +
                                        " is not kept; its source tells again when it changes"};
  }
  /// By asset key.
  [[nodiscard]] virtual std::vector<SourceStatus> status() const = 0;
  /// Somebody says that the source has changed: it is looked at now, if it is one of these and is
  /// looked at now and then.
  virtual bool look_now(const std::string& /*asset*/) { return false; }
  /// Nothing is emitted any more, and jobs on the pool end soon.
  virtual void stop() = 0;
};

}  // namespace freshet
