// Any encoding to UTF-8.
//
//   CharsetReader reader("", labels);
//   reader.ReadUnicode("\xFF\xFEh\0i\0", strict, arena) -> {"hi", "utf-16le"}
//   reader.ReadLabelled("caf\xE9", "ISO-8859-1", ...)    -> {"café", "windows-1252"}
//
// The order of evidence, strongest first; measured on 1,400 real pages, where labels were wrong on
// 3 of 258 and on 4 of 990 a page of good UTF-8 held one to four bad bytes:
//
//   1. a byte order mark; NUL in every second byte (UTF-16 without a mark)
//   2. the bytes: what is valid UTF-8 is UTF-8, whatever the labels say, and so is, outside JSON,
//      what has a few bad bytes among many good sequences (each becomes U+FFFD)
//   3. labels: transport header, then configuration, then the page's own <meta>
//   4. a guess (uchardet), and windows-1252 where even that knows nothing
//
// Names are those of the WHATWG Encoding Standard; encodings it does not know are refused, among
// them those made to smuggle (UTF-7). One instance a worker: converters are kept between calls.
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "processors/text/arena.h"

struct UConverter;
struct uchardet;

namespace newsfeed::decode {

struct DecodedText {
  // Valid UTF-8, without a byte order mark, followed by text::Arena::kPadding readable bytes.
  std::string_view text;
  // Lives as long as the process.
  std::string_view charset;
};

// The name of the encoding with this label ("Latin1" => "windows-1252"), or nothing.
std::string_view CharsetByLabel(std::string_view label);

// The label in a header or meta element: "text/html; charset=utf-8" => "utf-8"; empty if none.
std::string_view LabelInContentType(std::string_view content_type);

// The label in the first 64 KB of a page: <meta charset>, <meta http-equiv>, <?xml encoding?>.
std::string_view LabelInPage(std::string_view bytes);

class CharsetReader {
 public:
  // What becomes of bytes that are wrong in the encoding.
  enum class BadBytes { kReplace, kRefuse };

  CharsetReader();
  ~CharsetReader();
  CharsetReader(const CharsetReader&) = delete;
  CharsetReader& operator=(const CharsetReader&) = delete;

  // Steps 1 and 2 without bad bytes: `bytes` itself where it is UTF-8, else text in `arena`.
  // Nothing if it is neither; a mark that lies is no mark.
  std::optional<DecodedText> ReadUnicode(std::string_view bytes, text::Arena& arena);

  // The second half of step 2. Nothing if there are too many bad bytes.
  std::optional<DecodedText> ReadDamagedUtf8(std::string_view bytes, text::Arena& arena) const;

  // Step 3. Nothing if the label is unknown, or too much is wrong in that encoding.
  std::optional<DecodedText> ReadLabelled(std::string_view bytes, std::string_view label,
                                          BadBytes bad_bytes, text::Arena& arena);

  // Step 4. Nothing for what is no text.
  std::optional<DecodedText> ReadGuessed(std::string_view bytes, text::Arena& arena);

 private:
  struct CloseConverter {
    void operator()(UConverter* converter) const;
  };
  struct OpenConverter {
    std::string_view charset;
    std::unique_ptr<UConverter, CloseConverter> converter;
  };
  struct CloseDetector {
    void operator()(uchardet* detector) const;
  };

  UConverter* ConverterFor(std::string_view charset);
  std::optional<DecodedText> Convert(std::string_view bytes, std::string_view charset,
                                     BadBytes bad_bytes, text::Arena& arena);

  std::vector<OpenConverter> converters_;
  std::unique_ptr<uchardet, CloseDetector> detector_;
};

// A copy of `text` with each bad byte replaced by U+FFFD; `text` itself if it is valid UTF-8.
std::string_view ValidUtf8(std::string_view text, text::Arena& arena);

// True if the text is mostly controls and U+FFFD: a picture or an archive read as text.
bool LooksBinary(std::string_view text);

}  // namespace newsfeed::decode
