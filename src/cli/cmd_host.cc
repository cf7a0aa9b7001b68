#include <memory>

#include "cli/app.h"
#include "host/browsers.h"
#include "host/host.h"

namespace libcos::cli {

void add_host(Command cos, App& app) {
  auto origin = std::make_shared<std::string>(kExtensionOrigin);
  const Command command = cos.add_command("host", "Serve a browser's extension on standard input and output");
  command.add_option("--origin", *origin, "Origin of the extension that speaks").default_shown();
  command.when_chosen([&app, origin] { app.run = [origin] { return run_host(*origin); }; });
}

}  // namespace libcos::cli
