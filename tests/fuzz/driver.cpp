// Stands in for libFuzzer where a target is an ordinary test: runs the corpus, then mutations of it
// that are the same each time.
//
//   fuzz_NAME [--inputs N] [--seed N] [--dict FILE] FILE_OR_FOLDER...
#include <algorithm>
#include <charconv>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz.hpp"

extern "C" [[gnu::weak]] void __sanitizer_set_death_callback(void (*callback)());

namespace {

namespace fs = std::filesystem;

constexpr std::size_t size_max = 4'096;

std::string current;       // what the target is looking at
std::string crash_file;    // where that is kept if the target dies of it
std::size_t number_of{0};  // of the current input

void keep_current() {
  if (current.empty() && number_of == 0) return;
  std::ofstream{crash_file, std::ios::binary} << current;
  std::fprintf(stderr, "input %zu is kept in %s\n", number_of, crash_file.c_str());
  number_of = 0;
  current.clear();
}

void on_abort(int /*signal*/) { keep_current(); }

std::string read_file(const fs::path& path) {
  std::ifstream in{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

/// The texts of a libFuzzer dictionary: what stands between the first and the last quote of a line.
std::vector<std::string> read_words(const fs::path& path) {
  std::vector<std::string> words;
  std::ifstream in{path};
  for (std::string line; std::getline(in, line);) {
    const std::size_t begin = line.find('"');
    const std::size_t end = line.rfind('"');
    if (line.starts_with('#') || begin == end) continue;
    std::string word;
    for (std::size_t at = begin + 1; at < end; ++at) {
      if (line[at] != '\\') {
        word += line[at];
      } else if (line[++at] == 'x') {
        int byte{};
        std::from_chars(line.data() + at + 1, line.data() + at + 3, byte, 16);
        word += static_cast<char>(byte);
        at += 2;
      } else {
        word += line[at];
      }
    }
    words.push_back(std::move(word));
  }
  return words;
}

/// A seeded source of mutations; the same on every machine.
class Mutator {
 public:
  Mutator(std::uint64_t seed, std::vector<std::string> corpus, std::vector<std::string> words)
      : random_{seed}, corpus_{std::move(corpus)}, words_{std::move(words)} {}

  std::string next() {
    std::string text = corpus_[below(corpus_.size())];
    for (std::size_t rounds = 1 + below(5); rounds != 0; --rounds) mutate(text);
    text.resize(std::min(text.size(), size_max));
    return text;
  }

 private:
  /// From 0 to count - 1; count is not 0.
  std::size_t below(std::size_t count) { return static_cast<std::size_t>(random_() % count); }
  std::size_t place(const std::string& text) { return below(text.size() + 1); }
  std::string piece(const std::string& text) { return text.substr(place(text), 1 + below(32)); }

  void mutate(std::string& text) {
    switch (below(8)) {
      case 0:
        if (!text.empty()) text[below(text.size())] ^= static_cast<char>(1U << below(8));
        return;
      case 1:
        if (!text.empty()) text[below(text.size())] = static_cast<char>(below(256));
        return;
      case 2:
        text.insert(place(text), 1 + below(3), static_cast<char>(below(256)));
        return;
      case 3:
        text.erase(place(text), 1 + below(16));
        return;
      case 4:
        text.insert(place(text), piece(text));
        return;
      case 5:
        text.insert(place(text), piece(corpus_[below(corpus_.size())]));
        return;
      case 6: {
        const std::string& other = corpus_[below(corpus_.size())];
        text = text.substr(0, place(text)) + other.substr(place(other));
        return;
      }
      default:
        if (!words_.empty()) text.insert(place(text), words_[below(words_.size())]);
    }
  }

  std::mt19937_64 random_;
  std::vector<std::string> corpus_;
  std::vector<std::string> words_;
};

void run(const std::string& input) {
  current = input;
  ++number_of;
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(current.data()), current.size());
}

}  // namespace

int main(int argc, char** argv) {
  std::size_t inputs = 2'000;
  std::uint64_t seed = 1;
  std::vector<std::string> words;
  std::vector<fs::path> files;
  const auto to_number = [](std::string_view text) {
    std::uint64_t value{};
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
  };
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument{argv[i]};
    const bool has_value = i + 1 < argc;
    if (argument == "--inputs" && has_value) {
      inputs = to_number(argv[++i]);
    } else if (argument == "--seed" && has_value) {
      seed = to_number(argv[++i]);
    } else if (argument == "--dict" && has_value) {
      words = read_words(argv[++i]);
    } else if (fs::is_directory(argument)) {
      std::copy(fs::directory_iterator{argument}, {}, std::back_inserter(files));
    } else {
      files.emplace_back(argument);
    }
  }
  std::ranges::sort(files);
  std::vector<std::string> corpus;
  for (const fs::path& path : files) corpus.push_back(read_file(path));
  if (corpus.empty()) {
    std::fprintf(stderr, "%s: no corpus\n", argv[0]);
    return 2;
  }
  crash_file = fs::path{argv[0]}.filename().string() + ".crash";
  std::signal(SIGABRT, on_abort);
  if (__sanitizer_set_death_callback != nullptr) __sanitizer_set_death_callback(keep_current);

  for (const std::string& text : corpus) run(text);
  Mutator mutator{seed, corpus, std::move(words)};
  for (std::size_t i = 0; i < inputs; ++i) run(mutator.next());
  std::printf("%zu inputs\n", number_of);
  return 0;
}
