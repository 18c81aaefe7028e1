// The audit: reads the topics of an application and feeds the ledger.
//
//   AuditLedger ledger(AuditTopicsOf(config));
//   auto report = RunAudit(*reader, config, ledger);
//   fmt::print("{}", TextOf(*report, /*by_partition=*/false));
//
// May be run beside a working pipeline, also while it trims its topics: committed offsets are taken first, then
// ID-prepared, ID-judged and the outputs are read in this order. Open transactions of these are waited for, at most
// as long as the broker lets them be open; those of inputs are told alone.
#pragma once

#include <absl/status/statusor.h>

#include "daemon/tools/audit_ledger.h"
#include "daemon/tools/topic_reader.h"
#include "newsfeed/config/v1/config.pb.h"

namespace newsfeed::tools {

// As long as the broker lets a transaction be open, and a little more.
absl::Duration TransactionPatience(const config::v1::Config& config);

absl::StatusOr<AuditReport> RunAudit(TopicReader& reader, const config::v1::Config& config,
                                     AuditLedger& ledger);

}  // namespace newsfeed::tools
