// SPDX-License-Identifier: Apache-2.0

package bisect

import (
	"fmt"
	"io"
	"sync"
)

// lineWriter ends a last line that git and its steps have left open. It is not
// a file, so whoever runs git waits for the step as well.
type lineWriter struct {
	mu   sync.Mutex
	w    io.Writer
	open bool
}

func (l *lineWriter) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(p) > 0 {
		l.open = p[len(p)-1] != '\n'
	}
	return l.w.Write(p)
}

func (l *lineWriter) end() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open {
		fmt.Fprintln(l.w)
	}
}
