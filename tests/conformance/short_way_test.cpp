// What a kernel is given by the short way of a call against what it is given by the long one.
#include <gtest/gtest.h>

#include "../unit/dispatch/fake_plugin.h"
#include "switchyard/testing/outcome.h"

namespace sy::testing {
namespace {

template <typename T>
void list(std::string* text, const void* from, std::uint32_t count) {
  for (std::uint32_t i = 0; i < count; ++i) str_append(text, " ", static_cast<const T*>(from)[i]);
}

void tensor(std::string* text, const sy_tensor* t) {
  if (t == nullptr) return str_append(text, " none");
  str_append(text, " dtype ", t->dtype, " code ", t->view.dtype.code, " bits ", t->view.dtype.bits, " flags ", t->flags,
             " layout ", t->layout, " device ", t->view.device.device_id, " offset ", t->view.byte_offset, " shape");
  list<std::int64_t>(text, t->view.shape, static_cast<std::uint32_t>(t->view.ndim));
  str_append(text, " strides");
  list<std::int64_t>(text, t->view.strides, static_cast<std::uint32_t>(t->view.ndim));
}

void slot(std::string* text, const sy_slot& s) {
  str_append(text, "\n  tag ", s.tag, " count ", s.count, ":");
  switch (s.tag) {
    case SY_ARG_TENSOR:
      return tensor(text, static_cast<const sy_tensor*>(s.ptr));
    case SY_ARG_TENSOR_LIST:
      for (std::uint32_t i = 0; i < s.count; ++i) tensor(text, static_cast<const sy_tensor* const*>(s.ptr)[i]);
      return;
    case SY_ARG_SCALAR: {
      const auto& number = *static_cast<const sy_scalar*>(s.ptr);
      return str_append(text, " kind ", number.kind, " ", number.i, " ", number.f);
    }
    case SY_ARG_INT:
    case SY_ARG_INT_LIST:
      return list<std::int64_t>(text, s.ptr, s.count);
    case SY_ARG_FLOAT:
    case SY_ARG_FLOAT_LIST:
      return list<double>(text, s.ptr, s.count);
    case SY_ARG_BOOL:
    case SY_ARG_BOOL_LIST:
      return list<bool>(text, s.ptr, s.count);
    case SY_ARG_DTYPE:
      return list<std::uint32_t>(text, s.ptr, s.count);
    case SY_ARG_STR:
      return str_append(text, " ", std::string_view(static_cast<const char*>(s.ptr), s.count));
    default:
      return;  // no operator with a short way has others
  }
}

/// All that the ABI promises of a call but for where things lie.
std::string description(const sy_call& call) {
  std::string text =
      str_cat(call.op, " flags ", call.flags, " device ", call.device, " stream ", call.stream, " dtypes");
  list<std::uint32_t>(&text, call.dtypes, 4);
  for (std::uint32_t i = 0; i < call.num_args; ++i) slot(&text, call.args[i]);
  text += "\nresults";
  for (std::uint32_t i = 0; i < call.num_outputs; ++i) slot(&text, call.outputs[i]);
  return text + "\n";
}

/// What one operator's kernel saw of a case; the kernel computes nothing.
std::string seen(const Case& c, Device device, std::string* text) {
  PlacedInputs inputs = place(make_inputs(c), device);
  text->clear();
  call(c.op->name, inputs.arguments);
  return *text;
}

// A kernel that asks for workspace is never called the short way.
TEST(ShortWay, ShowsKernelsWhatTheLongWayShows) {
  std::string short_text, long_text;
  FakePlugin& short_way = fake_plugin("short_way");
  FakePlugin& long_way = fake_plugin("long_way");
  int compared = 0;
  for (const OperatorSamples& op : all_samples()) {
    if (!require_operator(op.name).info().direct_kernel) continue;
    short_way.kernel(op.name.c_str(), [&](const sy_call& call) {
      short_text += description(call);
      return SY_OK;
    });
    FakeKernel& asking = immortal<FakeKernel>(op.name.c_str(), [&](const sy_call& call) {
      long_text += description(call);
      return SY_OK;
    });
    asking.table.workspace_size = [](const sy_call*, std::uint64_t* bytes) {
      *bytes = 0;
      return SY_OK;
    };
    long_way.add(asking);
    for (Dtype dtype : dtype_set(op, 0)) {
      for (Layout layout : {Layout::kContiguous, Layout::kTransposed}) {
        for (Case& c : plain_cases(op, dtype)) {
          c.layouts = {layout};
          EXPECT_EQ(seen(c, short_way.at, &short_text), seen(c, long_way.at, &long_text)) << c.str();
          compared += short_text.empty() ? 0 : 1;
        }
      }
    }
  }
  EXPECT_GT(compared, 500);
}

}  // namespace
}  // namespace sy::testing
