// A topic of orders, for tests of what its messages come to.
#pragma once
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <utility>

#include "freshet/definitions.hpp"
#include "source/kafka/rules.hpp"

namespace freshet::kafka {

inline AssetDefinition orders(KafkaSource source,
                              std::optional<WindowsDefinition> windows = std::nullopt) {
  AssetDefinition asset;
  asset.key = "raw/orders";
  asset.external = true;
  asset.source.kind = SourceKind::kafka;
  source.brokers = "localhost:9092";
  source.topic = "orders";
  asset.source.kafka = std::move(source);
  if (windows)
    asset.partitions =
        PartitionsDefinition{.dimensions = {{.name = "", .of = *windows}}, .text = "daily"};
  return asset;
}

inline std::shared_ptr<const Rules> rules_of(const AssetDefinition& asset) {
  auto rules = Rules::make(asset);
  EXPECT_TRUE(rules) << rules.error().message;
  return *rules;
}

}  // namespace freshet::kafka
