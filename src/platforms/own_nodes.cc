// SPDX-License-Identifier: Apache-2.0
// Nodes of one's own: a script for one node (drop-in), and tasks for many (Ansible). Files of their own where the program reads
// some beside its main file; else the main file is edited, and what is in it stays.
#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "platforms/makers.h"
#include "platforms/node_files.h"
#include "platforms/script.h"
#include "platforms/write.h"

namespace unsnag::platforms {
namespace {

using settings::Setting;
using settings::Target;

struct Change {
  std::vector<NodeFile> files;
  Script edits;
  std::vector<std::string> restarts;
};

Change take_change(Order& order) {
  Change out;
  out.files = take_node_files(order, {});
  std::vector<NodeFile> all = out.files;
  const auto restart = [&](std::string unit) { all.push_back({{}, {}, {std::move(unit)}, {}}); };
  if (const auto keys = order.take(Target::containerd); !keys.empty()) out.edits.set_containerd(keys), restart("containerd.service");
  if (const auto keys = order.take(Target::docker); !keys.empty())
    out.edits.set_json(keys, "/etc/docker/daemon.json"), restart("docker.service");
  if (const auto keys = order.take(Target::cri_dockerd_flag); !keys.empty())
    out.edits.add_cri_dockerd_flags(keys), restart("cri-docker.service");
  if (const auto keys = order.take(Target::kubelet_config); !keys.empty()) {
    out.edits.set_kubelet_yaml(keys), restart("kubelet.service");
    order.notes.emplace_back(
        "kubeadm writes /var/lib/kubelet/config.yaml anew at upgrades: set the keys in its ConfigMap kubelet-config too (--print kubeadm)");
  }
  if (const auto keys = order.take(Target::kubelet_flag); !keys.empty()) out.edits.add_kubelet_flags(keys), restart("kubelet.service");
  out.restarts = restarts_of(all);
  return out;
}

std::string in_force(const Change& change) {
  if (change.restarts.empty()) return "at once";
  std::string out = fmt::format("as {} restarts; ", fmt::join(change.restarts, ", "));
  const bool docker = std::find(change.restarts.begin(), change.restarts.end(), "docker.service") != change.restarts.end();
  return out + (docker ? "Docker stops its containers unless live-restore is on, pulls in flight are tried again"
                       : "containers go on, pulls in flight are tried again");
}

std::string take_back(const Change& change) {
  std::string out;
  for (const auto& file : change.files) out += (out.empty() ? "rm " : " ") + file.path;
  if (!change.edits.empty()) out += std::string(out.empty() ? "" : "; ") + "take the keys out again of the files that it said it changed";
  return out + (change.restarts.empty() ? "" : ", and restart the same");
}

bool needs_jinja_escape(std::string_view text) { return contains(text, "{{") || contains(text, "{%") || contains(text, "{#"); }

std::string jinja_block(std::string_view text, std::size_t blanks) {
  return fmt::format("{}{}", needs_jinja_escape(text) ? "!unsafe " : "", yaml_block(text, blanks));
}

}  // namespace

namespace drop_in {

Result<Snippet> print(Order& order) {
  const auto change = take_change(order);
  order.leave_out([](const Setting&) { return std::string(); });
  order.versions.emplace_back("Linux nodes with systemd; kubelet as kubeadm or EKS set it up, containerd 1 and 2");
  Script script = change.edits;
  Script files;
  for (const auto& file : change.files) {
    script.write(file);
    if (!file.apply.empty()) script.run(file.apply);
  }
  if (!change.restarts.empty()) script.run("systemctl daemon-reload");
  for (const auto& unit : change.restarts) script.run("systemctl restart " + unit);
  const Head head = {"as root on each node, sh THIS; or in what makes the node's image, without the restarts", in_force(change),
                     take_back(change)};
  return snippet(order, order.name() + ".sh", "#!/bin/sh\n" + head_comment(order, head) + script.text());
}

}  // namespace drop_in

namespace ansible {

Result<Snippet> print(Order& order) {
  const auto change = take_change(order);
  order.leave_out([](const Setting&) { return std::string(); });
  order.versions.emplace_back(
      "ansible-core 2.12 and later, builtin modules only; Linux nodes with systemd, kubelet as kubeadm or EKS set it up, containerd 1 and "
      "2");
  const auto title = order.context.cause.empty() ? std::string("unsnag") : order.context.cause;
  std::string tasks, handlers, notify;
  for (const auto& unit : change.restarts) notify += fmt::format("        - Restart {}\n", unit);
  for (const auto& file : change.files) {
    tasks +=
        fmt::format("    - name: {0}\n      ansible.builtin.file:\n        path: {1}\n        state: directory\n        mode: \"0755\"\n",
                    yaml_text("Folder of " + file.path), yaml_text(file.path.substr(0, file.path.rfind('/'))));
    tasks += fmt::format("    - name: {0}\n      ansible.builtin.copy:\n        dest: {1}\n        mode: \"0644\"\n        content: {2}\n",
                         yaml_text("File " + file.path), yaml_text(file.path), jinja_block(file.text, 10));
    std::string own;
    if (!file.apply.empty()) {
      own += fmt::format("        - {}\n", yaml_text("Run " + file.apply));
      handlers += fmt::format("    - name: {}\n      ansible.builtin.command:\n        cmd: {}\n", yaml_text("Run " + file.apply),
                              yaml_text(file.apply));
    }
    for (const auto& unit : file.restarts) own += fmt::format("        - Restart {}\n", unit);
    if (!own.empty()) tasks += "      notify:\n" + own;
  }
  if (!change.edits.empty())
    tasks += fmt::format(
        "    - name: Keys of files that have more in them\n      ansible.builtin.shell:\n        cmd: {}\n      register: unsnag_edit\n"
        "      changed_when: \"'changed ' in unsnag_edit.stdout\"\n      notify:\n{}",
        jinja_block(change.edits.text(), 10), notify);
  // Handlers run in the order in which they stand: the runtime comes before kubelet.
  for (const auto& unit : change.restarts)
    handlers += fmt::format(
        "    - name: Restart {0}\n      ansible.builtin.systemd:\n        name: {0}\n        state: restarted\n        daemon_reload: "
        "true\n",
        unit);
  const Head head = {"ansible-playbook -i INVENTORY THIS; it changes nothing when it runs again. serial: 1 takes one node after the other",
                     in_force(change), take_back(change)};
  auto text = head_comment(order, head) +
              fmt::format("- name: {}\n  hosts: all\n  become: true\n  serial: 1\n  tasks:\n{}", yaml_text(title), tasks);
  if (!handlers.empty()) text += "  handlers:\n" + handlers;
  return snippet(order, order.name() + ".yaml", text);
}

}  // namespace ansible
}  // namespace unsnag::platforms
