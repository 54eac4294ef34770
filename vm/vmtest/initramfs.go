// SPDX-License-Identifier: Apache-2.0

package vmtest

import (
	"bufio"
	"errors"
	"io"
	"os"
	"strings"

	"github.com/cavaliergopher/cpio"

	"github.com/klptest/klptest/internal/guest"
)

// keysIn returns the files of the guest's SSH server from an initramfs, which
// is several archives in a row with zeros between them.
func keysIn(initrd string) (map[string][]byte, error) {
	f, err := os.Open(initrd)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	keys := map[string][]byte{}
	for r := bufio.NewReader(f); ; {
		if err := skipZeros(r); errors.Is(err, io.EOF) {
			return keys, nil
		} else if err != nil {
			return nil, err
		}
		if err := readKeys(r, keys); err != nil {
			return nil, err
		}
	}
}

func skipZeros(r *bufio.Reader) error {
	for {
		b, err := r.ReadByte()
		if err != nil {
			return err
		}
		if b != 0 {
			return r.UnreadByte()
		}
	}
}

// readKeys reads one archive.
func readKeys(r io.Reader, keys map[string][]byte) error {
	for archive := cpio.NewReader(r); ; {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		name := "/" + strings.TrimPrefix(header.Name, "/")
		if name != guest.HostKey && name != guest.AuthorizedKeys {
			continue
		}
		if keys[name], err = io.ReadAll(archive); err != nil {
			return err
		}
	}
}
