# SPDX-License-Identifier: Apache-2.0
"""Holds documents against the platforms' own schemas, strictly: an unknown key or a wrong type is a failure.

schemas.py EKSCTL KARPENTER WHARFIE: the folders of these programs' Go modules. Reads lines "KIND FILE" from standard input,
prints "ok KIND FILE" or "bad KIND FILE: why" for each, as decode/ does. Kinds:

  Eksctl        a node group of a ClusterConfig: eksctl's JSON schema
  EC2NodeClass  the schema of Karpenter's CustomResourceDefinition
  Bottlerocket  settings.kubernetes: the struct that Karpenter reads them into; the others have no package, and are held against
                their documentation (bottlerocket.dev, settings reference), which FORMS repeats
  Registries    k3s' and RKE2's registries.yaml: the structs of rancher/wharfie that they read it into
"""
import base64
import pathlib
import re
import sys
import tomllib

import jsonschema
import yaml

eksctl, karpenter, wharfie = (pathlib.Path(one) for one in sys.argv[1:4])


def strict(schema):
    """An object whose keys are all known takes no others; an API server drops them, and nobody is told."""
    if isinstance(schema, list):
        return [strict(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    out = {key: strict(value) for key, value in schema.items()}
    if "properties" in out and isinstance(out["properties"], dict) and not out.get("x-kubernetes-preserve-unknown-fields"):
        out.setdefault("additionalProperties", False)
    return out


def structs(path):
    """The structs of a Go file: {name: {key: type}}, by the tags of toml or yaml."""
    out = {}
    for name, body in re.findall(r"^type (\w+) struct \{\n(.*?)^\}", path.read_text(), re.M | re.S):
        out[name] = {
            key: kind.lstrip("*") for kind, key in re.findall(r'^\t\w+ +(\S+) +`[^`]*\b(?:yaml|toml):"([^",]+)[^`]*`', body, re.M) if key != "-"
        }
    return out


PLAIN = {"string": str, "int": int, "int32": int, "bool": bool, "float64": float}


def fits(value, kind, known, where):
    if kind in PLAIN:
        assert type(value) is PLAIN[kind], f"{where} is a {type(value).__name__}, not a {kind}"
    elif kind.startswith("[]"):
        assert isinstance(value, list), f"{where} is no list"
        for one in value:
            fits(one, kind[2:], known, where)
    elif kind.startswith("map[string]"):
        assert isinstance(value, dict), f"{where} is no table"
        for key, one in value.items():
            fits(one, kind[11:].lstrip("*"), known, f"{where}.{key}")
    else:
        assert isinstance(value, dict), f"{where} is no table"
        for key, one in value.items():
            assert key in known[kind], f"{where} has no {key}"
            fits(one, known[kind][key], known, f"{where}.{key}")


FORMS = {
    "Settings": {"container-registry": "Registry", "container-runtime": "Runtime", "network": "Network", "kernel": "Kernel", "pki": "map[string]Pki"},
    "Registry": {"mirrors": "[]Mirror"},
    "Mirror": {"registry": "string", "endpoint": "[]string"},
    "Runtime": {"max-concurrent-downloads": "int", "snapshotter": "string"},
    "Network": {"https-proxy": "string", "no-proxy": "[]string"},
    "Kernel": {"sysctl": "map[string]string"},
    "Pki": {"data": "string", "trusted": "bool"},
}

GROUP = {"name": "workers", "instanceType": "m6i.large", "desiredCapacity": 2, "amiFamily": "AmazonLinux2023"}
CLUSTER = {"apiVersion": "eksctl.io/v1alpha5", "kind": "ClusterConfig", "metadata": {"name": "cluster", "region": "eu-central-1", "version": "1.34"}}
NODE_CLASS = {
    "role": "KarpenterNodeRole-cluster",
    "amiSelectorTerms": [{"alias": "al2023@latest"}],
    "subnetSelectorTerms": [{"tags": {"karpenter.sh/discovery": "cluster"}}],
    "securityGroupSelectorTerms": [{"tags": {"karpenter.sh/discovery": "cluster"}}],
}
cluster = jsonschema.Draft7Validator(strict(yaml.safe_load((eksctl / "pkg/apis/eksctl.io/v1alpha5/assets/schema.json").read_text())))
definition = yaml.safe_load((karpenter / "pkg/apis/crds/karpenter.k8s.aws_ec2nodeclasses.yaml").read_text())
versions = {one["name"]: one["schema"]["openAPIV3Schema"] for one in definition["spec"]["versions"]}
bottlerocket = structs(karpenter / "pkg/providers/amifamily/bootstrap/bottlerocketsettings.go")
registries = structs(wharfie / "pkg/registries/types.go")
assert "registry-qps" in bottlerocket["BottlerocketKubernetes"] and "endpoint" in registries["Mirror"]


def conforms(validator, document):
    for problem in validator.iter_errors(document):
        raise AssertionError(f"{'/'.join(map(str, problem.absolute_path))}: {problem.message}")


def check(kind, text):
    if kind == "Eksctl":
        keys = yaml.safe_load(text)
        for groups in ("managedNodeGroups", "nodeGroups"):
            conforms(cluster, CLUSTER | {groups: [GROUP | keys]})
    elif kind == "EC2NodeClass":
        patch = yaml.safe_load(text)
        group, version = patch["apiVersion"].split("/")
        assert group == definition["spec"]["group"] and patch["kind"] == "EC2NodeClass"
        # As `kubectl patch --type merge` does it.
        merged = patch | {"metadata": {"name": "workers"}, "spec": NODE_CLASS | patch["spec"]}
        conforms(jsonschema.Draft202012Validator(strict(versions[version])), merged)
    elif kind == "Bottlerocket":
        file = tomllib.loads(text)
        assert set(file) == {"settings"}, file.keys()
        settings = file["settings"]
        fits(settings.pop("kubernetes", {}), "BottlerocketKubernetes", bottlerocket, "settings.kubernetes")
        fits(settings, "Settings", FORMS, "settings")
        for name, one in settings.get("pki", {}).items():
            assert re.fullmatch("[A-Za-z0-9-]+", name), name
            base64.b64decode(one["data"], validate=True)
    elif kind == "Registries":
        fits(yaml.safe_load(text), "Registry", registries, "registries.yaml")
    else:
        raise AssertionError("no such kind")


for line in sys.stdin:
    kind, path = line.split()
    try:
        check(kind, pathlib.Path(path).read_text())
        print("ok", kind, path)
    except (AssertionError, KeyError, ValueError, TypeError) as problem:
        print("bad", kind, path + ":", repr(problem).replace("\n", " "))
