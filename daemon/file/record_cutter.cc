#include "daemon/file/record_cutter.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace newsfeed::file {
namespace {

constexpr std::string_view kJsonBlanks = " \t\r\n";
constexpr std::string_view kUtf8Mark = "\xEF\xBB\xBF";

bool IsBlank(char c) { return kJsonBlanks.find(c) != std::string_view::npos; }

// UTF-16 and UTF-32 cannot be cut at single bytes.
bool HasWideMark(std::string_view bytes) {
  return bytes.starts_with("\xFF\xFE") || bytes.starts_with("\xFE\xFF") ||
         bytes.starts_with(std::string_view("\0\0\xFE\xFF", 4));
}

std::string_view TrimEnd(std::string_view text) {
  while (!text.empty() && IsBlank(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace

RecordCutter::RecordCutter(InputBytes& input, RecordLayout layout, uint64_t max_record_bytes)
    : input_(input), layout_(layout), max_record_bytes_(max_record_bytes) {}

absl::StatusOr<bool> RecordCutter::Next(Record& out) {
  input_.Skip(std::exchange(last_size_, 0));
  if (!started_) {
    started_ = true;
    if (auto more = Start(); !more.ok() || !*more) return more;
    if (layout_ == RecordLayout::kWhole) return CutRecord(out);
  } else if (layout_ == RecordLayout::kWhole) {
    return false;
  }
  // Between records: blanks and, in an array, commas and its end.
  auto more = SkipBlanks(in_array_ ? " \t\r\n," : kJsonBlanks);
  if (!more.ok()) return more;
  if (!*more) {
    if (!std::exchange(in_array_, false) || !input_.damage().empty()) return false;
    // An array without an end was cut short: an empty record, which decode refuses, tells of it.
    layout_ = RecordLayout::kWhole;
    return CutRecord(out);
  }
  if (in_array_ && input_.unread().front() == ']') {
    // What follows the array is no part of it: one record, which decode refuses.
    input_.Skip(1);
    in_array_ = false;
    layout_ = RecordLayout::kWhole;
    more = SkipBlanks(kJsonBlanks);
    if (!more.ok() || !*more) return more;
  }
  return CutRecord(out);
}

// Looks at the head of the file. False where it gives no record at all.
absl::StatusOr<bool> RecordCutter::Start() {
  while (input_.unread().size() < 4) {
    auto more = input_.ReadMore();
    if (!more.ok()) return more;
    if (!*more) break;
  }
  if (HasWideMark(input_.unread())) layout_ = RecordLayout::kWhole;
  if (layout_ == RecordLayout::kWhole) return input_.damage().empty() || !input_.unread().empty();
  if (input_.unread().starts_with(kUtf8Mark)) input_.Skip(kUtf8Mark.size());
  if (layout_ == RecordLayout::kLines) return true;
  auto more = SkipBlanks(kJsonBlanks);
  if (!more.ok()) return more;
  if (!*more) {
    // An empty .json file is one record, and a bad one; damage has been told already.
    layout_ = RecordLayout::kWhole;
    return input_.damage().empty();
  }
  in_array_ = input_.unread().front() == '[';
  if (in_array_) {
    input_.Skip(1);
  } else {
    layout_ = RecordLayout::kWhole;
  }
  return true;
}

// False at the end of the input.
absl::StatusOr<bool> RecordCutter::SkipBlanks(std::string_view blanks) {
  while (true) {
    const std::string_view unread = input_.unread();
    const size_t first = unread.find_first_not_of(blanks);
    input_.Skip(std::min(first, unread.size()));
    if (first != std::string_view::npos) return true;
    auto more = input_.ReadMore();
    if (!more.ok() || !*more) return more;
  }
}

absl::StatusOr<bool> RecordCutter::CutRecord(Record& out) {
  Scan scan;
  depth_ = 0;
  in_string_ = escaped_ = false;
  while (true) {
    Look(scan);
    if (scan.skipped + scan.position > max_record_bytes_) LetGo(scan);
    if (scan.done) break;
    auto more = input_.ReadMore();
    if (!more.ok()) return more;
    if (*more) continue;
    if (!input_.damage().empty()) return false;
    break;  // the last record needs no end mark
  }
  Emit(scan, out);
  return true;
}

// Moves scan.position to the end of the record, or of what is there.
void RecordCutter::Look(Scan& scan) {
  const std::string_view unread = input_.unread();
  switch (layout_) {
    case RecordLayout::kWhole: scan.position = unread.size(); return;
    case RecordLayout::kJson: LookJson(scan); return;
    case RecordLayout::kLines: break;
  }
  const size_t newline = unread.find('\n', scan.position);
  scan.done = newline != std::string_view::npos;
  scan.position = scan.done ? newline : unread.size();
}

// An element of an array ends before a comma or bracket that is outside of strings and brackets.
void RecordCutter::LookJson(Scan& scan) {
  const std::string_view unread = input_.unread();
  for (; scan.position < unread.size(); ++scan.position) {
    const char c = unread[scan.position];
    if (in_string_) {
      if (escaped_) {
        escaped_ = false;
      } else if (c == '\\') {
        escaped_ = true;
      } else if (c == '"') {
        in_string_ = false;
      }
      continue;
    }
    switch (c) {
      case '"': in_string_ = true; break;
      case '{':
      case '[': ++depth_; break;
      case '}':
        if (depth_ > 0) --depth_;
        break;
      case ']':
        if (depth_ == 0) {
          scan.done = true;
          return;
        }
        --depth_;
        break;
      case ',':
        if (depth_ == 0) {
          scan.done = true;
          return;
        }
        break;
      default: break;
    }
  }
}

// Of a record beyond the limit only size and hash are kept.
void RecordCutter::LetGo(Scan& scan) {
  if (scan.skipped == 0) XXH3_64bits_reset(&hash_);
  XXH3_64bits_update(&hash_, input_.unread().data(), scan.position);
  input_.Skip(scan.position);
  scan.skipped += scan.position;
  scan.position = 0;
}

void RecordCutter::Emit(const Scan& scan, Record& out) {
  last_size_ = scan.position;
  std::string_view value = input_.unread().substr(0, scan.position);
  if (layout_ != RecordLayout::kWhole) value = TrimEnd(value);
  // An empty value is not a null one.
  out.value = scan.skipped > 0 || value.empty() ? std::string_view("") : value;
  out.oversize_bytes = scan.skipped;
  out.oversize_hash = scan.skipped > 0 ? XXH3_64bits_digest(&hash_) : 0;
}

}  // namespace newsfeed::file
