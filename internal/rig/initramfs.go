// SPDX-License-Identifier: Apache-2.0

package rig

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"

	"github.com/klptest/klptest/images"
	"github.com/klptest/klptest/images/initramfs"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/cache"
)

// initrdFile is the name of the initramfs in any directory.
const initrdFile = "initrd"

// baseInitramfs is the guest's initramfs without the keys, from the cache. key
// names its contents.
func baseInitramfs(ctx context.Context, c *cache.Cache, k *images.Kernel, world []initramfs.Node) (path, key string, err error) {
	self, err := thisProgram()
	if err != nil {
		return "", "", err
	}
	contents := initramfs.Contents{Init: self.path, Modules: k.Modules, Busybox: initramfs.FindBusybox(), World: world}
	key, err = keyOf(append([]string{contents.Busybox}, k.Modules...))
	if err == nil {
		key, err = withWorld(self.key+" "+key, world)
	}
	if err != nil {
		return "", "", err
	}
	dir, err := c.Entry(ctx, "initramfs", key, func(_ context.Context, dir string) error {
		return blame.Join(writeInitramfs(filepath.Join(dir, initrdFile), nil, contents), cache.Describe(dir, "for "+k.Name))
	})
	return filepath.Join(dir, initrdFile), key, err
}

// program is klptest itself, which is the init and the agent of the guests, and a key for its
// contents.
type program struct{ path, key string }

// thisProgram reads the program, once: that takes as long as asking QEMU for its version.
var thisProgram = sync.OnceValues(func() (p program, err error) {
	if p.path, err = os.Executable(); err == nil {
		p.key, err = keyOf([]string{p.path})
	}
	return p, err
})

// keyOf returns a key for the names and contents of files, in order.
func keyOf(paths []string) (string, error) {
	h := sha256.New()
	for _, path := range paths {
		if path == "" {
			continue
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(h, "%s %d\n", filepath.Base(path), len(data))
		h.Write(data)
	}
	return hex.EncodeToString(h.Sum(nil))[:32], nil
}

// withWorld extends the key of an initramfs by the programs in it.
func withWorld(key string, world []initramfs.Node) (string, error) {
	var files []string
	h := sha256.New()
	for _, n := range world {
		fmt.Fprintf(h, "%q\n", n)
		files = append(files, n.Host)
	}
	contents, err := keyOf(files)
	fmt.Fprint(h, key, contents)
	return hex.EncodeToString(h.Sum(nil))[:32], err
}

// withKeys writes the base initramfs, followed by a separate archive with the
// guest's keys. The kernel unpacks both.
func withKeys(path, base string, keys map[string][]byte) error {
	in, err := os.Open(base)
	if err != nil {
		return err
	}
	defer in.Close()
	return writeInitramfs(path, in, initramfs.Contents{Files: keys})
}

// writeInitramfs writes base, if not nil, followed by an archive of contents.
func writeInitramfs(path string, base io.Reader, contents initramfs.Contents) error {
	out, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer out.Close()
	if base != nil {
		if _, err := io.Copy(out, base); err != nil {
			return err
		}
	}
	if err := initramfs.Write(out, contents); err != nil {
		return err
	}
	return out.Close()
}
