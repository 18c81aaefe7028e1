// Two texts in two columns, paragraph beside paragraph, with what the other does not have in
// [brackets]:
//
//   SideBySide("Ferries run as planned, says the port of Ostrel.",
//              "Ferries run as planned, says the port.", 30)
//     => Ferries run as planned, says   | Ferries run as planned, says
//        the port [of Ostrel.]          | the port.
//
// Shared is a word that lies in five words in a row which both texts have, as the judge counts them
// (a text of fewer words: in all of them). Paragraphs stand beside the one of the other text with
// which they share most. Free functions, any thread; each text is cut at 64 KiB, so time and memory
// are bounded.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace newsfeed::tools {

struct SharedWords {
  std::string columns;
  size_t words_left = 0, words_right = 0;
  size_t shared_left = 0, shared_right = 0;  // of them
};

// `left`, `right`: UTF-8. `width` of a column in code points, 20 at least.
SharedWords SideBySide(std::string_view left, std::string_view right, size_t width);

}  // namespace newsfeed::tools
