#include "processors/cleanup/written_dates.h"

#include <absl/container/flat_hash_map.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "processors/cleanup/words.h"
#include "processors/text/ascii.h"

namespace newsfeed::cleanup {
namespace {

using text::ascii::IsDigit;

// Names of months, by month; forms that several languages share stand once. "MAYIS" folds to
// "mayis".
constexpr std::array<std::string_view, 12> kMonths = {
    "january jan januar jänner janvier enero janeiro gennaio januari stycznia ocak "
    "января січня ledna tammikuuta ιανουαρίου ianuarie يناير जनवरी בינואר януари január januára",
    "february feb februar februari février fevrier febrero fevereiro febbraio lutego şubat "
    "февраля лютого února helmikuuta φεβρουαρίου februarie فبراير फरवरी בפברואר февруари február "
    "februára",
    "march mar märz mars marzo março marco maart marca mart mrz "
    "марта березня března maaliskuuta μαρτίου martie marts mrt maret مارس मार्च במרץ март március "
    "marca",
    "april apr avril abril aprile kwietnia nisan avr "
    "апреля квітня dubna huhtikuuta απριλίου aprilie أبريل إبريل "
    "अप्रैल באפריל април április apríla",
    "may mai mayo maio maggio mei maj maja mayıs mayis "
    "мая травня května toukokuuta μαΐου μαϊου مايو मई במאי май május mája",
    "june jun juni juin junio junho giugno czerwca haziran "
    "июня червня června kesäkuuta ιουνίου iunie يونيو जून ביוני юни június júna",
    "july jul juli juillet julio julho luglio lipca temmuz "
    "июля липня července heinäkuuta ιουλίου iulie يوليو जुलाई ביולי юли július júla",
    "august aug août aout agosto augustus augusti sierpnia ağustos "
    "августа серпня srpna elokuuta αυγούστου agustus أغسطس अगस्त באוגוסט август augusztus augusta",
    "september sep sept septembre septiembre setembro settembre września eylül "
    "сентября вересня září syyskuuta σεπτεμβρίου septembrie سبتمبر सितंबर "
    "सितम्बर בספטמבר септември "
    "szeptember septembra",
    "october oct oktober okt octobre octubre outubro ottobre października ekim "
    "октября жовтня října lokakuuta οκτωβρίου octombrie أكتوبر अक्टूबर באוקטובר октомври október "
    "októbra",
    "november nov novembre noviembre novembro listopada kasım kasim "
    "ноября листопада listopadu marraskuuta νοεμβρίου noiembrie نوفمبر नवंबर "
    "नवम्बर בנובמבר ноември "
    "novembra",
    "december dec dezember dez décembre decembre diciembre dezembro dicembre grudnia aralık "
    "desember des "
    "декабря грудня prosince joulukuuta δεκεμβρίου decembrie ديسمبر दिसंबर दिसम्बर בדצמבר декември "
    "decembra"};

// Say that a text was changed; in small letters, those beyond ASCII in the forms that stand before
// a time.
constexpr std::array<std::string_view, 25> kUpdates = {
    "updated",        "modified",    "last edited", "aktualisiert",  "aktualisierung",
    "geändert",       "mis à jour",  "modifié",     "actualizado",   "actualizada",
    "atualizado",     "atualizada",  "aggiornato",  "aggiornamento", "bijgewerkt",
    "uppdaterad",     "opdateret",   "oppdatert",   "päivitetty",    "güncelleme",
    "zaktualizowano", "aktualizace", "бновлено",    "новлено",       "更新"};

constexpr int kFirstYear = 1990;
constexpr int kLastYear = 2099;

std::optional<FeedTime> Day(int year, int month, int day) {
  if (year < 100) year += 2000;
  if (year < kFirstYear || year > kLastYear || month < 1 || month > 12 || day < 1)
    return std::nullopt;
  return ParseTime(fmt::format("{:04}-{:02}-{:02}", year, month, day));
}

// A run of digits or of letters, and what stands between it and the next.
struct Piece {
  std::string_view text;
  std::string_view between;
  int number = -1;  // of at most four digits
};

constexpr bool IsLetter(char c) {
  return text::ascii::IsLetter(c) || static_cast<unsigned char>(c) >= 0x80;
}

std::vector<Piece> Cut(std::string_view line) {
  std::vector<Piece> pieces;
  for (size_t at = 0; at < line.size();) {
    const bool digit = IsDigit(line[at]);
    if (!digit && !IsLetter(line[at])) {
      ++at;
      continue;
    }
    const size_t begin = at;
    while (at < line.size() && (digit ? IsDigit(line[at]) : IsLetter(line[at]))) ++at;
    Piece piece{line.substr(begin, at - begin), {}, -1};
    if (digit && piece.text.size() <= 4) {
      piece.number = 0;
      for (const char c : piece.text) piece.number = piece.number * 10 + (c - '0');
    }
    if (!pieces.empty()) {
      const auto end =
          static_cast<size_t>(pieces.back().text.data() - line.data()) + pieces.back().text.size();
      pieces.back().between = line.substr(end, begin - end);
    }
    pieces.push_back(piece);
  }
  return pieces;
}

int MonthOf(std::string_view word, std::vector<Word>& scratch) {
  static const auto& known = *[] {
    auto* months = new absl::flat_hash_map<uint64_t, int>();
    std::vector<Word> words;
    for (size_t month = 0; month < kMonths.size(); ++month) {
      ReadWords(kMonths[month], words);
      for (const Word& name : words) months->try_emplace(name.hash, static_cast<int>(month) + 1);
    }
    return months;
  }();
  ReadWords(word, scratch);
  if (scratch.size() != 1) return 0;
  const auto found = known.find(scratch[0].hash);
  return found == known.end() ? 0 : found->second;
}

bool IsYear(const Piece& piece) { return piece.text.size() == 4 && piece.number >= kFirstYear; }
bool IsDayNumber(const Piece& piece) {
  return piece.text.size() <= 2 && piece.number >= 1 && piece.number <= 31;
}

// "st", "nd", "de", "of": what may stand between the parts of a date.
bool IsJoining(std::string_view word) {
  constexpr std::string_view kJoining[] = {"st", "nd", "rd", "th", "er", "de", "del", "of", "do"};
  for (const std::string_view joining : kJoining) {
    if (word == joining) return true;
  }
  return false;
}

// Three numbers from `i` on.
std::optional<FeedTime> InNumbers(const std::vector<Piece>& pieces, size_t i) {
  if (i + 2 >= pieces.size()) return std::nullopt;
  const Piece& a = pieces[i];
  const Piece& b = pieces[i + 1];
  const Piece& c = pieces[i + 2];
  if (IsYear(a) && b.number > 0 && c.number > 0 && a.between == b.between &&
      (a.between == "-" || a.between == "/" || a.between == ".")) {
    return Day(a.number, b.number, c.number);
  }
  const bool year_last = IsYear(c) || (c.text.size() == 2 && a.between == ".");
  if (!IsDayNumber(a) || !IsDayNumber(b) || !year_last) return std::nullopt;
  if (a.between == "." || a.between == ". ") {
    return b.between == a.between || b.between == "." ? Day(c.number, b.number, a.number)
                                                      : std::nullopt;
  }
  if (a.between != b.between || (a.between != "/" && a.between != "-")) return std::nullopt;
  if (a.number > 12 || a.number == b.number) return Day(c.number, b.number, a.number);
  return b.number > 12 ? Day(c.number, a.number, b.number) : std::nullopt;
}

// 2031年3月9日, 2031년 3월 9일: the letters between are one piece each.
std::optional<FeedTime> InHan(const std::vector<Piece>& pieces, size_t i) {
  if (i + 4 >= pieces.size() || !IsYear(pieces[i])) return std::nullopt;
  const bool han = pieces[i + 1].text == "年" && pieces[i + 3].text == "月";
  const bool hangul = pieces[i + 1].text == "년" && pieces[i + 3].text == "월";
  if (!han && !hangul) return std::nullopt;
  return Day(pieces[i].number, pieces[i + 2].number, pieces[i + 4].number);
}

// A month by name at `i`, the day on one side and the year behind or before.
std::optional<FeedTime> ByName(const std::vector<Piece>& pieces, size_t i, int month) {
  const auto next = [&](size_t at) {
    ++at;
    while (at < pieces.size() && IsJoining(pieces[at].text)) ++at;
    return at;
  };
  size_t before = i;
  while (before > 0 && IsJoining(pieces[before - 1].text)) --before;
  const size_t after = next(i);
  if (before > 0 && IsDayNumber(pieces[before - 1]) && after < pieces.size() &&
      IsYear(pieces[after])) {
    return Day(pieces[after].number, month, pieces[before - 1].number);
  }
  if (after >= pieces.size() || !IsDayNumber(pieces[after])) return std::nullopt;
  // "2031. március 9."
  if (before > 0 && IsYear(pieces[before - 1]))
    return Day(pieces[before - 1].number, month, pieces[after].number);
  const size_t year = next(after);
  if (year >= pieces.size() || !IsYear(pieces[year])) return std::nullopt;
  return Day(pieces[year].number, month, pieces[after].number);
}

}  // namespace

std::optional<FeedTime> WrittenDate(std::string_view line) {
  const std::vector<Piece> pieces = Cut(line);
  std::vector<Word> words;
  for (size_t i = 0; i < pieces.size(); ++i) {
    std::optional<FeedTime> found;
    if (pieces[i].number >= 0) {
      found = InNumbers(pieces, i);
      if (!found) found = InHan(pieces, i);
    } else if (const int month = MonthOf(pieces[i].text, words); month > 0) {
      found = ByName(pieces, i, month);
    }
    if (found) return found;
  }
  return std::nullopt;
}

bool SaysUpdated(std::string_view line) {
  const size_t digit = static_cast<size_t>(std::ranges::find_if(line, IsDigit) - line.begin());
  const std::string_view before = line.substr(0, digit);
  return std::ranges::any_of(kUpdates, [&](std::string_view update) {
    return text::ascii::Find(before, update) != before.npos;
  });
}

std::optional<FeedTime> DateInUrl(std::string_view url) {
  const std::vector<Piece> pieces = Cut(url.substr(0, url.find_first_of("?#")));
  for (size_t i = 0; i + 2 < pieces.size(); ++i) {
    const Piece& year = pieces[i];
    const Piece& month = pieces[i + 1];
    const Piece& day = pieces[i + 2];
    if (!IsYear(year) || month.text.size() != 2 || day.text.size() != 2 || month.number < 0 ||
        day.number < 0)
      continue;
    if (year.between != month.between || (year.between != "/" && year.between != "-")) continue;
    if (const auto found = Day(year.number, month.number, day.number)) return found;
  }
  return std::nullopt;
}

}  // namespace newsfeed::cleanup
