#include "processors/decode/charset.h"

#include <uchardet.h>
#include <unicode/ucnv.h>
#include <unicode/ucnv_err.h>

#include <algorithm>
#include <array>

#include "processors/text/ascii.h"
#include "processors/text/utf8.h"

namespace newsfeed::decode {

namespace ascii = text::ascii;
namespace {

// Encodings that are read, with their labels (WHATWG Encoding Standard, section 4.2) and the name
// ICU has for the table browsers use. Labels are compared without "-", "_" and blanks.
struct Charset {
  std::string_view name;
  const char* icu_name;
  std::string_view labels;  // between blanks
};
constexpr std::array kCharsets = std::to_array<Charset>({
    {"utf-8", "UTF-8", " utf8 unicode11utf8 xunicode20utf8 "},
    {"utf-16le", "UTF-16LE", " utf16 utf16le ucs2 unicode iso10646ucs2 csunicode "},
    {"utf-16be", "UTF-16BE", " utf16be unicodefffe "},
    {"utf-32le", "UTF-32LE", " utf32 utf32le "},
    {"utf-32be", "UTF-32BE", " utf32be "},
    // Web and feeds say latin-1 and ASCII where they mean this; it differs in the C1 controls only.
    {"windows-1252", "windows-1252",
     " windows1252 cp1252 xcp1252 latin1 l1 iso88591 iso885911987 isoir100 cp819 ibm819 ascii "
     "usascii ansix341968 "},
    {"windows-1250", "windows-1250", " windows1250 cp1250 xcp1250 "},
    {"windows-1251", "windows-1251", " windows1251 cp1251 xcp1251 "},
    {"windows-1253", "windows-1253", " windows1253 cp1253 xcp1253 "},
    {"windows-1254", "windows-1254", " windows1254 cp1254 xcp1254 iso88599 latin5 l5 "},
    {"windows-1255", "windows-1255", " windows1255 cp1255 xcp1255 "},
    {"windows-1256", "windows-1256", " windows1256 cp1256 xcp1256 "},
    {"windows-1257", "windows-1257", " windows1257 cp1257 xcp1257 "},
    {"windows-1258", "windows-1258", " windows1258 cp1258 xcp1258 "},
    {"windows-874", "windows-874", " windows874 tis620 iso885911 dos874 "},
    {"iso-8859-2", "ISO-8859-2", " iso88592 latin2 l2 "},
    {"iso-8859-3", "ISO-8859-3", " iso88593 latin3 l3 "},
    {"iso-8859-4", "ISO-8859-4", " iso88594 latin4 l4 "},
    {"iso-8859-5", "ISO-8859-5", " iso88595 cyrillic "},
    {"iso-8859-6", "ISO-8859-6", " iso88596 arabic asmo708 ecma114 "},
    {"iso-8859-7", "ISO-8859-7", " iso88597 greek greek8 elot928 ecma118 suneugreek "},
    {"iso-8859-8", "ISO-8859-8", " iso88598 iso88598i hebrew logical visual "},
    {"iso-8859-10", "ISO-8859-10", " iso885910 latin6 l6 "},
    {"iso-8859-13", "ISO-8859-13", " iso885913 "},
    {"iso-8859-14", "ISO-8859-14", " iso885914 "},
    {"iso-8859-15", "ISO-8859-15", " iso885915 latin9 l9 "},
    {"koi8-r", "KOI8-R", " koi8r koi8 koi "},
    {"koi8-u", "KOI8-U", " koi8u koi8ru "},
    {"macintosh", "macintosh", " macintosh mac xmacroman "},
    {"x-mac-cyrillic", "x-mac-cyrillic", " xmaccyrillic maccyrillic xmacukrainian "},
    {"ibm866", "IBM866", " ibm866 cp866 866 "},
    {"gb18030", "gb18030",
     " gb18030 gbk xgbk gb2312 gb231280 chinese csgb2312 isoir58 euccn xeuccn cp936 "},
    {"big5", "Big5-HKSCS", " big5 big5hkscs cnbig5 xxbig5 cp950 euctw xeuctw "},
    {"shift_jis", "ibm-943_P15A-2003",
     " shiftjis sjis xsjis windows31j mskanji ms932 cp932 csshiftjis "},
    {"euc-jp", "EUC-JP", " eucjp xeucjp "},
    {"iso-2022-jp", "ISO-2022-JP", " iso2022jp csiso2022jp "},
    {"euc-kr", "windows-949",
     " euckr windows949 uhc cp949 ksc56011987 ksc56011989 ksc5601 korean iso2022kr "},
});

const Charset* FindCharset(std::string_view name) {
  const auto found = std::ranges::find(kCharsets, name, &Charset::name);
  return found == kCharsets.end() ? nullptr : &*found;
}

struct ByteOrderMark {
  std::string_view bytes;
  std::string_view charset;
};
// UTF-32LE first: its mark begins like that of UTF-16LE.
constexpr std::array kMarks = std::to_array<ByteOrderMark>({
    {{"\xFF\xFE\0\0", 4}, "utf-32le"},
    {{"\0\0\xFE\xFF", 4}, "utf-32be"},
    {{"\xEF\xBB\xBF", 3}, "utf-8"},
    {{"\xFF\xFE", 2}, "utf-16le"},
    {{"\xFE\xFF", 2}, "utf-16be"},
});

// Good UTF-8 sequences there must be for each bad byte. The damaged pages seen had 19 and more; in
// other encodings a chance pair like "Ã©" is good, so one of them proves nothing.
constexpr size_t kGoodForEachBad = 8;
// Shares of a text, one in so many: above it is no text.
constexpr size_t kBinaryShare = 10;
// Where pages hide their <meta>: past byte 1,024 on a tenth of 1,400 pages.
constexpr size_t kMetaScanBytes = 64 << 10;
constexpr size_t kMaxMetaBytes = 1024;
// The detector has made up its mind long before.
constexpr size_t kGuessBytes = 256 << 10;

// What a byte says about its text: this loop runs over every plain text.
enum class Suspicion : uint8_t { kNone, kControl, kHeadOfC1, kHeadOfFffd };

constexpr std::array<Suspicion, 256> kSuspicions = [] {
  std::array<Suspicion, 256> table{};
  for (size_t c = 0; c < 0x20; ++c) {
    // ESC switches charsets in Japanese text.
    const bool text = ascii::IsBlank(static_cast<char>(c)) || c == 0x1B;
    table[c] = text ? Suspicion::kNone : Suspicion::kControl;
  }
  table[0xC2] = Suspicion::kHeadOfC1;
  table[0xEF] = Suspicion::kHeadOfFffd;
  return table;
}();

// "utf-16le" or "utf-16be" if nearly every second byte of the head is NUL.
std::string_view Utf16ByNuls(std::string_view bytes) {
  const std::string_view head = bytes.substr(0, 1024);
  std::array<size_t, 2> nuls = {0, 0};
  for (size_t i = 0; i < head.size(); ++i) nuls[i % 2] += head[i] == '\0' ? 1 : 0;
  const size_t most = head.size() / 2 * 7 / 10;
  if (head.size() < 4) return {};
  if (nuls[1] > most && nuls[0] * 20 < head.size()) return "utf-16le";
  if (nuls[0] > most && nuls[1] * 20 < head.size()) return "utf-16be";
  return {};
}

// The escape sequences of ISO-2022-JP are valid UTF-8 but no text.
bool HasCharsetEscapes(std::string_view bytes) {
  return bytes.find("\x1B$") != bytes.npos && bytes.find("\x1B(") != bytes.npos;
}

std::string_view ValueAfter(std::string_view text, size_t from, std::string_view name) {
  size_t at = ascii::Find(text, name, from);
  if (at == text.npos) return {};
  std::string_view rest = ascii::Trim(text.substr(at + name.size()));
  if (rest.empty() || rest.front() != '=') return {};
  rest = ascii::Trim(rest.substr(1));
  while (!rest.empty() && (rest.front() == '"' || rest.front() == '\'')) rest.remove_prefix(1);
  return rest.substr(0, rest.find_first_of("\"'; \t\r\n/>?"));
}

}  // namespace

std::string_view CharsetByLabel(std::string_view label) {
  std::array<char, 40> folded;
  size_t size = 0;
  folded[size++] = ' ';
  for (char c : ascii::Trim(label)) {
    if (!ascii::IsLetter(c) && !ascii::IsDigit(c)) continue;
    if (size + 1 >= folded.size()) return {};
    folded[size++] = ascii::Lower(c);
  }
  if (size == 1) return {};
  folded[size++] = ' ';
  const std::string_view wanted(folded.data(), size);
  for (const Charset& charset : kCharsets) {
    if (charset.labels.find(wanted) != std::string_view::npos) return charset.name;
  }
  return {};
}

std::string_view LabelInContentType(std::string_view content_type) {
  return ValueAfter(content_type, 0, "charset");
}

std::string_view LabelInPage(std::string_view bytes) {
  const std::string_view head = bytes.substr(0, kMetaScanBytes);
  if (ascii::StartsWith(head, "<?xml")) {
    const auto label = ValueAfter(head.substr(0, head.find("?>")), 0, "encoding");
    if (!label.empty()) return label;
  }
  for (size_t at = head.find('<'); at != head.npos; at = head.find('<', at + 1)) {
    if (!ascii::StartsWith(head.substr(at), "<meta")) continue;
    const std::string_view rest = head.substr(at, kMaxMetaBytes);
    const std::string_view element = rest.substr(0, rest.find('>'));
    const auto label = ValueAfter(element, 0, "charset");
    if (!label.empty()) return label;
  }
  return {};
}

void CharsetReader::CloseConverter::operator()(UConverter* converter) const {
  ucnv_close(converter);
}
void CharsetReader::CloseDetector::operator()(uchardet* detector) const {
  uchardet_delete(detector);
}

CharsetReader::CharsetReader() : detector_(uchardet_new()) {}
CharsetReader::~CharsetReader() = default;

UConverter* CharsetReader::ConverterFor(std::string_view charset) {
  for (const OpenConverter& open : converters_) {
    if (open.charset == charset) return open.converter.get();
  }
  const Charset* known = FindCharset(charset);
  if (known == nullptr) return nullptr;
  UErrorCode error = U_ZERO_ERROR;
  UConverter* converter = ucnv_open(known->icu_name, &error);
  if (U_FAILURE(error)) return nullptr;
  converters_.push_back({known->name, {converter, {}}});
  return converter;
}

std::optional<DecodedText> CharsetReader::Convert(std::string_view bytes, std::string_view charset,
                                                  BadBytes bad_bytes, text::Arena& arena) {
  UConverter* converter = ConverterFor(charset);
  if (converter == nullptr) return std::nullopt;
  UErrorCode error = U_ZERO_ERROR;
  ucnv_resetToUnicode(converter);
  ucnv_setToUCallBack(converter,
                      bad_bytes == BadBytes::kRefuse ? UCNV_TO_U_CALLBACK_STOP
                                                     : UCNV_TO_U_CALLBACK_SUBSTITUTE,
                      nullptr, nullptr, nullptr, &error);
  // Three bytes for one is the most any of the tables makes: U+FFFD for a bad byte.
  const size_t capacity = bytes.size() * 3 + 16;
  char* out = arena.Allocate(capacity);
  const int32_t size =
      ucnv_toAlgorithmic(UCNV_UTF8, converter, out, static_cast<int32_t>(capacity), bytes.data(),
                         static_cast<int32_t>(bytes.size()), &error);
  if (U_FAILURE(error) || size < 0) {
    arena.Trim(out, capacity, 0);
    return std::nullopt;
  }
  arena.Trim(out, capacity, static_cast<size_t>(size));
  return DecodedText{{out, static_cast<size_t>(size)}, charset};
}

std::optional<DecodedText> CharsetReader::ReadUnicode(std::string_view bytes, text::Arena& arena) {
  for (const ByteOrderMark& mark : kMarks) {
    if (!bytes.starts_with(mark.bytes)) continue;
    const std::string_view text = bytes.substr(mark.bytes.size());
    if (mark.charset != "utf-8") {
      const auto decoded = Convert(text, mark.charset, BadBytes::kRefuse, arena);
      if (decoded) return decoded;
    } else if (text::IsValidUtf8(text)) {
      return DecodedText{text, "utf-8"};
    }
  }
  if (const auto charset = Utf16ByNuls(bytes); !charset.empty()) {
    const auto decoded = Convert(bytes, charset, BadBytes::kRefuse, arena);
    if (decoded) return decoded;
  }
  if (text::IsValidUtf8(bytes) && !HasCharsetEscapes(bytes)) return DecodedText{bytes, "utf-8"};
  return std::nullopt;
}

std::optional<DecodedText> CharsetReader::ReadDamagedUtf8(std::string_view bytes,
                                                          text::Arena& arena) const {
  if (HasCharsetEscapes(bytes)) return std::nullopt;
  if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
  size_t good = 0;
  size_t bad = 0;
  for (size_t at = 0; at < bytes.size();) {
    if (static_cast<unsigned char>(bytes[at]) < 0x80) {
      ++at;
      continue;
    }
    const text::CodePoint point = text::Decode(bytes.substr(at, 4));
    at += point.bytes;
    ++(point.bytes == 1 ? bad : good);
  }
  if (good < bad * kGoodForEachBad) return std::nullopt;
  return DecodedText{ValidUtf8(bytes, arena), "utf-8"};
}

std::optional<DecodedText> CharsetReader::ReadLabelled(std::string_view bytes,
                                                       std::string_view label, BadBytes bad_bytes,
                                                       text::Arena& arena) {
  const std::string_view charset = CharsetByLabel(label);
  // What is UTF-8 has been read as that before; the label is wrong.
  if (charset.empty() || charset == "utf-8") return std::nullopt;
  const auto decoded = Convert(bytes, charset, bad_bytes, arena);
  if (!decoded || LooksBinary(decoded->text)) return std::nullopt;
  return decoded;
}

std::optional<DecodedText> CharsetReader::ReadGuessed(std::string_view bytes, text::Arena& arena) {
  const std::string_view head = bytes.substr(0, kGuessBytes);
  uchardet_reset(detector_.get());
  uchardet_handle_data(detector_.get(), head.data(), head.size());
  uchardet_data_end(detector_.get());
  const std::string_view guess = uchardet_get_charset(detector_.get());
  if (const auto decoded = ReadLabelled(bytes, guess, BadBytes::kReplace, arena)) return decoded;
  return ReadLabelled(bytes, "windows-1252", BadBytes::kReplace, arena);
}

std::string_view ValidUtf8(std::string_view text, text::Arena& arena) {
  if (text::IsValidUtf8(text)) return text;
  const size_t capacity = text.size() * 3;
  char* out = arena.Allocate(capacity);
  size_t size = 0;
  while (!text.empty()) {
    const text::CodePoint point = text::Decode(text.substr(0, 4));
    text.remove_prefix(point.bytes);
    size += text::Encode(point.value, out + size);
  }
  arena.Trim(out, capacity, size);
  return {out, size};
}

bool LooksBinary(std::string_view text) {
  size_t strange = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    switch (kSuspicions[static_cast<unsigned char>(text[i])]) {
      case Suspicion::kNone: break;
      case Suspicion::kControl: ++strange; break;
      case Suspicion::kHeadOfC1:
        strange += i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0 ? 1 : 0;
        break;
      case Suspicion::kHeadOfFffd:
        strange += text.substr(i, 3) == "\xEF\xBF\xBD" ? 1 : 0;
        break;
    }
  }
  return strange * kBinaryShare > text.size();
}

}  // namespace newsfeed::decode
