// switchyard-codegen: from operator schemas to C++.
#include <cctype>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include "codegen/emit.h"
#include "codegen/generator.h"

namespace {

constexpr char kUsage[] =
    R"(switchyard-codegen --schema FILE.yaml [--schema ...] --out DIR [options]

Turns operator schemas into the C++ API, operator tables, derivatives, kernel arguments, tests and the reference.

  --schema FILE    a schema file; repeat for more
  --import FILE    operators that formulas may call, for which nothing is written; repeat for more
  --out DIR        where to write
  --namespace NS   the C++ namespace, and the prefix of operator names (default: sy, without a prefix)
  --check          only check the schema; write nothing
  --list-outputs   print the files that would be written, one per line
  --help           this text

Files whose contents would not change are left alone. Mistakes in a schema are printed as file:line:column: message,
and the exit status is 1; it is 2 where the command itself is wrong.
)";

struct Options {
  std::vector<std::string> schemas;
  std::vector<std::string> imports;
  std::string out;
  std::string ns = "sy";
  bool check = false;
  bool list_outputs = false;
  bool help = false;
};

bool is_identifier(const std::string& s) {
  if (s.empty() || std::isdigit(static_cast<unsigned char>(s[0]))) return false;
  for (char c : s) {
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '_') return false;
  }
  return true;
}

/// False, with the reason printed, for a wrong command line.
bool parse_options(int argc, char** argv, Options& options) {
  for (int i = 1; i < argc; ++i) {
    std::string flag = argv[i];
    if (flag == "--check") {
      options.check = true;
    } else if (flag == "--list-outputs") {
      options.list_outputs = true;
    } else if (flag == "--help" || flag == "-h") {
      options.help = true;
    } else if (flag == "--schema" || flag == "--import" || flag == "--out" || flag == "--namespace") {
      if (++i == argc) {
        std::cerr << "switchyard-codegen: " << flag << " needs a value\n";
        return false;
      }
      if (flag == "--schema") options.schemas.push_back(argv[i]);
      if (flag == "--import") options.imports.push_back(argv[i]);
      if (flag == "--out") options.out = argv[i];
      if (flag == "--namespace") options.ns = argv[i];
    } else {
      std::cerr << "switchyard-codegen: unknown argument '" << flag << "'; see --help\n";
      return false;
    }
  }
  if (options.help) return true;
  if (options.schemas.empty()) std::cerr << "switchyard-codegen: no --schema; see --help\n";
  if (options.out.empty() && !options.check) std::cerr << "switchyard-codegen: no --out; see --help\n";
  if (!is_identifier(options.ns)) std::cerr << "switchyard-codegen: '" << options.ns << "' is no namespace\n";
  return !options.schemas.empty() && (!options.out.empty() || options.check) && is_identifier(options.ns);
}

bool read_files(const std::vector<std::string>& paths, std::vector<sy::codegen::SchemaFile>& files) {
  bool good = true;
  for (const std::string& path : paths) {
    std::optional<std::string> text = sy::codegen::read_file(path);
    if (!text) {
      std::cerr << path << ": cannot be read\n";
      good = false;
      continue;
    }
    files.push_back({path, std::move(*text)});
  }
  return good;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace sy::codegen;  // NOLINT
  Options options;
  if (!parse_options(argc, argv, options)) return 2;
  if (options.help) {
    std::cout << kUsage;
    return 0;
  }
  std::vector<SchemaFile> files, imports;
  bool readable = read_files(options.schemas, files);
  readable = read_files(options.imports, imports) && readable;
  if (!readable) return 2;

  Diagnostics diagnostics;
  Schema schema = read_schema(files, imports, options.ns, diagnostics);
  if (!diagnostics.ok()) {
    diagnostics.print(std::cerr);
    return 1;
  }
  if (options.check) return 0;
  OutputSet outputs = emit_all(schema);
  if (options.list_outputs) {
    for (const std::string& path : outputs.paths(options.out)) std::cout << path << '\n';
    return 0;
  }
  return outputs.write(options.out, std::cerr) ? 0 : 2;
}
