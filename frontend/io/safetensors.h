// safetensors files: a JSON header with names, dtypes, shapes and byte ranges, then the bytes. Format: the safetensors
// README, huggingface/safetensors. Nothing in such a file is ever executed.
#pragma once

#include <map>
#include <string>

#include "switchyard/ops/tensor.h"

namespace sy {

struct SafetensorsFile {
  std::map<std::string, Tensor> tensors;  // on cpu
  std::map<std::string, std::string> metadata;
};

/// Strict: the header must be valid JSON of at most 100 MB, the ranges must cover the data without overlap or hole, and
/// sizes must fit shapes. Throws sy::Error naming the path and what is wrong.
SafetensorsFile load_safetensors(const std::string& path);
/// Tensors from any device. Written beside path and renamed, so that an earlier file survives a failure.
void save_safetensors(const std::string& path, const std::map<std::string, Tensor>& tensors,
                      const std::map<std::string, std::string>& metadata = {});

}  // namespace sy
