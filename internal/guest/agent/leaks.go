// SPDX-License-Identifier: Apache-2.0

package agent

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"

	"github.com/klptest/klptest/internal/guest/rootfs"
)

const (
	kmemleakFile = "/sys/kernel/debug/kmemleak"
	maxLeaks     = 8 << 10 // bytes of its report: the first objects

	// scannedFile exists between the end of one case and the start of the
	// next, in clones too.
	scannedFile = "/run/klptest/kmemleak-scanned"

	// leakAge is a little more than the age below which kmemleak reports
	// nothing, MSECS_MIN_AGE of mm/kmemleak.c.
	leakAge = 5100 * time.Millisecond
)

// kmemleak finds memory that nothing points to, if the kernel can
// (CONFIG_DEBUG_KMEMLEAK).
type kmemleak struct {
	files rootfs.Tree
	age   time.Duration
	on    bool // for this case
}

// begin makes kmemleak forget everything leaked so far. An object is found by
// the second scan that sees it: the first takes its checksum, kmemleak_scan()
// of mm/kmemleak.c. In a guest that has just booted, an object leaked in the
// last seconds is not found yet. A scan takes seconds under emulation; after
// the end of another case there is nothing left to find.
func (l *kmemleak) begin() error {
	l.on = l.files.Exists(kmemleakFile)
	if !l.on {
		return nil
	}
	words := []string{"scan", "scan", "clear"}
	if os.Remove(l.files.Path(scannedFile)) == nil {
		words = words[2:]
	}
	for _, word := range words {
		err := l.files.Write(kmemleakFile, word+"\n")
		if errors.Is(err, unix.EPERM) { // switched off, by kmemleak=off or because it ran out of memory
			l.on = false
			return nil
		}
		if err != nil {
			return fmt.Errorf("kmemleak: %w", err)
		}
	}
	return nil
}

// end returns kmemleak's report of the leaks since begin.
func (l *kmemleak) end(ctx context.Context) (string, error) {
	if !l.on {
		return "", nil
	}
	old := time.After(l.age) // the scan takes a good part of it
	if err := l.files.Write(kmemleakFile, "scan\n"); err != nil {
		return "", fmt.Errorf("kmemleak: %w", err)
	}
	select {
	case <-old:
	case <-ctx.Done():
		return "", ctx.Err()
	}
	if err := l.files.Write(kmemleakFile, "scan\n"); err != nil {
		return "", fmt.Errorf("kmemleak: %w", err)
	}
	report, err := l.files.Read(kmemleakFile, maxLeaks)
	if err != nil {
		return "", err
	}
	path := l.files.Path(scannedFile)
	return report, errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, nil, 0o600))
}
