// SPDX-License-Identifier: Apache-2.0

package explore

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/internal/model"
)

// stepLimit is many times what a kernel takes for a command: it retries a
// transition every second. A sequence that never ends runs again and again
// while it is shrunk, so the default of a minute would take too long.
const stepLimit = 20 * time.Second

// sequence is a script as a case.
type sequence struct {
	edges []string // the transitions of the model that it covers
	held  bool     // a transition is left open for a time
	c     *casefile.Case
	file  []byte
	ops   []string // without those that end every sequence
}

// write makes a case of a script: its commands and the model's answers. dir is where
// its file would lie. It reports false if the model itself leaves something behind that
// fails a case, such as data that is never freed.
func (s *script) write(dir, title string) (sequence, bool) {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n%s-- transcript --\n", title, s.headers())
	head := b.String()
	for _, cmd := range s.commands {
		fmt.Fprintf(&b, "%% %s\n", cmd.Text)
	}
	bare, err := casefile.Parse("bare.txtar", []byte(b.String()))
	if err != nil {
		return sequence{}, false
	}
	transcript, err := model.Predict(context.Background(), s.release, bare)
	if err != nil {
		return sequence{}, false
	}
	file := []byte(head + transcript)
	c, err := casefile.Parse(cmp.Or(dir, ".")+"/"+nameOf(file)+".txtar", file)
	if err != nil {
		return sequence{}, false
	}
	c.Wait = stepLimit
	m, err := model.New(s.release)
	if err != nil || judge.Run(context.Background(), m, c).Verdict != judge.Pass {
		return sequence{}, false
	}
	return sequence{edges: s.edges, held: s.held, c: c, file: file}, true
}

// headers returns the headers that say what the commands leave behind on a healthy
// kernel.
func (s *script) headers() string {
	text := ""
	if s.warned {
		text += "Taints: W\n"
	}
	if left := s.at.Modules; len(left) > 0 {
		text += "Leaves: " + strings.Join(left, ", ") + "\n"
	}
	if text != "" {
		text += "\n"
	}
	return text
}
