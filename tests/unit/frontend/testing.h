// What the frontend's tests share.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "switchyard/switchyard.h"

namespace sy {

inline std::string message_of(const std::function<void()>& fn) {
  try {
    fn();
  } catch (const Error& e) {
    return e.what();
  }
  return "no error";
}

/// f64 values sin(0.37 i), as the reference values were computed.
inline Tensor ramp(IntArray shape) {
  std::int64_t n = 1;
  for (std::int64_t s : shape) n *= s;
  return sin(arange(0, n, 1, kF64) * 0.37).reshape(shape);
}

inline void expect_near(const Tensor& t, const std::vector<double>& expected, double tolerance = 1e-8) {
  EXPECT_THAT(to_vector<double>(t), testing::Pointwise(testing::DoubleNear(tolerance), expected));
}

inline std::vector<std::int64_t> shape_of(const Tensor& t) { return t.shape().vec(); }

/// Sets a module's parameter in place.
inline void assign_parameter(const Tensor& parameter, const Tensor& value) {
  NoGrad no_grad;
  parameter.copy_(value);
}

}  // namespace sy
