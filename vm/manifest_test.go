// SPDX-License-Identifier: Apache-2.0

package vm

import (
	"bytes"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func testManifest(t testing.TB) (manifest, []byte) {
	t.Helper()
	m := manifest{ID: "id", Accel: TCG, Memory: fileSum{512 << 20, 1}, State: fileSum{3, 2}, Keys: storedKeys{[]byte("private"), []byte("public")}}
	text, err := m.encode()
	if err != nil {
		t.Fatal(err)
	}
	return m, text
}

func TestManifest(t *testing.T) {
	want, text := testManifest(t)
	got, err := decodeManifest(text)
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
	for i := range text {
		for _, bit := range []byte{1, 0x20, 0x80} {
			text[i] ^= bit
			if _, err := decodeManifest(text); err == nil {
				t.Errorf("bit %#x of byte %d may be wrong", bit, i)
			}
			text[i] ^= bit
		}
		if _, err := decodeManifest(text[:i]); err == nil {
			t.Errorf("%d bytes are enough", i)
		}
	}
	if _, err := decodeManifest(append(text, '\n')); err == nil {
		t.Error("more bytes are not too many")
	}
}

func FuzzDecodeManifest(f *testing.F) {
	_, text := testManifest(f)
	f.Add(text)
	f.Add([]byte("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := decodeManifest(data)
		if err != nil {
			return
		}
		text, err := m.encode()
		if err != nil {
			t.Fatal(err)
		}
		again, err := decodeManifest(text)
		if diff := cmp.Diff(m, again); err != nil || diff != "" {
			t.Errorf("%q comes back as %v\n%s", data, err, diff)
		}
	})
}

func TestStoredKeys(t *testing.T) {
	keys := newKeys(t)
	stored := keys.stored()
	again, err := stored.keys()
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(again.client.PublicKey().Marshal(), keys.client.PublicKey().Marshal()) || !bytes.Equal(again.host.Marshal(), keys.host.Marshal()) {
		t.Error("other keys come back")
	}
	if len(again.hostPEM) > 0 {
		t.Error("the guest's private key is stored")
	}
	for _, bad := range []storedKeys{{}, {Client: stored.Client}, {Host: stored.Host}} {
		if _, err := bad.keys(); err == nil {
			t.Errorf("%+v are keys", bad)
		}
	}
}

func TestWriteFileIsNew(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	if sum, err := writeFile(path, []byte("x")); err != nil || sum.Size != 1 || sum.Sum == 0 {
		t.Errorf("%+v, %v", sum, err)
	}
	if _, err := writeFile(path, []byte("y")); err == nil || string(readFile(t, path)) != "x" {
		t.Errorf("a file was replaced: %v", err)
	}
}
