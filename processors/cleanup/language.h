// The language of a text, by CLD2 (github.com/CLD2Owners/cld2) on at most 1 KB of it.
//
// CLD2 reads 15 to 30 MB/s, slower than the rest of cleanup, so it sees three pieces, from head,
// middle and tail, of 85 bytes, and of 170 and 340 where those leave it unsure.
#pragma once

#include <string>
#include <string_view>

namespace newsfeed::cleanup {

struct Language {
  // BCP 47; "und" if unknown. Lives as long as the process, or as the claim it repeats.
  std::string_view code = "und";
  // 0 to 1.
  float confidence = 0;
};

// What the text is written in, else `claim` (a LanguageTag, may be empty), else "und". Of less than
// 60 bytes the claim is believed, with confidence 0.5, unless they are of a script that its
// language is not written in. `scratch` is overwritten.
Language DetectLanguage(std::string_view text, std::string_view claim, std::string& scratch);

}  // namespace newsfeed::cleanup
