// Several calls, compiled to one kernel by a plugin, and called as one operator.
#include "switchyard/abi/subgraph.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>

#include "../unit/message_of.h"
#include "switchyard/core/backend_call.h"
#include "switchyard/dispatch/boxed.h"
#include "switchyard/dispatch/graph.h"
#include "switchyard/dispatch/meta_call.h"
#include "switchyard/dispatch/operator.h"
#include "switchyard/ops/operators.h"
#include "switchyard/sdk/c/add.h"
#include "switchyard/sdk/c/mm.h"
#include "switchyard/sdk/c/mul.h"
#include "switchyard/sdk/c/tanh.h"
#include "switchyard/tensor/from_blob.h"

namespace sy {
namespace {

using testing::HasSubstr;

constexpr std::uint64_t kHash[] = {SY_MM_LAYOUT_HASH, SY_ADD_LAYOUT_HASH, SY_TANH_LAYOUT_HASH, SY_MUL_LAYOUT_HASH};
enum Op { kMm, kAdd, kTanh, kMul };
constexpr const char* kName[] = {SY_MM_OP, SY_ADD_OP, SY_TANH_OP, SY_MUL_OP};

/// A graph as a host would describe it. Values are numbered; tensors show all of one, or a part.
class Description {
 public:
  int value(std::uint64_t bytes) {
    values_.push_back(bytes);
    return static_cast<int>(values_.size()) - 1;
  }
  /// Of f32.
  const sy_tensor* tensor(int value, const Shape& shape, const Shape& strides, std::uint64_t offset = 0) {
    Tensor& t = tensors_.emplace_back();
    t.shape = shape;
    t.strides = strides;
    t.abi.size = sizeof(sy_tensor);
    t.abi.dtype = SY_F32;
    t.abi.flags = strides == contiguous_strides(shape) ? SY_TENSOR_CONTIGUOUS : 0;
    t.abi.view = {nullptr,          {12, 0}, static_cast<std::int32_t>(shape.size()), {2, 32, 1}, t.shape.data(),
                  t.strides.data(), offset};
    t.abi.storage = &values_[static_cast<std::size_t>(value)];
    t.abi.storage_bytes = values_[static_cast<std::size_t>(value)];
    return &t.abi;
  }
  const sy_tensor* whole(int value, const Shape& shape) { return tensor(value, shape, contiguous_strides(shape)); }

  void node(Op op, std::vector<const sy_tensor*> args, const sy_tensor* output) {
    Node& n = nodes_.emplace_back();
    for (const sy_tensor* t : args) n.args.push_back({SY_ARG_TENSOR, 1, t});
    if (op == kAdd) n.args.push_back({SY_ARG_SCALAR, 1, &one_});
    n.outputs.push_back({SY_ARG_TENSOR, 1, output});
    n.call.size = sizeof(sy_call);
    n.call.op = kName[op];
    n.call.args = n.args.data();
    n.call.outputs = n.outputs.data();
    n.call.num_args = static_cast<std::uint32_t>(n.args.size());
    n.call.num_outputs = 1;
    std::fill(n.call.dtypes, n.call.dtypes + 4, SY_DTYPE_NONE);
    n.call.dtypes[0] = SY_F32;
    n.abi = {sizeof(sy_node), 0, kHash[op], &n.call};
  }

  sy_subgraph graph(std::vector<const sy_tensor*> inputs, std::vector<const sy_tensor*> outputs) {
    inputs_ = std::move(inputs);
    outputs_ = std::move(outputs);
    pointers_.clear();
    for (const Node& n : nodes_) pointers_.push_back(&n.abi);
    return {sizeof(sy_subgraph),
            static_cast<std::uint32_t>(pointers_.size()),
            pointers_.data(),
            static_cast<std::uint32_t>(inputs_.size()),
            static_cast<std::uint32_t>(outputs_.size()),
            inputs_.data(),
            outputs_.data()};
  }
  void forget_layouts() {
    for (Node& n : nodes_) n.abi.layout_hash = 1;
  }

 private:
  static Shape contiguous_strides(const Shape& shape) {
    Shape strides(shape.size(), 1);
    for (std::size_t d = shape.size(); d-- > 1;) strides[d - 1] = strides[d] * shape[d];
    return strides;
  }

  struct Tensor {
    Shape shape, strides;
    sy_tensor abi{};
  };
  struct Node {
    std::vector<sy_slot> args, outputs;
    sy_call call{};
    sy_node abi{};
  };
  sy_scalar one_{SY_SCALAR_INT, 0, 1, 1.0};
  std::deque<std::uint64_t> values_;
  std::deque<Tensor> tensors_;
  std::deque<Node> nodes_;
  std::vector<const sy_node*> pointers_;
  std::vector<const sy_tensor*> inputs_, outputs_;
};

/// tanh(x @ w + b) and that times x's transpose, for x [2, 3], w [3, 2], b [2].
struct Layer : Description {
  const sy_tensor* x = whole(value(24), {2, 3});
  const sy_tensor* w = whole(value(24), {3, 2});
  const int b_value = value(8);
  const sy_tensor* b = whole(b_value, {2});
  const int y_value = value(16), product = value(16), biased = value(16);
  const sy_tensor* y = whole(y_value, {2, 2});

  Layer() {
    node(kMm, {x, w}, whole(product, {2, 2}));
    // A row, added to each; the columns, first to last: views are no nodes.
    node(kAdd, {whole(product, {2, 2}), tensor(b_value, {2, 2}, {0, 1})}, whole(biased, {2, 2}));
    node(kTanh, {whole(biased, {2, 2})}, tensor(y_value, {2, 2}, {1, 2}));
  }
};

absl::Status meta(MetaCall& call) {
  call.set(0, {2, 2});
  return absl::OkStatus();
}

Operator& define(const char* signature) {
  static constexpr DtypeRule kT0{DtypeRule::kVariable, 0};
  static constexpr DtypeRule kParams[] = {kT0, kT0, kT0};
  static constexpr DtypeRule kResults[][2] = {{kT0, {}}};
  auto* def = new OperatorDef;  // for the life of the process
  def->signature = signature;
  def->meta = &meta;
  def->type_vars[0] = 1u << SY_F32;
  def->param_dtypes = kParams;
  def->result_dtypes = kResults;
  return define_operator(*def);
}

class SubgraphTest : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    const auto table = backend_extension<sy_compiler>(backend_, SY_SUBGRAPH_NAME, SY_SUBGRAPH_VERSION);
    ASSERT_TRUE(table.has_value());
    table_ = *table;
  }
  const sy_kernel* compile(const sy_subgraph& graph) {
    const sy_kernel* kernel = nullptr;
    call_backend(backend_, "compile", at_,
                 [&](const sy_backend&, void* self) { return table_.compile(self, at_.index(), &graph, &kernel); });
    return kernel;
  }
  std::string refusal(const sy_subgraph& graph) {
    return message_of([&] { compile(graph); });
  }
  Tensor given(std::initializer_list<double> values, const Shape& shape) {
    return tensor<double>(values).to(kF32).reshape(shape).to(at_);
  }

  Device at_{GetParam()};
  Backend& backend_ = backend_of(at_);
  sy_compiler table_{};
};

TEST_P(SubgraphTest, IsCalledAsAnOperatorAndCaptured) {
  Layer layer;
  const sy_subgraph graph = layer.graph({layer.x, layer.w, layer.b}, {layer.y});
  std::vector<std::uint8_t> taken(graph.num_nodes, 0);
  call_backend(backend_, "supports", at_,
               [&](const sy_backend&, void* self) { return table_.supports(self, &graph, taken.data()); });
  EXPECT_THAT(taken, testing::Each(1));

  const std::string name = "subgraph_test::" + std::string(GetParam());
  static auto* signatures = new std::deque<std::string>;  // for the life of the process
  Operator& op = define(signatures->emplace_back(name + "(Tensor x, Tensor w, Tensor b) -> Tensor").c_str());
  sy_kernel& kernel = *new sy_kernel(*compile(graph));
  EXPECT_EQ(kernel.op, nullptr);
  kernel.op = op.name().c_str();
  kernel.layout_hash = op.info().layout_hash;
  throw_if_error(register_kernel(backend_.plugin(), at_.backend(), &kernel));

  Tensor x = given({1, 2, 3, 4, 5, 6}, {2, 3}) / 6, w = given({1, -1, 0.5, 2, -0.25, 1}, {3, 2}),
         b = given({3, -1}, {2});
  auto call_op = [&] { return Tensor(call(name, {{"x", x}, {"w", w}, {"b", b}})[0]); };
  auto expected = [&] { return to_vector<float>(tanh(matmul(x, w) + b).transpose(0, 1).to(Device())); };
  Tensor y = call_op();
  EXPECT_EQ(to_vector<float>(y.to(Device())), expected());

  Graph captured = Graph::capture(at_, [&] { y = call_op(); });
  x.mul_(2);
  captured.replay();
  EXPECT_EQ(to_vector<float>(y.to(Device())), expected());

  b = given({1, 2, 3}, {3});
  EXPECT_THAT(message_of(call_op), HasSubstr("input 2 has another shape or dtype than the graph was compiled for"));
  b = given({3, -1}, {2});
  w = given({1, 2, 3, 4, 5, 6}, {2, 3}).transpose(0, 1);  // the host makes it row-major
  EXPECT_EQ(to_vector<float>(call_op().to(Device())), expected());
}

TEST_P(SubgraphTest, WhatMakesNoSenseIsRefused) {
  Layer layer;
  EXPECT_THAT(refusal(layer.graph({layer.x, layer.b}, {layer.y})), HasSubstr("neither an input nor made before"));
  const sy_tensor* nowhere = layer.whole(layer.value(16), {2, 2});
  EXPECT_THAT(refusal(layer.graph({layer.x, layer.w, layer.b}, {nowhere})), HasSubstr("output 0 comes from no node"));
  EXPECT_THAT(refusal(layer.graph({layer.x, layer.w, layer.b}, {layer.y, layer.y})), HasSubstr("comes out twice"));
  const sy_tensor* turned = layer.tensor(layer.y_value, {2, 2}, {1, 2});
  EXPECT_THAT(refusal(layer.graph({layer.x, layer.w, layer.b}, {turned})), HasSubstr("not contiguous"));
  Layer outside;
  outside.node(kMul, {outside.y, outside.tensor(outside.b_value, {2, 2}, {2, 1})}, outside.y);
  EXPECT_THAT(refusal(outside.graph({outside.x, outside.w, outside.b}, {outside.y})),
              HasSubstr("an operand of mul reaches outside of its value"));
  Layer writes;
  writes.node(kTanh, {writes.y}, writes.whole(writes.b_value, {2}));
  EXPECT_THAT(refusal(writes.graph({writes.x, writes.w, writes.b}, {writes.y})), HasSubstr("tanh writes to an input"));
  layer.forget_layouts();
  const sy_subgraph stale = layer.graph({layer.x, layer.w, layer.b}, {layer.y});
  EXPECT_THAT(refusal(stale), HasSubstr("no kernel for a node of mm"));
  std::vector<std::uint8_t> taken(stale.num_nodes, 9);
  call_backend(backend_, "supports", at_,
               [&](const sy_backend&, void* self) { return table_.supports(self, &stale, taken.data()); });
  EXPECT_THAT(taken, testing::Each(0));
}

TEST_P(SubgraphTest, AnotherVersionIsNotThere) {
  EXPECT_FALSE(backend_extension<sy_compiler>(backend_, SY_SUBGRAPH_NAME, SY_SUBGRAPH_VERSION + 1));
  EXPECT_FALSE(backend_extension<sy_compiler>(backend_, "sy.nothing", 1));
}

INSTANTIATE_TEST_SUITE_P(Simulators, SubgraphTest, testing::Values("simulator", "simulator_opaque"));

}  // namespace
}  // namespace sy
