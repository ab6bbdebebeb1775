// SPDX-License-Identifier: Apache-2.0
// What AKS and GKE take, by the types of their own interfaces. gcloud's file has one word of its own: linuxConfig.sysctl.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"

	"cloud.google.com/go/container/apiv1/containerpb"
	aks "github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/containerservice/armcontainerservice/v6"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"sigs.k8s.io/yaml"
)

// Azure's types drop what they don't know: what comes out again has to be what went in.
func unchanged(data []byte, into any) error {
	if err := json.Unmarshal(data, into); err != nil {
		return err
	}
	again, err := json.Marshal(into)
	if err != nil {
		return err
	}
	var before, after any
	if err := json.Unmarshal(data, &before); err != nil {
		return err
	}
	if err := json.Unmarshal(again, &after); err != nil {
		return err
	}
	if !reflect.DeepEqual(before, after) {
		return fmt.Errorf("it is read as %s", again)
	}
	return nil
}

func gkeContainerd(data []byte) error {
	text, err := yaml.YAMLToJSON(data)
	if err != nil {
		return err
	}
	return protojson.Unmarshal(text, &containerpb.ContainerdConfig{})
}

func gkeSystem(data []byte) error {
	text, err := yaml.YAMLToJSON(data)
	if err != nil {
		return err
	}
	var file struct {
		KubeletConfig json.RawMessage `json:"kubeletConfig"`
		LinuxConfig   struct {
			Sysctl json.RawMessage `json:"sysctl"`
		} `json:"linuxConfig"`
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&file); err != nil {
		return err
	}
	parts := []struct {
		text []byte
		into proto.Message
	}{{file.KubeletConfig, &containerpb.NodeKubeletConfig{}}, {nil, &containerpb.LinuxNodeConfig{}}}
	if file.LinuxConfig.Sysctl != nil {
		parts[1].text = []byte(fmt.Sprintf(`{"sysctls": %s}`, file.LinuxConfig.Sysctl))
	}
	for _, part := range parts {
		if part.text == nil {
			continue
		}
		if err := protojson.Unmarshal(part.text, part.into); err != nil {
			return err
		}
	}
	return nil
}

func decodeCloud(kind string, data []byte) error {
	switch kind {
	case "AksKubelet":
		return unchanged(data, &aks.KubeletConfig{})
	case "AksOs":
		return unchanged(data, &aks.LinuxOSConfig{})
	case "AksProxy":
		return unchanged(data, &aks.ManagedClusterHTTPProxyConfig{})
	case "GkeSystem":
		return gkeSystem(data)
	case "GkeContainerd":
		return gkeContainerd(data)
	}
	return fmt.Errorf("no such kind")
}
