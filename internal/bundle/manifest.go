// SPDX-License-Identifier: Apache-2.0

package bundle

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"time"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/printable"
)

// Schema names the format of a bundle; it changes when a reader of the old format can
// no longer read the new one.
const Schema = "urn:klptest:bundle:1"

// Manifest says what was run, and how.
type Manifest struct {
	Schema   string    `json:"schema"`
	Klptest  string    `json:"klptest"` // version
	Written  time.Time `json:"written"`
	File     string    `json:"file"` // of the case, as messages name it
	Kernel   Kernel    `json:"kernel"`
	Compiler string    `json:"compiler,omitempty"` // of the modules, as it describes itself
	Run      Run       `json:"run"`
}

// Kernel is the identity of the kernel that failed.
type Kernel struct {
	Name    string `json:"name"`    // "debian:6.12.117-1~deb12u1"; for a kernel that was built, not a name that all hosts know
	Release string `json:"release"` // uname -r
}

// Run holds the settings of the run that were not left to klptest.
type Run struct {
	KernelArgs []string `json:"kernel_args,omitempty"`
	Memory     int      `json:"memory,omitempty"` // MiB; 0: the default
	CPUs       int      `json:"cpus,omitempty"`   // 0: the default
	Accel      string   `json:"accel,omitempty"`  // kvm, tcg or empty
	HostTime   bool     `json:"host_time,omitempty"`
	Guests     string   `json:"guests,omitempty"` // booted, shared or empty
	Ignore     []string `json:"ignore,omitempty"` // texts of log records that do not count
	Shuffle    uint64   `json:"shuffle,omitempty"`
}

const (
	maxWords  = 32
	maxWord   = 1000 // bytes
	maxMemory = 1 << 20
	maxCPUs   = 1024
)

// packaged matches the kernels that every host can get by name: those of a
// distribution. Other names are paths on the host that wrote the bundle.
var packaged = regexp.MustCompile(`^debian:[A-Za-z0-9][A-Za-z0-9.+~-]{0,100}$`)

// Spec returns the kernel as --kernel takes it, or "" if it cannot be named here.
func (k Kernel) Spec() string {
	if packaged.MatchString(k.Name) {
		return k.Name
	}
	return ""
}

// readManifest refuses unknown fields: each might be a request.
func readManifest(data []byte) (m Manifest, err error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	var version struct {
		Schema string `json:"schema"`
	}
	if json.Unmarshal(data, &version) == nil && version.Schema != Schema && strings.HasPrefix(version.Schema, "urn:klptest:bundle:") {
		return m, blame.AdviseUserf("a newer klptest reads it", "the bundle's form is %s; this klptest reads %s", printable.Line(version.Schema), Schema)
	}
	if err := d.Decode(&m); err != nil {
		return m, blame.Userf("%s: %w", ManifestPart, err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return m, blame.Userf("%s: more follows the manifest", ManifestPart)
	}
	if err := m.check(); err != nil {
		return m, blame.Userf("%s: %w", ManifestPart, err)
	}
	return m, nil
}

func (m Manifest) check() error {
	if m.Schema != Schema {
		return fmt.Errorf("the schema is not %s", Schema)
	}
	for name, text := range map[string]string{"klptest": m.Klptest, "file": m.File, "kernel.name": m.Kernel.Name, "kernel.release": m.Kernel.Release, "compiler": m.Compiler} {
		if err := checkText(text); err != nil {
			return fmt.Errorf("%s %w", name, err)
		}
	}
	if m.File == "" {
		return errors.New("the case has no file")
	}
	return m.Run.check()
}

func (r Run) check() error {
	switch {
	case r.Memory < 0 || r.Memory > maxMemory:
		return fmt.Errorf("memory %d is none that a guest has", r.Memory)
	case r.CPUs < 0 || r.CPUs > maxCPUs:
		return fmt.Errorf("cpus %d is none that a guest has", r.CPUs)
	case r.Accel != "" && r.Accel != "kvm" && r.Accel != "tcg":
		return errors.New("accel is neither kvm nor tcg")
	case r.Guests != "" && r.Guests != "booted" && r.Guests != "shared":
		return errors.New("guests are neither booted nor shared")
	case len(r.KernelArgs) > maxWords || len(r.Ignore) > maxWords:
		return fmt.Errorf("more than %d words", maxWords)
	}
	for _, word := range append(append([]string{}, r.KernelArgs...), r.Ignore...) {
		if err := checkText(word); err != nil {
			return fmt.Errorf("a word %w", err)
		}
	}
	return nil
}

// checkText refuses anything but a short line of text.
func checkText(text string) error {
	switch {
	case len(text) > maxWord:
		return fmt.Errorf("has more than %d bytes", maxWord)
	case printable.Line(text) != text:
		return errors.New("is not a line of text")
	}
	return nil
}
