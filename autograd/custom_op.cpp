#include "switchyard/autograd/custom_op.h"

namespace sy {
namespace {

/// The static data that an operator refers to, for one defined at run time.
struct OwnedDef {
  std::string signature;
  std::vector<DtypeRule> params;
  std::vector<std::array<DtypeRule, 2>> results;
  OperatorDef def{};
};

}  // namespace

CustomOp::CustomOp(const std::string& signature) {
  auto owned = std::make_unique<OwnedDef>();
  owned->signature = signature;
  Signature parsed;
  SignatureError error;
  if (!parse_signature(owned->signature, parsed, error)) {
    fail(ErrorCode::kInvalidArgument, "CustomOp: \"", signature, "\", column ", error.offset + 1, ": ", error.message);
  }
  require(!parsed.results.empty() && parsed.results[0].type == ArgType::kTensor, "CustomOp: ", parsed.name,
          ": results must be tensors");
  owned->params.resize(parsed.params.size());
  owned->results.resize(parsed.results.size());
  owned->def.signature = owned->signature.c_str();
  owned->def.param_dtypes = owned->params.data();
  owned->def.result_dtypes = reinterpret_cast<const DtypeRule(*)[2]>(owned->results.data());
  op_ = &define_operator(owned->def);
  owned.release();  // the operator lives as long as the process
}

void CustomOp::add_kernel(std::string_view backend, std::function<void(Frame&)> fn) {
  register_function_kernel(*op_, Device(backend).backend(), std::move(fn));
}

CustomOp& CustomOp::derivative(std::function<void(Backward&)> fn) {
  init_autograd();
  OperatorDerivative derivative;
  derivative.function = std::move(fn);
  for (std::uint8_t i : op_->info().tensor_params) derivative.inputs |= std::uint64_t{1} << i;
  derivative.results = (std::uint64_t{1} << op_->info().num_results) - 1;
  set_derivative(*op_, std::move(derivative));
  return *this;
}

void CustomOp::check_count(std::size_t count) const {
  std::size_t expected = op_->info().signature.params.size();
  require(count == expected, "CustomOp: ", op_->name(), ": the kernel takes ", count, " arguments, the signature has ",
          expected);
}

void CustomOp::check_type(std::size_t i, ArgType type) const {
  const Parameter& p = op_->info().signature.params[i];
  require(p.type == type && (!p.optional || p.type == ArgType::kTensor), "CustomOp: ", op_->name(),
          ": the kernel's argument ", i, " does not fit ", type_name(p), " ", p.name);
}

}  // namespace sy
