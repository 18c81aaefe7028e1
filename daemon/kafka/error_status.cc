#include "daemon/kafka/error_status.h"

#include <fmt/format.h>

#include <string>

namespace newsfeed::kafka {

absl::Status ToStatus(const Error& error, std::string_view what) {
  if (error.ok()) return absl::OkStatus();
  std::string message = fmt::format("{}: {} ({})", what, error.message, error.name);
  if (error.name.ends_with("AUTHORIZATION_FAILED")) return absl::PermissionDeniedError(message);
  if (error.kind == ErrorClass::kFenced) return absl::AbortedError(message);
  if (error.kind == ErrorClass::kTimedOut || error.name == "_ALL_BROKERS_DOWN" ||
      error.name == "_TRANSPORT" || error.name == "_RESOLVE") {
    return absl::UnavailableError(message);
  }
  return absl::UnknownError(message);
}

}  // namespace newsfeed::kafka
