// A machine within the machine: what is mounted there is not mounted here, and other processes are not to be seen.
#pragma once

#include <unistd.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "host/cli_fixture.h"

namespace libcos {

class SmallMachine {
 public:
  // `disk` is a small disk there; `ready` becomes a file once all is there. `environment`: of its commands.
  SmallMachine(const std::filesystem::path& disk, const std::filesystem::path& ready,
               const std::vector<std::string>& environment)
      : environment_(environment) {
    if (::geteuid() != 0) {
      obstacle_ = "only root can mount a disk";
      return;
    }
    std::filesystem::create_directories(disk);
    keeper_.emplace(std::vector<std::string>{"/usr/bin/unshare", "--mount", "--pid", "--fork", "--kill-child",
                                             "--mount-proc", "/bin/sh", "-c",
                                             "mount -t tmpfs -o size=32m,mode=755 none '" + disk.string() +
                                                 "' && : > '" + ready.string() + "' && exec sleep 300"},
                    environment, Streams{});
    for (int i = 0; i < 1000 && !std::filesystem::exists(ready); ++i) {
      ::usleep(10'000);
    }
    if (!std::filesystem::exists(ready)) {
      obstacle_ = "this machine does not let root make namespaces";
    }
  }
  // Why there is none; empty when there is one.
  [[nodiscard]] const std::string& obstacle() const { return obstacle_; }
  // Runs a command there, in which `cos` is the executable.
  [[nodiscard]] Finished shell(const std::string& command) const {
    // The first process there is the child of the one that made it.
    const std::string id = std::to_string(keeper_->pid());
    std::string child = content("/proc/" + id + "/task/" + id + "/children");
    child.erase(child.find_last_not_of(' ') + 1);
    return run({"/usr/bin/nsenter", "-t", child, "-m", "-p", "/bin/sh", "-c",
                "cos() { " + cos_executable() + " \"$@\"; }\n" + command},
               {.environment = environment_});
  }

 private:
  std::vector<std::string> environment_;
  std::optional<Process> keeper_;
  std::string obstacle_;
};

}  // namespace libcos
