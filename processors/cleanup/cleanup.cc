#include "processors/cleanup/cleanup.h"
namespace newsfeed::cleanup {
absl::StatusOr<std::shared_ptr<const LineRules>> LineRules::Create(const config::v1::LineRules&) {
  return std::make_shared<const LineRules>();
}
namespace {
class Cleaner : public Processor {
 public:
  std::string_view name() const override { return "cleanup"; }
  absl::Status Process(Batch& batch) override {
    for (Article& a : batch.articles()) { if (a.live()) a.body = a.text; }
    return absl::OkStatus();
  }
};
}
absl::StatusOr<std::unique_ptr<Processor>> Create(const config::v1::Cleanup&, const config::v1::Limits&, std::shared_ptr<const LineRules>) {
  return std::make_unique<Cleaner>();
}
}
