// SPDX-License-Identifier: Apache-2.0

package vm

import (
	"context"
	"errors"
	"net"

	"github.com/digitalocean/go-qemu/qmp/raw"

	"github.com/klptest/klptest/vm/qmp"
)

// QEMU's migration saves the device state for a template and loads it for a
// clone. It uses a socket that is passed to QEMU, because exec: would need the
// right to start programs. The memory stays where it is (x-ignore-shared in
// qapi/migration.json of QEMU).
const (
	setCapabilities = `{"execute":"migrate-set-capabilities","arguments":{"capabilities":[` +
		`{"capability":"x-ignore-shared","state":true},{"capability":"events","state":true}]}}`
	passSocket      = `{"execute":"getfd","arguments":{"fdname":"migration"}}`
	migrationURI    = "fd:migration"
	migrationDone   = "completed"
	migrationFailed = "failed"
)

// errMigration says that QEMU has given up. After a failed incoming migration,
// QEMU also exits and says why.
var errMigration = errors.New("QEMU's migration failed")

// migration is the one migration of a machine.
type migration struct {
	typed  *raw.Monitor
	events <-chan qmp.Event
	stream net.Conn // our end
}

// prepareMigration does what saving and loading have in common. Closing the
// machine closes the stream.
func (v *VM) prepareMigration(ctx context.Context) (migration, error) {
	events, err := v.monitor.Events(ctx)
	if err != nil {
		return migration{}, err
	}
	if _, err := v.monitor.Run(ctx, []byte(setCapabilities)); err != nil {
		return migration{}, err
	}
	ours, theirs, err := socketPair("migration")
	if err != nil {
		return migration{}, err
	}
	defer theirs.Close()
	v.cleanup.add(func() error { ours.Close(); return nil }) // it may be closed already
	if _, err := v.monitor.RunPassing(ctx, []byte(passSocket), theirs); err != nil {
		return migration{}, err
	}
	return migration{typed: v.monitor.Typed(ctx), events: events, stream: ours}, nil
}

// wait waits for the end of the migration.
func (m migration) wait(ctx context.Context) error {
	for {
		select {
		case e, ok := <-m.events:
			switch {
			case !ok && ctx.Err() != nil:
				return context.Cause(ctx)
			case !ok:
				return qmp.ErrGone
			case e.Event != "MIGRATION":
			case e.Data["status"] == migrationDone:
				return nil
			case e.Data["status"] == migrationFailed:
				return errMigration
			}
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}
