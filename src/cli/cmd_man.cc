#include <cstdio>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <system_error>

#include "base/files.h"
#include "base/try.h"
#include "cli/app.h"
#include "cli/man_pages.h"
#include "cli/output.h"

namespace libcos::cli {
namespace {

namespace fs = std::filesystem;

Result<int> write_pages(const App& app, const CommandModel& cos, const fs::path& directory) {
  std::error_code error;
  fs::create_directories(directory, error);
  if (error) {
    return fail(ErrorCode::kIo, "Cannot make the directory " + directory.string() + ": " + error.message() + ".",
                "Name another one with --output.");
  }
  nlohmann::ordered_json written = nlohmann::ordered_json::array();
  for (const ManPage& page : man_pages(cos)) {
    COS_CHECK(replace_file(directory / page.file, as_bytes(page.text), 0644));
    written.push_back((directory / page.file).string());
  }
  if (app.json) {
    print_json({{"written", std::move(written)}});
  } else {
    std::printf("%zu manual pages were written. Read one: man -l %s\n", written.size(),
                printable((directory / "cos.1").string()).c_str());
  }
  return kDone;
}

}  // namespace

void add_man(Command cos, App& app) {
  auto directory = std::make_shared<std::string>();
  const Command command = add_command(cos, app, "man", "Write the manual pages", [&app, cos, directory] {
    const Result<int> code = write_pages(app, cos.model(), *directory);
    return code ? *code : report(app, code.error());
  });
  command.add_option("-o,--output", *directory, "The directory for the pages; it is made when it is not there")
      .required();
}

}  // namespace libcos::cli
