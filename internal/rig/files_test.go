// SPDX-License-Identifier: Apache-2.0

package rig

import (
	"errors"
	"strings"
	"testing"

	"github.com/klptest/klptest/cases/judge"
)

// carrier is a test with files.
type carrier struct{ Test }

func (carrier) Files() map[string][]byte { return map[string][]byte{"a": nil, "b": nil} }

// TestFilesAreCopied: a test's files are copied before it runs; if that
// fails, it does not run.
func TestFilesAreCopied(t *testing.T) {
	r, log := newRunner(&fake{name: "g1"})
	test := carrier{Case(parse(t, "a.txtar", ""))}
	for range r.run(t.Context(), []Test{test}) {
		continue
	}
	if got := strings.Join(log.lines, ", "); !strings.HasPrefix(got, "g1 boot, g1 put files 2, g1 insmod klp_a") {
		t.Error(got)
	}
	r, log = newRunner(&fake{name: "g1", putErr: errors.New("no room")})
	for res, err := range r.run(t.Context(), []Test{test}) {
		if res.Verdict != judge.Error || err != nil {
			t.Errorf("%s %v", res.Verdict, err)
		}
	}
	if got := strings.Join(log.lines, ", "); strings.Contains(got, "insmod") {
		t.Error(got)
	}
}
