// SPDX-License-Identifier: Apache-2.0

package guest

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sys/unix"
)

const (
	kmemleakFile = "/sys/kernel/debug/kmemleak"
	maxLeaks     = 8 << 10 // bytes of its report: the first objects

	// leakAge is the age below which kmemleak reports nothing, MSECS_MIN_AGE
	// of mm/kmemleak.c, and a bit.
	leakAge = 5100 * time.Millisecond
)

// kmemleak finds memory that nothing points to, where the kernel can
// (CONFIG_DEBUG_KMEMLEAK).
type kmemleak struct {
	files tree
	age   time.Duration
	on    bool // for this case
}

// begin has everything forgotten that has leaked so far. An object is found
// by the second scan that sees it: the first takes its checksum,
// kmemleak_scan() of mm/kmemleak.c. One that leaked in the last seconds, where
// a guest has just been booted, is not found yet.
func (l *kmemleak) begin() error {
	l.on = l.files.exists(kmemleakFile)
	if !l.on {
		return nil
	}
	for _, word := range []string{"scan", "scan", "clear"} {
		err := l.files.write(kmemleakFile, word+"\n")
		if errors.Is(err, unix.EPERM) { // switched off, by kmemleak=off or since it ran out of memory
			l.on = false
			return nil
		}
		if err != nil {
			return fmt.Errorf("kmemleak: %w", err)
		}
	}
	return nil
}

// end returns kmemleak's report of what has leaked since begin.
func (l *kmemleak) end(ctx context.Context) (string, error) {
	if !l.on {
		return "", nil
	}
	if err := l.files.write(kmemleakFile, "scan\n"); err != nil {
		return "", fmt.Errorf("kmemleak: %w", err)
	}
	select {
	case <-time.After(l.age):
	case <-ctx.Done():
		return "", ctx.Err()
	}
	if err := l.files.write(kmemleakFile, "scan\n"); err != nil {
		return "", fmt.Errorf("kmemleak: %w", err)
	}
	return l.files.read(kmemleakFile, maxLeaks)
}
