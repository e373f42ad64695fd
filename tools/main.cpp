// switchyard: devices, operators, and single calls from a shell.
#include <CLI/CLI.hpp>
#include <iostream>

#include "commands.h"
#include "conformance.h"
#include "json_value.h"

int main(int argc, char** argv) {
  using namespace sy::tool;
  CLI::App app{"Switchyard: devices and plugins, operators, and any operator call from files or a shell."};
  app.require_subcommand(1);
  app.footer(
      "Examples:\n"
      "  switchyard devices\n"
      "  switchyard ops --op add\n"
      "  switchyard call add --arg self=a.npy --arg 'other=[1, 2, 3]' --arg alpha=2 --out r.npy\n"
      "  switchyard explain matmul --arg self=a.npy --arg other=b.npy --device cpu\n"
      "  echo '{\"op\":\"exp\",\"args\":{\"self\":{\"dtype\":\"f32\",\"data\":[0,1]}}}' | switchyard call --batch");
  bool json = false, why = false, batch = false;
  std::string name;
  CallOptions options;

  CLI::App* devices = app.add_subcommand("devices", "devices and plugins found, and why others were not loaded");
  devices->add_flag("--json", json, "print JSON");
  devices->add_flag("--why", why, "every file that was considered");

  CLI::App* ops = app.add_subcommand("ops", "the operators, or everything about one");
  ops->add_option("--op", name, "operator: signature, dtypes per plugin, derivative, composite");
  ops->add_flag("--json", json, "print JSON");

  auto add_call_options = [&](CLI::App* sub) {
    sub->add_option("op", options.op, "operator name");
    sub->add_option("--arg", options.args, "name=value: a.npy or JSON for tensors, JSON or text for the rest")
        ->take_all()
        ->allow_extra_args(false);
    sub->add_option("--device", options.device, "where it runs (default: cpu)");
    sub->add_flag("--json", options.json, "print JSON");
  };
  CLI::App* call = app.add_subcommand("call", "calls an operator; without --out the results are printed");
  add_call_options(call);
  call->add_option("--out", options.out, "a .npy file per result")->allow_extra_args(false);
  call->add_option("--grad", options.grad, "differentiate the sum of the floating results for this argument")
      ->allow_extra_args(false);
  call->add_option("--grad-out", options.grad_out, "a .npy file per gradient")->allow_extra_args(false);
  call->add_flag("--batch", batch, "JSON lines on standard input, one answer line each");

  CLI::App* explain =
      app.add_subcommand("explain", "shows which layers and kernels a call passes, and which were rejected");
  add_call_options(explain);
  explain->add_option("--grad", options.grad, "with the gradient for this argument")->allow_extra_args(false);

  std::string plugin_name, directory;
  CLI::App* new_plugin = app.add_subcommand("new-plugin", "writes a plugin that works, to start a device from");
  new_plugin->add_option("name", plugin_name, "of the plugin and of its device")->required();
  new_plugin->add_option("dir", directory, "where; must not exist yet")->required();
  ConformanceOptions conformance_options;
  CLI::App* conformance = add_conformance(app, conformance_options);

  if (argc > 1 && argv[1][0] != '-' &&
      app.get_subcommands([&](CLI::App* a) { return a->check_name(argv[1]); }).empty()) {
    std::cerr << "switchyard: no command is called \"" << argv[1]
              << "\"; there are devices, ops, call, explain, new-plugin and conformance\n";
    return 2;
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? 0 : 2;  // 0: it asked for help
  }
  try {
    if (*devices) return run_devices(json, why);
    if (*ops) return run_ops(name, json);
    if (*new_plugin) return run_new_plugin(plugin_name, directory);
    if (*conformance) return run_conformance(conformance_options);
    if (*call && batch) return run_batch();
    if (options.op.empty()) {
      std::cerr << "switchyard: which operator? `switchyard ops` lists them\n";
      return 2;
    }
    return *call ? run_call(options) : run_explain(options);
  } catch (const sy::Error& e) {
    if (options.json || json) {
      std::cout << Json{{"ok", false},
                        {"error", {{"code", std::string(sy::error_code_name(e.code()))}, {"message", e.what()}}}}
                       .dump()
                << "\n";
    } else {
      std::cerr << "switchyard: " << e.what() << "\n";
    }
    return 1;
  } catch (const std::exception& e) {
    std::cerr << "switchyard: " << e.what() << "\n";
    return 1;
  }
}
