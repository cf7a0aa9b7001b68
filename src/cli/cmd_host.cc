#include <memory>

#include "cli/app.h"
#include "host/browsers.h"
#include "host/host.h"

namespace libcos::cli {

void add_host(CLI::App& parser, App& app) {
  auto origin = std::make_shared<std::string>(kExtensionOrigin);
  CLI::App* command = parser.add_subcommand("host", "Serve a browser's extension on standard input and output");
  command->add_option("--origin", *origin, "Origin of the extension that speaks")->capture_default_str();
  command->final_callback([&app, origin] { app.run = [origin] { return run_host(*origin); }; });
}

}  // namespace libcos::cli
