// newsfeedd validate: is this configuration fit to run?
#include <fmt/format.h>

#include <memory>
#include <string>
#include <vector>

#include "daemon/cli/command.h"
#include "daemon/cli/kafka_command.h"
#include "daemon/data_folder.h"

namespace newsfeed::cli {
namespace {

constexpr char kExample[] = R"(
Example:
  newsfeedd validate config/newsfeed.yaml

Checks keys, types, limits and the chain, loads the data files named, and makes every processor
once; where `kafka` or `inputs` is set, also what `run` needs of them. Exit code 78 and the path of
the bad key if something is wrong.)";

// All that `process` and `run` would fail on before the first record.
absl::Status Check(const std::string& path, const std::string& data_dir) {
  auto config = ConfigFrom(path);
  if (!config.ok()) return config.status();
  // A configuration for `process` alone names neither.
  if (config->has_kafka() || !config->inputs().empty()) {
    if (absl::Status status = CheckKafkaKeys(path, *config); !status.ok()) return status;
  }
  auto folder = FindDataFolder(data_dir);
  if (!folder.ok()) return folder.status();
  auto data = LoadData(*config, *folder);
  if (!data.ok()) return data.status();
  return CheckProcessors(path, *config, *data);
}

}  // namespace

void AddValidate(CLI::App& app, int& exit_code) {
  struct Arguments {
    std::vector<std::string> configs;
    std::string data_dir;
  };
  auto arguments = std::make_shared<Arguments>();
  app.add_option("CONFIG", arguments->configs, "configuration files")->required();
  app.add_option("--data-dir", arguments->data_dir,
                 "folder of rules and gazetteers; default: found beside the program");
  app.footer(kExample);
  app.callback([arguments, &exit_code] {
    for (const std::string& path : arguments->configs) {
      if (absl::Status status = Check(path, arguments->data_dir); !status.ok()) {
        exit_code = Fail(status, kExitConfig);
      } else {
        Print("{}: ok\n", path);
      }
    }
    exit_code = PrintedOr(exit_code);
  });
}

}  // namespace newsfeed::cli
