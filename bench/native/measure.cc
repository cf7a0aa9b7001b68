#include "measure.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace cos_bench {

using libcos::UniqueFd;

void give_up(const std::string& message) {
  std::fprintf(stderr, "cos_bench: %s\n", message.c_str());
  std::exit(1);
}

void step(const std::string& text) { std::fprintf(stderr, "> %s\n", text.c_str()); }

double time_of(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void take_turns(const std::vector<Contender*>& contenders, int rounds) {
  for (int round = -1; round < rounds; ++round) {
    for (std::size_t i = 0; i < contenders.size(); ++i) {
      Contender& contender = *contenders[(i + static_cast<std::size_t>(round + 1)) % contenders.size()];
      ::sync();  // nobody pays for what another has left to be written
      const double seconds = time_of(contender.work);
      contender.tidy();
      if (round >= 0) {
        contender.seconds.push_back(seconds);
      }
    }
  }
}

void run_program(const std::vector<std::string>& arguments) {
  std::vector<char*> argv;
  for (const std::string& argument : arguments) {
    argv.push_back(const_cast<char*>(argument.c_str()));
  }
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions{};
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  pid_t pid = -1;
  const int error = ::posix_spawnp(&pid, argv[0], &actions, nullptr, argv.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  int status = -1;
  if (error != 0 || ::waitpid(pid, &status, 0) < 0 || status != 0) {
    give_up("Cannot run " + arguments.front() + ".");
  }
}

libcos::Store open_store(const std::filesystem::path& directory) {
  libcos::Store store = need(libcos::Store::open({directory, {}}));
  need(store.set_setting("disk.reserve", "0"));
  // Budgets that let one origin do in a second what others do in a year; they are computed and kept all the same.
  for (const char* key : {"lookup.hashes", "lookup.bits", "lookup.month-bits"}) {
    need(store.set_setting(key, "1000000"));
  }
  need(store.set_setting("lookup.resolvable", "100000"));
  for (const char* key : {"rate.reads", "rate.writes", "write.files"}) {
    need(store.set_setting(key, "0"));
  }
  need(store.set_setting("budget.percent", "95"));
  need(store.set_setting("budget.origin-percent", "100"));
  return store;
}

void fill(std::vector<std::uint8_t>& block, std::uint64_t seed) {
  std::uint64_t state = seed * 0x9e3779b97f4a7c15 + 1;
  for (std::size_t i = 0; i + sizeof state <= block.size(); i += sizeof state) {
    state ^= state << 13U;
    state ^= state >> 7U;
    state ^= state << 17U;
    std::memcpy(block.data() + i, &state, sizeof state);
  }
}

void make_file(const std::filesystem::path& path, std::uint64_t bytes) {
  const UniqueFd fd = need(libcos::open_file(path, O_WRONLY | O_CREAT | O_TRUNC, 0600));
  std::vector<std::uint8_t> block(kBlock);
  for (std::uint64_t at = 0; at < bytes; at += kBlock) {
    fill(block, at / kBlock + 1);
    need(libcos::write_at(fd, std::span(block).first(std::min<std::uint64_t>(kBlock, bytes - at)), at));
  }
  need(libcos::sync_data(fd));
}

}  // namespace cos_bench
