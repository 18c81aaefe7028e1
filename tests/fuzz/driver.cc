// Runs a fuzzer without libFuzzer, with its most used flags:
//
//   decode_fuzzer FILE|FOLDER...               each file once (libFuzzer: -runs=0)
//   decode_fuzzer -seconds=60 -seed=7 FOLDER   then mutations of them, without coverage
//
// Before each input is run it is written to `crash-input` (-keep=0: not), so that a crash leaves it.
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

std::string ReadFile(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void Collect(const std::filesystem::path& path, std::vector<std::string>& inputs) {
  if (!std::filesystem::is_directory(path)) {
    inputs.push_back(ReadFile(path));
    return;
  }
  for (const auto& entry : std::filesystem::recursive_directory_iterator(path)) {
    if (entry.is_regular_file()) inputs.push_back(ReadFile(entry.path()));
  }
}

void RunOne(const std::string& input) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(input.data()), input.size());
}

std::string Mutate(const std::vector<std::string>& inputs, std::mt19937_64& random) {
  const auto below = [&](size_t n) { return n == 0 ? 0 : random() % n; };
  std::string input = inputs[below(inputs.size())];
  for (size_t changes = 1 + below(8); changes > 0; --changes) {
    const size_t at = below(input.size() + 1);
    const size_t length = below(std::min<size_t>(input.size() - at, 64) + 1);
    switch (below(5)) {
      case 0: input.insert(at, 1, static_cast<char>(random())); break;
      case 1: input.erase(at, length); break;
      case 2: input.insert(at, input.substr(at, length)); break;
      case 3:
        if (at < input.size()) input[at] = static_cast<char>(input[at] ^ (1 << below(8)));
        break;
      default: {
        const std::string& other = inputs[below(inputs.size())];
        const size_t from = below(other.size() + 1);
        input.replace(at, length, other.substr(from, below(256)));
      }
    }
  }
  return input;
}

}  // namespace

int main(int argc, char** argv) {
  double seconds = 0;
  uint64_t seed = 1;
  bool keep = true;
  std::vector<std::string> inputs;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument.starts_with("-seconds=")) {
      seconds = std::atof(argv[i] + 9);
    } else if (argument.starts_with("-seed=")) {
      seed = std::strtoull(argv[i] + 6, nullptr, 10);
    } else if (argument == "-keep=0") {
      keep = false;
    } else if (!argument.starts_with("-")) {
      Collect(argv[i], inputs);
    }
  }
  if (inputs.empty()) {
    std::fprintf(stderr, "no inputs\n");
    return 1;
  }
  for (const std::string& input : inputs) RunOne(input);
  uint64_t runs = inputs.size();
  std::mt19937_64 random(seed);
  const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
  while (std::chrono::steady_clock::now() < end) {
    const std::string input = Mutate(inputs, random);
    if (keep) std::ofstream("crash-input", std::ios::binary) << input;
    RunOne(input);
    ++runs;
  }
  if (keep) std::filesystem::remove("crash-input");
  std::printf("%llu inputs run\n", static_cast<unsigned long long>(runs));
}
