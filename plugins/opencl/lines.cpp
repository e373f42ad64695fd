#include "lines.h"

#include "source.h"

namespace sy::opencl {

namespace {

constexpr std::int64_t kManyLines = 4096;
constexpr std::int64_t kShort = 32;

constexpr const char* kByItem = R"(
#define REDUCE(v, OP)
#define FIRST 1
#define BEGIN const idx line = get_global_id(0); if (line >= lines) return; const int me = 0, step = 1;
)";
constexpr const char* kByGroup = R"(
#define REDUCE(v, OP) \
  tree[me] = v; \
  barrier(CLK_LOCAL_MEM_FENCE); \
  for (int span = step / 2; span > 0; span /= 2) { \
    if (me < span) tree[me] = OP(tree[me], tree[me + span]); \
    barrier(CLK_LOCAL_MEM_FENCE); \
  } \
  v = tree[0]; \
  barrier(CLK_LOCAL_MEM_FENCE);
#define FIRST (me == 0)
#define BEGIN const idx line = get_group_id(0); const int me = get_local_id(0), step = get_local_size(0);
)";
constexpr const char* kCommon = R"(
#define ADD(a, b) ((a) + (b))
#define LARGER(a, b) ((a) > (b) ? (a) : (b))
#define AT(i) (start + (i) * inner)
)";

}  // namespace

void run_lines(Launch& launch, const Axis& axis, std::uint32_t dtype, const std::string& parameters, const char* body) {
  const std::int64_t lines = axis.outer * axis.inner;
  const bool by_item = axis.size <= kShort || (axis.inner > 1 && lines >= kManyLines);
  launch.index(lines).index(axis.size).index(axis.inner);
  if (!by_item) launch.local(launch.group_size() * compute_size(dtype));
  launch.variant(by_item ? "/items" : "/groups");
  const auto source = [&] {
    const std::string value = compute_type(dtype);
    return std::string(by_item ? kByItem : kByGroup) + kCommon + "typedef " + value + " value;\n__kernel void run(" +
           parameters + ", const idx lines, const idx size, const idx inner" +
           (by_item ? "" : ", __local value* tree") +
           ") {\n  BEGIN\n  const idx start = line / inner * size * inner + line % inner;\n" + body + "}\n";
  };
  by_item ? launch.run(lines, source) : launch.run_groups(lines, source);
}

}  // namespace sy::opencl
