// SPDX-License-Identifier: Apache-2.0

package vm

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/emulator"
	"github.com/klptest/klptest/internal/printable"
	"github.com/klptest/klptest/internal/splat"
)

const (
	maxLine   = 4096 // bytes of a console line that are looked at in one piece
	maxSplats = 1000
)

// Console is what the guest has printed: kept in a capped file, watched line
// by line for what a kernel prints when it is in trouble.
type Console struct {
	log  *cappedLog
	live *liveCopy // nil: nobody watches

	life chan struct{} // closed at the first byte
	done chan struct{} // closed when the console has ended and the log is whole

	mu       sync.Mutex // guards what follows
	line     []byte     // the line that is not over yet
	splats   []splat.Splat
	headline string // the first line that says what the kernel died of
	crashed  bool   // a panic or an oops was among the lines
	marked   bool   // the kernel's lines tell their facility
	emulator emulator.Watch
	err      error // the first failure to keep the log
}

// newConsole makes the console of a kernel that boots, or of one that goes on:
// its lines tell their facility from the first on.
func newConsole(log *cappedLog, live *liveCopy, goesOn bool) *Console {
	return &Console{
		log:    log,
		marked: goesOn,
		live:   live,
		life:   make(chan struct{}),
		done:   make(chan struct{}),
	}
}

// Path is the file that holds the console, raw; the middle of a very long one
// is missing.
func (c *Console) Path() string { return c.log.path }

// Tail is the last n lines, control bytes escaped.
func (c *Console) Tail(n int) string {
	lines := strings.Split(tailLines(c.log.tail(), n), "\n")
	for i, line := range lines {
		lines[i] = unmarked(line)
	}
	return strings.Join(lines, "\n")
}

// Splats are the warnings, oopses and panics so far, in order, at most 1000.
func (c *Console) Splats() []splat.Splat {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]splat.Splat(nil), c.splats...)
}

// follow reads the console until it ends. A full disk ends the keeping, never
// the reading: a guest whose console is not read stands still.
func (c *Console) follow(r io.Reader) {
	defer close(c.done)
	buf := make([]byte, 64<<10)
	for {
		n, err := r.Read(buf)
		if n > 0 {
			closeOnce(c.life)
			c.note(c.log.write(buf[:n]))
			c.lines(buf[:n])
		}
		if err != nil {
			break
		}
	}
	c.endLine()
	c.note(c.log.close())
	if c.live != nil {
		c.live.close()
	}
}

// closeOnce closes a channel that only the calling goroutine ever closes.
func closeOnce(ch chan struct{}) {
	select {
	case <-ch:
	default:
		close(ch)
	}
}

func (c *Console) note(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err != nil && c.err == nil && !errors.Is(err, syscall.EPIPE) {
		c.err = err
	}
}

func (c *Console) problem() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}

// lines splits what came into lines and looks at each that is over.
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
	if c.live != nil {
		c.live.print(printable.Text(unmarked(line)))
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	text, ok := c.kernelText(line)
	if !ok {
		return
	}
	c.emulator.Line(text)
	if s, ok := splat.Match(text); ok {
		c.record(s, text)
	}
}

// emulatorFault is what the lines show to be an emulator's doing, or nil.
func (c *Console) emulatorFault() *blame.Error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.emulator.Fault()
}

func (c *Console) record(s splat.Splat, text string) {
	if len(c.splats) < maxSplats {
		c.splats = append(c.splats, s)
	}
	crash := s.Fatal || s.Kind == splat.Oops
	c.crashed = c.crashed || crash
	// The panic comes after the oops that led to it: the first is the cause.
	if c.headline == "" && (crash || s.Kind == splat.Bug) {
		c.headline = printable.Text(text)
	}
}

// crash is the line that says what the kernel died of; empty when the console
// shows neither a panic nor an oops.
func (c *Console) crash() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.crashed {
		return ""
	}
	return c.headline
}

// printkLine is a line as printk writes it with console_msg_format=syslog: facility
// and level, the time, and with CONFIG_PRINTK_CALLER the task or processor
// (kernel/printk/printk.c: print_syslog, print_time, print_caller). Until the
// kernel has read that argument, the first is missing.
var printkLine = regexp.MustCompile(`^(?:<(\d{1,9})>)?(?:\[ *\d+\.\d{6}\](?:\[ *[TC]\d+\])? )?`)

// kernelText is the text of a line that the kernel itself has written. What
// user space writes to /dev/kmsg has another facility than 0
// (devkmsg_write), and what it prints has none. There is no user space yet
// when the first lines come, which do not tell.
func (c *Console) kernelText(line string) (text string, ok bool) {
	m := printkLine.FindStringSubmatchIndex(line)
	text = line[m[1]:]
	if m[2] < 0 {
		return text, !c.marked
	}
	c.marked = true
	priority, _ := strconv.Atoi(line[m[2]:m[3]])
	return text, priority>>3 == 0
}

// unmarked is a line without facility and level, for people.
func unmarked(line string) string {
	if m := printkLine.FindStringSubmatchIndex(line); m[2] >= 0 {
		return line[m[3]+1:]
	}
	return line
}

// tailLines is the last n lines of p, safe to print.
func tailLines(p []byte, n int) string {
	lines := strings.Split(strings.TrimRight(string(p), "\r\n"), "\n")
	if len(lines) > n {
		lines = lines[len(lines)-max(n, 0):]
	}
	for i, l := range lines {
		lines[i] = printable.Text(strings.TrimRight(l, "\r"))
	}
	return strings.Join(lines, "\n")
}
