// The report as one HTML file.
#include <algorithm>
#include <set>

#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "switchyard/core/dtype.h"
#include "switchyard/core/strings.h"
#include "switchyard/testing/results.h"

namespace sy::testing {
namespace {

std::string escaped(const std::string& text) {
  return absl::StrReplaceAll(text, {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}, {"\"", "&quot;"}});
}

constexpr const char* kStyle = R"(
body { font: 15px/1.45 system-ui, sans-serif; margin: 2em auto; max-width: 70em; padding: 0 1em; color: #1b1f24; }
h1 { margin-bottom: 0; } h2 { margin-top: 2em; } code, pre { font: 13px/1.4 ui-monospace, monospace; }
table { border-collapse: collapse; } th, td { padding: .2em .6em; border: 1px solid #d5dae0; text-align: left; }
td.number { text-align: right; } thead th { position: sticky; top: 0; background: #fff; }
.verdict { display: inline-block; padding: .3em .8em; border-radius: .3em; color: #fff; font-weight: 600; }
.good { background: #1a7f37; } .bad { background: #b3261e; }
.matrix td { text-align: center; min-width: 3.4em; font-size: 13px; }
td.kernel { background: #b7e4c0; } td.composite, td.promoted { background: #dcf2df; } td.view, td.host, td.cpu { background: #eef3f7; }
td.failed { background: #f4b8b3; font-weight: 600; } td.gap { background: #fbe3b3; } td.unsupported { background: #e6e6e6; }
.failure { border-left: 4px solid #b3261e; padding: .2em .8em; margin: .8em 0; } pre { white-space: pre-wrap; }
.bar { display: inline-block; height: .7em; background: #4a7fb5; vertical-align: middle; }
)";

/// A field's style and text: failures first, whatever else is true of it.
std::pair<std::string, std::string> look(const Cell& cell) {
  if (cell.counts.failed != 0) return {"failed", str_cat(cell.counts.failed, " fail")};
  if (cell.counts.gaps != 0) return {"gap", "gap"};
  if (!cell.ran.empty()) return {cell.ran, cell.ran == "kernel" ? "✓" : cell.ran};
  if (cell.counts.passed != 0) return {"host", "converted"};
  if (cell.counts.skipped != 0) return {"unsupported", "n/a"};
  return {"", ""};
}

class Page {
 public:
  explicit Page(const Results& r) : r_(r) {}

  std::string run() {
    add("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Conformance of ", escaped(r_.device),
        "</title><style>", kStyle, "</style></head><body>\n");
    head();
    counts();
    failures();
    matrix();
    records("Known gaps", r_.gaps);
    timings();
    skips();
    add("</body></html>\n");
    return std::move(out_);
  }

 private:
  template <typename... Parts>
  void add(const Parts&... parts) {
    str_append(&out_, parts...);
  }

  void head() {
    bool good = r_.failures.empty();
    add("<h1>Conformance of ", escaped(r_.device), "</h1>\n<p>", escaped(r_.date), ", ", escaped(r_.tier), " tier, ",
        absl::StrFormat("%.0f s", r_.seconds), "</p>\n<p><span class=\"verdict ",
        good ? "good\">passes" : "bad\">fails", "</span> ", summary(), "</p>\n<table>");
    for (const auto& [what, text] : r_.facts) {
      add("<tr><th>", escaped(what), "</th><td><code>", escaped(text), "</code></td></tr>\n");
    }
    add("</table>\n");
  }

  std::string summary() const {
    std::set<std::string> ops, failing;
    std::size_t fields = 0, passing = 0, kernels = 0;
    for (const auto& [key, cell] : r_.cells) {
      if (cell.ran.empty() && cell.counts.failed == 0) continue;
      ops.insert(key.first);
      ++fields;
      if (cell.counts.failed != 0) failing.insert(key.first);
      if (cell.counts.failed == 0) ++passing;
      if (cell.ran == "kernel") ++kernels;
    }
    Counts t = r_.total();
    std::string text = str_cat(t.passed, " cases pass, ", t.failed, " fail, ", t.gaps, " are known gaps, ", t.skipped,
                               " do not apply.");
    if (fields != 0) {
      str_append(&text, " Of ", ops.size(), " operators, ", ops.size() - failing.size(), " pass for every dtype; of ",
                 fields, " operators and dtypes, ", passing, " (", passing * 100 / fields, " %) pass, ", kernels,
                 " by a kernel of the plugin.");
    }
    return text;
  }

  void counts() {
    add("<h2>Suites</h2>\n<table><thead><tr><th>part</th><th>suite</th><th>passed</th><th>failed</th><th>known "
        "gaps</th>"
        "<th>skipped</th></tr></thead>\n");
    for (const auto& [key, c] : r_.counts) {
      add("<tr><td>", key.first, "</td><td>", key.second, "</td>");
      for (std::size_t n : {c.passed, c.failed, c.gaps, c.skipped}) add("<td class=\"number\">", n, "</td>");
      add("</tr>\n");
    }
    add("</table>\n");
  }

  void failures() {
    if (r_.failures.empty()) return;
    add("<h2 id=\"failures\">Failures</h2>\n");
    for (const CaseRecord& f : r_.failures) {
      add("<div class=\"failure\"><b>", escaped(f.op.empty() ? f.part : f.op), "</b> ", f.suite, ": ", escaped(f.name),
          "<pre>", escaped(f.text), "</pre>repeat: <code>", escaped(f.repeat), "</code></div>\n");
    }
  }

  void matrix() {
    if (r_.cells.empty()) return;
    std::vector<std::string> columns;
    for (std::uint32_t d = 0; d < SY_NUM_STANDARD_DTYPES; ++d) columns.emplace_back(Dtype(d).name());
    columns.emplace_back();
    add("<h2>Operators and dtypes</h2>\n<p>✓: a kernel of the plugin; composite: made of other operators; promoted: in "
        "a "
        "wider dtype; view, host: no kernel needed; "
        "converted: taken after promotion; cpu: by the CPU plugin; n/a: not on this device; empty: the operator does "
        "not take the dtype."
        "</p>\n<table class=\"matrix\"><thead><tr><th>operator</th>");
    for (const std::string& c : columns) add("<th>", c.empty() ? "other" : c, "</th>");
    add("</tr></thead>\n");
    std::set<std::string> ops;
    for (const auto& [key, cell] : r_.cells) ops.insert(key.first);
    for (const std::string& op : ops) {
      add("<tr><td style=\"text-align:left\"><code>", escaped(op), "</code></td>");
      for (const std::string& c : columns) {
        auto it = r_.cells.find({op, c});
        auto [style, text] = it != r_.cells.end() ? look(it->second) : std::pair<std::string, std::string>();
        add("<td class=\"", style, "\"");
        if (it != r_.cells.end()) {
          const Counts& n = it->second.counts;
          add(" title=\"", n.passed, " passed, ", n.failed, " failed, ", n.gaps, " known gaps, ", n.skipped,
              " skipped ", escaped(it->second.skipped), "\"");
        }
        add(">", text, "</td>");
      }
      add("</tr>\n");
    }
    add("</table>\n");
  }

  void records(const char* title, const std::vector<CaseRecord>& list) {
    if (list.empty()) return;
    add("<h2>", title, "</h2>\n<ul>");
    for (const CaseRecord& r : list) add("<li>", r.suite, ": ", escaped(r.name), ": ", escaped(r.text), "</li>\n");
    add("</ul>\n");
  }

  void skips() {
    if (r_.skips.empty()) return;
    add("<h2>Left out</h2>\n<details><summary>", r_.skips.size(), " cases that do not apply to this device</summary>");
    records("Cases", r_.skips);
    add("</details>\n");
  }

  void timings() {
    if (r_.timings.empty()) return;
    double most = 1;
    for (const Timing& t : r_.timings) most = std::max(most, t.cpu > 0 ? t.device / t.cpu : 0);
    add("<h2>Time per call, beside the CPU "
        "plugin</h2>\n<table><thead><tr><th>operator</th><th>dtype</th><th>inputs</th>"
        "<th>device, µs</th><th>CPU, µs</th><th>device / CPU</th></tr></thead>\n");
    for (const Timing& t : r_.timings) {
      double ratio = t.cpu > 0 ? t.device / t.cpu : 0;
      add("<tr><td><code>", escaped(t.op), "</code></td><td>", t.dtype, "</td><td>", t.size,
          "</td><td class=\"number\">", absl::StrFormat("%.1f", t.device * 1e6), "</td><td class=\"number\">",
          absl::StrFormat("%.1f", t.cpu * 1e6), "</td><td>", absl::StrFormat("%.2f", ratio),
          " <span class=\"bar\" style=\"width:", absl::StrFormat("%.1f", std::min(ratio / most, 1.0) * 10),
          "em\"></span></td></tr>\n");
    }
    add("</table>\n");
  }

  const Results& r_;
  std::string out_;
};

}  // namespace

std::string to_html(const Results& results) { return Page(results).run(); }

}  // namespace sy::testing
