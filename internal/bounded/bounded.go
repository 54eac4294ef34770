// SPDX-License-Identifier: Apache-2.0

package bounded

import (
	"errors"
	"io"
)

// ErrTooLong is the error of data that would fill the memory or the disk.
var ErrTooLong = errors.New("too much data")

// Writer passes on at most Left bytes to W. A write beyond them fails with
// [ErrTooLong], and nothing of it is passed on.
type Writer struct {
	W    io.Writer
	Left int64
	Full func() // called by each write that fails; may be nil
}

func (w *Writer) Write(p []byte) (int, error) {
	if w.Left -= int64(len(p)); w.Left < 0 {
		if w.Full != nil {
			w.Full()
		}
		return 0, ErrTooLong
	}
	return w.W.Write(p)
}

// ReadAll is like io.ReadAll, but reads at most so many bytes. If there are
// more, it returns the first ones with [ErrTooLong].
func ReadAll(r io.Reader, most int64) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, most+1))
	if err == nil && int64(len(data)) > most {
		err = ErrTooLong
	}
	return data, err
}
