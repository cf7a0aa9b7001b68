#include <cstdio>
#include <memory>
#include <string>

#include "cli/app.h"
#include "cli/command_model.h"
#include "cli/completions.h"

namespace libcos::cli {
namespace {

std::string completions_for(const std::string& shell, const CommandModel& cos) {
  if (shell == "zsh") {
    return zsh_completions(cos);
  }
  return shell == "fish" ? fish_completions(cos) : bash_completions(cos);
}

}  // namespace

void add_completions(Command cos, App& app) {
  auto shell = std::make_shared<std::string>();
  const Command command = cos.add_command("completions", "Print what your shell needs to complete cos");
  command.add_option("shell", *shell, "bash, zsh or fish").required().choices({"bash", "zsh", "fish"});
  command.when_chosen([&app, cos, shell] {
    app.run = [cos, shell] {
      std::fputs(completions_for(*shell, cos.model()).c_str(), stdout);
      return kDone;
    };
  });
}

}  // namespace libcos::cli
