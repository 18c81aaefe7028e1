// Learns which lines repeat across the stories of each source: `newsfeedd boilerplate learn`.
//
//   auto job = BoilerplateJob::Create(config, data.shared, {});
//   while (more) { fill(batch); (*job)->Learn(batch); batch.Clear(); }
//   std::string table = (*job)->Table();        // processors/cleanup/source_furniture.h
//
// Records run through decode, cleanup and the judge, whatever the configured chain. A story counts
// once a source, however many copies and updates of it come, as the judge sees it; what ends before
// the judge or is LOW_INFORMATION is no story. Counted are all lines of the decoded text or page,
// also those that rules remove, and no table that is already configured is applied: the same
// records in the same order give the same table. One thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <absl/container/flat_hash_set.h>
#include <absl/status/statusor.h>

#include "newsfeed/config/v1/config.pb.h"
#include "processors/cleanup/cleanup.h"
#include "processors/cleanup/source_furniture.h"
#include "processors/pipeline/processor_table.h"

namespace newsfeed::tools {

class BoilerplateJob {
 public:
  static absl::StatusOr<std::unique_ptr<BoilerplateJob>> Create(
      const config::v1::Config& config, const SharedData& shared,
      const cleanup::FurnitureLearner::Options& options);

  // Learns from the records of a batch, in order.
  absl::Status Learn(Batch& batch);

  std::string Table() const { return learner_.Table(); }

  uint64_t records() const { return records_; }
  uint64_t stories() const { return learner_.stories(); }
  // Stories that tell no source: nothing was learned from them.
  uint64_t without_source() const { return without_source_; }
  size_t sources() const { return learner_.sources(); }

 private:
  // The lines of each article of a batch as cleanup reads them.
  class LineCollector : public cleanup::LineObserver {
   public:
    void Read(const Article& article, std::span<const cleanup::Line> lines) override;
    std::span<const std::string> Of(const Article& article) const;
    void Clear();

   private:
    struct ArticleLines {
      const Article* article = nullptr;
      size_t begin = 0;
      size_t end = 0;
    };
    std::vector<ArticleLines> articles_;
    std::vector<std::string> texts_;
  };

  explicit BoilerplateJob(const cleanup::FurnitureLearner::Options& options) : learner_(options) {}

  bool IsNewStory(const Article& article);

  LineCollector lines_;
  cleanup::FurnitureLearner learner_;
  std::vector<std::unique_ptr<Processor>> steps_;
  absl::flat_hash_set<uint64_t> known_stories_;  // hashes of source and story
  uint64_t records_ = 0;
  uint64_t without_source_ = 0;
};

}  // namespace newsfeed::tools
