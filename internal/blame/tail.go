// SPDX-License-Identifier: Apache-2.0

package blame

// Tail keeps the end of a program's output, for an [Error].
type Tail struct{ text []byte }

func (t *Tail) Write(p []byte) (int, error) {
	const most = 2000
	t.text = append(t.text, p...)
	t.text = t.text[max(0, len(t.text)-most):]
	return len(p), nil
}

func (t *Tail) String() string { return string(t.text) }
