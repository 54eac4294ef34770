// SPDX-License-Identifier: Apache-2.0

package vm

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// The files of a template. The manifest is written last: without it there is
// no template.
const (
	memoryFile   = "memory"
	stateFile    = "state"
	diskFile     = "disk" // of a machine with a disk: what it has written, over the image
	manifestFile = "manifest"
)

// manifestFormat is part of a template's identity: a template in another format
// is another template.
const manifestFormat = "klptest template 1"

// manifest describes a template, and has the checksums that show damage to its
// files. It holds a private key.
type manifest struct {
	ID     string     `json:"id"` // Spec.TemplateID
	Accel  Accel      `json:"accel"`
	Memory fileSum    `json:"memory"`
	State  fileSum    `json:"state"`
	Disk   *fileSum   `json:"disk,omitempty"` // nil: the machine has none
	Keys   storedKeys `json:"keys"`
}

// fileSum is the size of a file and its dataSum.
type fileSum struct {
	Size int64  `json:"size"`
	Sum  uint32 `json:"sum"`
}

func sumFile(f *os.File) (fileSum, error) {
	info, err := f.Stat()
	if err != nil {
		return fileSum{}, err
	}
	sum, err := dataSum(f)
	return fileSum{info.Size(), sum}, err
}

// encode returns the manifest as JSON, after a line with its checksum.
func (m manifest) encode() ([]byte, error) {
	text, err := json.Marshal(m)
	if err != nil {
		return nil, err
	}
	return append(fmt.Appendf(nil, "%x\n", sha256.Sum256(text)), text...), nil
}

func decodeManifest(data []byte) (manifest, error) {
	sum, text, _ := bytes.Cut(data, []byte("\n"))
	if want := fmt.Sprintf("%x", sha256.Sum256(text)); string(sum) != want {
		return manifest{}, errors.New("its checksum is wrong")
	}
	var m manifest
	return m, json.Unmarshal(text, &m)
}

func readManifest(dir string) (manifest, error) {
	data, err := os.ReadFile(filepath.Join(dir, manifestFile))
	if err != nil {
		return manifest{}, err
	}
	m, err := decodeManifest(data)
	if err != nil {
		return manifest{}, fmt.Errorf("the manifest is damaged: %w", err)
	}
	return m, nil
}
