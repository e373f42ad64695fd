#include "switchyard/sdk/ops/native_index.h"

#include "../rows.h"
#include "switchyard/sdk/kernel.h"

namespace {

using namespace sy::sdk;        // NOLINT
using namespace sy::reference;  // NOLINT

sy_status run(const Call& call, const NativeIndexArgs& args) {
  const std::int64_t length = row_length(args.indices, args.self.shape());
  return call.dispatch(All(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    for (std::int64_t i = 0; i < args.indices[0].numel(); ++i) {
      const std::int64_t row = named_row(args.indices, i, args.self.shape());
      for (std::int64_t j = 0; j < length; ++j) {
        args.result.template data<T>()[i * length + j] = args.self.template data<T>()[row * length + j];
      }
    }
  });
}

}  // namespace

SY_KERNELS(native_index, make_kernel<NativeIndexArgs, run>(kDeterministic));
