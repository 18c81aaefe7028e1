// Tags texts from stdin, for tests/bench/entities_quality.py.
//
//   entities_tag [MODEL|none] < documents > mentions      default: the shipped model
//
// Documents are separated by form feeds. A line a mention: document, begin, end, type, confidence,
// id, separated by tabs.
#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <string_view>

#include "processors/entities/entities.h"
#include "tests/testing/batch_builder.h"
#include "tests/testing/gazetteer_files.h"

namespace newsfeed {
namespace {

constexpr const char* kTypes[] = {"", "PER", "ORG", "LOC", "MISC"};

void Print(size_t document, const Article& article) {
  for (const Entity& entity : article.entities) {
    for (uint32_t i = entity.mentions.begin; i < entity.mentions.end; ++i) {
      const EntityMention& mention = article.entity_mentions[i];
      std::printf("%zu\t%u\t%u\t%s\t%.2f\t%.*s\n", document, mention.begin, mention.end,
                  kTypes[static_cast<size_t>(entity.type)], static_cast<double>(entity.confidence),
                  static_cast<int>(entity.id.size()), entity.id.data());
    }
  }
}

// Null for "none" and for what cannot be loaded, which is told.
std::shared_ptr<const entities::TaggerModel> Load(const std::string& path) {
  if (path == "none") return nullptr;
  std::ifstream in(path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(in), {}};
  auto model = entities::TaggerModel::Create(bytes, path);
  if (model.ok()) return *std::move(model);
  std::cerr << model.status() << '\n';
  return nullptr;
}

int Run(const std::string& model) {
  const auto gazetteer = entities::Gazetteer::Create(
      testing::GazetteerFiles(NEWSFEED_SOURCE_DIR "/config/gazetteer"));
  if (!gazetteer.ok()) {
    std::cerr << gazetteer.status() << '\n';
    return 1;
  }
  const auto processor = entities::Create({}, *gazetteer, Load(model));
  const std::string input{std::istreambuf_iterator<char>(std::cin), {}};
  std::string_view rest = input;
  for (size_t document = 0; !rest.empty(); ++document) {
    const std::string_view text = rest.substr(0, rest.find('\f'));
    rest.remove_prefix(std::min(rest.size(), text.size() + 1));
    testing::BatchBuilder batch;
    batch.Clean("", text);
    if (!(*processor)->Process(batch.batch()).ok()) return 1;
    Print(document, batch.batch().articles()[0]);
  }
  return 0;
}

}  // namespace
}  // namespace newsfeed

int main(int argc, char** argv) {
  return newsfeed::Run(argc > 1 ? argv[1] : NEWSFEED_SOURCE_DIR "/config/models/news-en.model");
}
