// SPDX-License-Identifier: Apache-2.0
// Files of EKS's platforms that are there already: where the user data stands in each, and what to do where there is none yet.
#include <algorithm>

#include <fmt/format.h>

#include "base/document.h"
#include "base/text.h"
#include "edit/yaml.h"
#include "platforms/eks.h"
#include "platforms/hcl.h"
#include "platforms/makers.h"
#include "platforms/user_data.h"
#include "platforms/write.h"

namespace unsnag::platforms {
namespace {

std::string as_it_is(std::string_view text) { return std::string(text); }

// The here-documents of a Terraform file, with their lines moved out as `<<-` does.
struct HereDocument {
  std::size_t begin = 0, end = 0;  // of the lines in it
  std::size_t blanks = 0;          // by which they are moved in
  std::string_view word;           // that ends it
};

std::vector<HereDocument> here_documents(std::string_view text) {
  std::vector<HereDocument> out;
  for (auto at = text.find("<<"); at != std::string_view::npos; at = text.find("<<", at + 2)) {
    const bool moved = text.substr(at + 2, 1) == "-";
    const auto word_begin = at + (moved ? 3 : 2);
    auto line = text.find('\n', word_begin);
    if (line == std::string_view::npos) break;
    const auto word = trim(text.substr(word_begin, line - word_begin));
    if (word.empty() || word.find_first_of(" \"'(){}") != std::string_view::npos) continue;
    HereDocument one{line + 1, line + 1, std::string_view::npos, word};
    bool closed = false;
    while (!closed && one.end < text.size()) {
      line = std::min(text.find('\n', one.end), text.size());
      const auto this_line = text.substr(one.end, line - one.end);
      if (trim(this_line) == word) {
        closed = true;
        break;
      }
      const auto first = this_line.find_first_not_of(' ');
      if (first != std::string_view::npos) one.blanks = std::min(one.blanks, first);
      one.end = std::min(line + 1, text.size());
    }
    if (!closed) break;
    if (!moved || one.blanks == std::string_view::npos) one.blanks = 0;
    out.push_back(one);
    at = one.end - 2;
  }
  return out;
}

std::string moved_out(std::string_view text, std::size_t blanks) {
  std::string out;
  const auto lines = split(text, '\n');
  for (std::size_t i = 0; i < lines.size(); ++i)
    out.append(i > 0 ? "\n" : "").append(lines[i].size() >= blanks ? lines[i].substr(blanks) : lines[i]);
  return out;
}

// Every user data in the file's here-documents. not_found: there is none.
Result<std::string> patch_here_documents(std::string_view text, Order& order) {
  std::string out(text);
  const auto documents = here_documents(text);
  Order left = order;
  bool found = false;
  for (auto at = documents.rbegin(); at != documents.rend(); ++at) {
    const auto body = text.substr(at->begin, at->end - at->begin);
    if (!contains(body, "kind: NodeConfig") && !contains(body, "/etc/eks/bootstrap.sh")) continue;
    found = true;
    left = order;
    TRY_ASSIGN(const auto changed,
               patch_user_data(moved_out(body, at->blanks), left, [](std::string_view added) { return hcl_template(added); }));
    for (const auto line : split(changed, '\n'))
      if (trim(line) == at->word)
        return fail(Errc::unsupported,
                    fmt::format("what is to go in has a line {}, which ends this here-document: give it another end word", at->word));
    out.replace(at->begin, at->end - at->begin, indent(changed, at->blanks));
  }
  if (!found)
    return fail(Errc::not_found,
                "no user data with a NodeConfig or a call of /etc/eks/bootstrap.sh stands in a here-document of this file; where it comes "
                "out of a template, give that file");
  order = left;
  return out;
}

bool in_sub(std::string_view text, const Value& root, const edit::Path& path) {
  const auto* value = &root;
  for (const auto& step : path) value = &(*value)[step];
  const auto lines = split(text, '\n');
  // A block's line is the one with its | or the one behind it.
  for (std::uint64_t line = value->line < 2 ? 1 : value->line - 1; line <= value->line && line <= lines.size(); ++line)
    if (contains(lines[line - 1], "!Sub")) return true;
  return false;
}

bool is_node_groups(std::string_view name) { return name == "eks_managed_node_groups" || name == "self_managed_node_groups"; }

// The attribute put into each node group that has none of it, in all module blocks.
Result<std::string> insert_into_node_groups(std::string_view text, std::string_view name, std::string_view attribute) {
  std::string out(text);
  TRY_ASSIGN(const auto file, read_hcl(text));
  std::size_t groups = 0;
  struct Place {
    std::size_t body, end;
  };
  std::vector<Place> places;
  for (const auto& block : file.blocks) {
    if (block.type != "module") continue;
    TRY_ASSIGN(const auto module, read_hcl(text, block.body));
    for (const auto& argument : module.attributes) {
      if (!is_node_groups(argument.name) || !argument.object) continue;
      TRY_ASSIGN(const auto by_name, read_hcl(text, argument.value + 1));
      for (const auto& group : by_name.attributes) {
        if (!group.object) continue;
        ++groups;
        TRY_ASSIGN(const auto own, read_hcl(text, group.value + 1));
        if (std::any_of(own.attributes.begin(), own.attributes.end(), [&](const auto& one) { return one.name == name; }))
          return fail(Errc::unsupported,
                      fmt::format("the node group {} has a {} already: put what --print writes into it", group.name, name));
        places.push_back({group.value + 1, group.end - 1});
      }
    }
  }
  if (groups == 0) return fail(Errc::not_found, "no module in this file has node groups written out (eks_managed_node_groups = { … })");
  for (auto at = places.rbegin(); at != places.rend(); ++at) out = insert_into_body(out, at->body, at->end, attribute);
  return out;
}

std::string here_document(std::string_view text) {
  std::string end = "EOT";
  while (contains(text, end)) end += "_";
  return fmt::format("<<-{0}\n{1}{0}", end, indent(hcl_template(text), 2));
}

Result<std::string> patch_node_group(std::string_view text, const edit::Path& group, std::string_view family, Order& order) {
  std::string out(text);
  const auto in = [&](std::string_view key) {
    auto path = group;
    path.emplace_back(key);
    return path;
  };
  Script script;
  if (family == "AmazonLinux2") {
    script = al2_script(order, true);
  } else {
    const auto old = edit::get_yaml(out, in("overrideBootstrapCommand"));
    std::string config;
    if (old) {
      TRY_ASSIGN(config, patch_node_config(*old, order));
    }
    auto parts = al2023_parts(order);
    if (!old) config = parts.node_config;
    if (!config.empty()) {
      TRY_ASSIGN(out, edit::set_yaml(out, in("overrideBootstrapCommand"), edit::text_value(config)));
    }
    script = parts.script;
  }
  if (script.empty()) return out;
  const auto command = fmt::format("# {}\n{}", order.name(), script.text());
  TRY_ASSIGN(const auto documents, parse_yaml(out));
  for (std::size_t i = 0;; ++i) {
    auto path = in("preBootstrapCommands");
    path.push_back(fmt::format("[{}]", i));
    const auto item = edit::get_yaml(out, path);
    if (!item) break;
    if (item->rfind(fmt::format("# {}\n", order.name()), 0) == 0) return edit::set_yaml(out, path, edit::text_value(command));
  }
  return edit::add_to_list_yaml(out, in("preBootstrapCommands"), command);
}

}  // namespace

namespace nodeadm {
Result<std::string> patch(std::string_view text, Order& order) {
  without_eks_defaults(order);
  TRY_ASSIGN(auto out, patch_user_data(text, order, as_it_is));
  TRY(all_taken(order, "nodeadm", eks_lacks));
  return out;
}
}  // namespace nodeadm

namespace cloudformation_userdata {
Result<std::string> patch(std::string_view text, Order& order) {
  without_eks_defaults(order);
  TRY_ASSIGN(const auto documents, parse_yaml(text));
  std::string out(text);
  bool found = false;
  Order left = order;
  if (!documents.empty()) {
    for (const auto& [name, resource] : documents[0]["Resources"].entries) {
      const auto type = resource["Type"].scalar;
      edit::Path path = {"Resources", name, "Properties"};
      if (type == "AWS::EC2::LaunchTemplate") path.emplace_back("LaunchTemplateData");
      else if (type != "AWS::AutoScaling::LaunchConfiguration" && type != "AWS::EC2::Instance") continue;
      path.emplace_back("UserData");
      Result<std::string> user_data = fail(Errc::not_found, "");
      for (const auto& below : {edit::Path{"Fn::Base64"}, edit::Path{"Fn::Base64", "Fn::Sub"}, edit::Path{"Fn::Sub"}, edit::Path{}}) {
        auto candidate = path;
        candidate.insert(candidate.end(), below.begin(), below.end());
        user_data = edit::get_yaml(out, candidate);
        if (!user_data) continue;
        path = candidate;
        break;
      }
      if (!user_data) continue;
      left = order;
      // ${ means something in a !Sub only; the tag stands in the line that the text begins in.
      const bool sub = path.back() == "Fn::Sub" || in_sub(text, documents[0], path);
      auto changed = patch_user_data(*user_data, left, [sub](std::string_view added) {
        std::string escaped(added);
        for (auto at = sub ? escaped.find("${") : std::string::npos; at != std::string::npos; at = escaped.find("${", at + 3))
          escaped.insert(at + 2, "!");
        return escaped;
      });
      if (!changed) return tl::unexpected(std::move(changed).error());
      TRY_ASSIGN(out, edit::set_yaml(out, path, edit::text_value(*changed)));
      found = true;
    }
  }
  if (!found)
    return fail(
        Errc::not_found,
        "no launch template, launch configuration or instance in this template has a user data that can be read (UserData: Fn::Base64: …)");
  TRY(all_taken(left, "the user data", eks_lacks));
  return out;
}
}  // namespace cloudformation_userdata

namespace eksctl {
Result<std::string> patch(std::string_view text, Order& order) {
  without_eks_defaults(order);
  TRY_ASSIGN(const auto documents, parse_yaml(text));
  std::string out(text);
  bool found = false;
  Order left = order;
  for (const auto* const groups : {"managedNodeGroups", "nodeGroups"}) {
    if (documents.empty()) break;
    std::size_t i = 0;
    for (const auto& [key, group] : documents[0][groups].entries) {
      const auto index = fmt::format("[{}]", i++);
      const auto& family = group["amiFamily"].scalar;
      if (!family.empty() && family != "AmazonLinux2023" && family != "AmazonLinux2") continue;
      left = order;
      TRY_ASSIGN(out, patch_node_group(out, {groups, index}, family, left));
      TRY(all_taken(left, "a node group", eks_lacks));
      found = true;
    }
  }
  if (!found) return fail(Errc::not_found, "there is no node group of Amazon Linux in it (managedNodeGroups, nodeGroups)");
  return out;
}
}  // namespace eksctl

namespace karpenter {
Result<std::string> patch(std::string_view text, Order& order) {
  without_eks_defaults(order);
  const edit::Path spec = {"[kind=EC2NodeClass]", "spec"};
  auto kubelet = spec;
  kubelet.emplace_back("kubelet");
  TRY_ASSIGN(auto out, set_kubelet_keys(text, kubelet, take_typed(order)));
  auto user_data = spec;
  user_data.emplace_back("userData");
  const auto old = edit::get_yaml(out, user_data);
  if (old) {
    TRY_ASSIGN(const auto changed, patch_user_data(*old, order, as_it_is));
    TRY_ASSIGN(out, edit::set_yaml(out, user_data, edit::text_value(changed)));
  } else if (const auto added = mime(al2023_parts(order)); !added.empty()) {
    TRY_ASSIGN(out, edit::set_yaml(out, user_data, edit::text_value(added)));
  }
  TRY(all_taken(order, "an EC2NodeClass", eks_lacks));
  return out;
}
}  // namespace karpenter

namespace terraform_eks {
Result<std::string> patch(std::string_view text, Order& order) {
  without_eks_defaults(order);
  auto in_place = patch_here_documents(text, order);
  if (!in_place && in_place.error().code != Errc::not_found) return in_place;
  if (in_place) {
    TRY(all_taken(order, "the EKS module", eks_lacks));
    return in_place;
  }
  std::string name, attribute;
  if (eks_image(order) == EksImage::al2) {
    name = "pre_bootstrap_user_data";
    attribute = fmt::format("{} = {}\n", name, here_document(al2_script(order, true).text()));
  } else {
    const auto parts = al2023_parts(order);
    name = "cloudinit_pre_nodeadm";
    attribute = name + " = [\n";
    const auto add = [&](std::string_view type, const std::string& content) {
      attribute += indent(
          fmt::format("{{\n  content_type = {}\n  content      = {}\n}},\n", json_text(type), indent(here_document(content), 2).substr(2)),
          2);
    };
    if (!parts.script.empty()) add("text/x-shellscript; charset=\"utf-8\"", "#!/bin/sh\n" + parts.script.text());
    if (!parts.node_config.empty()) add("application/node.eks.aws", "---\n" + parts.node_config);
    attribute += "]\n";
  }
  TRY(all_taken(order, "the EKS module", eks_lacks));
  return insert_into_node_groups(text, name, attribute);
}
}  // namespace terraform_eks

namespace terraform_launch_template {
Result<std::string> patch(std::string_view text, Order& order) {
  without_eks_defaults(order);
  // A template of user data on its own, or a Terraform file with one in it.
  const bool bare = text.rfind("#!", 0) == 0 || text.rfind("MIME-Version", 0) == 0 || text.rfind("---", 0) == 0;
  TRY_ASSIGN(auto out, bare ? patch_user_data(text, order, [](std::string_view added) { return hcl_template(added); })
                            : patch_here_documents(text, order));
  TRY(all_taken(order, "a launch template", eks_lacks));
  return out;
}
}  // namespace terraform_launch_template

}  // namespace unsnag::platforms
