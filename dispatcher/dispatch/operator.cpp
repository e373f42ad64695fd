#include "switchyard/dispatch/operator.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <mutex>

#include "absl/strings/str_format.h"
#include "switchyard/core/edit_distance.h"
#include "switchyard/core/log.h"
#include "switchyard/dispatch/plan_cache.h"
#include "switchyard/loader/plugin.h"

namespace sy {
namespace {

struct Registry {
  std::mutex mutex;
  std::map<std::string, Operator*, std::less<>> by_name;
  OperatorGroup* seen = nullptr;  // the head of the group list when by_name was last filled
  struct Pending {
    Plugin* plugin;
    std::uint16_t backend;
    const sy_kernel* kernel;
  };
  std::multimap<std::string, Pending, std::less<>> pending;
};

Registry& registry() {
  static Registry* r = new Registry;
  return *r;
}

std::atomic<OperatorGroup*> g_groups{nullptr};

absl::Status attach(Operator& op, Plugin* plugin, std::uint16_t backend, const sy_kernel* given);

void add_name(Registry& r, Operator& op) {
  r.by_name.emplace(op.name(), &op);
  auto [first, last] = r.pending.equal_range(op.name());
  std::vector<Registry::Pending> waiting;
  for (auto it = first; it != last; ++it) waiting.push_back(it->second);
  r.pending.erase(first, last);
  for (const auto& p : waiting) {
    absl::Status status = attach(op, p.plugin, p.backend, p.kernel);
    if (status.ok()) continue;
    p.plugin->add_message(std::string(status.message()));
    log(LogLevel::kWarning, str_cat(p.plugin->name(), ": ", std::string(status.message())));
  }
}

void collect_groups(Registry& r) {
  OperatorGroup* head = g_groups.load(std::memory_order_acquire);
  OperatorGroup* until = std::exchange(r.seen, head);
  for (OperatorGroup* g = head; g != until; g = g->next) {
    for (std::size_t i = 0; i < g->count; ++i) add_name(r, g->operators[i]);
  }
}

std::uint64_t dtype_bits(const OperatorDef& def, const sy_kernel& kernel) {
  if (kernel.dtypes == nullptr) return def.type_vars[0];
  std::uint64_t bits = 0;
  for (std::uint32_t i = 0; i < kernel.num_dtypes; ++i) {
    if (kernel.dtypes[i] < SY_MAX_DTYPES) bits |= std::uint64_t{1} << kernel.dtypes[i];
  }
  return bits;
}

absl::Status attach(Operator& op, Plugin* plugin, std::uint16_t backend, const sy_kernel* given) {
  const OperatorInfo& info = op.info();
  auto entry = std::make_unique<KernelEntry>();
  std::memcpy(&entry->kernel, given, std::min<std::size_t>(given->size, sizeof(sy_kernel)));
  const sy_kernel& k = entry->kernel;
  entry->num_args = static_cast<std::uint32_t>(info.signature.params.size());
  if (k.layout_hash != info.layout_hash) {
    const OperatorDef& def = op.def();
    bool older = false;
    for (std::uint32_t i = 0; i < def.num_older; ++i) {
      if (def.older_hashes[i] != k.layout_hash) continue;
      older = true;
      entry->num_args = def.older_params[i];
    }
    if (!older) {
      return invalid("kernel ", op.name(), ": built for another call layout (hash ",
                     absl::StrFormat("%016x", k.layout_hash), ", the host's is ",
                     absl::StrFormat("%016x", info.layout_hash), " for ", info.signature.text, ")");
    }
  }
  if ((op.def().flags & kOpHost) || op.def().kind == Kind::kView || op.def().kind == Kind::kComposite) {
    return invalid("kernel ", op.name(), ": this operator takes no kernels");
  }
  if (k.prepare != nullptr) entry->plans = std::make_unique<PlanCache>();
  entry->original = given;
  entry->plugin = plugin;
  entry->backend = backend;
  entry->dtypes = dtype_bits(op.def(), k);
  op.add_kernel(std::move(entry));
  return absl::OkStatus();
}

constexpr std::uint16_t kAllDtypes = (1u << SY_NUM_STANDARD_DTYPES) - 1;

/// Fresh results, known before the call, of tensors, plain values and lists of them.
bool goes_to_kernel(const OperatorDef& def, const OperatorInfo& info) {
  bool shaped = def.kind == Kind::kReduction ? def.meta == nullptr : def.kind == Kind::kGeneric && def.meta != nullptr;
  if (!shaped || info.num_results == 0 || info.num_results > 3 || info.list_result || info.mutates ||
      info.device_param >= 0 || info.generator_param >= 0 || info.tensor_params.empty() || def.type_vars[0] == 0 ||
      def.init_param >= 0 || def.reserve_result >= 0 || def.any_device != 0 ||
      (def.flags & (kOpHost | kOpDataDependent))) {
    return false;
  }
  for (const Parameter& p : info.signature.params) {
    if (p.type == ArgType::kTensorList || p.fixed_length > 2) return false;
  }
  for (std::uint8_t i : info.tensor_params) {
    const DtypeRule& rule = def.param_dtypes[i];
    if (rule.kind != DtypeRule::kFixed && rule.kind != DtypeRule::kVariable) return false;
  }
  return true;
}

/// One result, and no parameters but tensors of T0, or, if pointwise, of a dtype that the schema fixes, and plain values.
bool goes_direct(const OperatorDef& def, const OperatorInfo& info, Kind kind) {
  if (def.kind != kind || info.num_results != 1 || info.list_result || info.checked || info.dtype_param >= 0 ||
      info.device_param >= 0 || info.generator_param >= 0 || def.type_vars[1] != 0) {
    return false;
  }
  for (std::uint8_t i : info.tensor_params) {
    const DtypeRule& rule = def.param_dtypes[i];
    if (rule.kind == DtypeRule::kFixed && kind == Kind::kPointwise) continue;
    if (rule.kind != DtypeRule::kVariable || rule.value != 0) return false;
  }
  DtypeRule::Kind result = def.result_dtypes[0][0].kind;
  return result == DtypeRule::kVariable || result == DtypeRule::kFixed;
}

}  // namespace

KernelEntry::KernelEntry() = default;
KernelEntry::~KernelEntry() = default;

OperatorGroup::Registrar::Registrar(OperatorGroup& group) {
  group.next = g_groups.load(std::memory_order_relaxed);
  while (!g_groups.compare_exchange_weak(group.next, &group, std::memory_order_release)) {
  }
}

const OperatorInfo& Operator::resolve() const {
  auto info = std::make_unique<OperatorInfo>();
  SignatureError error;
  if (!parse_signature(def_->signature, info->signature, error)) {
    fail(ErrorCode::kInvalidArgument, "signature \"", def_->signature, "\", column ", error.offset + 1, ": ",
         error.message);
  }
  const Signature& s = info->signature;
  info->layout_hash = call_layout_hash(s);
  for (std::size_t i = 0; i < s.params.size(); ++i) {
    const Parameter& p = s.params[i];
    int index = static_cast<int>(i);
    if (p.is_tensor()) info->tensor_params.push_back(static_cast<std::uint8_t>(i));
    if (p.type == ArgType::kTensor && info->first_tensor < 0) info->first_tensor = index;
    if (p.type == ArgType::kIntList && p.name == "dim") info->dim_param = index;
    if (p.type == ArgType::kDtype) info->dtype_param = index;
    if (p.type == ArgType::kDevice) info->device_param = index;
    if (p.type == ArgType::kGenerator) info->generator_param = index;
    if (p.type == ArgType::kBool && p.name == "keepdim") info->keepdim_param = index;
    if (p.is_tensor() && !p.optional) info->required |= std::uint64_t{1} << i;
    if (p.type == ArgType::kIntList && p.fixed_length == 2) info->pairs |= std::uint64_t{1} << i;
    info->checked |= p.type == ArgType::kTensorList || (p.type == ArgType::kIntList && p.fixed_length > 1);
    info->mutates |= p.mutated;
  }
  info->list_result = s.results.size() == 1 && s.results[0].type == ArgType::kTensorList;
  info->num_results = static_cast<std::uint32_t>(s.results.size());
  info->direct_kernel = goes_to_kernel(*def_, *info);
  info->direct_pointwise = goes_direct(*def_, *info, Kind::kPointwise) && def_->meta == nullptr;
  info->direct_view = goes_direct(*def_, *info, Kind::kView) && info->tensor_params.size() == 1 &&
                      def_->result_dtypes[0][0].kind == DtypeRule::kVariable && def_->type_vars[0] == kAllDtypes &&
                      def_->promotion == Promotion::kNone;
  info->direct_function = def_->kind == Kind::kGeneric && def_->meta == nullptr && !info->checked &&
                          info->device_param < 0 && info->tensor_params.size() == 1;
  const OperatorInfo* expected = nullptr;
  if (info_.compare_exchange_strong(expected, info.get(), std::memory_order_acq_rel)) return *info.release();
  return *expected;
}

std::vector<const KernelEntry*> Operator::all_kernels() const {
  std::lock_guard lock(registry().mutex);
  std::vector<const KernelEntry*> kernels;
  if (entries_ != nullptr) {
    for (const auto& e : *entries_) {
      if (e->dtypes != 0 || e->function) kernels.push_back(e.get());
    }
  }
  return kernels;
}

void Operator::add_kernel(std::unique_ptr<KernelEntry> entry) {
  if (entries_ == nullptr) entries_ = new std::vector<std::unique_ptr<KernelEntry>>;
  entries_->push_back(std::move(entry));
  rebuild();
}

void Operator::remove_kernels(const Plugin* plugin) {
  if (entries_ == nullptr) return;
  bool any = false;
  for (auto& e : *entries_) {
    if (e->plugin == plugin && e->kernel.run != nullptr) {
      e->dtypes = 0;
      any = true;
    }
  }
  if (any) rebuild();
}

void Operator::drop_plans(const Plugin* plugin) {
  if (entries_ == nullptr) return;
  for (auto& e : *entries_) {
    if (e->plugin == plugin) e->plans.reset();
  }
}

// Readers may be inside an old table, so tables and chains are never freed: registration is rare and tables are small.
void Operator::rebuild() {
  std::vector<KernelEntry*> order;
  for (auto& e : *entries_) {
    if (e->dtypes != 0 || e->function) order.push_back(e.get());
  }
  std::stable_sort(order.begin(), order.end(), [](const KernelEntry* a, const KernelEntry* b) {
    if (static_cast<bool>(a->function) != static_cast<bool>(b->function)) return static_cast<bool>(a->function);
    return a->kernel.priority > b->kernel.priority;
  });
  auto* table = new Table;
  table->superseded = table_.load(std::memory_order_relaxed);
  for (std::size_t i = order.size(); i-- > 0;) {
    KernelEntry* e = order[i];
    if (table->rows.size() <= e->backend) table->rows.resize(e->backend + 1, nullptr);
    Row*& row = table->rows[e->backend];
    if (row == nullptr) row = new Row;
    auto link = [&](std::uint32_t slot) {
      auto* node = new KernelNode{e, row->by_dtype[slot]};
      row->by_dtype[slot] = node;
    };
    for (std::uint32_t d = 0; d < SY_MAX_DTYPES; ++d) {
      if (e->function || (e->dtypes >> d) & 1) link(d);
    }
    if (e->function || def_->type_vars[0] == 0) link(SY_MAX_DTYPES);
  }
  table_.store(table, std::memory_order_release);
}

void invoke_list(Operator& op, absl::Span<const Arg> args, std::vector<TensorBase>* list) {
  Frame frame(op, args, list);
  dispatch(frame);
}

Operator* find_operator(std::string_view name) {
  Registry& r = registry();
  std::lock_guard lock(r.mutex);
  collect_groups(r);
  auto it = r.by_name.find(name);
  return it != r.by_name.end() ? it->second : nullptr;
}

Operator& require_operator(std::string_view name) {
  if (Operator* op = find_operator(name)) return *op;
  std::vector<std::string> names;
  for (Operator* op : all_operators()) names.push_back(op->name());
  std::string near = nearest(name, names);
  fail(ErrorCode::kNotFound, "no operator is called \"", name, "\"",
       near.empty() ? "" : str_cat("; did you mean \"", near, "\"?"));
}

std::vector<Operator*> all_operators() {
  Registry& r = registry();
  std::lock_guard lock(r.mutex);
  collect_groups(r);
  std::vector<Operator*> ops;
  for (auto& [name, op] : r.by_name) ops.push_back(op);
  std::sort(ops.begin(), ops.end(), [](Operator* a, Operator* b) { return a->name() < b->name(); });
  return ops;
}

Operator& define_operator(const OperatorDef& def) {
  auto op = std::make_unique<Operator>(def);
  std::unique_ptr<const OperatorInfo> info(&op->info());  // the operator's, once it is known to stay
  Registry& r = registry();
  std::lock_guard lock(r.mutex);
  collect_groups(r);
  require(!r.by_name.contains(op->name()), "operator ", op->name(), " is already defined");
  add_name(r, *op);
  info.release();
  return *op.release();
}

absl::Status register_kernel(Plugin* plugin, std::uint16_t backend, const sy_kernel* kernel) {
  // The fields up to run must be there; everything behind them is optional.
  if (kernel == nullptr || kernel->size < offsetof(sy_kernel, run) + sizeof(kernel->run)) {
    return invalid("kernel: NULL or smaller than ABI 1.0 asks for");
  }
  if (kernel->op == nullptr || kernel->run == nullptr) return invalid("kernel: op or run is NULL");
  Registry& r = registry();
  std::lock_guard lock(r.mutex);
  collect_groups(r);
  auto it = r.by_name.find(std::string_view(kernel->op));
  if (it == r.by_name.end()) {
    r.pending.emplace(kernel->op, Registry::Pending{plugin, backend, kernel});
    return absl::OkStatus();
  }
  return attach(*it->second, plugin, backend, kernel);
}

void register_function_kernel(Operator& op, std::uint16_t backend, std::function<void(Frame&)> function) {
  auto entry = std::make_unique<KernelEntry>();
  entry->function = std::move(function);
  entry->backend = backend;
  std::lock_guard lock(registry().mutex);
  op.add_kernel(std::move(entry));
}

void drop_plugin_plans(const Plugin* plugin) {
  for (Operator* op : all_operators()) {
    std::lock_guard lock(registry().mutex);
    op->drop_plans(plugin);
  }
}

void remove_plugin_kernels(const Plugin* plugin) {
  for (Operator* op : all_operators()) {
    std::lock_guard lock(registry().mutex);
    op->remove_kernels(plugin);
  }
  Registry& r = registry();
  std::lock_guard lock(r.mutex);
  std::erase_if(r.pending, [&](const auto& p) { return p.second.plugin == plugin; });
}

}  // namespace sy
