#include "processors/decode/decode.h"
namespace newsfeed::decode {
namespace {
class Decoder : public Processor {
 public:
  std::string_view name() const override { return "decode"; }
  absl::Status Process(Batch& batch) override {
    for (Article& a : batch.articles()) { if (!a.live()) continue; a.text = a.value; a.id = "x"; }
    return absl::OkStatus();
  }
};
}
absl::StatusOr<std::unique_ptr<Processor>> Create(const config::v1::Decode&, const config::v1::Limits&) {
  return std::make_unique<Decoder>();
}
}
