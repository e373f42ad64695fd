// The differences between oneDNN 2 and 3 that this plugin meets.
#pragma once

#include <optional>
#include <string>

#include "oneapi/dnnl/dnnl.hpp"

namespace sy::cpu::onednn {

/// An all-absent bias is a zero memory descriptor. Functions return nullopt where oneDNN has no implementation.
using Desc = dnnl::memory::desc;

template <class PrimitiveDesc>
std::optional<PrimitiveDesc> if_valid(PrimitiveDesc desc) {
  if (desc.get(true) == nullptr) return std::nullopt;
  return desc;
}

inline bool is_reference(const char* implementation) { return std::string(implementation).find("ref") == 0; }

#if DNNL_VERSION_MAJOR >= 3

inline void append_linear(dnnl::post_ops& ops, float alpha) {
  ops.append_eltwise(dnnl::algorithm::eltwise_linear, alpha, 0.0f);
}
inline std::optional<dnnl::matmul::primitive_desc> matmul_desc(const dnnl::engine& engine, const Desc& a, const Desc& b,
                                                               const Desc& bias, const Desc& c,
                                                               const dnnl::primitive_attr& attr) {
  return if_valid(dnnl::matmul::primitive_desc(engine, a, b, bias, c, attr, true));
}
inline std::optional<dnnl::convolution_forward::primitive_desc> convolution_desc(
    const dnnl::engine& engine, const Desc& src, const Desc& weights, const Desc& bias, const Desc& dst,
    const dnnl::memory::dims& strides, const dnnl::memory::dims& dilates, const dnnl::memory::dims& padding_l,
    const dnnl::memory::dims& padding_r, const dnnl::primitive_attr& attr) {
  return if_valid(dnnl::convolution_forward::primitive_desc(engine, dnnl::prop_kind::forward_training,
                                                            dnnl::algorithm::convolution_direct, src, weights, bias,
                                                            dst, strides, dilates, padding_l, padding_r, attr, true));
}
inline std::optional<dnnl::convolution_backward_data::primitive_desc> convolution_backward_data_desc(
    const dnnl::engine& engine, const Desc& src, const Desc& weights, const Desc& dst,
    const dnnl::memory::dims& strides, const dnnl::memory::dims& dilates, const dnnl::memory::dims& padding_l,
    const dnnl::memory::dims& padding_r, const dnnl::primitive_attr& attr,
    const dnnl::convolution_forward::primitive_desc& hint) {
  return if_valid(dnnl::convolution_backward_data::primitive_desc(engine, dnnl::algorithm::convolution_direct, src,
                                                                  weights, dst, strides, dilates, padding_l, padding_r,
                                                                  hint, attr, true));
}
inline std::optional<dnnl::convolution_backward_weights::primitive_desc> convolution_backward_weights_desc(
    const dnnl::engine& engine, const Desc& src, const Desc& weights, const Desc& dst,
    const dnnl::memory::dims& strides, const dnnl::memory::dims& dilates, const dnnl::memory::dims& padding_l,
    const dnnl::memory::dims& padding_r, const dnnl::primitive_attr& attr,
    const dnnl::convolution_forward::primitive_desc& hint) {
  return if_valid(dnnl::convolution_backward_weights::primitive_desc(engine, dnnl::algorithm::convolution_direct, src,
                                                                     weights, dst, strides, dilates, padding_l,
                                                                     padding_r, hint, attr, true));
}

#else

inline void append_linear(dnnl::post_ops& ops, float alpha) {
  ops.append_eltwise(1.0f, dnnl::algorithm::eltwise_linear, alpha, 0.0f);
}
inline std::optional<dnnl::matmul::primitive_desc> matmul_desc(const dnnl::engine& engine, const Desc& a, const Desc& b,
                                                               const Desc& bias, const Desc& c,
                                                               const dnnl::primitive_attr& attr) {
  return if_valid(dnnl::matmul::primitive_desc(dnnl::matmul::desc(a, b, bias, c), attr, engine, true));
}
inline std::optional<dnnl::convolution_forward::primitive_desc> convolution_desc(
    const dnnl::engine& engine, const Desc& src, const Desc& weights, const Desc& bias, const Desc& dst,
    const dnnl::memory::dims& strides, const dnnl::memory::dims& dilates, const dnnl::memory::dims& padding_l,
    const dnnl::memory::dims& padding_r, const dnnl::primitive_attr& attr) {
  const dnnl::convolution_forward::desc desc(dnnl::prop_kind::forward_training, dnnl::algorithm::convolution_direct,
                                             src, weights, bias, dst, strides, dilates, padding_l, padding_r);
  return if_valid(dnnl::convolution_forward::primitive_desc(desc, attr, engine, true));
}
inline std::optional<dnnl::convolution_backward_data::primitive_desc> convolution_backward_data_desc(
    const dnnl::engine& engine, const Desc& src, const Desc& weights, const Desc& dst,
    const dnnl::memory::dims& strides, const dnnl::memory::dims& dilates, const dnnl::memory::dims& padding_l,
    const dnnl::memory::dims& padding_r, const dnnl::primitive_attr& attr,
    const dnnl::convolution_forward::primitive_desc& hint) {
  const dnnl::convolution_backward_data::desc desc(dnnl::algorithm::convolution_direct, src, weights, dst, strides,
                                                   dilates, padding_l, padding_r);
  return if_valid(dnnl::convolution_backward_data::primitive_desc(desc, attr, engine, hint, true));
}
inline std::optional<dnnl::convolution_backward_weights::primitive_desc> convolution_backward_weights_desc(
    const dnnl::engine& engine, const Desc& src, const Desc& weights, const Desc& dst,
    const dnnl::memory::dims& strides, const dnnl::memory::dims& dilates, const dnnl::memory::dims& padding_l,
    const dnnl::memory::dims& padding_r, const dnnl::primitive_attr& attr,
    const dnnl::convolution_forward::primitive_desc& hint) {
  const dnnl::convolution_backward_weights::desc desc(dnnl::algorithm::convolution_direct, src, weights, dst, strides,
                                                      dilates, padding_l, padding_r);
  return if_valid(dnnl::convolution_backward_weights::primitive_desc(desc, attr, engine, hint, true));
}

#endif

}  // namespace sy::cpu::onednn
