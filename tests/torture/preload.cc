// Arms a process that was started with this library in LD_PRELOAD: the plan lies in a file that the parent shares.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>

#include "torture/faults.h"

namespace {

// After faults.cc's own variables, which stand before this file in the library.
__attribute__((constructor)) void arm_this_process() {
  const char* const plan_file = std::getenv("COS_TORTURE_PLAN");
  const char* const directory = std::getenv("COS_TORTURE_DIRECTORY");
  if (plan_file == nullptr || directory == nullptr) {
    return;
  }
  const int file = ::open(plan_file, O_RDWR | O_CLOEXEC);
  void* const plan = ::mmap(nullptr, sizeof(libcos::torture::Plan), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  (void)::close(file);
  if (plan != MAP_FAILED) {
    libcos::torture::arm(directory, *static_cast<libcos::torture::Plan*>(plan));
  }
}

}  // namespace
