// SPDX-License-Identifier: Apache-2.0

package modinfo_test

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/klptest/klptest/internal/modinfo"
	"github.com/klptest/klptest/internal/modinfo/modinfotest"
)

func TestRead(t *testing.T) {
	for name, c := range map[string]struct {
		section string
		want    modinfo.Info
	}{
		"livepatch": {"license=GPL\x00livepatch=Y\x00depends=x,y-z\x00name=klp_a\x00vermagic=6.12.1 SMP preempt \x00",
			modinfo.Info{Name: "klp_a", Vermagic: "6.12.1 SMP preempt ", Livepatch: true, Depends: []string{"x", "y_z"}}},
		"module":         {"depends=\x00name=m\x00", modinfo.Info{Name: "m"}},
		"not terminated": {"livepatch=N\x00\x00name=m", modinfo.Info{Name: "m"}},
	} {
		got, err := modinfo.Read(bytes.NewReader(modinfotest.Module(c.section)))
		if err != nil {
			t.Fatal(err)
		}
		// FieldsFunc returns an empty slice for an empty list.
		if diff := cmp.Diff(c.want, got, equateEmpty); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

var equateEmpty = cmp.Transformer("list", func(list []string) string { return strings.Join(list, ",") })

func TestReadRefuses(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	program, err := os.Open(exe)
	if err != nil {
		t.Fatal(err)
	}
	defer program.Close()
	if _, err := modinfo.Read(program); err == nil || !strings.Contains(err.Error(), "no .modinfo") {
		t.Errorf("a program: %v", err)
	}
	if _, err := modinfo.Read(strings.NewReader("not ELF")); err == nil || !strings.Contains(err.Error(), "not a kernel module") {
		t.Errorf("a text: %v", err)
	}
	large := modinfotest.Module("name=" + strings.Repeat("x", 1<<20))
	if _, err := modinfo.Read(bytes.NewReader(large)); err == nil || !strings.Contains(err.Error(), "bytes") {
		t.Errorf("too large: %v", err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(modinfotest.Module("name=x\x00depends=a,b"))
	f.Add(modinfotest.Module(""))
	f.Add([]byte("\x7fELF"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if info, err := modinfo.Read(bytes.NewReader(data)); err == nil && len(info.Name) > len(data) {
			t.Errorf("a name of %d bytes in a file of %d", len(info.Name), len(data))
		}
	})
}
