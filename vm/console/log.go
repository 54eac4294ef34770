// SPDX-License-Identifier: Apache-2.0

package console

import (
	"fmt"
	"os"
	"strings"
	"sync"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/printable"
)

// Log is a file that keeps the beginning and the end of what is written to it.
type Log struct {
	path     string
	head     int // bytes of the file before the gap
	tailSize int

	mu    sync.Mutex // guards what follows
	file  *os.File   // nil once closed
	total int64      // bytes ever written
	last  []byte     // the last of them: at least tailSize when there are as many, at most twice that
}

// CreateLog creates the file, for at most head and tail bytes. The head goes to
// the file as it arrives; the tail is in memory until Close.
func CreateLog(path string, head, tail int) (*Log, error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, err
	}
	return &Log{path: path, head: head, tailSize: tail, file: f}, nil
}

// Path returns the path of the file.
func (l *Log) Path() string { return l.path }

// Write never returns an error. It is for writers that have no use for one.
func (l *Log) Write(p []byte) (int, error) {
	_ = l.keep(p)
	return len(p), nil
}

// keep records p. It returns an error if the file cannot be written; the tail in
// memory is correct nevertheless.
func (l *Log) keep(p []byte) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	room := max(0, int64(l.head)-l.total)
	l.total += int64(len(p))
	l.last = append(l.last, p...)
	if len(l.last) >= 2*l.tailSize {
		l.last = l.last[:copy(l.last, l.last[len(l.last)-l.tailSize:])]
	}
	if room == 0 || l.file == nil {
		return nil
	}
	_, err := l.file.Write(p[:min(int64(len(p)), room)])
	return err
}

// Tail returns the last n lines, as far as they are in the last 64 KiB, control
// bytes escaped.
func (l *Log) Tail(n int) string { return tailLines(l.end(), n) }

// end returns a copy of the last bytes.
func (l *Log) end() []byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]byte(nil), l.last[max(0, len(l.last)-64<<10):]...)
}

// Close appends the end to the file, after a line that says how much is missing.
// Further calls do nothing.
func (l *Log) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file == nil {
		return nil
	}
	err := l.writeEnd()
	err = blame.Join(err, l.file.Close())
	l.file = nil
	return err
}

func (l *Log) writeEnd() error {
	rest := l.total - int64(l.head) // bytes that the file does not have yet
	if rest <= 0 {
		return nil
	}
	end := l.last[max(0, len(l.last)-l.tailSize):]
	if dropped := rest - int64(len(end)); dropped > 0 {
		if _, err := fmt.Fprintf(l.file, "\n... klptest: %d bytes are missing here ...\n", dropped); err != nil {
			return err
		}
	} else {
		end = end[int64(len(end))-rest:]
	}
	_, err := l.file.Write(end)
	return err
}

// tailLines returns the last n lines of p, safe to print.
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
