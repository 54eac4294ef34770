// SPDX-License-Identifier: Apache-2.0

package console

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"sync"
	"syscall"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/printable"
	"github.com/klptest/klptest/internal/splat"
)

const maxLine = 4096 // bytes of a line that are matched as a whole

// The sizes of the file, 16 MB together.
const (
	logHead = 12 << 20
	logTail = 4 << 20
)

// Console keeps what the guest prints in a file of limited size, and watches each line
// for what a kernel in trouble prints.
type Console struct {
	log    *Log
	copyTo io.Writer // gets a live copy; may be nil

	lived sync.Once     // closes alive
	alive chan struct{} // closed at the first byte
	done  chan struct{} // closed when the console has ended and the log is complete

	line []byte    // the unfinished line; only Follow uses it and live
	live *liveCopy // nil if there is no copy

	mu    sync.Mutex // guards what follows
	label string     // begins each line of the copy; may be empty
	watch watch
	err   error // the first error of the log
}

// Open creates a console whose log is the file at path. If live is not nil, it gets a
// copy with control bytes escaped; a writer that is too slow misses lines. goesOn
// means that the kernel does not boot but continues where another one stopped, and
// that its lines have a facility from the first one on. Close must be called in the
// end.
func Open(path string, live io.Writer, goesOn bool) (*Console, error) {
	log, err := CreateLog(path, logHead, logTail)
	if err != nil {
		return nil, err
	}
	return &Console{log: log, copyTo: live, alive: make(chan struct{}), done: make(chan struct{}), watch: watch{marked: goesOn}}, nil
}

// Label sets the label that begins each line of the copy from now on.
func (c *Console) Label(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.label = printable.Line(name) + " | "
}

// Path returns the path of the file with the raw output. The middle of a very long
// output is missing.
func (c *Console) Path() string { return c.log.Path() }

// Tail returns the last n lines, control bytes escaped.
func (c *Console) Tail(n int) string {
	lines := strings.Split(c.log.Tail(n), "\n")
	for i, line := range lines {
		lines[i] = unmarked(line)
	}
	return strings.Join(lines, "\n")
}

// Alive returns a channel that is closed at the first byte that the guest prints.
func (c *Console) Alive() <-chan struct{} { return c.alive }

// Done returns a channel that is closed when the console has ended and the file is
// complete.
func (c *Console) Done() <-chan struct{} { return c.done }

// Splats returns the warnings, oopses and panics so far, in order, at most 1000.
func (c *Console) Splats() []splat.Splat {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]splat.Splat(nil), c.watch.splats...)
}

// Crash returns the line that says what the kernel died of. It is empty if the console
// shows neither a panic nor an oops.
func (c *Console) Crash() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.watch.crash()
}

// EmulatorFault returns a fault of the emulator that the lines show (see package
// emulator), or nil.
func (c *Console) EmulatorFault() *blame.Error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.watch.emulator.Fault()
}

// Err returns the first error of the log.
func (c *Console) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}

// Close closes the file if Follow has not done so.
func (c *Console) Close() error { return c.log.Close() }

// Follow reads the console until r ends. It is called once. A full disk ends the log,
// but not the reading: a guest stops if its console is not read.
func (c *Console) Follow(r io.Reader) {
	defer close(c.done)
	if c.copyTo != nil {
		c.live = newLiveCopy(c.copyTo)
		defer c.live.close()
	}
	buf := make([]byte, 64<<10)
	for {
		n, err := r.Read(buf)
		if n > 0 {
			c.lived.Do(func() { close(c.alive) })
			c.note(c.log.keep(buf[:n]))
			c.lines(buf[:n])
		}
		if err != nil {
			break
		}
	}
	c.endLine()
	c.note(c.log.Close())
}

func (c *Console) note(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err != nil && c.err == nil && !errors.Is(err, syscall.EPIPE) {
		c.err = err
	}
}

// lines splits p into lines, and examines each complete one.
func (c *Console) lines(p []byte) {
	for len(p) > 0 {
		end := bytes.IndexByte(p, '\n')
		whole := end >= 0
		if !whole {
			end = len(p)
		}
		end = min(end, maxLine-len(c.line))
		c.line = append(c.line, p[:end]...)
		p = p[end:]
		switch {
		case whole && len(p) > 0 && p[0] == '\n':
			p = p[1:]
			c.endLine()
		case len(c.line) >= maxLine:
			c.endLine()
		}
	}
}

func (c *Console) endLine() {
	if len(c.line) == 0 {
		return
	}
	line := strings.TrimRight(string(c.line), "\r")
	c.line = c.line[:0]
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.live != nil {
		c.live.print(c.label + printable.Text(unmarked(line)))
	}
	c.watch.line(line)
}
