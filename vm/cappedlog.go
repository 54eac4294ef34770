// SPDX-License-Identifier: Apache-2.0

package vm

import (
	"errors"
	"fmt"
	"os"
	"sync"
)

// The sizes of a console log, 16 MB together, and of QEMU's own messages, of
// which a guest can cause any number. The head goes to the file as it comes;
// the tail is in memory until the end.
const (
	logHead  = 12 << 20
	logTail  = 4 << 20
	qemuHead = 192 << 10
	qemuTail = 64 << 10
)

// cappedLog is a file that keeps the beginning and the end of what is written
// to it.
type cappedLog struct {
	path     string
	head     int // bytes that the file takes before the gap
	tailSize int

	mu    sync.Mutex // guards what follows
	file  *os.File   // nil once closed
	total int64      // bytes ever written
	last  []byte     // the last of them: at least tailSize when there are as many, at most twice that
}

func createLog(path string, head, tail int) (*cappedLog, error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, err
	}
	return &cappedLog{path: path, head: head, tailSize: tail, file: f}, nil
}

// Write is write for what has no use for its error.
func (l *cappedLog) Write(p []byte) (int, error) {
	_ = l.write(p)
	return len(p), nil
}

// write keeps p. What it reports is that the file could not be written; the
// tail in memory is right all the same.
func (l *cappedLog) write(p []byte) error {
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

// tail is a copy of the last bytes, at most 64 KiB.
func (l *cappedLog) tail() []byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]byte(nil), l.last[max(0, len(l.last)-64<<10):]...)
}

// close adds the end to the file, after a line that says how much is missing.
func (l *cappedLog) close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file == nil {
		return nil
	}
	err := l.writeEnd()
	err = errors.Join(err, l.file.Close())
	l.file = nil
	return err
}

func (l *cappedLog) writeEnd() error {
	rest := l.total - int64(l.head) // what the file does not have yet
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
