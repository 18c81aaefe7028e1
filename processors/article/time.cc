#include "processors/article/time.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "processors/text/ascii.h"

namespace newsfeed {
namespace {

constexpr int kFirstYear = 1900;
constexpr int kLastYear = 2200;
constexpr int64_t kMsPerDay = 86'400'000;

// Zone names of RFC 822, and those that news feeds write beside them. Names that mean several
// zones ("IST", "CST" outside RFC 822) and the letters of the military are not here: their offset
// is unknown (RFC 2822, section 4.3).
struct Zone {
  std::string_view name;
  int minutes;
};
constexpr std::array kZones = std::to_array<Zone>({
    {"gmt", 0},     {"utc", 0},     {"ut", 0},      {"z", 0},       {"est", -300},
    {"edt", -240},  {"cst", -360},  {"cdt", -300},  {"mst", -420},  {"mdt", -360},
    {"pst", -480},  {"pdt", -420},  {"bst", 60},    {"wet", 0},     {"west", 60},
    {"cet", 60},    {"cest", 120},  {"eet", 120},   {"eest", 180},  {"msk", 180},
    {"jst", 540},   {"kst", 540},   {"hkt", 480},   {"sgt", 480},   {"aest", 600},
    {"aedt", 660},  {"nzst", 720},  {"nzdt", 780},
});

constexpr std::array<std::string_view, 12> kMonths = {
    "january", "february", "march",     "april",   "may",      "june",
    "july",    "august",   "september", "october", "november", "december"};

// Days since 1970-01-01 (Hinnant, "chrono-compatible low-level date algorithms").
constexpr int64_t DaysFromCivil(int year, int month, int day) {
  const int y = month <= 2 ? year - 1 : year;
  const int era = (y >= 0 ? y : y - 399) / 400;
  const int year_of_era = y - era * 400;
  const int day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  const int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return int64_t{era} * 146097 + day_of_era - 719468;
}

struct Civil {
  int64_t year;
  int64_t month;
  int64_t day;
};

constexpr Civil CivilFromDays(int64_t days) {
  days += 719468;
  const int64_t era = (days >= 0 ? days : days - 146096) / 146097;
  const int64_t day_of_era = days - era * 146097;
  const int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const int64_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const int64_t shifted_month = (5 * day_of_year + 2) / 153;
  const int64_t month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
  return {year_of_era + era * 400 + (month <= 2 ? 1 : 0), month,
          day_of_year - (153 * shifted_month + 2) / 5 + 1};
}

constexpr int64_t kFirstMs = DaysFromCivil(kFirstYear, 1, 1) * kMsPerDay;
constexpr int64_t kEndMs = DaysFromCivil(kLastYear + 1, 1, 1) * kMsPerDay;

using text::ascii::IsBlank;
using text::ascii::IsDigit;
using text::ascii::IsLetter;
using text::ascii::Lower;
using text::ascii::Trim;

bool EqualsIgnoringCase(std::string_view text, std::string_view lower) {
  if (text.size() != lower.size()) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (Lower(text[i]) != lower[i]) return false;
  }
  return true;
}

int DaysOfMonth(int year, int month) {
  constexpr std::array<int, 12> kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month == 2 && leap ? 29 : kDays[static_cast<size_t>(month - 1)];
}

// Reads a time from left to right; each Read… takes what it knows or leaves all as it was.
class TimeReader {
 public:
  explicit TimeReader(std::string_view text) : rest_(text) {}

  std::optional<FeedTime> ReadIso() {
    if (!ReadNumber(4, year_)) return std::nullopt;
    const bool extended = Take('-');
    if (!ReadNumber(2, month_) || (extended && !Take('-')) || !ReadNumber(2, day_)) {
      return std::nullopt;
    }
    if (rest_.empty()) return Finish();
    if (!Take('T') && !Take('t') && !TakeBlanks() && extended) return std::nullopt;
    if (!ReadClock()) return std::nullopt;
    ReadHalfOfDay();
    return ReadZone() ? Finish() : std::nullopt;
  }

  // RFC 822, 850, 1123 and 2822; weekday, clock and zone may be missing.
  std::optional<FeedTime> ReadMail() {
    ReadWeekday();
    if (!ReadNumber(2, day_) && !ReadNumber(1, day_)) return std::nullopt;
    if (!TakeSeparator() || !ReadMonth() || !TakeSeparator() || !ReadYear()) return std::nullopt;
    if (!TakeBlanks()) return rest_.empty() ? Finish() : std::nullopt;
    if (!ReadClock()) return std::nullopt;
    ReadHalfOfDay();
    return ReadZone() ? Finish() : std::nullopt;
  }

 private:
  bool Take(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }

  bool TakeBlanks() {
    const size_t before = rest_.size();
    while (!rest_.empty() && IsBlank(rest_.front())) rest_.remove_prefix(1);
    return rest_.size() < before;
  }

  bool TakeSeparator() { return Take('-') || TakeBlanks(); }

  std::string_view TakeLetters() {
    size_t size = 0;
    while (size < rest_.size() && IsLetter(rest_[size])) ++size;
    const std::string_view letters = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return letters;
  }

  // Exactly `digits` digits.
  bool ReadNumber(size_t digits, int& out) {
    if (rest_.size() < digits) return false;
    int number = 0;
    for (size_t i = 0; i < digits; ++i) {
      if (!IsDigit(rest_[i])) return false;
      number = number * 10 + (rest_[i] - '0');
    }
    rest_.remove_prefix(digits);
    out = number;
    return true;
  }

  void ReadWeekday() {
    TakeLetters();
    Take('.');
    Take(',');
    TakeBlanks();
  }

  bool ReadMonth() {
    const std::string_view name = TakeLetters();
    Take('.');
    if (name.size() < 3) return false;
    for (size_t i = 0; i < kMonths.size(); ++i) {
      // "Mar", "Sept" and "March" alike.
      if (EqualsIgnoringCase(name, kMonths[i].substr(0, name.size()))) {
        month_ = static_cast<int>(i) + 1;
        return true;
      }
    }
    return false;
  }

  bool ReadYear() {
    if (ReadNumber(4, year_)) return true;
    if (!ReadNumber(2, year_)) return false;
    // RFC 2822, section 4.3.
    year_ += year_ < 50 ? 2000 : 1900;
    return true;
  }

  // "09:30", "09:30:00.25", "093000", "0930", "9:30".
  bool ReadClock() {
    has_clock_ = true;
    if (!ReadNumber(2, hour_) && !ReadNumber(1, hour_)) return false;
    const bool extended = Take(':');
    if (!ReadNumber(2, minute_)) return false;
    if (extended ? !Take(':') : rest_.empty() || !IsDigit(rest_.front())) return true;
    if (!ReadNumber(2, second_)) return false;
    if (Take('.') || Take(',')) return ReadFraction();
    return true;
  }

  // "PM", "a.m."; beside an hour beyond 12 it says nothing new.
  void ReadHalfOfDay() {
    const std::string_view before = rest_;
    TakeBlanks();
    const char half = rest_.empty() ? ' ' : Lower(rest_.front());
    if (half == 'a' || half == 'p') {
      rest_.remove_prefix(1);
      const bool dotted = Take('.');
      const bool is_half = (Take('m') || Take('M')) && (rest_.empty() || !IsLetter(rest_.front()));
      if (is_half) {
        if (dotted) Take('.');
        if (half == 'a' && hour_ == 12) hour_ = 0;
        if (half == 'p' && hour_ < 12) hour_ += 12;
        return;
      }
    }
    rest_ = before;
  }

  bool ReadFraction() {
    size_t digits = 0;
    int scale = 100;
    for (; digits < rest_.size() && IsDigit(rest_[digits]); ++digits) {
      millisecond_ += scale * (rest_[digits] - '0');
      scale /= 10;
    }
    rest_.remove_prefix(digits);
    return digits > 0;
  }

  // An offset, a name, both ("+0000 UTC", "+0100 (CET)") or nothing; then the end.
  bool ReadZone() {
    TakeBlanks();
    if (!rest_.empty() && (rest_.front() == '+' || rest_.front() == '-')) {
      if (!ReadOffset()) return false;
      TakeBlanks();
    }
    const bool comment = Take('(');
    const std::string_view name = TakeLetters();
    if (!has_offset_ && !comment && !ReadZoneName(name)) return false;
    if (comment && !Take(')')) return false;
    return rest_.empty();
  }

  // What looks like the name of a zone leaves the offset unknown; any other word may change what
  // the clock says.
  bool ReadZoneName(std::string_view name) {
    for (const Zone& zone : kZones) {
      if (!EqualsIgnoringCase(name, zone.name)) continue;
      offset_ = zone.minutes;
      offset_known_ = true;
      return true;
    }
    if (name.empty()) return true;
    if (name.size() < 2 || name.size() > 5) return false;
    return std::ranges::none_of(name, [](char c) { return c < 'A' || c > 'Z'; });
  }

  bool ReadOffset() {
    const bool negative = rest_.front() == '-';
    rest_.remove_prefix(1);
    int hours = 0;
    int minutes = 0;
    if (!ReadNumber(2, hours)) return false;
    const bool colon = Take(':');
    if (!ReadNumber(2, minutes) && colon) return false;
    if (hours > 18 || minutes > 59) return false;
    offset_ = (hours * 60 + minutes) * (negative ? -1 : 1);
    has_offset_ = true;
    // RFC 3339, section 4.3.
    offset_known_ = offset_ != 0 || !negative;
    return true;
  }

  std::optional<FeedTime> Finish() const {
    if (year_ < kFirstYear || year_ > kLastYear || month_ < 1 || month_ > 12) return std::nullopt;
    if (day_ < 1 || day_ > DaysOfMonth(year_, month_)) return std::nullopt;
    // A leap second is the first of the next minute.
    if (hour_ > 23 || minute_ > 59 || second_ > 60) return std::nullopt;
    const int64_t local = DaysFromCivil(year_, month_, day_) * kMsPerDay +
                          ((hour_ * 60 + minute_) * 60 + second_) * int64_t{1000} + millisecond_;
    if (local >= kEndMs) return std::nullopt;
    return FeedTime{.unix_ms = local - offset_ * int64_t{60'000},
                    .offset_minutes = static_cast<int16_t>(offset_),
                    .offset_known = offset_known_,
                    .day_only = !has_clock_};
  }

  std::string_view rest_;
  int year_ = 0, month_ = 0, day_ = 0;
  int hour_ = 0, minute_ = 0, second_ = 0, millisecond_ = 0;
  int offset_ = 0;
  bool has_clock_ = false, has_offset_ = false, offset_known_ = false;
};

// "1772357400": 9 to 13 digits. Fewer are years and dates ("20260301"), 14 are "20260301093000".
// Twelve are the minute "202603010930" where they can be: as milliseconds they lie before 2002.
std::optional<FeedTime> ReadEpoch(std::string_view digits) {
  int64_t number = 0;
  for (char c : digits) number = number * 10 + (c - '0');
  return TimeFromEpoch(number);
}

bool AllDigits(std::string_view text) {
  for (char c : text) {
    if (!IsDigit(c)) return false;
  }
  return true;
}

}  // namespace

std::optional<FeedTime> ParseTime(std::string_view text) {
  text = Trim(text);
  if (text.empty() || text.size() > 64) return std::nullopt;
  if (AllDigits(text) && text.size() >= 9 && text.size() <= 13) {
    if (text.size() == 12 && (text.starts_with("19") || text.starts_with("20"))) {
      if (auto time = TimeReader(text).ReadIso()) return time;
    }
    return ReadEpoch(text);
  }
  if (auto time = TimeReader(text).ReadIso()) return time;
  return TimeReader(text).ReadMail();
}

std::optional<FeedTime> TimeFromEpoch(int64_t number) {
  constexpr int64_t kFirstSecond = kFirstMs / 1000;
  constexpr int64_t kEndSecond = kEndMs / 1000;
  const bool seconds = number >= kFirstSecond && number < kEndSecond;
  if (!seconds && (number < kFirstMs || number >= kEndMs)) return std::nullopt;
  return FeedTime{.unix_ms = seconds ? number * 1000 : number, .offset_known = true};
}

std::string FormatTime(const FeedTime& time) {
  const int64_t local = time.unix_ms + int64_t{time.offset_minutes} * 60'000;
  int64_t days = local / kMsPerDay;
  int64_t ms = local % kMsPerDay;
  if (ms < 0) {
    ms += kMsPerDay;
    --days;
  }
  const auto [year, month, day] = CivilFromDays(days);
  std::string out = fmt::format("{:04}-{:02}-{:02}", year, month, day);
  if (time.day_only) return out;
  out += fmt::format("T{:02}:{:02}:{:02}", ms / 3'600'000, ms / 60'000 % 60, ms / 1000 % 60);
  if (ms % 1000 != 0) out += fmt::format(".{:03}", ms % 1000);
  const int offset = time.offset_minutes < 0 ? -time.offset_minutes : time.offset_minutes;
  const char sign = !time.offset_known || time.offset_minutes < 0 ? '-' : '+';
  return out + fmt::format("{}{:02}:{:02}", sign, offset / 60, offset % 60);
}

}  // namespace newsfeed
