// SPDX-License-Identifier: Apache-2.0

package kmods

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/bounded"
)

// Place is a machine with the headers of its own kernel, on which make runs instead of on
// this host. It is discarded after a build, so the build needs no sandbox.
type Place interface {
	// Build runs a shell command in a directory with those files. It returns the files
	// named in made, the output, and the exit status. If the status is not 0, it returns
	// no files. A build that prints more than MaxSaid bytes is ended; then said has the
	// first ones, and the error wraps bounded.ErrTooLong.
	Build(ctx context.Context, files []Source, line string, made []string) (built map[string][]byte, said string, status int, err error)
	// Compiler returns the compiler's description of itself.
	Compiler() string
}

// MaxSaid limits the output of a build in a place.
const MaxSaid = maxLog

// placeLimit is for an emulated machine, whose compiler takes minutes where this host's
// takes seconds.
const placeLimit = 45 * time.Minute

// inPlace is in for a target with a place: it leaves the modules in dir. The headers name
// their compiler.
func (b build) inPlace(ctx context.Context, dir string) error {
	ctx, cancel := context.WithTimeoutCause(ctx, placeLimit, blame.Rigf("building modules took more than %v", placeLimit))
	defer cancel()
	var made []string
	for _, name := range modules(b.files) {
		made = append(made, name+".ko")
	}
	line := `make -C ` + b.target.KDir + ` --no-print-directory M="$PWD" ` + strings.Join(modulesOnly, " ")
	built, said, status, err := b.target.Place.Build(ctx, b.sources(), line, made)
	if errors.Is(err, bounded.ErrTooLong) {
		_, tail := diagnose(said, dir)
		return b.failure(fmt.Sprintf("building the modules prints more than %d bytes", MaxSaid), tail, said)
	}
	if err != nil {
		return err
	}
	if status != 0 {
		return b.broken(said, dir)
	}
	for _, name := range made {
		data, ok := built[name]
		if !ok || len(data) > maxModule {
			return &blame.Error{Summary: fmt.Sprintf("the build succeeded, but did not build %s, or it has more than %d bytes", name, maxModule)}
		}
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			return err
		}
	}
	return nil
}
