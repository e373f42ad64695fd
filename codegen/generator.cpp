#include "codegen/generator.h"

#include "codegen/schema_reader.h"
#include "codegen/validator.h"

namespace sy::codegen {

Schema read_schema(const std::vector<SchemaFile>& files, const std::vector<SchemaFile>& imports, const std::string& ns,
                   Diagnostics& diagnostics) {
  Schema schema;
  schema.ns = ns;
  for (const SchemaFile& file : files) {
    YamlSource source(file.path, file.text, diagnostics);
    schema.groups.push_back(read_group(source, ns));
  }
  for (const SchemaFile& file : imports) {
    YamlSource source(file.path, file.text, diagnostics);
    schema.imported.push_back(read_imported_group(source));
  }
  validate(schema, diagnostics);
  return schema;
}

}  // namespace sy::codegen
