// SPDX-License-Identifier: Apache-2.0
// Holds documents against the types that the platforms' own programs decode them into, strictly: an unknown field or a wrong
// type is a failure. Reads lines "KIND FILE" from standard input, prints "ok KIND FILE" or "bad KIND FILE: why" for each.
package main

import (
	"bufio"
	"fmt"
	"os"
	"strings"

	nodeadm "github.com/awslabs/amazon-eks-ami/nodeadm/api/v1alpha1"
	ignition "github.com/coreos/ignition/v2/config/v3_2"
	machine "github.com/openshift/api/machineconfiguration/v1"
	"github.com/siderolabs/talos/pkg/machinery/config/configloader"
	kubelet "k8s.io/kubelet/config/v1beta1"
	"sigs.k8s.io/yaml"
)

func strict(data []byte, into any) error { return yaml.UnmarshalStrict(data, into) }

func decode(kind string, data []byte) error {
	switch kind {
	case "KubeletConfiguration":
		return strict(data, &kubelet.KubeletConfiguration{})
	case "NodeConfig":
		config := nodeadm.NodeConfig{}
		if err := strict(data, &config); err != nil {
			return err
		}
		// kubelet's part is handed on as it is: it has to be one that kubelet takes.
		part, err := yaml.Marshal(config.Spec.Kubelet.Config)
		if err != nil {
			return err
		}
		return strict(part, &kubelet.KubeletConfiguration{})
	case "KubeletConfig":
		config := machine.KubeletConfig{}
		if err := strict(data, &config); err != nil {
			return err
		}
		return strict(config.Spec.KubeletConfig.Raw, &kubelet.KubeletConfiguration{})
	case "MachineConfig":
		config := machine.MachineConfig{}
		if err := strict(data, &config); err != nil {
			return err
		}
		_, report, err := ignition.Parse(config.Spec.Config.Raw)
		if err != nil {
			return fmt.Errorf("%w: %s", err, report.String())
		}
		if len(report.Entries) > 0 {
			return fmt.Errorf("ignition: %s", report.String())
		}
		return nil
	case "Talos":
		_, err := configloader.NewFromBytes(data)
		return err
	}
	return decodeCloud(kind, data)
}

func main() {
	bad := false
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		kind, file, _ := strings.Cut(lines.Text(), " ")
		data, err := os.ReadFile(file)
		if err == nil {
			err = decode(kind, data)
		}
		if err != nil {
			bad = true
			fmt.Printf("bad %s %s: %s\n", kind, file, strings.ReplaceAll(strings.TrimSpace(err.Error()), "\n", " "))
		} else {
			fmt.Printf("ok %s %s\n", kind, file)
		}
	}
	if bad {
		os.Exit(1)
	}
}
