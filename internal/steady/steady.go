// SPDX-License-Identifier: Apache-2.0

package steady

import (
	"crypto/sha256"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/klptest/klptest/internal/blame"
)

// maxRuns is how often a build is run: one run is disturbed, perhaps two are.
const maxRuns = 5

// Run runs a build until a run leaves the state unchanged: twice when there is much to
// build, and once when there is little. state returns the results of the build's probes.
func Run(state func() (string, error), run func() error) error {
	before, err := state()
	if err != nil {
		return err
	}
	for range maxRuns {
		if err := run(); err != nil {
			return err
		}
		after, err := state()
		if err != nil || after == before {
			return err
		}
		before = after
	}
	return blame.AdviseRigf("something ends its compilers, or leaves them without memory or disk space",
		"the build runs different commands each time")
}

// Commands returns a state function for the commands that Kbuild saved below dir.
func Commands(dir string) func() (string, error) {
	return func() (string, error) {
		h := sha256.New()
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || !d.Type().IsRegular() || !strings.HasSuffix(d.Name(), ".cmd") {
				return err
			}
			fmt.Fprintf(h, "%q\n", path)
			return addFile(h, path)
		})
		return fmt.Sprintf("%x", h.Sum(nil)), err
	}
}

func addFile(to io.Writer, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = io.Copy(to, f)
	return err
}
