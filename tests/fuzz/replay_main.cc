// Runs a fuzz target over a corpus, file by file, in builds without libFuzzer: each file whole,
// cut off at every byte, and with every byte flipped.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

constexpr size_t kMaxVaried = 8 << 10;  // larger files are only replayed whole

void Run(const std::string& bytes, size_t size) {
  // A copy of exactly these bytes, so that the sanitizer detects reads past their end.
  const std::vector<uint8_t> copy(bytes.begin(), bytes.begin() + static_cast<ptrdiff_t>(size));
  LLVMFuzzerTestOneInput(copy.data(), copy.size());
}

void Replay(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(file), {}};
  Run(bytes, bytes.size());
  if (bytes.size() > kMaxVaried) return;
  for (size_t at = 0; at < bytes.size(); ++at) {
    Run(bytes, at);
    for (const char flip : {'\x01', '\x80', '\xff'}) {
      bytes[at] = static_cast<char>(bytes[at] ^ flip);
      Run(bytes, bytes.size());
      bytes[at] = static_cast<char>(bytes[at] ^ flip);
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  size_t files = 0;
  for (int i = 1; i < argc; ++i) {
    for (const auto& entry : std::filesystem::directory_iterator(argv[i])) {
      Replay(entry.path().string());
      ++files;
    }
  }
  std::printf("%zu files\n", files);
  return files > 0 ? 0 : 1;
}
