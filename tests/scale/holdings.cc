#include <stdlib.h>

#include <fstream>
#include <string>
#include <system_error>

#include "scale/population.h"
#include "scale/runs.h"

namespace libcos::scale {

Holdings holdings_of(int pid) {
  const std::filesystem::path process = "/proc/" + std::to_string(pid);
  Holdings holdings;
  std::ifstream status(process / "status");
  for (std::string line; std::getline(status, line);) {
    const auto number = [&] { return std::stoull(line.substr(line.find(':') + 1)) * 1024; };
    if (line.starts_with("VmRSS:")) {
      holdings.resident = number();
    } else if (line.starts_with("VmHWM:")) {
      holdings.peak = number();
    }
  }
  std::error_code error;
  for (std::filesystem::directory_iterator it(process / "fd", error), end; it != end; it.increment(error)) {
    ++holdings.descriptors;
  }
  return holdings;
}

WorkDirectory::WorkDirectory(const std::filesystem::path& parent) {
  std::string name = (std::filesystem::absolute(parent) / "cos-scale-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) {
    give_up("Cannot make a directory in " + parent.string() + ".");
  }
  path_ = name;
}

WorkDirectory::~WorkDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace libcos::scale
