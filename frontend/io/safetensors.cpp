#include "switchyard/io/safetensors.h"

#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>
#include <set>

#include "switchyard/io/file.h"
#include "switchyard/ops/operators.h"

namespace sy {
namespace {

using Json = nlohmann::ordered_json;
constexpr std::uint64_t kMaxHeader = 100'000'000;
constexpr int kMaxDepth = 3;  // of a header's nesting; JSON that goes deeper could exhaust the stack when shown

struct TypeName {
  Dtype dtype;
  const char* name;
};
constexpr TypeName kTypes[] = {{kBool, "BOOL"}, {kU8, "U8"},   {kI8, "I8"},   {kI16, "I16"},   {kI32, "I32"},
                               {kI64, "I64"},   {kF16, "F16"}, {kF32, "F32"}, {kBF16, "BF16"}, {kF64, "F64"}};

/// Where one tensor lies.
struct Entry {
  std::string name;
  Dtype dtype;
  std::vector<std::int64_t> shape;
  std::uint64_t begin = 0, end = 0;
};

/// nlohmann keeps the last of two equal keys; here that is an error.
Json parse_header(const std::string& path, const char* text, std::size_t size) {
  std::vector<std::set<std::string>> keys;
  std::string repeated;
  bool deep = false;
  auto callback = [&](int depth, Json::parse_event_t event, Json& value) {
    if (event == Json::parse_event_t::object_start) keys.emplace_back();
    if (event == Json::parse_event_t::object_end && !keys.empty()) keys.pop_back();
    if (event == Json::parse_event_t::key && !keys.empty() && !keys.back().insert(value.get<std::string>()).second) {
      repeated = value.get<std::string>();
    }
    bool opens = event == Json::parse_event_t::object_start || event == Json::parse_event_t::array_start;
    deep |= opens && depth >= kMaxDepth;
    return !deep;
  };
  Json json = Json::parse(text, text + size, callback, false);
  require(!deep, path, ": the header is nested too deeply");
  require(!json.is_discarded(), path, ": the header is not valid JSON");
  require(repeated.empty(), path, ": the header has two entries called \"", repeated, "\"");
  require(json.is_object(), path, ": the header is no JSON object");
  return json;
}

Entry parse_entry(const std::string& path, const std::string& name, const Json& json, std::uint64_t data_size) {
  auto bad = [&](const std::string& what) {
    fail(ErrorCode::kInvalidArgument, path, ": tensor \"", name, "\": ", what);
  };
  if (!json.is_object() || json.size() != 3 || !json.contains("dtype") || !json.contains("shape") ||
      !json.contains("data_offsets")) {
    bad("expected dtype, shape and data_offsets");
  }
  Entry e;
  e.name = name;
  bool known = false;
  for (const TypeName& t : kTypes) {
    if (json["dtype"] == t.name) {
      e.dtype = t.dtype;
      known = true;
    }
  }
  if (!known) bad("unknown dtype " + json["dtype"].dump());
  if (!json["shape"].is_array() || json["shape"].size() > 64) bad("shape is no list of at most 64 sizes");
  for (const Json& size : json["shape"]) {
    if (!size.is_number_unsigned() || size.get<std::uint64_t>() > (std::uint64_t{1} << 58))
      bad("shape holds " + size.dump());
    e.shape.push_back(size.get<std::int64_t>());
  }
  const Json& range = json["data_offsets"];
  if (!range.is_array() || range.size() != 2 || !range[0].is_number_unsigned() || !range[1].is_number_unsigned()) {
    bad("data_offsets is no pair of offsets");
  }
  e.begin = range[0].get<std::uint64_t>();
  e.end = range[1].get<std::uint64_t>();
  if (e.begin > e.end || e.end > data_size) bad("its data lies outside the file");
  std::int64_t numel = 0;
  absl::Status ok = checked_numel(e.shape, &numel);
  if (!ok.ok()) bad(std::string(ok.message()));
  if (e.end - e.begin != static_cast<std::uint64_t>(numel) * e.dtype.itemsize()) {
    bad(str_cat("its shape needs ", static_cast<std::uint64_t>(numel) * e.dtype.itemsize(), " bytes, its range has ",
                e.end - e.begin));
  }
  return e;
}

}  // namespace

SafetensorsFile load_safetensors(const std::string& path) {
  std::vector<char> data = read_file(path);
  require(data.size() >= 8, path, ": not a safetensors file (", data.size(), " bytes)");
  std::uint64_t length = 0;
  for (int i = 7; i >= 0; --i) length = length << 8 | static_cast<unsigned char>(data[static_cast<std::size_t>(i)]);
  require(length <= kMaxHeader && length <= data.size() - 8, path,
          ": not a safetensors file, or truncated: its header would have ", length, " bytes");
  Json json = parse_header(path, data.data() + 8, length);
  const char* contents = data.data() + 8 + length;
  std::uint64_t size = data.size() - 8 - length;
  SafetensorsFile file;
  std::vector<Entry> entries;
  for (const auto& [name, value] : json.items()) {
    if (name != "__metadata__") {
      entries.push_back(parse_entry(path, name, value, size));
      continue;
    }
    require(value.is_object(), path, ": __metadata__ is no object of strings");
    for (const auto& [key, text] : value.items()) {
      require(text.is_string(), path, ": __metadata__ is no object of strings");
      file.metadata[key] = text.get<std::string>();
    }
  }
  std::sort(entries.begin(), entries.end(),
            [](const Entry& a, const Entry& b) { return a.begin != b.begin ? a.begin < b.begin : a.end < b.end; });
  std::uint64_t at = 0;
  for (const Entry& e : entries) {
    require(e.begin == at, path, ": tensor \"", e.name, "\": its data ",
            e.begin < at ? "overlaps another tensor's" : "leaves a hole before it");
    at = e.end;
  }
  require(at == size, path, ": ", size - at, " bytes behind the last tensor belong to none");
  for (const Entry& e : entries) {
    const char* bytes = contents + e.begin;
    if (e.dtype == kBool) {
      for (std::uint64_t i = 0; i < e.end - e.begin; ++i) {
        require(bytes[i] == 0 || bytes[i] == 1, path, ": tensor \"", e.name, "\": a bool is neither 0 nor 1");
      }
    }
    Tensor t = empty(e.shape, e.dtype, Device());
    copy_from_host(t, bytes);
    file.tensors.emplace(e.name, t);
  }
  return file;
}

void save_safetensors(const std::string& path, const std::map<std::string, Tensor>& tensors,
                      const std::map<std::string, std::string>& metadata) {
  Json header = Json::object();
  if (!metadata.empty()) header["__metadata__"] = metadata;
  std::vector<Tensor> hosts;
  std::uint64_t at = 0;
  for (const auto& [name, t] : tensors) {
    require(t.defined(), "save_safetensors ", path, ": tensor \"", name, "\" is undefined");
    require(name != "__metadata__", "save_safetensors ", path, ": a tensor cannot be called __metadata__");
    const char* type = nullptr;
    for (const TypeName& k : kTypes) {
      if (k.dtype == t.dtype()) type = k.name;
    }
    require(type != nullptr, "save_safetensors ", path, ": tensor \"", name, "\": dtype ", t.dtype().name(),
            " has no name in the format");
    Tensor host = t.detach().to(Device()).contiguous();
    std::uint64_t bytes = static_cast<std::uint64_t>(host.numel()) * host.itemsize();
    header[name] = Json{{"dtype", type}, {"shape", host.shape().vec()}, {"data_offsets", {at, at + bytes}}};
    at += bytes;
    hosts.push_back(host);
  }
  std::string text;
  try {
    text = header.dump();
  } catch (const Json::exception&) {
    fail(ErrorCode::kInvalidArgument, "save_safetensors ", path, ": names and metadata must be valid UTF-8");
  }
  text.resize((text.size() + 7) / 8 * 8, ' ');
  require(text.size() <= kMaxHeader, "save_safetensors ", path, ": the header is larger than the format allows");
  std::string length;
  for (int i = 0; i < 8; ++i) length += static_cast<char>(static_cast<std::uint64_t>(text.size()) >> (8 * i) & 0xff);
  std::vector<std::pair<const void*, std::size_t>> parts{{length.data(), length.size()}, {text.data(), text.size()}};
  for (const Tensor& host : hosts) {
    parts.emplace_back(host.raw_data(), static_cast<std::size_t>(host.numel()) * host.itemsize());
  }
  write_file_atomically(path, parts);
}

}  // namespace sy
