// The short form of all fuzzers: replays their corpora, and some mutations of them that are the same in every run.
//   cos_fuzz_corpus NAME CORPUS MUTATIONS
#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <random>
#include <string>
#include <vector>

// Each fuzzer's function has a name of its own here (fuzz/CMakeLists.txt).
#define COS_FUZZER(name) extern "C" int cos_fuzz_##name(const std::uint8_t* data, std::size_t size);
#include "fuzzers.def"
#undef COS_FUZZER

namespace {

using Input = std::vector<std::uint8_t>;
using Fuzzer = int (*)(const std::uint8_t*, std::size_t);

const std::map<std::string, Fuzzer>& fuzzers() {
  static const std::map<std::string, Fuzzer> all{
#define COS_FUZZER(name) {#name, &cos_fuzz_##name},
#include "fuzzers.def"
#undef COS_FUZZER
  };
  return all;
}

std::vector<Input> read_corpus(const std::filesystem::path& directory) {
  std::vector<std::filesystem::path> files(std::filesystem::directory_iterator(directory), {});
  std::sort(files.begin(), files.end());
  std::vector<Input> corpus;
  for (const std::filesystem::path& path : files) {
    std::ifstream file(path, std::ios::binary);
    corpus.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return corpus;
}

// The same numbers everywhere: what std::uniform_int_distribution gives is each library's own.
class Numbers {
 public:
  std::size_t below(std::size_t bound) { return bound == 0 ? 0 : static_cast<std::size_t>(engine_() % bound); }

 private:
  std::mt19937_64 engine_{20'260'101};
};

void mutate(Input& input, const std::vector<Input>& corpus, Numbers& numbers) {
  const std::size_t at = numbers.below(input.size() + 1);
  const auto place = input.begin() + static_cast<std::ptrdiff_t>(at);
  const std::size_t length = std::min(numbers.below(8) + 1, input.size() - at);
  switch (numbers.below(6)) {
    case 0:
      if (at < input.size()) {
        *place = static_cast<std::uint8_t>(*place ^ 1U << numbers.below(8));
      }
      break;
    case 1:
      input.insert(place, static_cast<std::uint8_t>(numbers.below(256)));
      break;
    case 2:
      input.erase(place, place + static_cast<std::ptrdiff_t>(length));
      break;
    case 3: {
      const Input again(place, place + static_cast<std::ptrdiff_t>(length));
      input.insert(place, again.begin(), again.end());
      break;
    }
    case 4:
      std::fill_n(place, length, static_cast<std::uint8_t>(numbers.below(2) * 0xff));
      break;
    default: {
      const Input& other = corpus[numbers.below(corpus.size())];
      const std::size_t from = numbers.below(other.size() + 1);
      input.erase(place, input.end());
      input.insert(input.end(), other.begin() + static_cast<std::ptrdiff_t>(from), other.end());
    }
  }
}

// An input of its own, so that a sanitizer sees a read beyond its end.
void run(Fuzzer fuzzer, const Input& input) {
  const Input exact(input.begin(), input.end());
  (void)fuzzer(exact.data(), exact.size());
}

}  // namespace

int main(int count, char** arguments) {
  const std::vector<std::string> words(arguments + 1, arguments + count);
  const auto fuzzer = words.empty() ? fuzzers().end() : fuzzers().find(words[0]);
  if (words.size() != 3 || fuzzer == fuzzers().end()) {
    std::cerr << "Usage: cos_fuzz_corpus NAME CORPUS MUTATIONS\n";
    return 2;
  }
  const std::vector<Input> corpus = read_corpus(words[1]);
  if (corpus.empty()) {
    std::cerr << "There is no corpus in " << words[1] << ".\n";
    return 1;
  }
  run(fuzzer->second, {});
  std::for_each(corpus.begin(), corpus.end(), [&](const Input& input) { run(fuzzer->second, input); });
  Numbers numbers;
  const std::size_t mutations = std::stoul(words[2]);
  for (std::size_t i = 0; i < mutations; ++i) {
    Input input = corpus[i % corpus.size()];
    for (std::size_t left = numbers.below(4) + 1; left > 0; --left) {
      mutate(input, corpus, numbers);
    }
    run(fuzzer->second, input);
  }
  std::cout << fuzzer->first << ": " << corpus.size() << " inputs, " << mutations << " mutations\n";
  return 0;
}
