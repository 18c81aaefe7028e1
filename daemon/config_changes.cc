#include "daemon/config_changes.h"

#include <google/protobuf/util/message_differencer.h>

#include <algorithm>

#include "newsfeed/config/v1/options.pb.h"
#include "processors/pipeline/processor_table.h"

namespace newsfeed {
namespace {

using google::protobuf::Message;
using google::protobuf::util::MessageDifferencer;

// Notes the keys that a differencer finds.
class Collector : public MessageDifferencer::Reporter {
 public:
  using Path = std::vector<MessageDifferencer::SpecificField>;

  void ReportAdded(const Message&, const Message&, const Path& path) override { Take(path); }
  void ReportDeleted(const Message&, const Message&, const Path& path) override { Take(path); }
  void ReportModified(const Message&, const Message&, const Path& path) override { Take(path); }

  std::vector<std::string> keys;

 private:
  void Take(const Path& path) {
    // A message that differs is told again after its fields.
    const auto& last = *path.back().field;
    if (last.cpp_type() == last.CPPTYPE_MESSAGE && !last.is_repeated()) return;
    std::string key;
    bool restart = false;
    for (const auto& step : path) {
      key += (key.empty() ? "" : ".") + step.field->name();
      restart = restart || step.field->options().GetExtension(config::v1::restart);
      if (step.field->is_repeated()) break;
    }
    if (restart && std::ranges::find(keys, key) == keys.end()) keys.push_back(key);
  }
};

}  // namespace

std::vector<std::string> ChangesThatNeedRestart(const config::v1::Config& now,
                                                const config::v1::Config& next) {
  Collector collector;
  MessageDifferencer differencer;
  differencer.set_message_field_comparison(MessageDifferencer::EQUIVALENT);
  differencer.ReportDifferencesTo(&collector);
  differencer.Compare(now, next);
  if (InChain(now, "dedup") != InChain(next, "dedup")) {
    collector.keys.push_back("pipeline.processors (dedup)");
  }
  return std::move(collector.keys);
}

}  // namespace newsfeed
