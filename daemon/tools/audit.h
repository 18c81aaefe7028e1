// The audit: reads the topics of an application and feeds the ledger.
//
//   AuditLedger ledger(AuditTopicsOf(config));
//   auto report = RunAudit(*reader, config, ledger, {.hidden = true});
//   fmt::print("{}", TextOf(*report, /*by_partition=*/false));
//
// May be run beside a working pipeline, also while it trims its topics. In this order:
//   1. committed offsets, downstream first
//   2. ID-prepared, ID-index, ID-judged, ID-index as far as it grew meanwhile, the outputs: what
//      was committed or trimmed before has left its trace in what is read later, and of each
//      verdict both halves are seen
//   3. committed offsets again: what was seen done must be committed by now
//   4. ID-judged from there on, which nobody may have published yet; the inputs
// Open transactions of internal topics and outputs are waited for, at most as long as the broker
// lets them be open; then what they hide is read uncommitted, so that it is not told as lost. Those
// of inputs are told alone.
//
// Memory: of the ledger; with `hidden` one bit for each offset of outputs and internal topics; with
// `verify_verdicts` the judge's index of the window (index_audit.h).
#pragma once

#include <absl/status/statusor.h>

#include "daemon/tools/audit_ledger.h"
#include "daemon/tools/topic_reader.h"
#include "newsfeed/config/v1/config.pb.h"

namespace newsfeed::tools {

// As long as the broker lets a transaction be open, and a little more.
absl::Duration TransactionPatience(const config::v1::Config& config);

struct AuditOptions {
  // Reads outputs and internal topics a second time, uncommitted, and counts what readers are not
  // shown: records of aborted transactions.
  bool hidden = false;
  // Gives the verdicts of ID-index again.
  bool verify_verdicts = false;
};

absl::StatusOr<AuditReport> RunAudit(TopicReader& reader, const config::v1::Config& config,
                                     AuditLedger& ledger, const AuditOptions& options = {});

}  // namespace newsfeed::tools
