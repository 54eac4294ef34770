// SPDX-License-Identifier: Apache-2.0

package agent

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/klptest/klptest/cases/machine"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/guest"
	"github.com/klptest/klptest/internal/guest/kernel"
	"github.com/klptest/klptest/internal/guest/wire"
)

const (
	maxMarker   = 900      // bytes of a marker's text: the kernel cuts a write at about 1000 (LOG_LINE_MAX)
	maxFragment = 32 << 10 // bytes of a record with the fragments joined to it
	maxRaw      = 16 << 10 // bytes of one record as /dev/kmsg gives it; the kernel's own limit is 8 KB
)

// follower reads the kernel log by sequence number. An error is permanent: a
// log with a hole cannot be judged.
type follower struct {
	dev     kernel.LogDevice
	next    uint64 // the next sequence number; 0: any
	gap     bool   // EPIPE was seen; the next record tells the size of the gap
	pending []machine.Record
	said    machine.Volume // the size of pending
	err     error
}

// follow starts at the log's end.
func follow(dev kernel.LogDevice) (*follower, error) {
	f := &follower{dev: dev}
	if err := dev.SeekEnd(); err != nil {
		return nil, fmt.Errorf("seeking to the end of /dev/kmsg: %w", err)
	}
	return f, nil
}

// mark writes one line to the log, so that the order of commands and log
// records is exact.
func (f *follower) mark(text string) error {
	if len(text) > maxMarker || strings.ContainsRune(text, '\n') {
		return blame.Userf("a command must be one line of at most %d bytes", maxMarker)
	}
	if _, err := f.dev.Write([]byte("% " + text + "\n")); err != nil {
		return fmt.Errorf("writing to /dev/kmsg: %w", err)
	}
	return nil
}

// check checks that marks arrive.
func (f *follower) check() error {
	if err := f.mark(beginMarker); err != nil {
		return err
	}
	records, err := f.take()
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(records, isMarker(beginMarker)) {
		return &blame.Error{
			Party:   blame.Rig,
			Summary: "the kernel drops what the agent writes to its log",
			Advice:  "boot it with " + strings.Join(guest.KernelArgs(), " "),
		}
	}
	return nil
}

func isMarker(text string) func(machine.Record) bool {
	return func(r machine.Record) bool { return r.Facility != 0 && r.Text == "% "+text }
}

// await waits for at most limit until there is a record to read, and reads all
// records. It reports whether there was one.
func (f *follower) await(limit time.Duration) bool {
	before := f.next
	if f.err != nil {
		time.Sleep(limit)
		return false
	}
	f.dev.Wait(limit)
	f.drain()
	return f.next != before
}

// drain reads all pending records, without waiting for more.
func (f *follower) drain() {
	buf := make([]byte, maxRaw)
	for f.err == nil {
		n, err := f.dev.Read(buf)
		switch {
		case errors.Is(err, unix.EAGAIN):
			if f.gap {
				f.err = wire.Overrun(0)
			}
			return
		case errors.Is(err, unix.EINTR):
		case errors.Is(err, unix.EPIPE):
			f.gap = true
		case err != nil:
			f.err = fmt.Errorf("reading /dev/kmsg: %w", err)
		default:
			f.add(buf[:n])
		}
	}
}

func (f *follower) add(raw []byte) {
	rec, fragment, err := parseRecord(raw)
	if err != nil {
		f.err = err
		return
	}
	if f.gap || f.next != 0 && rec.Seq != f.next {
		f.err = wire.Overrun(f.lost(rec.Seq))
		return
	}
	f.next = rec.Seq + 1
	if f.err = f.said.Add("", []machine.Record{rec}); f.err != nil {
		f.pending = nil
		return
	}
	if fragment && f.join(rec) {
		return
	}
	f.pending = append(f.pending, rec)
}

func (f *follower) lost(seq uint64) uint64 {
	if f.next == 0 || seq < f.next {
		return 0
	}
	return seq - f.next
}

// join appends a fragment to the record before it. The kernel has merged them
// already, unless something else was logged in between.
func (f *follower) join(rec machine.Record) bool {
	if len(f.pending) == 0 {
		return false
	}
	last := &f.pending[len(f.pending)-1]
	if last.Facility != rec.Facility || len(last.Text)+len(rec.Text) > maxFragment {
		return false
	}
	last.Text += rec.Text
	return true
}

// take returns all records since the last take.
func (f *follower) take() ([]machine.Record, error) {
	f.drain()
	if f.err != nil {
		return nil, f.err
	}
	records := f.pending
	f.pending, f.said = nil, machine.Volume{}
	return records, nil
}
