// Cuts the bytes of one file into records.
//
//   kLines  NDJSON: one record a line; blank lines are no records
//   kJson   one JSON value, or an array of records: each element one record
//   kWhole  the file is one record (text, HTML)
//
// Cuts, and judges nothing: what is no JSON comes out as a record all the same, and decode says
// why. A record longer than the limit is read to its end, counted and hashed, and comes out without
// its bytes (Record::oversize_bytes). A record cut short by damage of a gzip file does not come
// out.
#pragma once

#include <cstdint>
#include <string_view>

#include <absl/status/statusor.h>

#include "daemon/file/input_bytes.h"
#include "processors/article/record.h"
#include "processors/text/hash.h"

namespace newsfeed::file {

enum class RecordLayout { kLines, kJson, kWhole };

class RecordCutter {
 public:
  // `input` must outlive it.
  RecordCutter(InputBytes& input, RecordLayout layout, uint64_t max_record_bytes);

  // Sets value and oversize_* of `out`; the value is good until the next call. False at the end.
  absl::StatusOr<bool> Next(Record& out);

 private:
  // What a scan of one record knows so far.
  struct Scan {
    size_t position = 0;   // bytes of unread() already looked at
    uint64_t skipped = 0;  // bytes of an oversize record already let go
    bool done = false;     // position is the end of the record
  };

  absl::StatusOr<bool> SkipBlanks(std::string_view blanks);
  absl::StatusOr<bool> Start();
  absl::StatusOr<bool> CutRecord(Record& out);
  void Look(Scan& scan);
  void LookJson(Scan& scan);
  void LetGo(Scan& scan);
  void Emit(const Scan& scan, Record& out);

  InputBytes& input_;
  RecordLayout layout_;
  const uint64_t max_record_bytes_;
  bool started_ = false;
  bool in_array_ = false;
  size_t last_size_ = 0;  // bytes of the record given out last, still to be skipped
  // JSON: state within the element being scanned.
  uint64_t depth_ = 0;
  bool in_string_ = false;
  bool escaped_ = false;
  XXH3_state_t hash_;
};

}  // namespace newsfeed::file
