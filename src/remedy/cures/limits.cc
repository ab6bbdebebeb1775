// SPDX-License-Identifier: Apache-2.0
// Too few open files, processes or inotify instances.
#include <fmt/format.h>

#include "remedy/cures.h"

namespace unsnag::remedy {
namespace {

using settings::Kind;
using settings::Setting;
using settings::Target;

Result<Prescription> prescribe(const node::Root&, const NodeFacts& facts, const Values& values) {
  Prescription prescription;
  const auto kernel = [&](std::string key, std::string value) {
    Setting setting;
    setting.target = Target::sysctl;
    setting.key = std::move(key);
    setting.value = std::move(value);
    setting.kind = Kind::number;
    prescription.settings.push_back(std::move(setting));
  };
  kernel("fs.inotify.max_user_instances", values.get("instances"));
  kernel("fs.inotify.max_user_watches", values.get("watches"));
  if (!values.has("files")) return prescription;
  if (!facts.engine.found) return fail(Errc::unsupported, "--files: no unit starts a runtime on this node");
  Setting files;
  files.target = Target::unit;
  files.unit = facts.engine.unit.name;
  files.key = "Service.LimitNOFILE";
  files.value = values.get("files");
  prescription.settings.push_back(std::move(files));
  return prescription;
}

}  // namespace

const Cure k_fd_or_process_limit{"fd-or-process-limit",
                                 "more inotify instances and watches, and open files for the runtime",
                                 {{"instances", "N", "8192", "inotify instances a user may have", check_count},
                                  {"watches", "N", "524288", "inotify watches a user may have", check_count},
                                  {"files", "N", "", "open files that the runtime may have (restarts it)", check_count}},
                                 prescribe};

}  // namespace unsnag::remedy
