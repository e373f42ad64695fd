// Plugins under a host of an older minor version, whose table ends early, with poison behind it.
#include <dlfcn.h>

#include <cstring>

#include "cases.h"

namespace sy {
namespace {

struct OlderHost {
  sy_host table;
  std::string message;
  const sy_backend* backend = nullptr;
  std::vector<const sy_kernel*> kernels;
};
OlderHost* g_host = nullptr;

sy_status keep_error(sy_status code, const char* message) {
  g_host->message = message;
  return code;
}
sy_status keep_backend(sy_plugin_handle*, const sy_backend* backend, std::uint32_t* id) {
  g_host->backend = backend;
  if (id != nullptr) *id = 1;
  return SY_OK;
}
sy_status keep_kernels(sy_plugin_handle*, const char*, const sy_kernel* const* kernels, std::uint32_t count) {
  g_host->kernels.assign(kernels, kernels + count);
  return SY_OK;
}

class UnderAnOlderHost : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    std::memset(&host_.table, 0x6b, sizeof host_.table);
    host_.table.size = offsetof(sy_host, dtype_register);
    host_.table.abi_major = SY_ABI_MAJOR;
    host_.table.abi_minor = 0;
    host_.table.error = keep_error;
    host_.table.log = [](sy_plugin_handle*, std::int32_t, const char*) {};
    host_.table.register_backend = keep_backend;
    host_.table.register_kernels = keep_kernels;
    g_host = &host_;
  }
  OlderHost host_;
};

TEST_P(UnderAnOlderHost, PluginsUseWhatThereIs) {
  void* library = dlopen(GetParam().c_str(), RTLD_NOW | RTLD_LOCAL);
  ASSERT_NE(library, nullptr) << dlerror();
  auto query = reinterpret_cast<sy_plugin_query_fn>(dlsym(library, SY_PLUGIN_QUERY_NAME));
  ASSERT_NE(query, nullptr);
  ASSERT_EQ(query()->init(&host_.table, nullptr), SY_OK) << host_.message;
  ASSERT_NE(host_.backend, nullptr);
  auto is_relu = [](const sy_kernel* k) { return std::string_view(k->op) == "relu"; };
  auto relu = std::find_if(host_.kernels.begin(), host_.kernels.end(), is_relu);
  ASSERT_NE(relu, host_.kernels.end());

  float in[3] = {1, -2, 3}, out[3] = {};
  std::int64_t shape[1] = {3}, strides[1] = {1};
  sy_tensor tensors[2] = {};
  for (sy_tensor& t : tensors) {
    t.size = sizeof t;
    t.flags = SY_TENSOR_CONTIGUOUS;
    t.view = {&t == tensors ? in : out, {1, 0}, 1, {2, 32, 1}, shape, strides, 0};
    t.dtype = SY_F32;
  }
  const sy_slot argument{SY_ARG_TENSOR, 1, &tensors[0]};
  sy_slot result{SY_ARG_TENSOR, 1, &tensors[1]};
  sy_call call{};
  call.size = sizeof call;
  call.op = "relu";
  call.host = &host_.table;
  call.kernel = *relu;
  call.args = &argument;
  call.outputs = &result;
  call.num_args = call.num_outputs = 1;
  for (std::uint32_t& t : call.dtypes) t = SY_DTYPE_NONE;
  call.dtypes[0] = SY_F32;
  ASSERT_EQ((*relu)->run(&call), SY_OK) << host_.message;
  EXPECT_THAT(out, testing::ElementsAre(1, 0, 3));

  // A tag that this plugin does not know.
  const sy_slot unknown{999, 1, &tensors[0]};
  call.args = &unknown;
  EXPECT_EQ((*relu)->run(&call), SY_UNSUPPORTED);
  EXPECT_NE(host_.message, "");
}

INSTANTIATE_TEST_SUITE_P(, UnderAnOlderHost,
                         testing::Values(case_file("plain"), case_file("newer"),
                                         std::string(SWITCHYARD_PLUGIN_DIR) + "/switchyard_template.so"));

}  // namespace
}  // namespace sy
