#include "loops/conv_shape.h"

namespace sy::cpu {

ConvShape::ConvShape(const sdk::Tensor& input, const sdk::Tensor& weight, const sdk::Tensor& output, sdk::Ints strides,
                     sdk::Ints paddings, sdk::Ints dilations, std::int64_t group_count)
    : batch(input.size(0)), channels(input.size(1)), out_channels(weight.size(0)), groups(group_count) {
  for (int d = 0; d < 2; ++d) {
    in[d] = input.size(2 + d);
    out[d] = output.size(2 + d);
    kernel[d] = weight.size(2 + d);
    stride[d] = pair_at(strides, d);
    padding[d] = pair_at(paddings, d);
    dilation[d] = pair_at(dilations, d);
  }
}

}  // namespace sy::cpu
