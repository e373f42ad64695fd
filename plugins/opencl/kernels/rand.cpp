// rand, randn, randint: the counter is the element's index.
#include "switchyard/sdk/ops/rand.h"

#include "../philox.h"
#include "switchyard/sdk/kernel.h"
#include "switchyard/sdk/ops/randint.h"
#include "switchyard/sdk/ops/randn.h"

namespace {

using namespace sy::sdk;     // NOLINT
using namespace sy::opencl;  // NOLINT

/// result[i] = value, an expression over the words w of element i; add adds what `parameters` declares.
template <typename Add>
void generate(const Call& call, const char* name, const Rng& rng, const Tensor& result, const std::string& value,
              const std::string& parameters, Add&& add) {
  const std::int64_t n = result.numel();
  Launch launch(call, name);
  launch.tensor(result);
  random_state(launch, rng);
  add(launch);
  launch.index(n);
  launch.run(n, [&] {
    return philox_source() + "__kernel void run(OUT0, RNG" + parameters + R"(, const idx n) {
  const idx i = get_global_id(0);
  if (i >= n) return;
  const uint4 w = WORDS(i);
  PUT0(i, ()" +
           value + "));\n}\n";
  });
}

constexpr auto kNothing = [](Launch&) {};

void uniforms(const Call& call, const RandArgs& args) {
  generate(call, "rand", args.generator, args.result, uniform(args.result.dtype()), "", kNothing);
}

/// Box-Muller, in f64 for f64, else in f32.
void normals(const Call& call, const RandnArgs& args) {
  const char* kFloat =
      "sqrt(-2.0f * log((float)((w.x >> 8) + 1) * 5.9604644775390625e-8f)) * "
      "cos(6.283185307179586477f * ((float)(w.y >> 8) * 5.9604644775390625e-8f))";
  const char* kDouble =
      "sqrt(-2.0 * log((double)((HIGH(w) >> 11) + 1) * 1.1102230246251565e-16)) * "
      "cos(6.283185307179586477 * ((double)(LOW(w) >> 11) * 1.1102230246251565e-16))";
  generate(call, "randn", args.generator, args.result, args.result.dtype() == SY_F64 ? kDouble : kFloat, "", kNothing);
}

void integers(const Call& call, const RandintArgs& args) {
  const std::uint64_t range = static_cast<std::uint64_t>(args.high) - static_cast<std::uint64_t>(args.low);
  const bool narrow = args.result.dtype() == SY_F16 || args.result.dtype() == SY_BF16;
  const std::string value = "as_long(low + HIGH(w) % range)";
  generate(call, "randint", args.generator, args.result, narrow ? "long_to_odd(" + value + ")" : value,
           ", const ulong low, const ulong range", [&](Launch& launch) { launch.value(args.low).value(range); });
}

}  // namespace

SY_KERNELS(rand, make_kernel<RandArgs, uniforms>(kDeterministic), make_kernel<RandnArgs, normals>(kDeterministic),
           make_kernel<RandintArgs, integers>(kDeterministic));
