#include "switchyard/sdk/ops/native_index_put.h"

#include "../accumulate.h"
#include "../rows.h"

namespace {

using namespace sy::sdk;        // NOLINT
using namespace sy::reference;  // NOLINT

/// The result already holds self. The last of several values for one element stands.
sy_status run(const Call& call, const NativeIndexPutArgs& args) {
  const std::int64_t length = row_length(args.indices, args.result.shape());
  return call.dispatch(All(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    const T* values = args.values.template data<T>();
    T* out = args.result.template data<T>();
    WideBuffer<T> sums(args.result);
    for (std::int64_t i = 0; i < args.indices[0].numel(); ++i) {
      const std::int64_t row = named_row(args.indices, i, args.result.shape());
      for (std::int64_t j = 0; j < length; ++j) {
        if (args.accumulate) {
          sums.add(row * length + j, values[i * length + j]);
        } else {
          out[row * length + j] = values[i * length + j];
        }
      }
    }
    if (args.accumulate) sums.store();
  });
}

}  // namespace

SY_KERNELS(native_index_put, make_kernel<NativeIndexPutArgs, run>(kDeterministic));
