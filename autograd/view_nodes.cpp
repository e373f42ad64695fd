#include "switchyard/autograd/view_nodes.h"

#include <algorithm>

#include "switchyard/autograd/autograd_meta.h"
#include "switchyard/ops/operators.h"

namespace sy {
namespace {

struct Geometry {
  Shape shape, strides;
  std::int64_t offset = 0;
  explicit Geometry(const TensorBase& t)
      : shape(t.shape().begin(), t.shape().end()),
        strides(t.strides().begin(), t.strides().end()),
        offset(t.storage_offset()) {}
};

class ViewNode : public Node {
 public:
  ViewNode(const TensorBase& base, const TensorBase& view) : base_(base), view_(view) {
    next.push_back(gradient_edge(base));
    results.emplace_back(view);
  }
  std::string name() const override { return "view of a changed base"; }
  std::vector<Tensor> apply(std::vector<Tensor> grads) override {
    if (!grads[0].defined()) return {Tensor()};
    return {as_strided_backward(grads[0], base_.shape, base_.strides, base_.offset, view_.shape, view_.strides,
                                view_.offset)};
  }

 private:
  Geometry base_, view_;
};

class CopySlices : public Node {
 public:
  CopySlices(const TensorBase& base, const TensorBase& view, Ref<Node> fn)
      : base_(base), view_(view), fn_(std::move(fn)) {
    next = fn_->next;
    next[0] = gradient_edge(base);
    results.emplace_back(base);
    sequence = fn_->sequence;
    stream = fn_->stream;
  }
  std::string name() const override { return fn_->name() + " on a view"; }
  void release_saved() override { fn_->release_saved(); }

  std::vector<Tensor> apply(std::vector<Tensor> grads) override {
    if (!grads[0].defined()) return std::vector<Tensor>(next.size());
    // The gradient laid out as the base, so that the view's geometry finds its part of it.
    Tensor whole = sy::full({extent()}, 0, grads[0].dtype(), grads[0].device());
    Tensor as_base = sy::as_strided(whole, base_.shape, base_.strides, base_.offset - low());
    as_base.copy_(grads[0]);
    Tensor part = sy::as_strided(whole, view_.shape, view_.strides, view_.offset - low());
    std::vector<Tensor> inner = fn_->apply({sy::clone(part)});
    if (inner[0].defined()) {
      part.copy_(inner[0]);
    } else {
      part.copy_(sy::zeros_like(part));
    }
    inner[0] = sy::clone(as_base);
    return inner;
  }

 private:
  void bounds(const Geometry& g, std::int64_t* lo, std::int64_t* hi) const {
    std::int64_t a = g.offset, b = g.offset;
    for (std::size_t d = 0; d < g.shape.size(); ++d) {
      if (g.shape[d] == 0) return;
      (g.strides[d] < 0 ? a : b) += (g.shape[d] - 1) * g.strides[d];
    }
    *lo = std::min(*lo, a);
    *hi = std::max(*hi, b);
  }
  std::int64_t low() const {
    std::int64_t lo = base_.offset, hi = base_.offset;
    bounds(base_, &lo, &hi);
    bounds(view_, &lo, &hi);
    return lo;
  }
  std::int64_t extent() const {
    std::int64_t lo = base_.offset, hi = base_.offset;
    bounds(base_, &lo, &hi);
    bounds(view_, &lo, &hi);
    return hi - lo + 1;
  }

  Geometry base_, view_;
  Ref<Node> fn_;
};

}  // namespace

Ref<Node> make_view_node(const TensorBase& base, const TensorBase& view) {
  Ref<Node> node = Ref<Node>::adopt(new ViewNode(base, view));
  note_forward(*node, view);
  return node;
}

Ref<Node> make_copy_slices(const TensorBase& base, const TensorBase& view, Ref<Node> fn) {
  return Ref<Node>::adopt(new CopySlices(base, view, std::move(fn)));
}

}  // namespace sy
