// Entities of an article as text, for tests: "[PER Ada Novak] in [LOC Oslo]".
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "processors/article/article.h"

namespace newsfeed::testing {

inline std::string_view ShortTypeName(EntityType type) {
  constexpr std::string_view kNames[] = {"", "PER", "ORG", "LOC", "MISC"};
  return kNames[static_cast<size_t>(type)];
}

inline std::string_view MentionText(const Article& article, const EntityMention& mention) {
  return FieldText(article, mention.field).substr(mention.begin, mention.end - mention.begin);
}

// The text of a field with its mentions in brackets.
inline std::string MarkedText(const Article& article, TextField field) {
  struct Mark {
    EntityMention mention;
    EntityType type;
  };
  std::vector<Mark> marks;
  for (const Entity& entity : article.entities) {
    for (uint32_t i = entity.mentions.begin; i < entity.mentions.end; ++i) {
      if (article.entity_mentions[i].field != field) continue;
      marks.push_back({article.entity_mentions[i], entity.type});
    }
  }
  std::ranges::sort(marks, {}, [](const Mark& mark) { return mark.mention.begin; });
  const std::string_view text = FieldText(article, field);
  std::string out;
  size_t at = 0;
  for (const Mark& mark : marks) {
    out.append(text.substr(at, mark.mention.begin - at));
    out.append("[").append(ShortTypeName(mark.type)).append(" ");
    out.append(MentionText(article, mark.mention)).append("]");
    at = mark.mention.end;
  }
  return out.append(text.substr(at));
}

// "Ada Novak|PER|person:ada-novak: Ada Novak, Novak" for each entity.
inline std::vector<std::string> EntityLines(const Article& article) {
  std::vector<std::string> lines;
  for (const Entity& entity : article.entities) {
    std::string line(entity.name);
    line.append("|").append(ShortTypeName(entity.type)).append("|").append(entity.id).append(":");
    for (uint32_t i = entity.mentions.begin; i < entity.mentions.end; ++i) {
      line.append(i == entity.mentions.begin ? " " : ", ");
      line.append(MentionText(article, article.entity_mentions[i]));
    }
    lines.push_back(line);
  }
  return lines;
}

}  // namespace newsfeed::testing
