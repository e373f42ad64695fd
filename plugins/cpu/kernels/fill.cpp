// One value everywhere: full, and fill of an existing tensor.
#include "switchyard/sdk/ops/fill.h"

#include "loops/pointwise.h"
#include "loops/scalar_bits.h"
#include "loops/types.h"
#include "switchyard/sdk/ops/full.h"

namespace sy::cpu {
namespace {

void fill_with(const Tensor& result, const sdk::Scalar& value) {
  ScalarBits bits(value, result.dtype());
  Operand source;
  source.data = reinterpret_cast<char*>(bits.bytes);
  source.dtype = result.dtype();
  copy_elements(source, operand(result));
}

void run_full(const Call&, const sdk::FullArgs& args) { fill_with(args.result, args.fill_value); }
void run_fill(const Call&, const sdk::FillArgs& args) { fill_with(args.result, args.value); }

}  // namespace
}  // namespace sy::cpu

SY_KERNELS(fill, sy::sdk::make_kernel<sy::sdk::FullArgs, sy::cpu::run_full>(sy::sdk::kPointwise),
           sy::sdk::make_kernel<sy::sdk::FillArgs, sy::cpu::run_fill>(sy::sdk::kPointwise));
