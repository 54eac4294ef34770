// SPDX-License-Identifier: Apache-2.0

package boot

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/klptest/klptest/internal/guest"
	"github.com/klptest/klptest/internal/guest/rootfs"
)

func TestStoreKeys(t *testing.T) {
	files := rootfs.Tree(t.TempDir())
	sent := guest.KeyFiles([]byte("private"), []byte("public"))
	sent["/etc/shadow"] = []byte("no")
	text, err := json.Marshal(sent)
	if err != nil {
		t.Fatal(err)
	}
	if err := storeKeys(files, strings.NewReader(string(text))); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{guest.HostKey: "private", guest.AuthorizedKeys: "public"} {
		data, err := os.ReadFile(files.Path(name))
		info, _ := os.Stat(files.Path(name))
		if err != nil || string(data) != want || info.Mode() != 0o600 {
			t.Errorf("%s: %q, %v, %v", name, data, info, err)
		}
	}
	if files.Exists("/etc/shadow") {
		t.Error("another file was written")
	}
	if err := storeKeys(files, strings.NewReader("hello")); err == nil {
		t.Error("no keys are taken for some")
	}
}

// A machine without the port says which driver is missing, before anything is changed.
func TestPlantWithoutPort(t *testing.T) {
	t.Setenv("PATH", "")
	files := rootfs.Tree(t.TempDir())
	if err := plant(files, strings.NewReader("{}")); err == nil || !strings.Contains(err.Error(), "virtio_console") {
		t.Error(err)
	}
	if files.Exists(guest.HostKey) {
		t.Error("it has keys")
	}
}
