// SPDX-License-Identifier: Apache-2.0

package boot

import (
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/klptest/klptest/internal/guest"
)

func TestStreamRole(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"/tmp/klptest-agent.x/klptest", guest.StreamAgent}, streamName},
		{[]string{"/tmp/klptest-agent.x/klptest", guest.PlantedAgent}, plantName},
		{[]string{"klptest", "run", guest.StreamAgent}, ""},
		{[]string{"klptest"}, ""},
	} {
		if got := role(7, c.args); got != c.want {
			t.Errorf("%q: %q, want %q", c.args, got, c.want)
		}
	}
}

// Only one agent runs at a time; the next one waits a little for the one before
// it.
func TestLock(t *testing.T) {
	name := fmt.Sprintf("@klptest-test-%d", os.Getpid())
	first, err := lock(name, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := lock(name, 0); err == nil || err.Error() != "another klptest uses this machine" {
		t.Error(err)
	}
	time.AfterFunc(2*lockPause, func() { first.Close() })
	second, err := lock(name, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	second.Close()
}
