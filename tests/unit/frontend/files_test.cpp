// Files: what is written reads back; what is damaged is an error and nothing worse.
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <random>

#include "testing.h"

namespace sy {
namespace {

using testing::HasSubstr;

class Files : public testing::Test {
 protected:
  Files() {
    std::string pattern = (std::filesystem::temp_directory_path() / "switchyard.XXXXXX").string();
    directory_ = mkdtemp(pattern.data());
  }
  ~Files() override { std::filesystem::remove_all(directory_); }
  std::string path(const std::string& name) const { return (directory_ / name).string(); }
  std::string write(const std::string& name, const std::string& bytes) const {
    std::filesystem::remove(path(name));  // a truncated file would be flushed to disk each time
    std::ofstream(path(name), std::ios::binary) << bytes;
    return path(name);
  }
  std::string read(const std::string& name) const {
    std::ifstream in(path(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  std::filesystem::path directory_;
};

std::string little_endian(std::uint64_t n, int bytes) {
  std::string s;
  for (int i = 0; i < bytes; ++i) s += static_cast<char>(n >> (8 * i) & 0xff);
  return s;
}
std::string safetensors(const std::string& header, const std::string& data) { return little_endian(header.size(), 8) + header + data; }
std::string npy(const std::string& header, const std::string& data, char version = 1) {
  return std::string("\x93NUMPY") + version + '\0' + little_endian(header.size(), version == 1 ? 2 : 4) + header + data;
}

bool same(const Tensor& a, const Tensor& b) {
  return a.dtype() == b.dtype() && a.shape() == b.shape() && to_vector<double>(a) == to_vector<double>(b);
}

TEST_F(Files, SafetensorsRoundTripEveryDtype) {
  std::map<std::string, Tensor> tensors;
  for (Dtype d : {kBool, kU8, kI8, kI16, kI32, kI64, kF16, kBF16, kF32, kF64}) {
    tensors[std::string(d.name())] = arange(0, 2, 1, kI64).to(d).reshape({2, 1}).expand({2, 3});
  }
  tensors["scalar"] = tensor(2.5);
  tensors["empty"] = zeros({0, 4});
  tensors["device"] = ones({2}).to(Device("reference"));
  save_safetensors(path("t"), tensors, {{"step", "12"}, {"who \"quotes\"", "\xc3\xa9"}});
  SafetensorsFile file = load_safetensors(path("t"));
  ASSERT_EQ(file.tensors.size(), tensors.size());
  for (const auto& [name, t] : tensors) EXPECT_TRUE(same(file.tensors[name], t)) << name;
  EXPECT_EQ(file.metadata["step"], "12");
  EXPECT_EQ(file.metadata["who \"quotes\""], "\xc3\xa9");
}

TEST_F(Files, SafetensorsRejectsBadFiles) {
  struct Case {
    std::string bytes, message;
  };
  auto one = [](const std::string& entry) { return safetensors("{\"a\":" + entry + "}", std::string(8, '\0')); };
  const std::string good = R"("dtype":"F32","shape":[2],"data_offsets":[0,8])";
  std::vector<Case> cases{
      {"", "not a safetensors file"},
      {std::string(7, 'x'), "not a safetensors file"},
      {little_endian(~std::uint64_t{0}, 8) + "{}", "header"},
      {little_endian(100, 8) + "{}", "header"},
      {safetensors("{", ""), "not valid JSON"},
      {safetensors("[]", ""), "no JSON object"},
      {safetensors(std::string(100000, '['), ""), ""},
      {safetensors("{\"a\":{" + good + "},\"a\":{" + good + "}}", std::string(8, '\0')), "two entries called \"a\""},
      {one("{" + good + ",\"dtype\":\"F32\"}"), "two entries"},
      {one("3"), "expected dtype, shape and data_offsets"},
      {one(R"({"dtype":"F33","shape":[2],"data_offsets":[0,8]})"), "unknown dtype"},
      {one(R"({"dtype":5,"shape":[2],"data_offsets":[0,8]})"), "unknown dtype"},
      {one(R"({"dtype":"F32","shape":[-2],"data_offsets":[0,8]})"), "shape holds -2"},
      {one(R"({"dtype":"F32","shape":[2.0],"data_offsets":[0,8]})"), "shape holds 2.0"},
      {one(R"({"dtype":"F32","shape":[9223372036854775807,9223372036854775807],"data_offsets":[0,8]})"), "shape holds"},
      {one(R"({"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,8]})"), "too many elements"},
      {one(R"({"dtype":"F32","shape":[3],"data_offsets":[0,8]})"), "needs 12 bytes"},
      {one(R"({"dtype":"F32","shape":[2],"data_offsets":[8,0]})"), "outside the file"},
      {one(R"({"dtype":"F32","shape":[4],"data_offsets":[0,16]})"), "outside the file"},
      {one(R"({"dtype":"F32","shape":[2],"data_offsets":[0,18446744073709551615]})"), "outside the file"},
      {one(R"({"dtype":"F32","shape":[2],"data_offsets":[0]})"), "no pair"},
      {one(R"({"dtype":"F32","shape":[1],"data_offsets":[4,8]})"), "hole"},
      {one(R"({"dtype":"F32","shape":[1],"data_offsets":[0,4]})"), "belong to none"},
      {one(R"({"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]})"), "overlaps"},
      {safetensors(R"({"a":{"dtype":"BOOL","shape":[1],"data_offsets":[0,1]}})", "\x02"), "neither 0 nor 1"},
      {safetensors(R"({"__metadata__":{"a":1}})", ""), "__metadata__"},
  };
  for (const Case& c : cases) {
    std::string message = message_of([&] { load_safetensors(write("bad", c.bytes)); });
    EXPECT_THAT(message, HasSubstr(c.message));
    EXPECT_THAT(message, HasSubstr(path("bad")));
  }
  EXPECT_THAT(message_of([&] { load_safetensors(path("nowhere")); }), HasSubstr("cannot be opened"));
  EXPECT_THAT(message_of([&] { load_safetensors(directory_.string()); }), HasSubstr("not a regular file"));
}

TEST_F(Files, DamageIsAnErrorOrOtherValues) {
  save_safetensors(path("a"), {{"x", ramp({3, 2})}, {"y", arange(0, 5, 1, kI32)}}, {{"k", "v"}});
  save_npy(path("b"), ramp({3, 2}));
  std::mt19937 random(1);
  for (const std::string name : {"a", "b"}) {
    const std::string whole = read(name);
    auto load = [&](const std::string& bytes) {
      write("damaged", bytes);
      try {
        name == "a" ? (void)load_safetensors(path("damaged")) : (void)load_npy(path("damaged"));
        return true;
      } catch (const Error&) {
        return false;
      }
    };
    EXPECT_TRUE(load(whole));
    for (std::size_t n = 0; n < whole.size(); ++n) EXPECT_FALSE(load(whole.substr(0, n))) << name << " cut to " << n;
    EXPECT_FALSE(load(whole + "x"));
    for (int i = 0; i < 2000; ++i) {
      std::string bytes = whole;
      for (unsigned k = 0; k <= random() % 3; ++k) bytes[random() % bytes.size()] = static_cast<char>(random());
      load(bytes);
    }
  }
}

TEST_F(Files, AFailedSaveLeavesTheOldFile) {
  save_safetensors(path("t"), {{"x", ones({2})}});
  std::string before = read("t");
  EXPECT_THAT(message_of([&] { save_safetensors(path("t"), {{"x", Tensor()}}); }), HasSubstr("\"x\" is undefined"));
  EXPECT_THAT(message_of([&] { save_safetensors(path("t"), {{"\xff", ones({2})}}); }), HasSubstr("UTF-8"));
  EXPECT_EQ(read("t"), before);
  EXPECT_THAT(message_of([&] { save_safetensors(path("no/such/folder"), {}); }), HasSubstr("cannot be written"));
  save_safetensors(path("t"), {{"x", zeros({2})}});
  EXPECT_EQ(load_safetensors(path("t")).tensors["x"].sum().item<double>(), 0);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(directory_), {}), 1);  // no temporary is left
}

TEST_F(Files, NpyRoundTripEveryDtype) {
  for (Dtype d : {kBool, kU8, kI8, kI16, kI32, kI64, kF16, kBF16, kF32, kF64}) {
    Tensor t = arange(0, 2, 1, kI64).to(d).reshape({2, 1}).expand({2, 3});
    save_npy(path("t"), t);
    EXPECT_TRUE(same(load_npy(path("t")), d == kBF16 ? t.to(kF32) : t)) << d.name();
  }
  for (const Tensor& t : {tensor(3.5), zeros({0, 2}), ramp({5}), ramp({2, 3, 4}).transpose(0, 2)}) {
    save_npy(path("t"), t);
    EXPECT_TRUE(same(load_npy(path("t")), t));
  }
  EXPECT_EQ(read("t").find('\n') % 64, 63u);
}

TEST_F(Files, NpyReadsWhatNumPyWrites) {
  std::string data = little_endian(1, 2) + little_endian(2, 2) + little_endian(3, 2) + little_endian(4, 2) + little_endian(5, 2) +
                     little_endian(6, 2);
  Tensor c = load_npy(write("c", npy("{'descr': '<i2', 'fortran_order': False, 'shape': (2, 3), }\n", data)));
  EXPECT_EQ(to_vector<int>(c), (std::vector<int>{1, 2, 3, 4, 5, 6}));
  for (char version : {2, 3}) {
    Tensor f = load_npy(write("f", npy("{'shape': (2, 3), 'fortran_order': True, 'descr': '<i2'}   \n", data, version)));
    EXPECT_EQ(to_vector<int>(f), (std::vector<int>{1, 3, 5, 2, 4, 6}));
    EXPECT_TRUE(f.is_contiguous());
  }
}

TEST_F(Files, NpyRejectsBadFiles) {
  auto header = [](const std::string& text) { return npy(text, std::string(8, '\0')); };
  for (const auto& [bytes, message] : std::vector<std::pair<std::string, std::string>>{
           {"", "not a .npy file"},
           {npy("{}", ""), "damaged"},
           {npy("{'descr': '<f4'}", ""), "damaged"},
           {header("{'descr': '>f4', 'fortran_order': False, 'shape': (2,), }"), "'>f4'"},
           {header("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }"), "'|O'"},
           {header("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,), }"), "a string"},
           {header("{'descr': '<f4', 'fortran_order': 0, 'shape': (2,), }"), "fortran_order"},
           {header("{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }"), "needs 12 bytes"},
           {header("{'descr': '<f4', 'fortran_order': False, 'shape': (-2,), }"), "a size"},
           {header("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), }"), "a size"},
           {header("{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296), }"), "too many elements"},
           {header("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), 'x': 1}"), "key 'x'"},
           {header("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), } x"), "the dictionary"},
           {npy("{'descr': '|b1', 'fortran_order': False, 'shape': (1,), }", "\x07"), "neither 0 nor 1"},
           {npy("{}", "", 9), "version 9"}}) {
    EXPECT_THAT(message_of([&] { load_npy(write("bad", bytes)); }), HasSubstr(message));
  }
}

TEST(DLPack, RoundTripSharesMemory) {
  Tensor t = arange(0, 6, 1, kF32).reshape({2, 3});
  Tensor view = t.transpose(0, 1)[{Slice(1, 3)}];
  Tensor back = from_dlpack(to_dlpack(view));
  EXPECT_EQ(back.raw_data(), view.raw_data());
  EXPECT_EQ(to_vector<float>(back), to_vector<float>(view));
  back.fill_(9);
  EXPECT_EQ(to_vector<float>(t), (std::vector<float>{0, 9, 9, 3, 9, 9}));
  for (Dtype d : {kBool, kU8, kI8, kI16, kI32, kI64, kF16, kBF16, kF64}) EXPECT_EQ(from_dlpack(to_dlpack(zeros({2}, d))).dtype(), d);
}

TEST(DLPack, DeletersRunOnce) {
  Tensor t = zeros({2});
  std::uint32_t before = t.storage()->use_count();
  DLManagedTensor* managed = to_dlpack(t);
  managed->deleter(managed);
  EXPECT_EQ(t.storage()->use_count(), before);

  static int deleted;
  deleted = 0;
  float memory[6] = {1, 2, 3, 4, 5, 6};
  std::int64_t shape[2] = {2, 2}, strides[2] = {-3, 2};
  DLManagedTensor foreign{{memory, {1, 0}, 2, {2, 32, 1}, shape, strides, 3 * sizeof(float)}, nullptr,
                          [](DLManagedTensor*) { ++deleted; }};
  {
    Tensor row = from_dlpack(&foreign)[1];
    EXPECT_EQ(to_vector<float>(row), (std::vector<float>{1, 3}));
    EXPECT_EQ(deleted, 0);
  }
  EXPECT_EQ(deleted, 1);
  foreign.dl_tensor.strides = nullptr;
  foreign.dl_tensor.byte_offset = 0;
  EXPECT_EQ(to_vector<float>(from_dlpack(&foreign)), (std::vector<float>{1, 2, 3, 4}));
}

TEST(DLPack, RefusesWhatItCannotShare) {
  EXPECT_THAT(message_of([] { to_dlpack(ones({1}).requires_grad_()); }), HasSubstr("detach"));
  EXPECT_THAT(message_of([] { to_dlpack(ones({1}).to(Device("reference"))); }), HasSubstr("reference:0"));
  EXPECT_THAT(message_of([] { from_dlpack(nullptr); }), HasSubstr("NULL"));
  float memory[4] = {};
  std::int64_t shape[1] = {2}, strides[1] = {1};
  const DLManagedTensor good{{memory, {1, 0}, 1, {2, 32, 1}, shape, strides, 0}, nullptr, nullptr};
  auto refused = [&](auto change) {
    DLManagedTensor bad = good;
    std::int64_t bad_shape[1] = {2}, bad_strides[1] = {1};
    bad.dl_tensor.shape = bad_shape;
    bad.dl_tensor.strides = bad_strides;
    change(bad.dl_tensor);
    return message_of([&] { from_dlpack(&bad); });
  };
  EXPECT_THAT(refused([](sy_dl_tensor& t) { t.device.device_type = 2; }), HasSubstr("device type 2"));
  EXPECT_THAT(refused([](sy_dl_tensor& t) { t.dtype.lanes = 4; }), HasSubstr("4 lanes"));
  EXPECT_THAT(refused([](sy_dl_tensor& t) { t.dtype = {5, 64, 1}; }), HasSubstr("code 5"));
  EXPECT_THAT(refused([](sy_dl_tensor& t) { t.ndim = 1000; }), HasSubstr("1000 dimensions"));
  EXPECT_THAT(refused([](sy_dl_tensor& t) { t.shape[0] = -1; }), HasSubstr("negative"));
  EXPECT_THAT(refused([](sy_dl_tensor& t) { t.strides[0] = std::int64_t{1} << 62; }), HasSubstr("too far"));
  EXPECT_THAT(refused([](sy_dl_tensor& t) { t.data = nullptr; }), HasSubstr("data is NULL"));
  EXPECT_THAT(refused([](sy_dl_tensor& t) { t.byte_offset = 2; }), HasSubstr("aligned"));
}

}  // namespace
}  // namespace sy
