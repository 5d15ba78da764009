// Runs a fuzz harness over every file of a corpus folder, and over seeded mutations of each,
// without libFuzzer. An empty or missing corpus is an error: it would test nothing.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

constexpr int kMutationsPerFile = 200;

std::vector<std::uint8_t> mutate(std::vector<std::uint8_t> bytes, std::mt19937& random) {
  const auto pick = [&](std::size_t limit) {
    return std::uniform_int_distribution<std::size_t>(0, limit)(random);
  };
  for (std::size_t i = pick(3) + 1; i > 0 && !bytes.empty(); --i) {
    const auto at = pick(bytes.size() - 1);
    switch (pick(3)) {
      case 0:
        bytes[at] = static_cast<std::uint8_t>(pick(255));
        break;
      case 1:
        bytes.resize(at);
        break;
      case 2:
        bytes.insert(bytes.begin() + static_cast<std::ptrdiff_t>(at), pick(16), bytes[at]);
        break;
      default:
        bytes[at] ^= static_cast<std::uint8_t>(1U << pick(7));
        break;
    }
  }
  return bytes;
}

void run(const std::vector<std::uint8_t>& bytes) {
  // An exactly sized heap copy, so that a sanitizer sees the first byte read too many.
  const std::vector<std::uint8_t> exact(bytes);
  LLVMFuzzerTestOneInput(exact.data(), exact.size());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: %s CORPUS_FOLDER\n", argv[0]);
    return 2;
  }
  std::vector<std::filesystem::path> files;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(argv[1], error))
    if (entry.is_regular_file()) files.push_back(entry.path());
  if (files.empty()) {
    std::fprintf(stderr, "no corpus in %s\n", argv[1]);
    return 1;
  }
  std::sort(files.begin(), files.end());
  std::size_t runs = 0;
  run({});
  for (const auto& file : files) {
    std::ifstream in(file, std::ios::binary);
    const std::vector<std::uint8_t> bytes{std::istreambuf_iterator<char>(in), {}};
    run(bytes);
    std::mt19937 random(static_cast<std::mt19937::result_type>(bytes.size() + 1));
    for (int i = 0; i < kMutationsPerFile; ++i) run(mutate(bytes, random));
    runs += kMutationsPerFile + 1;
  }
  std::printf("%zu files, %zu runs\n", files.size(), runs);
  return 0;
}
