# SPDX-License-Identifier: Apache-2.0
"""Takes apart what the platforms print: the texts inside of texts, each to the program that reads it.

parts.py FOLDER OUT: for each FOLDER/PLATFORM/CASE/FILE writes its parts into OUT and prints a line "KIND FILE" for each.
Kinds: sh (a shell script), toml-2 and toml-3 (containerd's configuration of that version), toml, unit (a drop-in), cfn
(CloudFormation), hcl, play (Ansible), and those that decode/ and schemas.py know.
"""
import base64
import email
import json
import pathlib
import re
import sys

import hcl2
import yaml


class Tags(yaml.SafeLoader):
    """CloudFormation's and Ansible's own tags are read as what they stand on."""


def plain(loader, _suffix, node):
    if isinstance(node, yaml.ScalarNode):
        return loader.construct_scalar(node)
    return loader.construct_sequence(node) if isinstance(node, yaml.SequenceNode) else loader.construct_mapping(node)


Tags.add_multi_constructor("!", plain)

root, out = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
out.mkdir(parents=True, exist_ok=True)
count = 0


def documents(text):
    return [one for one in yaml.load_all(text, Loader=Tags) if one is not None]


def give(origin, kind, text):
    global count
    count += 1
    platform, case = origin.parts[-3], origin.parts[-2]
    path = out / f"{count:04d}-{platform}-{case}.{kind}"
    path.write_text(text)
    print(kind, path)
    if kind == "sh":
        for name, body in re.findall(r"^ *put (\S+) 644 << '(END_*)'\n(?:.*\n)*?\2$", text, re.M):
            inner = re.search(rf"^ *put {re.escape(name)} 644 << '{body}'\n((?:.*\n)*?){body}$", text, re.M).group(1)
            file(origin, name, inner)


def containerd(origin, text):
    version = re.search(r"^version = (\d)", text, re.M)
    version = version.group(1) if version else "3" if "io.containerd.cri.v1" in text else "2"
    if not re.search(r"^version", text, re.M):
        text = f"version = {version}\n" + text
    give(origin, f"toml-{version}", text)


def file(origin, path, text):
    """A file of a node, by its path."""
    if re.search(r"/containerd/(config.*\.toml|.*\.toml\.d/.*\.toml)$|\.part$", path):
        containerd(origin, text)
    elif "/systemd/system/" in path:
        give(origin, "unit", "# " + path + "\n" + text)
    elif path.endswith((".toml", ".conf")) and ("crio" in path or "containers" in path or "hosts.toml" in path):
        give(origin, "toml", text)
    elif "kubelet.conf.d" in path:
        give(origin, "KubeletConfiguration", text)
    elif path.endswith("/registries.yaml"):
        give(origin, "Registries", text)
    elif path.endswith(".yaml"):
        assert documents(text), path


def user_data(origin, text):
    if text.startswith("MIME-Version"):
        for part in email.message_from_string(text).get_payload():
            user_data(origin, part.get_payload())
    elif text.startswith("#!"):
        give(origin, "sh", text)
    else:
        for one in documents(text):
            assert one["kind"] == "NodeConfig", one
            give(origin, "NodeConfig", json.dumps(one))
            if "containerd" in one["spec"]:
                containerd(origin, one["spec"]["containerd"]["config"])


def unsub(text):
    return re.sub(r"\$\{!(.*?)\}", r"${\1}", text)


def take_apart(path):
    platform, text = path.parts[-3], path.read_text()
    if path.suffix == ".sh":
        give(path, "sh", text)
        for name, one in re.findall(r"^cat > (\S+)\.json << 'END'\n((?:.*\n)*?)END$", text, re.M):
            json.loads(one)
            give(path, {"linuxkubeletconfig": "AksKubelet", "linuxosconfig": "AksOs", "httpproxyconfig": "AksProxy"}[name], one)
        for one in re.findall(r"<< 'END-OF-DAEMONSET'\n((?:.*\n)*?)END-OF-DAEMONSET$", text, re.M):
            give(path, "sh", documents(one)[0]["spec"]["template"]["spec"]["containers"][0]["env"][0]["value"])
        for name, one in re.findall(r"^cat > (\S+)\.yaml << 'END'\n((?:.*\n)*?)END$", text, re.M):
            give(path, {"node-system-config": "GkeSystem", "containerd-config": "GkeContainerd"}[name], one)
    elif path.suffix == ".tf":
        give(path, "hcl", text)
        for one in re.findall(r"<<-(\w+)\n((?:.*\n)*?) *\1\n", text):
            lines = one[1].split("\n")
            blanks = min(len(line) - len(line.lstrip()) for line in lines if line.strip())
            body = "\n".join(line[blanks:] for line in lines)
            body = body.replace("$${", "${").replace("%%{", "%{").replace("${var.cluster_name}", "cluster")
            user_data(path, body if body.startswith(("#!", "MIME", "---")) else "#!/bin/sh\n" + body)
        hcl2.loads(text)
    elif path.suffix == ".toml":
        give(path, "toml-3" if platform in ("k3s", "rke2") and "[plugins" in text else "toml", text)
        if platform == "bottlerocket":
            give(path, "Bottlerocket", text)
    elif path.suffix == ".mime":
        user_data(path, text)
    elif path.suffix == ".conf" and "KubeletConfiguration" in text:
        give(path, "KubeletConfiguration", text)
    elif path.suffix == ".conf" and platform in ("k3s", "rke2"):
        assert text.strip()
    elif platform.startswith("cloudformation"):
        if platform == "cloudformation":
            text += "Resources:\n  Use:\n    Type: AWS::SSM::Parameter\n    Properties:\n      Type: String\n      Value: !Ref BootstrapArguments\n"
        give(path, "cfn", text)
        if platform == "cloudformation-userdata":
            data = documents(text)[0]["Resources"]["NodeLaunchTemplate"]["Properties"]["LaunchTemplateData"]["UserData"]["Fn::Base64"]
            user_data(path, unsub(data.replace("${ClusterName}", "cluster")))
    elif platform == "eksctl":
        one = documents(text)[0]
        give(path, "Eksctl", text)
        for command in one.get("preBootstrapCommands", []):
            give(path, "sh", command)
        if "overrideBootstrapCommand" in one:
            user_data(path, one["overrideBootstrapCommand"])
    elif platform == "karpenter":
        one = documents(text)[0]
        give(path, "EC2NodeClass", text)
        if "userData" in one["spec"]:
            user_data(path, one["spec"]["userData"])
        if "kubelet" in one["spec"]:
            give(path, "KubeletConfiguration", json.dumps(one["spec"]["kubelet"]))
    elif platform == "ansible":
        give(path, "play", text)
        for task in documents(text)[0][0]["tasks"]:
            if "ansible.builtin.shell" in task:
                give(path, "sh", task["ansible.builtin.shell"]["cmd"])
            if "ansible.builtin.copy" in task:
                file(path, task["ansible.builtin.copy"]["dest"], task["ansible.builtin.copy"]["content"])
    elif platform == "talos":
        give(path, "Talos", text)
        for one in documents(text)[0]["machine"].get("files", []):
            file(path, one["path"], one["content"])
    elif platform == "openshift":
        for one in documents(text):
            if one["kind"] != "Proxy":
                give(path, one["kind"], json.dumps(one))
            if one["kind"] == "MachineConfig":
                for item in one["spec"]["config"].get("storage", {}).get("files", []):
                    file(path, item["path"], base64.b64decode(item["contents"]["source"].split("base64,")[1]).decode())
    elif path.name == "registries.yaml":
        give(path, "Registries", text)
    elif platform == "gke":
        give(path, "GkeSystem" if path.name == "node-system-config.yaml" else "GkeContainerd", text)
    else:
        for one in documents(text):
            if one.get("kind") == "KubeletConfiguration":
                give(path, "KubeletConfiguration", json.dumps(one))
            elif one.get("kind") == "NodeConfig":
                user_data(path, yaml.safe_dump(one))


for path in sorted(root.glob("*/*/*")):
    if path.name == "refused":
        continue
    try:
        take_apart(path)
    except Exception as problem:  # what can't be taken apart is a finding, not the end of the run
        print("BROKEN", path, repr(problem).replace("\n", " "))
