// Several examples as one batch.
#pragma once

#include <map>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "switchyard/tensor/from_blob.h"

namespace sy::data {

/// Tensors are stacked along a new first dimension; numbers become a 1-d tensor; pairs, lists and maps of those are
/// batched entry by entry; strings are listed. Throws sy::Error when the examples' shapes, lengths or keys differ.
inline Tensor collate(const std::vector<Tensor>& examples) { return stack(examples, 0); }

inline std::vector<std::string> collate(std::vector<std::string> examples) { return examples; }

template <typename T>
requires std::is_arithmetic_v<T> Tensor collate(const std::vector<T>& examples) { return tensor(examples); }

inline std::vector<Tensor> collate(const std::vector<std::vector<Tensor>>& examples) {
  std::vector<Tensor> batch;
  for (std::size_t k = 0; !examples.empty() && k < examples[0].size(); ++k) {
    std::vector<Tensor> column;
    for (std::size_t i = 0; i < examples.size(); ++i) {
      require(examples[i].size() == examples[0].size(), "collate: example ", i, " of the batch has ",
              examples[i].size(), " tensors, the first has ", examples[0].size());
      column.push_back(examples[i][k]);
    }
    batch.push_back(collate(column));
  }
  return batch;
}

inline std::map<std::string, Tensor> collate(const std::vector<std::map<std::string, Tensor>>& examples) {
  std::map<std::string, std::vector<Tensor>> columns;
  for (const auto& example : examples) {
    for (const auto& [key, value] : example) columns[key].push_back(value);
  }
  std::map<std::string, Tensor> batch;
  for (const auto& [key, column] : columns) {
    require(column.size() == examples.size(), "collate: \"", key, "\" is in ", column.size(), " of ", examples.size(),
            " examples");
    batch[key] = collate(column);
  }
  return batch;
}

template <typename A, typename B>
auto collate(const std::vector<std::pair<A, B>>& examples) {
  std::vector<A> first;
  std::vector<B> second;
  for (const auto& [a, b] : examples) {
    first.push_back(a);
    second.push_back(b);
  }
  return std::pair(collate(first), collate(second));
}

/// What collate makes of examples of this type.
template <typename Example>
using Collated = decltype(collate(std::declval<const std::vector<Example>&>()));

}  // namespace sy::data
