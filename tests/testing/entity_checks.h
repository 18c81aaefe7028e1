// What holds of the entities of every article, for tests and fuzzers.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_set>
#include <vector>

#include "processors/article/article.h"
#include "processors/text/utf8.h"

namespace newsfeed::testing {

// What is wrong with one mention in itself; empty if nothing is.
inline std::string MentionFault(const Article& article, const EntityMention& mention) {
  const std::string_view text = FieldText(article, mention.field);
  if (mention.begin >= mention.end || mention.end > text.size()) {
    return "mention outside its field: " + std::to_string(mention.begin) + " to " +
           std::to_string(mention.end);
  }
  if (!text::IsBoundary(text, mention.begin)) return "mention begins inside a character";
  if (!text::IsBoundary(text, mention.end)) return "mention ends inside a character";
  const auto is_blank = [&](size_t i) { return text[i] == ' ' || text[i] == '\n'; };
  if (is_blank(mention.begin) || is_blank(mention.end - 1)) return "mention with blanks around";
  return "";
}

// What is wrong with an entity in itself.
inline std::string OneEntityFault(const Article& article, const Entity& entity) {
  if (entity.name.empty() || entity.id.empty()) return "entity without name or id";
  if (!text::IsValidUtf8(entity.name) || !text::IsValidUtf8(entity.id)) return "not UTF-8";
  if (entity.mentions.empty()) return "entity without mention";
  if (entity.mentions.end > article.entity_mentions.size()) return "mentions out of range";
  if (entity.links.end > article.entity_links.size()) return "links out of range";
  if (!(entity.salience > 0 && entity.salience <= 1)) return "salience out of range";
  if (!(entity.confidence > 0 && entity.confidence <= 1)) return "confidence out of range";
  return "";
}

// The first fault of the article's entities; empty if there is none.
inline std::string EntityFault(const Article& article) {
  const auto key = [](const EntityMention& m) { return std::tuple(m.field, m.begin); };
  std::unordered_set<std::string_view> ids;
  uint32_t next_mention = 0;
  const EntityMention* first_before = nullptr;
  for (const Entity& entity : article.entities) {
    if (std::string fault = OneEntityFault(article, entity); !fault.empty()) return fault;
    if (!ids.insert(entity.id).second) return "id used twice";
    if (entity.mentions.begin != next_mention) return "mentions not in the order of entities";
    next_mention = entity.mentions.end;
    const EntityMention* first = &article.entity_mentions[entity.mentions.begin];
    if (first_before && key(*first) <= key(*first_before)) return "entities not by first mention";
    first_before = first;
    for (uint32_t i = entity.mentions.begin; i < entity.mentions.end; ++i) {
      const EntityMention& mention = article.entity_mentions[i];
      if (std::string fault = MentionFault(article, mention); !fault.empty()) return fault;
      const bool in_order = i == entity.mentions.begin || key(article.entity_mentions[i - 1]) < key(mention);
      if (!in_order) return "mentions not in order";
    }
  }
  if (next_mention != article.entity_mentions.size()) return "mentions of no entity";
  std::vector<EntityMention> all = article.entity_mentions;
  std::ranges::sort(all, {}, key);
  for (size_t i = 1; i < all.size(); ++i) {
    if (all[i].field == all[i - 1].field && all[i].begin < all[i - 1].end) return "mentions overlap";
  }
  return "";
}

}  // namespace newsfeed::testing
